"""How a pool of sessions is made, and how it stands."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from robot.browser.pool_size import PoolTerms
from robot.browser.providers.local import LocalSettings
from robot.browser.providers.wear import WearTerms


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionPoolSettings:
    """How a pool of this machine's browsers is made."""

    state_folder: Path
    """Temporary files of the browsers live below it."""
    browser: str | None = None
    """A path, `chrome`, `msedge`, `chromium`, `firefox`, `webkit`; None: BOTSWAIN_BROWSER, or the best there is."""
    headless: bool = True
    max_browsers: int = field(default_factory=lambda: max(1, os.cpu_count() or 1))
    contexts_per_browser: int | None = None
    """None: four for a headless shell, one for a full browser."""
    lease_wait_s: float = 60.0
    """How long a lease waits for a free place."""
    retire_after_leases: int = 100
    retire_after_s: float = 1_800.0
    retire_after_crashes: int = 2
    retire_after_bytes: int = 1_536 * 1_024 * 1_024
    terms: PoolTerms = field(default_factory=PoolTerms)

    @property
    def local(self) -> LocalSettings:
        """What concerns the browsers."""
        return LocalSettings(
            browser=self.browser,
            headless=self.headless,
            max_browsers=self.max_browsers,
            contexts_per_browser=self.contexts_per_browser,
            wear=WearTerms(
                leases=self.retire_after_leases,
                age_s=self.retire_after_s,
                crashes=self.retire_after_crashes,
                memory_bytes=self.retire_after_bytes,
            ),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolStatistics:
    """How the pool stands."""

    provider: str
    browsers: int
    sessions: int
    """Most that can be lent at once."""
    leased: int
    least: int
    """Kept ready, lent ones included."""
    ready: int
    """Made, probed, and waiting for an owner."""
    waiting: int
    """Leases that wait."""
    launched: int
    """Browsers, or connections to them, since the start."""
    retired: int
    """Browsers that were ended in order since the start."""
    retired_by: Mapping[str, int]
    """The same by reason, and sessions that waited ready and were given up."""
    lost: int
    """Browsers, or connections, that ended by themselves."""
    leaked: int
    """Processes or sessions that were found without an owner or would not end."""
    memory_bytes: int
    """Of its browsers on this machine, when last measured."""
    created: int
    """Sessions since the start."""
    failed: int
    """Sessions that could not be made, since the start."""
    breaker: str
    pressure: str
    """`full`: no memory for more sessions; `slow`: they are made slowly; empty when all is well."""
