"""A second start rings at the window that is open already, hidden or not, instead of opening another one."""

import hashlib
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from orchestrator.console.chosen_engine import Engine

try:
    from PySide6.QtNetwork import QLocalServer, QLocalSocket
except ImportError:  # a system without its libraries: then a second start opens a second window
    QLocalServer = QLocalSocket = None  # type: ignore[assignment,misc]

DOORBELL = "doorbell"
"""The settings name the doorbell of the window that was opened last, until it is closed."""
_CONNECTED_WITHIN_MS, _ANSWERED_WITHIN_MS = 500, 3_000
_ANSWER = b"here\n"


def doorbell_name(settings: Path, engine: Engine) -> str:
    """One for each settings file and engine: windows of two orchestrators may stand side by side."""
    place = engine.url or str((engine.data_dir or Path()).absolute())
    both = "\n".join((str(settings.absolute()), place))
    return f"botswain-{hashlib.sha256(both.encode()).hexdigest()[:24]}"


def ring(name: str) -> bool:
    """Have the window of this name come to the front; False when there is none, or none that answers within 3 s."""
    if QLocalSocket is None:
        return False
    socket = QLocalSocket()
    socket.connectToServer(name)
    if not socket.waitForConnected(_CONNECTED_WITHIN_MS):
        return False
    is_heard = socket.waitForReadyRead(_ANSWERED_WITHIN_MS) and socket.readAll().data() == _ANSWER
    socket.abort()
    return is_heard


class Doorbell(QObject):
    """`rung` when a second start wants this window; only the user who runs it is heard."""

    rung = Signal()

    def __init__(self, name: str, parent: QObject) -> None:
        super().__init__(parent)
        self._server = QLocalServer(self) if QLocalServer is not None else None
        if self._server is not None:
            self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
            self._server.newConnection.connect(self._answer)
            QLocalServer.removeServer(name)  # of a window that was killed: a living one would have answered
            self._server.listen(name)

    def close(self) -> None:
        """Nobody is heard any more: whoever starts now gets a window of their own."""
        if self._server is not None:
            self._server.close()

    def _answer(self) -> None:
        assert self._server is not None
        while (caller := self._server.nextPendingConnection()) is not None:
            caller.disconnected.connect(caller.deleteLater)
            caller.write(_ANSWER)
            caller.flush()
            self.rung.emit()
