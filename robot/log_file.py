"""The robot's log file: turned over when it is full, and followed when somebody else moves it away."""

import logging
import os
from contextlib import suppress
from logging.handlers import RotatingFileHandler
from pathlib import Path


class LogFile(RotatingFileHandler):
    """Keeps the newest lines below a size, and begins a new file when the one in use was moved or removed.

    The latter is what logrotate(8) does; a handler that writes on would fill a file that nobody looks at.
    """

    def __init__(self, path: Path, *, most_bytes: int, files_kept: int) -> None:
        super().__init__(path, maxBytes=most_bytes, backupCount=files_kept, encoding="utf-8", delay=True)

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record; called by one thread at a time."""
        if self.stream is not None and not self._is_in_place(self.stream.fileno()):
            with suppress(OSError):
                self.stream.close()
            self.stream = None
        super().emit(record)

    def _is_in_place(self, descriptor: int) -> bool:
        try:
            return os.path.samestat(Path(self.baseFilename).stat(), os.fstat(descriptor))
        except OSError:
            return False
