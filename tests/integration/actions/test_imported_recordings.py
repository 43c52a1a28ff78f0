"""Recordings that other tools made, imported and run by the executor in a real browser.

The site of Selenium IDE's test projects is a public one; small pages with the same elements stand in for it here, and
the imported workflows find them through their own variable `base_url`.
"""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from orchestrator.contract.actions.catalogue import CATALOGUE
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.protocol.jobs import StepProgress
from orchestrator.contract.results import LogLevel
from orchestrator.contract.states import JobStatus
from orchestrator.contract.variables import check_variables
from orchestrator.contract.workflow_check import checked
from orchestrator.recordings.read import import_recording
from orchestrator.recordings.recording import Choice
from robot.actions.job_actions import JobActions
from robot.actions.work import ActionSettings
from robot.browser.session_pool import SessionPool
from robot.clock import SystemClock
from robot.workflow import executor

Pages = Any  # the fixtures' own classes live in conftest, which importlib mode does not let tests import
Run = Callable[..., Any]

RECORDINGS = Path(__file__).parents[2] / "recordings"
LOGIN = """
<form id=login onsubmit="event.preventDefault(); const said = document.querySelector('#flash');
  const right = username.value === 'tomsmith' && password.value === 'SuperSecretPassword!';
  said.className = right ? 'flash success' : 'flash error';
  said.firstChild.data = right ? 'You logged into a secure area!' : 'Your username is invalid!'">
<input id=username name=username><input id=password name=password type=password>
<button class=radius><i class=fa> Login</i></button></form>
<div id=flash-messages><div id=flash>-<div>×</div></div></div>"""  # noqa: RUF001  the sign that the site shows
WINDOWS = '<title>The Internet</title><a href="/windows/new" target=_blank>Click Here</a>'
DROPDOWN = "<select id=dropdown><option value=0>?<option value=1>Option 1<option value=2>Option 2</select>"
LOADING = """<div id=start><button onclick="setTimeout(() => document.body.insertAdjacentHTML(
  'beforeend', '<div id=finish><h4>Hello World!</h4></div>'), 30)">Start</button></div>"""
ALERTS = "<ul><li><button>Alert</button><li><button onclick=\"confirm('I am a JS Confirm')\">Confirm</button></ul>"


class Listener:
    """Nobody looks."""

    def step_changed(self, step: StepProgress, *, progress: float, running: tuple[str, ...]) -> None:
        pass

    def log(self, level: LogLevel, message: str, *, step_id: str | None = None, **fields: JsonValue) -> None:
        pass


@pytest.fixture
def run(pool: SessionPool, tmp_path: Path) -> Run:
    async def run(file: str, *, test: str | None = None, **variables: JsonValue) -> executor.RunOutcome:
        """Imports a recording without gaps and runs it; relative addresses lead nowhere, only `base_url` counts."""
        text = (RECORDINGS / file).read_text(encoding="utf-8")
        imported = import_recording(text, source=file, choice=Choice(test=test))
        assert imported.gaps == ()
        definition = checked(imported.definition, catalogue=CATALOGUE)
        given = check_variables(definition, variables)
        async with JobActions(pool, tmp_path / "job", ActionSettings(wait_s=10), Listener().log) as actions:
            return await executor.run(
                definition,
                given,
                actions=actions,
                listener=Listener(),
                clock=SystemClock(),
                rng=random.Random(1),
                timeout_s=60,
            )

    return run


@pytest.fixture
def workshop(pages: Pages) -> Pages:
    for name in ("workshop.html", "inner.html"):
        pages.texts[f"/{name}"] = (RECORDINGS / "pages" / name).read_text(encoding="utf-8")
    return pages


