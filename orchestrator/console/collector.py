"""Python's search for reference cycles, kept on the window's thread.

The collector runs on whichever thread happens to allocate. When that is a helper thread (a name lookup, a file), it
may destroy a widget that a cycle kept alive, off Qt's thread: its timers are not unregistered, and the next one that
fires reads freed memory. So the automatic search is off, and a timer on Qt's thread does its work.
"""

import gc

from PySide6.QtCore import QObject, QTimer

INTERVAL_MS = 500
SETTLED_MS = 10_000


class MainThreadCollector(QObject):
    """Searches as often as the interpreter would have; lives as long as the window."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        gc.disable()
        self._timer = QTimer(self)
        self._timer.setInterval(INTERVAL_MS)
        self._timer.timeout.connect(self.collect_due)
        self._timer.start()
        self._settled = QTimer(self, singleShot=True, interval=SETTLED_MS)
        self._settled.timeout.connect(self.keep)
        self._settled.start()

    def keep(self) -> None:
        """What is there now is there to stay: to search it again and again takes a tenth of a second each time."""
        gc.collect(1)  # the youngest, which are few
        gc.freeze()

    def collect_due(self) -> None:
        """Search the oldest generation whose threshold has been passed."""
        counts, thresholds = gc.get_count(), gc.get_threshold()
        for generation in (2, 1, 0):
            if counts[generation] > thresholds[generation] > 0:
                gc.collect(generation)
                return

    def close(self) -> None:
        """Search once more, and leave the rest to the interpreter again."""
        self._timer.stop()
        self._settled.stop()
        gc.unfreeze()
        gc.collect()
        gc.enable()
