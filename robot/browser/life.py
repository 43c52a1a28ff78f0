"""When something last moved: what a run that stands still has not got any more."""

import time


class SignsOfLife:
    """Remembers the newest sign. It has no slots: Playwright notes something on the objects whose methods listen."""

    def __init__(self) -> None:
        self._seen_s = time.monotonic()

    def seen(self, *_: object) -> None:
        """Something moved; takes whatever an event brings along."""
        self._seen_s = time.monotonic()

    @property
    def idle_s(self) -> float:
        """Seconds since then."""
        return time.monotonic() - self._seen_s
