"""Robots of this computer, one line each: how their processes stand, and the buttons that start and stop them."""

from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from orchestrator.console.commands import CommandContext
from orchestrator.console.local_robots import LocalRobot
from orchestrator.console.store import Kind
from orchestrator.console.theme.tokens import SPACE_L, SPACE_S, SPACE_XS, Tone
from orchestrator.console.widgets.icon_label import IconLabel
from orchestrator.console.widgets.labels import card, label, set_property
from orchestrator.console.words import counted, tr
from orchestrator.console.workbench import Workbench
from orchestrator.fleet.kept_robot import KeptState


class LocalStrip(QWidget):
    """Seen while there is one."""

    def __init__(self, bench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bench = bench
        self.rows: dict[str, _Row] = {}
        self.setAccessibleName(tr("Robots of this computer"))
        frame = card()
        self._column = QVBoxLayout(frame)
        self._column.setContentsMargins(SPACE_L, SPACE_S, SPACE_S, SPACE_S)
        self._column.setSpacing(SPACE_XS)
        self._column.addWidget(label(tr("On this computer"), "overline"))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(frame)
        bench.local.changed.connect(self.refresh)
        bench.store.changed.connect(self._changed)
        self.hide()

    def refresh(self) -> None:
        """Lines for those that are there, in their order."""
        robots = {each.spec.name: each for each in self._bench.local.all()}
        for name in [name for name in self.rows if name not in robots]:
            self.rows.pop(name).deleteLater()
        for robot in robots.values():
            row = self.rows.get(robot.spec.name)
            if row is None:
                row = self.rows[robot.spec.name] = _Row(self._bench, robot.spec.name)
                self._column.addWidget(row)
            row.show_robot(robot, is_connected=self._is_connected(robot.spec.name))
        self.setVisible(bool(robots))

    def _is_connected(self, name: str) -> bool:
        view = self._bench.local.view_of(name)
        return view is not None and view.status.is_connected

    def _changed(self, kind: Kind, _ids: frozenset[str]) -> None:
        if kind is Kind.ROBOTS and self.rows:
            self.refresh()


class _Row(QFrame):
    """Icon, name, words, and a button for each command that makes sense now."""

    def __init__(self, bench: Workbench, name: str) -> None:
        super().__init__()
        self._bench, self._name = bench, name
        self.icon = IconLabel(bench.theme, "bot", Tone.MUTED)
        self.title = label(name, "strong")
        self.words = _elided()
        self.buttons = {
            "local.start": self._button("local.start", tr("Start"), "play"),
            "local.go_on": self._button("local.go_on", tr("Keep it at work"), "undo-2"),
            "local.stop": self._button("local.stop", tr("Stop"), "square"),
            "local.restart": self._button("local.restart", tr("Restart"), "refresh-cw"),
            "local.log": self._button("local.log", tr("Log"), "scroll-text"),
            "local.forget": self._button("local.forget", tr("Forget"), "trash-2"),
        }
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_S)
        row.addWidget(self.icon)
        row.addWidget(self.title)
        row.addWidget(self.words, 1)
        for button in self.buttons.values():
            row.addWidget(button)

    def show_robot(self, robot: LocalRobot, *, is_connected: bool) -> None:
        """Another state."""
        words, tone = _told(robot, is_connected=is_connected)
        self.words.setText(words)
        self.words.setToolTip(robot.words)
        set_property(self.words, "role", "muted" if tone is Tone.SUCCESS else f"tone-{tone}")
        self.icon.set_icon("bot", tone)
        self.setAccessibleName(f"{self._name}: {words}")
        commands, context = self._bench.commands, self._context()
        for command_id, button in self.buttons.items():
            button.setVisible(commands.command(command_id).enabled(context))

    def _context(self) -> CommandContext:
        return CommandContext(panel="robots", kind="local", ids=(self._name,), connected=self._bench.store.is_connected)

    def _button(self, command_id: str, words: str, icon: str) -> QPushButton:
        button = QPushButton(f" {words}")
        button.setProperty("variant", "ghost")
        button.setAccessibleName(f"{words}: {self._name}")
        self._bench.theme.bind_icon(button, icon, Tone.NEUTRAL)
        button.clicked.connect(lambda: self._bench.commands.run(command_id, self._context()))
        return button


def _elided() -> QLabel:
    """Long words are cut at the edge and stand in full in the tooltip."""
    made = label("", "muted")
    made.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
    return made


def _told(robot: LocalRobot, *, is_connected: bool) -> tuple[str, Tone]:
    slots = counted("%n job at once", "%n jobs at once", robot.spec.slots)
    match robot.state:
        case KeptState.STOPPED:
            return tr("stopped"), Tone.MUTED
        case KeptState.STOPPING:
            return tr("is stopping…"), Tone.MUTED
        case KeptState.ENDED | KeptState.PAUSING:
            return robot.words, Tone.DANGER if robot.state is KeptState.ENDED else Tone.WARNING
        case KeptState.RUNNING:
            if robot.is_finishing:
                return tr("finishes its work, then stops"), Tone.WARNING
            if not is_connected:
                return tr("is starting…"), Tone.ACCENT
            return (robot.words, Tone.WARNING) if robot.words else (tr("runs") + f"   {slots}", Tone.SUCCESS)