@pytest.fixture
def the_internet(pages: Pages) -> Pages:
    """Pages with what the projects look for on the public site."""
    pages.page("/login", LOGIN)
    pages.texts["/"] = '<title>The Internet</title><a href="/windows">Multiple Windows</a>'
    pages.texts["/windows"] = WINDOWS
    pages.texts["/windows/new"] = "<title>New Window</title>"
    pages.page("/checkboxes", "<form><input type=checkbox><input type=checkbox checked></form>")
    pages.page("/dropdown", DROPDOWN)
    pages.page("/dynamic_loading/2", LOADING)
    pages.page("/javascript_alerts", ALERTS)
    return pages


def failures(outcome: executor.RunOutcome) -> list[str]:
    """Why the run is not what it should be; empty for one that completed."""
    found = [f"{each.step_id}: {each.error.message}" for each in outcome.step_results if each.error is not None]
    return found if outcome.status is JobStatus.COMPLETED else [outcome.status, *found]


@pytest.mark.feature("X26")
@pytest.mark.parametrize("file", ["workshop_script.py.txt", "workshop_pytest.py.txt"])
async def test_what_playwrights_recorder_wrote_runs_on_the_page_that_it_was_recorded_on(
    run: Run, workshop: Pages, file: str
) -> None:
    outcome = await run(f"playwright/{file}", base_url=workshop.url)
    assert failures(outcome) == []


@pytest.mark.feature("X26")
@pytest.mark.parametrize("file", ["search_script.py.txt", "search_async.py.txt"])
async def test_what_playwrights_recorder_wrote_on_the_demo_site_runs_with_the_secret_of_the_job(
    run: Run, site: str, file: str
) -> None:
    outcome = await run(f"playwright/{file}", base_url=site, password="demo-pass-1")
    assert failures(outcome) == []


@pytest.mark.feature("X26", "X19")
async def test_a_recording_of_devtools_runs_with_the_locators_that_still_find_their_elements(
    run: Run, workshop: Pages
) -> None:
    workshop.texts["/workshop.html"] = workshop.texts["/workshop.html"].replace('id="part"', 'id="piece"')
    workshop.texts["/workshop.html"] = workshop.texts["/workshop.html"].replace('for="part"', 'for="piece"')
    outcome = await run("devtools/workshop.json", base_url=workshop.url)
    assert failures(outcome) == []
    found = {each.step_id: each.locator for each in outcome.step_results}
    assert found["fill_in_part"] == 'text="Part"'
    assert found["fill_in_colour"] == "#colour"


@pytest.mark.feature("X26")
async def test_projects_of_selenium_ide_log_in_and_are_refused(run: Run, the_internet: Pages) -> None:
    file = "selenium-ide/single-suite.side"
    right = await run(file, test="valid credentials", base_url=the_internet.url, password="SuperSecretPassword!")
    assert failures(right) == []
    wrong = await run(file, test="valid credentials", base_url=the_internet.url, password="guessed")
    assert wrong.status is JobStatus.FAILED


@pytest.mark.feature("X26")
async def test_a_project_of_selenium_ide_works_in_several_windows(run: Run, the_internet: Pages) -> None:
    outcome = await run("selenium-ide/select-window.side", base_url=the_internet.url)
    assert failures(outcome) == []


@pytest.mark.feature("X26")
@pytest.mark.parametrize(
    "test",
    ["check", "select", "wait for element present", "confirmation dialog", "control flow if", "control flow else if",
     "control flow else", "control flow times", "control flow while", "control flow do", "execute script array",
     "execute script object", "store text"],
)  # fmt: skip
async def test_tests_of_selenium_ides_own_project_run(run: Run, the_internet: Pages, test: str) -> None:
    outcome = await run("selenium-ide/control-flow-suite.side", test=test, base_url=the_internet.url)
    assert failures(outcome) == []


@pytest.mark.feature("X26")
@pytest.mark.parametrize("test", ["send keys", "submit", "reuse"])
async def test_tests_that_type_a_password_get_it_from_the_job(run: Run, the_internet: Pages, test: str) -> None:
    outcome = await run(
        "selenium-ide/control-flow-suite.side",
        test=test,
        base_url=the_internet.url,
        password="SuperSecretPassword!",
    )
    assert failures(outcome) == []
