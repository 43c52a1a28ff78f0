"""The wall: a live tile for each run; it asks for pictures only while it is seen."""

from contextlib import aclosing

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication, QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QScrollArea, QStackedWidget, QWidget

from orchestrator.client.client import OrchestratorClient
from orchestrator.client.live import LiveFrame
from orchestrator.console.operations import Operation, reason_of
from orchestrator.console.panels.base import Panel
from orchestrator.console.store import Kind
from orchestrator.console.theme.tokens import SPACE_L, Tone
from orchestrator.console.widgets.empty_state import EmptyState, EmptyText
from orchestrator.console.widgets.labels import label
from orchestrator.console.widgets.live_tile import LEAST_PICTURE, PICTURE_SHAPE, TILE_FRAME, LiveTile
from orchestrator.console.words import counted, tr
from orchestrator.console.workbench import Workbench
from orchestrator.contract.api.live import GoneView, HandedBackView, LookView, PassView
from orchestrator.contract.live import THUMBNAIL

_WATCH = "wall.watch"
_TILE_WIDTH = 340
_WISH = THUMBNAIL.model_copy(update={"width": 640})
"""Few runs are shown large."""
_NOTHING = EmptyText(
    "monitor-play", tr("Nothing runs"), tr("What the browser of each run shows appears here while somebody looks.")
)


