"""The wall shows what every run's browser shows while it is seen, and lets a person take one over."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager

import pytest
from PySide6.QtWidgets import QApplication
from scripted_engine import ScriptedEngine
from scripted_live import COLOURS

from orchestrator.console.panels import wall as wall_module
from orchestrator.console.panels.wall import WallPanel, wall_grid
from orchestrator.console.window import ConsoleWindow
from orchestrator.contract.api.common import ErrorBody
from orchestrator.contract.states import JobStatus

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
Wait = Callable[..., Awaitable[None]]
Opener = Callable[[], AbstractAsyncContextManager[ConsoleWindow]]


async def wall_of(window: ConsoleWindow, wait_until: Wait) -> WallPanel:
    window.show_panel("wall")
    panel = window.current_panel
    assert isinstance(panel, WallPanel)
    await wait_until(lambda: panel.tiles and all(not each.picture.image.isNull() for each in panel.tiles.values()))
    return panel


@pytest.mark.feature("X03")
async def test_the_wall_has_a_tile_with_a_picture_for_every_run_and_rests_when_nobody_looks(
    open_window: Opener, engine: ScriptedEngine, wait_until: Wait
) -> None:
    async with open_window() as window:
        assert engine.wall.watchers == 0, "nothing is asked for before somebody looks"
        panel = await wall_of(window, wait_until)
        shown = [job for job in engine.fleet.jobs.values() if job.status in {"running", "waiting_for_human"}]
        assert list(panel.tiles) == [job.job_id for job in shown]
        _, height = wall_grid(len(shown), panel._stack.width(), panel._stack.height())
        assert {tile.picture.height() for tile in panel.tiles.values()} == {height}, "as large as the place allows"
        first = next(iter(panel.tiles.values()))
        assert abs(first.picture.image.pixelColor(100, 100).green() - int(COLOURS[0][3:5], 16)) < 8
        assert f"{len(shown)} runs on" in panel.total.text()
        window.show_panel("jobs")
        await wait_until(lambda: engine.wall.watchers == 0)


@pytest.mark.feature("X03")
async def test_a_run_that_ends_leaves_the_wall(open_window: Opener, engine: ScriptedEngine, wait_until: Wait) -> None:
    async with open_window() as window:
        panel = await wall_of(window, wait_until)
        job_id = next(iter(panel.tiles))
        engine.change_job(job_id, status=JobStatus.COMPLETED)
        engine.call(lambda: engine.wall.stir(job_id))
        await wait_until(lambda: job_id not in panel.tiles)


@pytest.mark.feature("X04")
async def test_a_run_is_taken_over_in_the_live_page_and_handed_back_from_its_tile(
    open_window: Opener, engine: ScriptedEngine, wait_until: Wait, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages: list[str] = []

    def show_page(url: str) -> bool:
        pages.append(url)
        return len(pages) < 3

    monkeypatch.setattr(wall_module, "show_page", show_page)
    async with open_window() as window:
        panel = await wall_of(window, wait_until)
        job_id, tile = next(iter(panel.tiles.items()))
        tile.open_button.click()
        await wait_until(lambda: len(pages) == 1)
        assert engine.wall.holders == {}
        tile.take_button.click()
        await wait_until(lambda: len(pages) == 2)
        assert engine.wall.holders == {job_id: "console"}
        assert [each.partition("#")[2] for each in pages] == [job_id, f"{job_id}~take"]
        await wait_until(lambda: tile.give_button.isVisible() and not tile.take_button.isVisible())
        tile.give_button.click()
        await wait_until(lambda: engine.wall.holders == {})
        await wait_until(tile.take_button.isVisible)
        tile.open_button.click()
        await wait_until(lambda: len(pages) == 3)
        assert window.toasts.toasts[-1].text.text.startswith("No browser could be opened.")
        assert QApplication.clipboard().text() == pages[-1]


async def test_what_cannot_be_taken_over_says_why(
    open_window: Opener, engine: ScriptedEngine, wait_until: Wait
) -> None:
    async with open_window() as window:
        panel = await wall_of(window, wait_until)
        job_id, tile = next(iter(panel.tiles.items()))
        engine.refuse[f"POST /jobs/{job_id}/take-over"] = ErrorBody(code="conflict", message="anna has it.")
        tile.take_button.click()
        await wait_until(lambda: any("anna has it." in each.text.detail for each in window.toasts.toasts))
