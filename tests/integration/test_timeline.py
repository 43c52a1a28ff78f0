"""The time machine over the API and on the command line: what a robot ran and how it stood, and a moment of it."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path

import pytest
from running_orchestrator import LOOK, eventually, job_with, robot_of, settings_in
from typer.testing import CliRunner

from orchestrator.app import Orchestrator
from orchestrator.cli.commands import app
from orchestrator.client.client import OrchestratorClient
from orchestrator.client.errors import RefusedError
from orchestrator.contract.api.jobs import SubmitRequest
from orchestrator.contract.api.timeline import TimelineView
from orchestrator.contract.errors import UserError
from orchestrator.contract.states import JobStatus


async def said(running: Orchestrator, *words: str) -> str:
    """What a command prints; commands have loops of their own, so it runs beside this one."""
    place = ("--connect", running.url, "--key", running.key)
    result = await asyncio.to_thread(CliRunner().invoke, app, [*words, *place])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.stdout


@pytest.mark.feature("X24")
async def test_what_a_robot_ran_is_seen_over_time_and_at_a_moment(tmp_path: Path) -> None:
    async with (
        Orchestrator.running(settings_in(tmp_path)) as running,
        OrchestratorClient(running.url, running.key) as client,
    ):
        async with robot_of(running) as robot:
            failed = await client.submit(SubmitRequest(definition=LOOK))
            await robot.finish(await robot.take_job(), error="The page is gone.")
            await job_with(client, failed.job_id, JobStatus.FAILED)
            runs = await client.submit(SubmitRequest(definition=LOOK))
            offer = await robot.take_job()
            waits = await client.submit(SubmitRequest(definition=LOOK))
            view = await eventually(client.timeline.over, _is_whole)
            now = await client.timeline.at(view.now)
            assert [run.job_id for run in now.running] == [runs.job_id]
            assert [wait.job_id for wait in now.waiting] == [waits.job_id] or now.waiting_count == 0
            assert [(each.job_id, each.error) for each in now.failed] == [(failed.job_id, "The page is gone.")]
            assert [(each.name, each.state, each.running) for each in now.robots] == [("anna", "online", 1)]
            chart = await said(running, "timeline")
            assert "anna" in chart
            assert "✗" in chart
            assert "2 runs" in chart
            assert TimelineView.model_validate(json.loads(await said(running, "timeline", "--json"))).lanes
            moment = await said(running, "timeline", "at", view.now.isoformat())
            assert "The page is gone." in moment
            await robot.finish(offer)
        with pytest.raises(RefusedError, match="from: it must lie before"):
            await client.timeline.over(view.now, view.since)
        with pytest.raises(RefusedError, match="at: this moment has not come yet"):
            await client.timeline.at(view.now + timedelta(days=1))
        with pytest.raises(UserError, match="moment: 'soon' is no moment"):
            await said(running, "timeline", "at", "soon")


def _is_whole(view: TimelineView) -> bool:
    """Changes of robots are written a moment after they happened."""
    lane = view.lanes[0] if view.lanes else None
    return lane is not None and [each.state for each in lane.stretches] == ["online"] and len(lane.runs) == 2
