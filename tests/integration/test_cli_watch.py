"""The commands about what went wrong, against a served orchestrator."""

import json
from collections.abc import Iterator
from pathlib import Path
from select import select
from typing import Any

import pytest
from commands import Commands, Served, serving
from typer.testing import CliRunner, Result

from orchestrator.cli.commands import app
from orchestrator.client.errors import RefusedError
from orchestrator.contract.errors import UserError

WAITS = "name: Waits\nsteps: [{id: a, action: log, parameters: {message: Hello.}}]\n"


@pytest.fixture(scope="module")
def served(botswain: Commands, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(botswain, tmp_path_factory.mktemp("watch")) as running:
        yield running


def say(served: Served, *words: str) -> Result:
    """The command in this process: starting one for each would take longer than all of them."""
    result = CliRunner().invoke(app, [*words, "--data-dir", str(served.folder)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def told(served: Served, *words: str) -> Any:
    return json.loads(say(served, *words, "--json").stdout)


@pytest.mark.feature("C91", "E42")
def test_rules_and_thresholds_are_set_as_pairs_and_mistakes_name_the_field(served: Served) -> None:
    rules = told(served, "alerts", "set", "backlog_warning=7", "muted=cpu,memory")
    assert (rules["backlog_warning"], rules["muted"]) == (7, ["cpu", "memory"])
    assert told(served, "alerts", "set", "muted=off")["muted"] == []
    assert "backlog_warning" in say(served, "alerts", "rules").stdout
    for words, complaint in (
        (("alerts", "set", "backlog=7"), "the names are muted, robot_gone_after_s"),
        (("alerts", "set", "backlog_warning=many"), "backlog_warning: Input should be a valid integer"),
        (("resources", "set", "cpu_warning"), "write it as NAME=VALUE"),
        (("notices", "limit", "nightly", "often"), "neither `off` nor a number"),
    ):
        with pytest.raises(UserError, match=complaint):
            say(served, *words)
    with pytest.raises(RefusedError, match="cpu_warning"):
        say(served, "resources", "set", "cpu_warning=0.99")
    assert told(served, "resources", "set", "interval-s=10")["interval_s"] == 10.0
    assert not told(served, "resources", "stop")["enabled"]
    assert told(served, "resources", "start")["enabled"]


@pytest.mark.feature("X02", "X08", "X25", "W32")
def test_everything_that_may_be_wrong_can_be_looked_at(served: Served) -> None:
    assert "Nothing is switched off." in say(served, "notices").stdout
    assert "Nothing happened while nobody was there." in say(served, "away").stdout
    assert "Every run moves." in say(served, "stalls").stdout
    (policy,) = told(served, "stalls", "set", "*", "note_after_s=60", "screenshot_after_s=off", "cancel_after_s=600")
    assert (policy["screenshot_after_s"], policy["cancel_after_s"]) == (None, 600.0)
    assert "10 min 00 s" in say(served, "stalls", "policies").stdout
    assert told(served, "stalls", "reset", "*")[0]["cancel_after_s"] is None
    assert "host" in say(served, "resources").stdout
    assert "memory" in say(served, "resources", "history", "--hours", "0.5").stdout
    health = say(served, "health")
    assert (health.exit_code, "dispatcher" in health.stdout) == (0, True)
    now = {alert["alert_id"] for alert in told(served, "alerts")}
    assert now <= {alert["alert_id"] for alert in told(served, "alerts", "--all")}


@pytest.mark.feature("E61", "W35")
def test_events_are_followed_line_by_line_as_json(served: Served, tmp_path: Path) -> None:
    (tmp_path / "waits.yaml").write_text(WAITS)
    arguments = ("events", "--follow", "--topic", "jobs.*", "--json", "--data-dir", served.folder)
    with served.commands.started(*arguments) as following:
        assert following.stdout is not None
        line = None
        while line is None:  # what happens before the stream has begun is in no line of it
            job = told(served, "submit", str(tmp_path / "waits.yaml"))
            say(served, "cancel", job["job_id"])
            if select([following.stdout], [], [], 0.5)[0]:
                line = json.loads(following.stdout.readline())
    assert line["name"] in {"jobs.queued", "jobs.cancelled"}
    assert line["data"]["workflow_name"] == "Waits"
    lately = say(served, "events", "--limit", "5").stdout
    assert "job.cancelled" in lately
