"""What the desktop is told while nobody looks at the window: rarely, and several things as one."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

from orchestrator.console.concerns import Concerns
from orchestrator.console.question_columns import workflow_of
from orchestrator.console.store import ConsoleStore, Kind
from orchestrator.console.words import counted, tr
from orchestrator.contract.questions import Question
from orchestrator.contract.states import RobotStatus

PAUSE_MS = 10_000
MOST_KEPT = 100
Send = Callable[[str, str], None]


class Courier(QObject):
    """Sends at once, then at most one message each 10 s; what came meanwhile is one message with the number."""

    def __init__(self, send: Send, parent: QObject | None = None, *, pause_ms: int = PAUSE_MS) -> None:
        super().__init__(parent)
        self._send, self._kept = send, list[tuple[str, str]]()
        self._missed = 0
        self._pause = QTimer(self, singleShot=True, interval=pause_ms)
        self._pause.timeout.connect(self._send_kept)

    def tell(self, title: str, text: str) -> None:
        """Say it now, or with others after the pause."""
        if self._pause.isActive():
            if len(self._kept) < MOST_KEPT:
                self._kept.append((title, text))
            else:
                self._missed += 1
            return
        self._send(title, text)
        self._pause.start()

    def _send_kept(self) -> None:
        kept, self._kept = self._kept, []
        total, self._missed = len(kept) + self._missed, 0
        if not kept:
            return
        if total == 1:
            self._send(*kept[0])
        else:
            self._send(
                counted("%n thing needs you", "%n things need you", total), "\n".join(title for title, _ in kept[:4])
            )
        self._pause.start()


class Notifications(QObject):
    """Questions of runs, robots that got lost, critical alerts; nothing while `is_seen` says that somebody looks."""

    def __init__(
        self, store: ConsoleStore, concerns: Concerns, courier: Courier, is_seen: Callable[[], bool], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._store, self._courier, self._is_seen = store, courier, is_seen
        self._lost: frozenset[str] | None = None
        self._critical: frozenset[str] | None = None
        concerns.asked.connect(self._asked)
        store.changed.connect(self._changed)

    def _asked(self, question: Question) -> None:
        self._tell(tr("{workflow} asks you", workflow=workflow_of(question, self._store)), question.text.question)

    def _changed(self, kind: Kind, _ids: frozenset[str]) -> None:
        if kind is Kind.ROBOTS:
            self._look_at_robots()
        elif kind is Kind.ALERTS:
            self._look_at_alerts()

    def _look_at_robots(self) -> None:
        lost = frozenset(each.robot_id for each in self._store.robots.values() if each.status is RobotStatus.LOST)
        before, self._lost = self._lost, lost
        for robot_id in lost - before if before is not None else ():
            self._tell(
                tr("Robot {name} is lost", name=self._store.robot_name(robot_id)),
                tr("Its jobs wait for it, or go on elsewhere."),
            )

    def _look_at_alerts(self) -> None:
        critical = {each.alert_id: each for each in self._store.alerts.values() if each.level == "critical"}
        before, self._critical = self._critical, frozenset(critical)
        for alert_id in self._critical - before if before is not None else ():
            self._tell("Botswain", critical[alert_id].message)

    def _tell(self, title: str, text: str) -> None:
        if not self._is_seen():
            self._courier.tell(title, text)
