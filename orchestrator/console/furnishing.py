"""What is built into the window's frame: the workbench, the details, the banner, all commands, the tray."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from orchestrator.console.action_groups import ActionGroups
from orchestrator.console.commands import CommandRegistry
from orchestrator.console.concerns import Concerns
from orchestrator.console.demo import Demo
from orchestrator.console.engine_link import EngineLink
from orchestrator.console.farewell import Farewell
from orchestrator.console.local_robots import LocalRobots
from orchestrator.console.notice_desk import NoticeDesk
from orchestrator.console.notifications import Courier, Notifications
from orchestrator.console.operations import Operations
from orchestrator.console.panels.detail import DetailPane
from orchestrator.console.panels.jobs import JobsPanel
from orchestrator.console.places import places
from orchestrator.console.rail_badges import RailBadges
from orchestrator.console.rooms import Rooms
from orchestrator.console.status_line import StatusLine
from orchestrator.console.store import ConsoleStore
from orchestrator.console.tasks import TaskOwner
from orchestrator.console.tray import Tray
from orchestrator.console.widgets.banner import Banner
from orchestrator.console.widgets.command_palette import CommandPalette
from orchestrator.console.widgets.side_by_side import SideBySide
from orchestrator.console.widgets.skeleton import StaleOverlay
from orchestrator.console.widgets.toast import ToastStack
from orchestrator.console.window import ConsoleWindow
from orchestrator.console.window_commands import WindowHands, register_window_commands
from orchestrator.console.workbench import Navigator, Workbench

_FOOT = ("window.theme", "window.language", "window.keys", "window.palette")


def furnish(
    window: ConsoleWindow,
    *,
    store: ConsoleStore,
    link: EngineLink,
    tasks: TaskOwner,
    clock: Callable[[], datetime],
    folder: Path,
) -> None:
    """Build everything into the frame, and open the room that is wanted.

    `folder` takes the state and the logs of robots that the window starts on this computer.
    """
    window.store = store
    window.toasts = ToastStack(window.theme, window)
    window.commands = CommandRegistry(window.theme, window)
    window.bench = _bench(window, link, tasks, clock, folder)
    _fill(window)
    _add_commands(window)
    _add_news(window)
    _connect(window)
    window.furnished()


def _bench(
    window: ConsoleWindow, link: EngineLink, tasks: TaskOwner, clock: Callable[[], datetime], folder: Path
) -> Workbench:
    store = window.store
    local = LocalRobots(folder, store=store, link=link, tasks=tasks, parent=window)
    return Workbench(
        store=store,
        concerns=Concerns(link, store, tasks, window),
        commands=window.commands,
        link=link,
        operations=Operations(link, tasks, window, window.toasts),
        tasks=tasks,
        theme=window.theme,
        settings=window.settings,
        navigator=Navigator(window),
        local=local,
        demo=Demo(local, store=store, link=link, tasks=tasks, parent=window),
        clock=clock,
    )


def _fill(window: ConsoleWindow) -> None:
    window.panels = Rooms(window.bench, window.stack)
    jobs = window.panels["jobs"]
    assert isinstance(jobs, JobsPanel)
    window.jobs = jobs
    window.detail = DetailPane(window.bench)
    window.banner = Banner(window.theme)
    window.column.insertWidget(0, window.banner)
    window.splitter.addWidget(window.detail)
    window.splitter.setStretchFactor(0, 3)
    window.splitter.setStretchFactor(1, 2)
    window.splitter.setSizes([680, 520])
    window.detail.hide()
    SideBySide(window.splitter, window.stack, window.detail).covered.connect(window.detail.take_keyboard)
    window.setStatusBar(StatusLine(window.theme, window.store, window.bench.clock, window))
    window.veil = StaleOverlay(window.theme, window.stack)
    sizes = window.settings.state("detail")
    if sizes is not None:
        window.splitter.restoreState(sizes)


def _add_commands(window: ConsoleWindow) -> None:
    bench = window.bench
    window.groups = ActionGroups(bench, window, window.jobs, window.toasts)
    window.palette_box = CommandPalette(window.theme, window.commands, window, lambda: places(bench))
    window.groups.search.serve_palette(window.palette_box)
    hands = WindowHands(
        window=window,
        open_palette=window.palette_box.open,
        focus_search=window.search,
        refresh=window.refresh,
        close_detail=window.detail.close_pane,
    )
    register_window_commands(bench, hands)
    for command_id in _FOOT:
        window.add_foot_button(command_id)
    window.foot.addStretch(1)


def _add_news(window: ConsoleWindow) -> None:
    store, concerns = window.store, window.bench.concerns
    window.farewell = Farewell(window.bench, window)
    window.notices = NoticeDesk(
        window.banner,
        store,
        farewell=window.farewell,
        watch=window.groups.watch,
        commands=window.commands,
        parent=window,
    )
    window.badges = RailBadges(window.rail, store, concerns, window)
    window.tray = Tray(window.windowIcon(), store, show=window.bring_back, leave=window.close, parent=window)
    window.tray.lost.connect(window.showMinimized)
    courier = Courier(window.tray.send, window)
    window.notifications = Notifications(store, concerns, courier, lambda: window.is_seen, window)


def _connect(window: ConsoleWindow) -> None:
    window.commands.set_context_source(window.context)
    window.commands.add_shortcuts(window)
    navigator = window.bench.navigator
    navigator.panel_wanted.connect(window.show_panel)
    navigator.part_wanted.connect(window.show_part)
    navigator.jobs_wanted.connect(window.show_jobs)
    navigator.detail_wanted.connect(window.open_detail)
    navigator.workflow_wanted.connect(window.groups.workflows.run)
    window.groups.serve(window.detail)
    window.detail.left.connect(window.take_keyboard)
    window.farewell.may_close.connect(window.leave)
    window.store.connection_changed.connect(window.tell_connection)
