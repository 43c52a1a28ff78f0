"""Several pools of one robot: chosen by name or by provider, told and ended as one."""

from pathlib import Path
from typing import Any

import pytest
from foreign_browser import foreign_browser
from loopback_browserbase import KEY, loopback_browserbase

from orchestrator.contract.errors import ErrorKind
from orchestrator.contract.results import LogLevel
from robot.actions.job_actions import JobActions
from robot.browser.pool_settings import make_pools
from robot.browser.pools import SessionPools
from robot.doctor import Surroundings, examine
from robot.errors import ActionError, RobotSetupError
from robot.settings import RobotSettings, load_settings
from robot.status import pool_line
from robot.workflow.ports import ActionCall


def pools_of(settings: RobotSettings, folder: Path) -> SessionPools:
    return make_pools(
        settings.pools, first=settings.default_pool, folder=folder, browser=None, robot="robot-1", instance="life-1"
    )


@pytest.mark.feature("D67", "O24", "O30")
async def test_a_run_takes_sessions_from_the_pool_that_it_names(tmp_path: Path) -> None:
    with foreign_browser(tmp_path / "profile") as somebodys, loopback_browserbase(tmp_path / "service") as service:
        written = tmp_path / "robot.toml"
        written.write_text(f"""
            [pools.local]
            max_browsers = 1
            [pools.lab]
            provider = "cdp"
            endpoint = {{env = "LAB"}}
            [pools.cloud]
            provider = "browserbase"
            service = {{api_key = "{KEY}", base_url = "{service.url}"}}
        """)
        pools = pools_of(load_settings(written, {"LAB": somebodys.http_url}), tmp_path)
        await pools.start()
        lines: list[tuple[str, dict[str, Any]]] = []

        def log(level: LogLevel, message: str, *, step_id: str | None = None, **fields: Any) -> None:
            lines.append((message, fields))

        actions = JobActions(pools.for_run("lab"), tmp_path / "job", log=log)
        await actions.perform(ActionCall(step_id="a", action="goto", parameters={"url": "about:blank"}, timeout_s=30))
        opened: dict[str, Any] = {"name": "far", "provider": "browserbase"}
        await actions.perform(ActionCall(step_id="b", action="session.open", parameters=opened, timeout_s=30))
        lent = {each.name: each.lent for each in pools.figures()}
        assert lent == {"local": 0, "lab": 1, "cloud": 1}
        assert [fields.get("session_id") for _, fields in lines] == ["session-1"]
        assert "https://live.example/session-1" in lines[0][0]
        await actions.close()
        assert service.running() == []
        with pytest.raises(ActionError, match="no pool 'moon'") as caught:
            await pools.for_run("moon").lease("job-2")
        assert caught.value.info.kind is ErrorKind.BAD_WORKFLOW
        assert pool_line(pools.figures()[1]).startswith("Sessions of lab (cdp): 0 lent and 0 ready of at most 4;")
        assert pools.leaked == 0
        assert await pools.close() == 0


@pytest.mark.feature("O09", "O35")
@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[pools.a]\nprovider = 'moon'", "pools.a"),
        ("[pools.a]\nmin_sessions = -1", "pools.a.min_sessions"),
        ("[pools.a]\nprovider = 'cdp'\nendpoint = 'nowhere'", "pools.a.endpoint: write it like http"),
        ("[pools.a]\nbrowser = {env = 'NO_SUCH'}", "pools.a.browser: the variable NO_SUCH is not set"),
        ("[pools.a]\nbrowser = {file = 'no-such'}", "pools.a.browser: .*no-such cannot be read"),
        ("default_pool = 'b'\n[pools.a]", "there is no pool 'b'; there are a"),
        ("[ai]\nmodel = 'm'\nbase_url = 'localhost'", "ai.base_url"),
        ("[[", "is no TOML"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, text: str, problem: str) -> None:
    written = tmp_path / "robot.toml"
    written.write_text(text)
    with pytest.raises(RobotSetupError, match=problem):
        load_settings(written, {})


def test_keys_in_settings_are_never_told(tmp_path: Path) -> None:
    written = tmp_path / "robot.toml"
    written.write_text("[pools.a]\nprovider = 'browserbase'\nservice = {api_key = 'hush-hush', region = 'moon'}")
    with pytest.raises(RobotSetupError) as caught:
        load_settings(written, {})
    assert "hush-hush" not in str(caught.value)


def test_without_a_file_there_is_one_pool_of_this_machines_browsers() -> None:
    settings = load_settings(None, {})
    assert list(settings.pools) == ["local"]
    assert settings.capabilities == ("provider:local",)


@pytest.mark.feature("O09")
async def test_the_doctor_tries_every_pool(tmp_path: Path) -> None:
    settings = tmp_path / "robot.toml"
    around = Surroundings(state_folder=tmp_path / "state", settings_file=settings)
    with foreign_browser(tmp_path / "profile") as somebodys:
        settings.write_text(f"[pools.lab]\nprovider = 'cdp'\nendpoint = '{somebodys.http_url}'")
        found = {each.subject: each for each in await examine(around)}
    assert found["pools"].is_good, found["pools"].text
    settings.write_text("[pools.lab]\nprovider = 'cdp'\nendpoint = 'http://127.0.0.1:9'")
    (pools,) = [each for each in await examine(around) if each.subject == "pools"]
    assert not pools.is_good
    assert "cannot be reached" in pools.text
