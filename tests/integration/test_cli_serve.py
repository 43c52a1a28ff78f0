"""A running `botswain serve`, and the commands that speak to it; no robot is needed for these."""

import json
import signal
import socket
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from commands import Commands, Served, serving
from sqlite_template import with_tables

WORKFLOW = """
name: {name}
variables:
  site: {{type: string, required: true}}
  most: {{type: integer, default: 3}}
steps:
  - {{id: a, action: log, parameters: {{message: "${{{{ site }}}}"}}}}
"""


@pytest.fixture(scope="module")
def served(botswain: Commands, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(botswain, tmp_path_factory.mktemp("served")) as running:
        yield running.inside()


@pytest.fixture
def started(served: Served) -> Served:
    """The same orchestrator, and commands as processes of their own."""
    return replace(served, is_inside=False)


@pytest.fixture
def workflow(served: Served, tmp_path: Path) -> str:
    """A stored workflow with a name of its own."""
    name = f"Workflow {tmp_path.name}"
    file = tmp_path / "workflow.yaml"
    file.write_text(WORKFLOW.format(name=name))
    assert served("workflows", "save", file).code == 0
    return name


@pytest.mark.feature("C05", "C06", "C07")
def test_a_job_is_submitted_watched_cancelled_and_submitted_again(started: Served, workflow: str) -> None:
    said = started("submit", workflow, "--var", "site=http://x", "--priority", "high", "--json")
    job = said.json
    assert (job["status"], job["priority"]) == ("queued", "high")
    short = job["job_id"][-10:]
    detail = started("job", short, "--json").json
    assert detail["variables"]["site"] == "http://x"
    assert [each["job_id"] for each in started("jobs", "--workflow", workflow, "--json").json["items"]] == [
        job["job_id"]
    ]
    assert "robot" in started("why", short).out
    assert "cancelled" in started("cancel", short, "--reason", "not needed").out
    assert started("job", short, "--json").json["job"]["status"] == "cancelled"
    assert "queued" in started("retry", short).out


def test_a_repeat_with_the_same_key_gives_the_first_job(served: Served, workflow: str) -> None:
    line = ("submit", workflow, "--var", "site=x", "--idempotency-key", "once", "--json")
    assert served(*line).json["job_id"] == served(*line).json["job_id"]


def test_a_job_for_later_waits_and_says_so(served: Served, workflow: str) -> None:
    job = served("submit", workflow, "--var", "site=x", "--at", "2099-01-01T09:00", "--json").json
    assert (job["status"], job["not_before"][:16]) == ("pending", "2099-01-01T09:00")
    assert "2099" in served("why", job["job_id"]).out


def test_a_wrong_order_is_refused_in_words(served: Served, workflow: str) -> None:
    assert served("submit", workflow, "--var", "most=many").refused("most", "whole number")
    assert served("submit", workflow).refused("site")
    assert served("submit", "No such workflow").refused("No such workflow")
    assert served("submit", "none.yaml").refused("none.yaml")
    assert served("submit", workflow, "--var", "site=x", "--at", "soon").refused("--at", "soon")
    assert served("job", "0000000000").refused("0000000000")
    assert served("jobs", "--status", "sleeping").refused("--status")
    assert served("robot", "nobody").refused("nobody")


@pytest.mark.feature("C19", "C20", "C22", "C23", "C24")
def test_a_schedule_is_previewed_added_paused_resumed_run_and_removed(served: Served, workflow: str) -> None:
    rule = ("--workflow", workflow, "--cron", "0 9 * * 1-5", "-z", "Europe/Berlin", "--var", "site=http://x")
    preview = served("schedules", "add", "mornings", *rule, "--dry-run", "--json").json
    assert preview["schedule"] is None
    assert len(preview["preview"]["fires"]) == 5
    added = served("schedules", "add", "mornings", *rule)
    assert added.code == 0
    assert "09:00" in added.out
    listed = served("schedules", "list", "--json").json
    assert [(each["name"], each["enabled"], bool(each["next_run_at"])) for each in listed] == [("mornings", True, True)]
    assert "paused" in served("schedules", "pause", "mornings").out
    assert served("schedules", "show", "mornings", "--json").json["schedule"]["enabled"] is False
    assert "next at" in served("schedules", "resume", "mornings").out
    assert served("schedules", "run", "mornings", "--json").json["workflow_name"] == workflow
    assert served("schedules", "remove", "mornings").code == 0
    assert served("schedules", "list", "--json").json == []


def test_a_wrong_schedule_is_refused_in_words(served: Served, workflow: str) -> None:
    assert served("schedules", "add", "s", "-w", workflow, "--cron", "0 9 * *").refused("cron")
    assert served("schedules", "add", "s", "-w", workflow).refused("exactly one")
    assert served("schedules", "add", "s", "-w", workflow, "--daily", "09:00", "-z", "Berlin").refused("Europe/Berlin")
    assert served("schedules", "remove", "nothing").refused("nothing")


def test_workflows_are_listed_shown_and_removed(served: Served, workflow: str) -> None:
    assert workflow in [each["name"] for each in served("workflows", "list", "--json").json]
    assert "required" in served("workflows", "show", workflow).out
    assert f"name: {workflow}" in served("workflows", "show", workflow, "--yaml").out
    assert served("workflows", "remove", workflow).code == 0
    assert served("workflows", "show", workflow).refused(workflow)


@pytest.mark.feature("C10")
def test_figures_activity_robots_and_enrolment_are_told(served: Served) -> None:
    assert served("metrics", "--json").json["dashboard"]["online_robots"] == 0
    assert "online" in served("metrics").out
    assert served("activity", "--json").code == 0
    assert served("robots", "--json").json == []
    assert "botswain enrol" in served("robots").out
    command = served("enrol").out
    assert "botswain-robot run --connect ws://127.0.0.1:" in command
    assert (served.folder / "robot.token").read_text().strip() in command


def test_the_address_may_come_by_option_or_environment(botswain: Commands, served: Served) -> None:
    key = (served.folder / "client.key").read_text().strip()
    authority = served.url.removeprefix("http://")
    assert botswain.inside("jobs", "--connect", authority, "--key", key).code == 0
    assert botswain.inside("--connect", served.url, "--key", key, "jobs").code == 0
    assert botswain("jobs", env={"BOTSWAIN_URL": served.url, "BOTSWAIN_KEY": key}).code == 0


def test_a_wrong_address_and_a_wrong_key_say_what_to_do(botswain: Commands, served: Served) -> None:
    assert botswain("jobs").refused("botswain serve")
    assert botswain.inside("jobs", "--connect", served.url, "--key", "wrong").refused("key", "--key")
    assert botswain.inside("jobs", "--connect", served.url).refused("--key")
    assert botswain.inside("jobs", "--connect", "ftp://x", "--key", "k").refused("--connect")
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    assert botswain.inside("jobs", "--connect", f"127.0.0.1:{port}", "--key", "k").refused("Nobody answers", str(port))


def test_a_taken_port_and_a_held_database_are_told(botswain: Commands, served: Served, tmp_path: Path) -> None:
    port = served.url.rsplit(":", 1)[1]
    assert botswain("serve", "--port", port, "--data-dir", tmp_path).refused(port)
    assert botswain("serve", "--port", "0", "--data-dir", served.folder).refused("Another orchestrator")


def test_settings_that_cannot_be_are_told(botswain: Commands, tmp_path: Path) -> None:
    assert botswain("serve", "--host", "0.0.0.0", "--data-dir", tmp_path).refused("--insecure")
    assert botswain.inside("serve", "--port", "70000", "--data-dir", tmp_path).refused("port")
    assert botswain.inside("serve", "--database", "oracle:///x", "--data-dir", tmp_path).refused("sqlite:///")
    assert botswain.inside("serve", "--load-balancing", "best", "--data-dir", tmp_path).refused("load_balancing")
    blocked = tmp_path / "file"
    blocked.write_text("")
    assert botswain.inside("serve", "--data-dir", blocked / "below").refused(str(blocked))


def test_a_database_of_a_newer_program_is_left_alone(botswain: Commands, tmp_path: Path) -> None:
    with sqlite3.connect(with_tables(tmp_path / "botswain.db")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    assert botswain("serve", "--port", "0", "--data-dir", tmp_path).refused("newer")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_well_and_nothing_is_lost(botswain: Commands, tmp_path: Path, number: signal.Signals) -> None:
    folder = tmp_path / number.name
    with serving(botswain, folder) as running:
        inside = running.inside()
        assert inside("workflows", "save", "job-discovery").code == 0
        job = inside("submit", "Job Discovery", "--var", "site=http://x", "--json").json
        assert json.loads((folder / "endpoint.json").read_text())["url"] == running.url
        running.process.send_signal(number)
        _, err = running.process.communicate(timeout=30)
    assert (running.process.returncode, err) == (0, "")
    assert not (folder / "endpoint.json").exists()
    with serving(botswain, folder) as again:
        assert again.inside()("job", job["job_id"], "--json").json["job"]["status"] == "queued"
