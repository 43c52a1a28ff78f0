"""What stays of a demo, because a schedule uses it, works again during the next one."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
from scripted_engine import ScriptedEngine

from orchestrator.console.demo import Demo, DemoState
from orchestrator.console.demo_notes import DemoNotes, read_notes
from orchestrator.console.window import ConsoleWindow
from orchestrator.contract.api.schedules import ScheduleRequest, ScheduleRule
from orchestrator.fleet.demo_orders import DISCOVERY, SUBMISSION
from orchestrator.fleet.demo_site import DemoSite

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
Wait = Callable[..., Awaitable[None]]
Opener = Callable[[], AbstractAsyncContextManager[ConsoleWindow]]

DAILY = ScheduleRule(cron_expression="0 6 * * *")


async def test_the_next_demo_writes_its_address_into_what_a_schedule_kept(
    open_window: Opener, engine: ScriptedEngine, wait_until: Wait, tmp_path: Path
) -> None:
    notes = tmp_path / "demo.json"
    async with open_window() as window:
        first = await bring(window, "http://127.0.0.1:1111", wait_until)
        kept = first[DISCOVERY]
        await window.bench.link.client.add_schedule(ScheduleRequest(name="Nightly", workflow=kept, rule=DAILY))
        await wait_until(lambda: any(each.workflow_id == kept for each in window.store.schedules.values()))
        await end(window.bench.demo, wait_until)
        await wait_until(lambda: first[SUBMISSION] not in window.store.workflows)
        assert window.store.workflows[kept].name == "Job Discovery (demo)", "there is one of the first name already"
        assert read_notes(notes).stays == {kept: 1}
    async with open_window() as window:
        second = await bring(window, "http://127.0.0.1:2222", wait_until)
        assert second[DISCOVERY] == kept
        assert "http://127.0.0.1:2222" in engine.desk.sources[kept]
        assert not [each for each in window.store.workflows.values() if "(demo 2)" in each.name]
        await end(window.bench.demo, wait_until)
        assert read_notes(notes).stays == {kept: 2}
        schedule = next(each for each in window.store.schedules.values() if each.workflow_id == kept)
        await window.bench.link.client.remove_schedule(schedule.schedule_id)
        await wait_until(lambda: schedule.schedule_id not in window.store.schedules)
        await bring(window, "http://127.0.0.1:3333", wait_until)
        await end(window.bench.demo, wait_until)
        await wait_until(lambda: kept not in window.store.workflows)
        assert not notes.exists()


async def test_what_somebody_changed_since_is_not_written_over(open_window: Opener, wait_until: Wait) -> None:
    async with open_window() as window:
        client = window.bench.link.client
        mine = next(each for each in window.store.workflows.values() if each.name == "Job Discovery")
        other = await client.save_workflow("name: Job Discovery (demo)\nsteps: []\n")
        await wait_until(lambda: {mine.workflow_id, other.workflow_id} <= window.store.workflows.keys())
        window.bench.demo._left = DemoNotes(stays={mine.workflow_id: 0})
        brought = await bring(window, "http://127.0.0.1:1111", wait_until)
        assert window.store.workflows[brought[DISCOVERY]].name == "Job Discovery (demo 2)"
        await end(window.bench.demo, wait_until)
        assert {mine.workflow_id, other.workflow_id} <= window.store.workflows.keys()


async def bring(window: ConsoleWindow, url: str, wait_until: Wait) -> dict[str, str]:
    """The demo's workflows, as if its site were there; ids by the samples' names."""
    site = DemoSite(url=url, pid=0)
    demo, client = window.bench.demo, window.bench.link.client
    brought = await demo._bring_workflows(client, site, (DISCOVERY, SUBMISSION))
    numbers = demo._left.workflows
    known = window.store.workflows
    await wait_until(lambda: all(each in known and known[each].number == numbers[each] for each in numbers))
    demo._become(DemoState.SHOWN)
    return brought


async def end(demo: Demo, wait_until: Wait) -> None:
    """As the button does."""
    demo.end()
    await wait_until(lambda: demo.state is DemoState.OFF)
