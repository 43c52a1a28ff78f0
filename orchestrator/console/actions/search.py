"""Searching everything: in a sheet of its own, and at the end of the command palette; and going to what was found."""

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QWidget

from orchestrator.console.commands import Command
from orchestrator.console.dialogs.search import SearchSheet, as_typed
from orchestrator.console.search_rows import row_of
from orchestrator.console.widgets.command_palette import CommandPalette, Jump
from orchestrator.console.words import tr
from orchestrator.console.workbench import Workbench
from orchestrator.contract.api.search import SearchHit, SearchKind

_IN_PALETTE = (SearchKind.JOBS, SearchKind.ERRORS, SearchKind.LOGS)
_OF_EACH_KIND = 4
_MOST_LETTERS, _LEAST_LETTERS = 66, 20
"""Of a line in the palette, and of what was found in it."""
_TASK = "search.palette"


class SearchActions:
    """Registers the command, and holds what it does."""

    def __init__(self, bench: Workbench, window: QWidget) -> None:
        self._bench, self._window = bench, window
        self._show_job_line: Callable[[int], None] = _nowhere
        self._show_robot_line: Callable[[int], None] = _nowhere
        bench.commands.register(
            Command(
                id="window.search_everything",
                title=tr("Search everything"),
                run=lambda _: self._open_empty(),
                shortcut="Ctrl+Shift+K",
                icon="search",
                keywords="find log lines errors jobs",
            )
        )

    def serve(self, *, job_line: Callable[[int], None], robot_line: Callable[[int], None]) -> None:
        """What shows a line of the log of the job, or of the robot, that is open."""
        self._show_job_line, self._show_robot_line = job_line, robot_line

    def open(self, text: str = "") -> SearchSheet:
        """The sheet, with these words in it."""
        sheet = SearchSheet(self._bench, self.show, self._window)
        sheet.open()
        if text:
            sheet.search_for(text)
        return sheet

    def _open_empty(self) -> None:
        self.open()

    def show(self, hit: SearchHit) -> None:
        """Go to what was found; of a log line, to its place in the log."""
        navigator = self._bench.navigator
        if hit.kind is SearchKind.WORKFLOWS:
            navigator.show_part("workflows", hit.workflow_id or "")
        elif hit.job_id is not None:
            navigator.open_job(hit.job_id)
            if hit.line is not None:
                self._show_job_line(hit.line)
        elif hit.robot_id is not None:
            navigator.open_robot(hit.robot_id)
            if hit.line is not None:
                self._show_robot_line(hit.line)

    def serve_palette(self, palette: CommandPalette) -> None:
        """Find for the palette what it cannot know by itself."""
        palette.wanted.connect(partial(self._find_for, palette))

    def _find_for(self, palette: CommandPalette, text: str) -> None:
        if self._bench.store.is_connected:
            self._bench.tasks.start(self._find(palette, text), key=_TASK)

    async def _find(self, palette: CommandPalette, text: str) -> None:
        client = self._bench.link.client
        answer = await client.search.find(as_typed(text), kinds=_IN_PALETTE, limit=_OF_EACH_KIND)
        found = [self._jump(hit, number) for group in answer.groups for number, hit in enumerate(group.hits)]
        whole = Jump(
            key="search:everything",
            title=tr("Search everything for “{text}”", text=text),
            icon="search",
            run=partial(self.open, text),
            note="Ctrl+Shift+K",
        )
        palette.show_found(text, [*found, whole])

    def _jump(self, hit: SearchHit, number: int) -> Jump:
        row = row_of(hit, self.show)
        start = max(0, hit.marks[0][0] - 12) if hit.marks else 0
        room = max(_LEAST_LETTERS, _MOST_LETTERS - len(hit.title) - len(row.state))
        piece = hit.excerpt[start : start + room].strip()
        words = f"{'…' if start else ''}{piece}{'…' if start + room < len(hit.excerpt) else ''}"
        return Jump(
            key=f"found:{hit.kind}:{number}",
            title=f"{hit.title}: {words}" if words else hit.title,
            icon=row.icon,
            run=partial(self.show, hit),
            note=row.state,
        )


def _nowhere(_: int) -> None:
    """Until there is a pane."""