class WallPanel(Panel):
    """Tiles in the order in which their runs began."""

    key, title = "wall", tr("Wall")
    kinds = frozenset({Kind.ROBOTS})

    def __init__(self, bench: Workbench) -> None:
        super().__init__(bench)
        self.tiles: dict[str, LiveTile] = {}
        self.total = label("", "caption")
        self.empty = EmptyState(bench.theme, _NOTHING)
        self._grid = QGridLayout()
        self._grid.setSpacing(SPACE_L)
        self._grid.setAlignment(Qt.AlignmentFlag.AlignTop)
        ground = QWidget()
        ground.setLayout(self._grid)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._scroll = QScrollArea()
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(ground)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self._scroll)
        self.column.addWidget(self._stack, 1)
        self.column.addWidget(self.total)
        self._columns = 0

    def refresh(self) -> None:
        """How much of the fleet is at work."""
        robots = [robot for robot in self.store.robots.values() if robot.status.is_connected]
        slots = sum(robot.slots for robot in robots)
        free = max(0, slots - len(self.tiles))
        self.total.setText(
            tr(
                "{runs} on {robots}, {frees}",
                runs=counted("%n run", "%n runs", len(self.tiles)),
                robots=counted("%n robot", "%n robots", len(robots)),
                frees=counted("%n free slot", "%n free slots", free),
            )
        )

    def connected(self) -> None:
        """The engine is there (again)."""
        if self.isVisible():
            self._watch()

    def showEvent(self, event: QShowEvent) -> None:
        """Somebody looks."""
        super().showEvent(event)
        if self.store.is_connected:
            self._watch()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody looks: nothing is captured for this window any more."""
        super().hideEvent(event)
        self.bench.tasks.cancel(_WATCH)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """As many tiles side by side as there is room for."""
        super().resizeEvent(event)
        self._lay_out()

    # --- the line -------------------------------------------------------------------------------------------------

    def _watch(self) -> None:
        self._clear()
        self.bench.tasks.start(self._follow(self.bench.link.client), key=_WATCH, on_error=self._failed)

    async def _follow(self, client: OrchestratorClient) -> None:
        async with aclosing(client.live.wall(_WISH)) as news:
            async for each in news:
                match each:
                    case LookView():
                        self._look(each)
                    case LiveFrame():
                        if (tile := self.tiles.get(each.view.job_id)) is not None:
                            tile.set_frame(each.jpeg)
                    case GoneView():
                        self._gone(each.job_id)

    def _failed(self, error: Exception) -> None:
        self._clear()
        self.empty.set_text(EmptyText("unplug", tr("The wall cannot be shown"), reason_of(error)))

    # --- the tiles ------------------------------------------------------------------------------------------------

    def _look(self, look: LookView) -> None:
        tile = self.tiles.get(look.job_id)
        if tile is not None:
            tile.set_look(look)
            return
        tile = self.tiles[look.job_id] = LiveTile(self.bench.theme, look)
        tile.opened.connect(lambda job_id: self._open(job_id, take=False))
        tile.taken.connect(lambda job_id: self._open(job_id, take=True))
        tile.given.connect(self._hand_back)
        self._lay_out(anew=True)

    def _gone(self, job_id: str) -> None:
        tile = self.tiles.pop(job_id, None)
        if tile is not None:
            tile.hide()
            tile.deleteLater()
            self._lay_out(anew=True)

    def _clear(self) -> None:
        self.empty.set_text(_NOTHING)
        for job_id in tuple(self.tiles):
            self._gone(job_id)

    def _lay_out(self, *, anew: bool = False) -> None:
        columns, height = wall_grid(len(self.tiles), self._stack.width(), self._stack.height())
        for tile in self.tiles.values():
            tile.picture.setFixedHeight(height)
        if columns == self._columns and not anew:
            return
        for column in range(self._columns):
            self._grid.setColumnStretch(column, 0)
        self._columns = columns
        for place, tile in enumerate(self.tiles.values()):
            self._grid.addWidget(tile, place // columns, place % columns)
        self._order_tabs()
        for column in range(columns):
            self._grid.setColumnStretch(column, 1)
        self._stack.setCurrentWidget(self._scroll if self.tiles else self.empty)
        self.refresh()

    def _order_tabs(self) -> None:
        """Tab goes through the tiles as one reads them; those that came last would else be at the window's end."""
        before: QWidget = self._scroll
        for button in (button for tile in self.tiles.values() for button in tile.buttons):
            QWidget.setTabOrder(before, button)
            before = button

    # --- acting ---------------------------------------------------------------------------------------------------

    def _open(self, job_id: str, *, take: bool) -> None:
        """The live page in the person's own browser; to take over, the run is stopped first."""

        async def do(client: OrchestratorClient) -> PassView:
            if take:
                await client.live.take_over(job_id)
            return await client.live.page(job_id, may_act=True, takes=take)

        self.bench.operations.run(
            Operation[PassView](
                key=f"live.{job_id}",
                failure=tr("Could not take the run over") if take else tr("Could not open the live page"),
                do=do,
                success=lambda _: tr("The run is yours: act in its live page, then hand it back.") if take else "",
                then=self._show_page,
            )
        )

    def _show_page(self, page: PassView) -> None:
        if not show_page(page.url):
            words = tr("No browser could be opened. The address of the live page is copied: paste it into one.")
            QGuiApplication.clipboard().setText(page.url)
            self.bench.operations.tell("live.page", words, icon="triangle-alert", tone=Tone.WARNING)

    def _hand_back(self, job_id: str) -> None:
        self.bench.operations.run(
            Operation[HandedBackView](
                key=f"live.{job_id}",
                failure=tr("Could not hand the run back"),
                do=lambda client: client.live.hand_back(job_id),
                success=lambda _: tr("The run goes on."),
            )
        )


def wall_grid(tiles: int, width: int, height: int) -> tuple[int, int]:
    """How many tiles stand side by side, and how high their pictures are: as large as all fit in, if they do."""
    most = max(1, width // _TILE_WIDTH)
    best = (most, LEAST_PICTURE)
    for columns in range(1, min(most, max(tiles, 1)) + 1):
        rows = -(-tiles // columns) or 1
        across = (width - (columns - 1) * SPACE_L) / columns - TILE_FRAME.width()
        down = (height - (rows - 1) * SPACE_L) / rows - TILE_FRAME.height()
        picture = int(min(across / PICTURE_SHAPE, down))
        if picture > best[1]:
            best = (columns, picture)
    return best


def show_page(url: str) -> bool:
    """Open an address in the person's browser; False when the desktop knows none."""
    return QDesktopServices.openUrl(QUrl(url))
