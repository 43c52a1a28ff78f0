"""Schedules, triggers, settings and templates as a person operates them, against a real orchestrator."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from commands import Commands, Served, serving

ORDER = """
name: Order
variables:
  number: {type: integer, required: true}
steps:
  - {id: note, action: set, parameters: {value: "${{ variables.number }}"}}
"""


@pytest.fixture(scope="module")
def served(botswain: Commands, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("triggers")
    with serving(botswain, folder) as running:
        file = folder / "order.yaml"
        file.write_text(ORDER)
        inside = running.inside()
        assert inside("workflows", "save", file).code == 0
        yield inside


@pytest.mark.feature("W09", "X30")
def test_a_webhook_is_added_tried_called_paused_and_removed(served: Served) -> None:
    added = served(
        "triggers", "add", "orders", "-w", "Order", "--webhook", "--var", "number=${{ body.id }}", "--json"
    ).json  # fmt: skip
    tested = served("triggers", "test", "orders", "--body", '{"id": 7}')
    assert "number  7" in tested.out
    refused = served("triggers", "test", "orders", "--body", '{"id": "seven"}')
    assert (refused.code, "whole number" in refused.out) == (1, True)
    assert httpx.post(served.url + added["path"], json={"id": 7}, trust_env=False).status_code == 202
    assert "fired" in served("triggers", "show", "orders").out
    assert served("triggers", "pause", "orders").out.strip() == "orders is paused."
    assert "paused" in served("triggers", "list").out
    assert served("triggers", "resume", "orders").code == 0
    assert served("triggers", "remove", "orders").code == 0
    assert served("triggers", "show", "orders").refused("no trigger 'orders'")


def test_a_wrong_trigger_is_refused_in_one_sentence(served: Served) -> None:
    alone = served("triggers", "add", "t", "-w", "Order")
    assert alone.refused("exactly one of --after, --folder, --webhook and --queue")
    assert served("triggers", "add", "t", "-w", "Order", "--after", "Nothing").refused("no workflow 'Nothing'")
    assert served("triggers", "add", "t", "-w", "Order", "--after", "any", "--when", "jobs.id").refused("'jobs'")
    assert served("triggers", "add", "t", "-w", "Order", "--folder", "in").refused("absolute path")


@pytest.mark.feature("C19", "C20", "C21", "X09")
def test_a_schedule_is_added_shown_changed_and_removed(served: Served) -> None:
    added = served(
        "schedules", "add", "mornings", "-w", "Order", "--cron", "30 2 * * 1-5", "-z", "Europe/Berlin",
        "--var", "number=1", "--version", "1", "--starts", "2030-01-01T00:00", "--jitter", "60",
    )  # fmt: skip
    assert "Monday to Friday" in added.out
    shown = served("schedules", "show", "mornings", "-n", "3")
    assert all(word in shown.out for word in ("UTC", "IN ITS ZONE", "Tuesday", "2030-01-01 02:30"))
    changed = served("schedules", "change", "mornings", "--daily", "09:00", "--misfire", "all", "--version", "0")
    assert "At 09:00 every day, Europe/Berlin time, from 2030-01-01" in changed.out
    view = served("schedules", "show", "mornings", "--json").json["schedule"]
    assert (view["misfire_policy"], view["version"], view["variables"]) == ("all", None, {"number": 1})
    assert "not been due" in served("schedules", "history", "mornings").out
    assert served("schedules", "change", "mornings", "--var", "number=many").refused("whole number")
    assert served("schedules", "change", "mornings", "--misfire", "never").refused("misfire_policy")
    assert served("schedules", "remove", "mornings").code == 0


@pytest.mark.feature("O34", "D66")
def test_settings_change_while_it_runs_and_mistakes_change_nothing(served: Served) -> None:
    assert "director" in served("settings", "list").out
    assert {each["name"] for each in json.loads(served("settings", "--json").out)} >= {"max_queued", "keep_logs_days"}
    assert served("settings", "set", "max_queued=5", "debug=director,scheduler").code == 0
    assert served("settings", "get", "max_queued").out.strip() == "5"
    assert served("settings", "set", "max_queued=6", "max_chain_depth=none").refused("max_chain_depth")
    assert served("settings", "get", "max_queued").out.strip() == "5"
    assert served("settings", "set", "max_qeued=6").refused("Did you mean 'max_queued'")
    assert "1000000 again" in served("settings", "reset", "max_queued").out
    assert served("settings", "reset", "debug").code == 0


@pytest.mark.feature("D16", "D17")
def test_a_template_becomes_a_workflow_of_ones_own(served: Served) -> None:
    made = served("workflows", "from-template", "Order", "--name", "Order 12", "--var", "number=12")
    assert "Order 12 is stored" in made.out
    shown = served("workflows", "show", "Order 12", "--json").json
    assert shown["definition"]["variables"]["number"]["default"] == 12
    assert served("submit", "Order 12").code == 0
    wrong = served("workflows", "from-template", "Order", "--name", "x", "--var", "number=many")
    assert wrong.refused("whole number")


@pytest.mark.feature("D18", "D25")
def test_the_same_submit_within_the_time_is_one_job(served: Served) -> None:
    line = ("submit", "Order", "--var", "number=3", "--deduplicate", "600", "--json")
    first, again = served(*line).json, served(*line).json
    assert first["job_id"] == again["job_id"]


@pytest.mark.feature("D60")
def test_the_spread_of_sessions_is_shown(served: Served) -> None:
    assert "No robot is connected" in served("sessions").out
    assert served("sessions", "--json").json["total_sessions"] == 0


def test_a_file_that_came_with_a_trigger_is_no_secret(served: Served, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    added = served(
        "triggers", "add", "inbox", "-w", "Order", "--folder", str(folder), "--var", "number=${{ file.size }}"
    )  # fmt: skip
    assert f"appears in {folder}" in added.out
    assert served("triggers", "remove", "inbox").code == 0
