"""A bound on what each actor may submit: a bucket of tokens for everybody, off by default."""

from collections import OrderedDict

from orchestrator.domain.throttle import Bucket
from orchestrator.engine.clock import Clock
from orchestrator.engine.errors import TooManyRequestsError
from orchestrator.engine.live_settings import LiveSettings

ACTORS_KEPT = 10_000
MINUTE_S = 60.0


class SubmitRate:
    """Refuses an actor's submits above `submits_per_minute`; a minute's worth may come at once.

    What the engine itself submits, for schedules and triggers, has bounds of its own and is not counted.
    """

    def __init__(self, live: LiveSettings, clock: Clock) -> None:
        self._live = live
        self._clock = clock
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()

    def count(self, actor: str) -> None:
        """One more submit of this actor. Raises TooManyRequestsError when it is over the bound; nothing is counted."""
        per_minute = self._live.values.submits_per_minute
        if per_minute <= 0:
            return
        now_s = self._clock.monotonic()
        bucket = self._bucket(actor, per_minute, now_s)
        if not bucket.has_token(now_s):
            wait_s = bucket.next_token_s(now_s) - now_s
            raise TooManyRequestsError(f"{actor} may submit {per_minute} jobs a minute.", retry_after_s=wait_s)
        self._buckets[actor] = bucket.after_taking(now_s)

    def _bucket(self, actor: str, per_minute: int, now_s: float) -> Bucket:
        known = self._buckets.pop(actor, None)
        if known is None or known.most != per_minute:
            known = Bucket.full(per_minute / MINUTE_S, now_s, most=float(per_minute))
        if len(self._buckets) >= ACTORS_KEPT:
            self._buckets.popitem(last=False)
        self._buckets[actor] = known
        return known
