"""The embedded engine: a child process that is started, watched, started again after a crash, and ended."""

import json
import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, QTimer, Signal

from orchestrator.client.endpoint import Endpoint
from orchestrator.client.errors import ClientError
from orchestrator.console.words import tr

_READY_WITHIN_MS = 90_000
_PAUSES_S = (0.5, 1.0, 2.0, 5.0, 10.0)
_END_MS, _KILL_MS = 1_500, 400
_CALM_AFTER_MS = 30_000
_SHOWN_LINES = 20


class Supervisor(QObject):
    """`ready(url, key)` when an engine can be used; `words(text)` for the banner, empty when all is well.

    The first engine takes any free port; a restarted one takes the same again, so that its robots find it.

    The child holds the other end of a pipe on its stdin: it ends when this process closes the pipe, or dies in
    whatever way. When another orchestrator holds the database, that one is used, and left alone at the end.
    """

    ready = Signal(str, str)
    words = Signal(str)
    gone = Signal()

    def __init__(self, data_dir: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._data_dir = data_dir
        self._process: QProcess | None = None
        self._is_ending = False
        self._failures = 0
        self._port = 0
        self._said = b""
        self._last_lines: list[str] = []
        self._patience = QTimer(self, singleShot=True, interval=_READY_WITHIN_MS)
        self._patience.timeout.connect(self._too_slow)
        self._pause = QTimer(self, singleShot=True)
        self._pause.timeout.connect(self.start)
        self._calm = QTimer(self, singleShot=True, interval=_CALM_AFTER_MS)
        self._calm.timeout.connect(self._forgive)

    @property
    def pid(self) -> int:
        """The child's process id; 0 without a child."""
        return self._process.processId() if self._process is not None else 0

    def start(self) -> None:
        """Start the engine; returns at once."""
        self._said, self._last_lines = b"", []
        process = QProcess(self)
        process.setProgram(sys.executable)
        process.setArguments(self._arguments())
        environment = QProcessEnvironment.systemEnvironment()
        environment.insert("PYTHONUNBUFFERED", "1")
        process.setProcessEnvironment(environment)
        process.readyReadStandardOutput.connect(self._listen)
        process.readyReadStandardError.connect(self._remember)
        process.finished.connect(self._finished)
        process.errorOccurred.connect(self._not_started)
        self._process = process
        self._patience.start()
        process.start()

    def end(self) -> bool:
        """Close the pipe and wait, at most 1.9 s; afterwards there is no child. True when it ended by itself."""
        self._is_ending = True
        for timer in (self._patience, self._pause, self._calm):
            timer.stop()
        process, self._process = self._process, None
        if process is None or process.state() is QProcess.ProcessState.NotRunning:
            return True
        process.closeWriteChannel()
        if process.waitForFinished(_END_MS):
            return True
        process.kill()
        process.waitForFinished(_KILL_MS)
        return False

    def _arguments(self) -> list[str]:
        command = ["-m", "orchestrator.cli.main", "serve", "--port", str(self._port), "--parent-pipe", "--json"]
        return [*command, "--data-dir", str(self._data_dir), "--log-level", "warning"]

    def _listen(self) -> None:
        assert self._process is not None
        self._said += self._process.readAllStandardOutput().data()
        line, newline, rest = self._said.partition(b"\n")
        if not newline:
            return
        self._said = rest
        try:
            url = str(json.loads(line)["url"])
            endpoint = Endpoint.of(self._data_dir)
        except (ValueError, KeyError, TypeError, ClientError):
            return
        if endpoint is not None and endpoint.url == url:
            self._patience.stop()
            self._calm.start()
            self._port = urlsplit(url).port or 0
            self.words.emit("")
            self.ready.emit(endpoint.url, endpoint.key)

    def _remember(self) -> None:
        if self._process is not None:
            text = bytes(self._process.readAllStandardError().data()).decode(errors="replace")
            self._last_lines = (self._last_lines + text.splitlines())[-_SHOWN_LINES:]

    def _finished(self, code: int, status: QProcess.ExitStatus) -> None:
        was_ready = not self._patience.isActive()
        self._patience.stop()
        self._calm.stop()
        if self._is_ending:
            return
        self._remember()
        self.gone.emit()
        other = self._other_engine()
        if other is not None:
            self.words.emit("")
            self.ready.emit(other.url, other.key)
            return
        if not was_ready:
            self._port = 0  # perhaps somebody else has taken it
        was_killed = status is QProcess.ExitStatus.CrashExit
        self._again(
            tr("The engine was killed by signal {code}", code=code)
            if was_killed
            else tr("The engine stopped with exit code {code}", code=code)
        )

    def _again(self, what: str) -> None:
        pause_s = _PAUSES_S[min(self._failures, len(_PAUSES_S) - 1)]
        self._failures += 1
        reason = f": {self._reason()}" if self._reason() else "."
        again = tr("Starting it again…")
        self.words.emit(f"{what}{reason} {again}")
        self._pause.start(round(pause_s * 1000))

    def _reason(self) -> str:
        lines = [line.strip() for line in self._last_lines if line.strip()]
        errors = [line.removeprefix("Error:").strip() for line in lines if line.startswith("Error:")]
        return errors[-1] if errors else ""

    def _other_engine(self) -> Endpoint | None:
        """The orchestrator that wrote its address into this data folder and is alive."""
        try:
            endpoint = Endpoint.of(self._data_dir)
        except ClientError:
            return None
        return endpoint if endpoint is not None and _is_alive(endpoint.pid) else None

    def _not_started(self, error: QProcess.ProcessError) -> None:
        if error is QProcess.ProcessError.FailedToStart and not self._is_ending:
            self._again(tr("The engine cannot be started with {program}", program=sys.executable))

    def _too_slow(self) -> None:
        if self._process is not None:
            self._last_lines.append("Error: it did not get ready in 90 s.")
            self._process.kill()

    def _forgive(self) -> None:
        self._failures = 0


def _is_alive(pid: int) -> bool:
    if pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OSError):
        return True
    return True
