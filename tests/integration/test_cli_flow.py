"""Limits, breakers and the order of jobs from the command line, against a real orchestrator."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from orchestrator.app import Orchestrator
from orchestrator.cli.commands import app
from orchestrator.contract.errors import UserError

WORKFLOW = """
name: Keyed
concurrency: {key: "site:example.org", limit: 2}
steps:
  - {id: a, action: log, parameters: {message: "hello"}}
"""
Command = Callable[..., Awaitable[Result]]


@pytest.fixture
def botswain_at(orchestrator: Orchestrator, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Runs a command beside the orchestrator's loop, in a thread with a loop of its own."""
    monkeypatch.setenv("BOTSWAIN_URL", orchestrator.url)
    monkeypatch.setenv("BOTSWAIN_KEY", orchestrator.key)
    monkeypatch.setenv("COLUMNS", "200")

    async def run(*words: str) -> Result:
        return await asyncio.to_thread(lambda: CliRunner().invoke(app, words))

    return run


@pytest.mark.feature("X01", "X17", "X21", "O27")
async def test_a_waiting_job_is_explained_moved_and_its_keys_are_limited(botswain_at: Command, tmp_path: Path) -> None:
    file = tmp_path / "keyed.yaml"
    await asyncio.to_thread(file.write_text, WORKFLOW)
    assert (await botswain_at("breakers", "open", "site:example.org", "--reason", "They move house.")).exit_code == 0
    assert isinstance((await botswain_at("submit", str(file), "--concurrency", "")).exception, UserError)
    submitted = await botswain_at("submit", str(file), "--concurrency", "login:anna", "--json")
    job_id = json.loads(submitted.stdout)["job_id"]
    why = await botswain_at("why", job_id)
    assert "The breaker of site:example.org is open until somebody closes it: They move house." in why.stdout
    assert "botswain breakers close site:example.org" in why.stdout
    assert "cannot be said" in why.stdout
    assert "open" in (await botswain_at("breakers")).stdout
    closed = await botswain_at("breakers", "close", "site:example.org")
    assert closed.stdout.startswith("The breaker of site:example.org is closed.")
    limited = await botswain_at("limits", "set", "site:example.org", "--at-once", "4", "--per-second", "30/min")
    assert limited.stdout == "site:example.org: 4 at once, 0.5 starts per second.\n"
    limits = json.loads((await botswain_at("limits", "--json")).stdout)
    assert {each["key"]: (each["at_once"], each["per_second"]) for each in limits} == {
        "login:anna": (1, None),
        "site:example.org": (4, 0.5),
    }
    assert "site:example.org" in (await botswain_at("limits")).stdout
    assert (await botswain_at("limits", "remove", "site:example.org")).exit_code == 0
    assert "high priority" in (await botswain_at("priority", job_id, "high")).stdout
    assert "rest" not in (await botswain_at("estimate", "Keyed")).stdout


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("limits", "set", "k", "--at-once", "zero"), "--at-once: a limit is a whole number"),
        (("limits", "set", "k", "--per-second", "soon"), "--per-second: 'soon' is no rate"),
    ],
)
async def test_what_cannot_be_a_limit_is_said_in_one_sentence(
    botswain_at: Command, words: tuple[str, ...], message: str
) -> None:
    refused = await botswain_at(*words)
    assert isinstance(refused.exception, UserError)
    assert message in str(refused.exception)
