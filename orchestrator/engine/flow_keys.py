"""What the engine knows of one concurrency key: who holds it, who waits for it, how fast it may be taken."""

import heapq
from bisect import bisect_left, insort
from dataclasses import dataclass, field

from orchestrator.contract.ids import JobId
from orchestrator.domain.ageing import Place
from orchestrator.domain.breaker import NEVER, Breaker, BreakerState
from orchestrator.domain.concurrency import DEFAULT_AT_ONCE, NO_BOUND, HoldKind, KeyClaim, KeyHold, NamedLimit
from orchestrator.domain.job import Requirements
from orchestrator.domain.throttle import Bucket

SHOWN_HOLDERS = 20
FORGET_S = 3_600.0
"""Outcomes that are older do not keep a key in memory."""


@dataclass(slots=True)
class KeyState:
    """One key; belongs to flow control."""

    key: str
    breaker: Breaker
    limit: NamedLimit | None = None
    said_at_once: int | None = None
    said_per_second: float | None = None
    """What the newest job that said something said."""
    holders: dict[JobId, None] = field(default_factory=dict)
    bucket: Bucket | None = None
    waiting: dict[Requirements, list[tuple[Place, JobId]]] = field(default_factory=dict)
    parked: dict[JobId, Place] = field(default_factory=dict)
    """Who really waits: entries of the heaps that are not in it are skipped."""
    ready: dict[Requirements, list[tuple[Place, JobId]]] = field(default_factory=dict)
    """Queued jobs that may be handed out, in their order: never many more than there is room for."""
    rings_s: float | None = None
    """When a timer is going to look at it again."""

    @property
    def at_once(self) -> int:
        """How many jobs may hold it."""
        if self.limit is not None:
            return NO_BOUND if self.limit.at_once is None else self.limit.at_once
        return self.said_at_once or DEFAULT_AT_ONCE

    @property
    def per_second(self) -> float | None:
        """How many jobs may start with it in a second."""
        return self.limit.per_second if self.limit is not None else self.said_per_second

    def hear(self, claim: KeyClaim, now_s: float) -> None:
        """A job with the key came: what it says counts until another says something else."""
        if claim.at_once is not None:
            self.said_at_once = claim.at_once
        if claim.per_second is not None:
            self.said_per_second = claim.per_second
        self.set_rate(now_s)

    def set_rate(self, now_s: float) -> None:
        """Let the bucket follow what is said of the rate."""
        rate = self.per_second
        if rate is None:
            self.bucket = None
        elif self.bucket is None:
            self.bucket = Bucket.full(rate, now_s)
        elif self.bucket.rate != rate:
            self.bucket = self.bucket.at_rate(rate, now_s)

    def hold_for(self, job_id: JobId, now_s: float) -> KeyHold | None:
        """What keeps a job from taking the key now; None when it may."""
        if job_id in self.holders:
            return None
        if not self.breaker.lets_pass(now_s):
            return self._breaker_hold()
        if len(self.holders) >= self.at_once:
            shown = tuple(self.holders)[:SHOWN_HOLDERS]
            return KeyHold(
                key=self.key, kind=HoldKind.TAKEN, holders=shown, held=len(self.holders), at_once=self.at_once
            )
        if self.bucket is not None and not self.bucket.has_token(now_s):
            until_s = self.bucket.next_token_s(now_s)
            return KeyHold(key=self.key, kind=HoldKind.THROTTLED, until_s=until_s, per_second=self.bucket.rate)
        return None

    def _breaker_hold(self) -> KeyHold:
        breaker = self.breaker
        if breaker.state is BreakerState.HALF_OPEN and breaker.probe is not None:
            return KeyHold(key=self.key, kind=HoldKind.PROBED, holders=(breaker.probe,), reason=breaker.reason)
        until_s = None if breaker.probe_s == NEVER else breaker.probe_s
        return KeyHold(key=self.key, kind=HoldKind.OPEN, until_s=until_s, reason=breaker.reason)

    def room(self, now_s: float) -> int:
        """How many more jobs may take it at this moment."""
        if not self.breaker.lets_pass(now_s):
            return 0
        room = self.at_once - len(self.holders)
        if self.breaker.state is not BreakerState.CLOSED:
            room = min(room, 1)
        if self.bucket is not None:
            room = min(room, self.bucket.whole_tokens(now_s))
        return max(0, room)

    def next_chance_s(self, now_s: float) -> float | None:
        """When time alone gives somebody who waits a chance; None when nobody waits, or something else must happen."""
        if not self.parked or self.room(now_s) > 0:
            return None
        if not self.breaker.lets_pass(now_s):
            return self.breaker.probe_s if now_s < self.breaker.probe_s < NEVER else None
        if self.bucket is not None and not self.bucket.has_token(now_s):
            return self.bucket.next_token_s(now_s)
        return None

    def take(self, job_id: JobId, now_s: float) -> None:
        """A job starts: it holds the key from now on."""
        if job_id in self.holders:
            return
        self.holders[job_id] = None
        if self.bucket is not None:
            self.bucket = self.bucket.after_taking(now_s)
        if self.breaker.state is BreakerState.OPEN:
            self.breaker = self.breaker.probing(job_id)

    def give_back(self, job_id: JobId, now_s: float) -> None:
        """The job never started: its token and its part as a probe are free again."""
        if self.bucket is not None:
            self.bucket = self.bucket.after_returning(now_s)
        if self.breaker.probe == job_id:
            self.breaker = self.breaker.probe_given_up(now_s)

    def park(self, job_id: JobId, shape: Requirements, place: Place) -> None:
        """A job waits for the key."""
        self.parked[job_id] = place
        heapq.heappush(self.waiting.setdefault(shape, []), (place, job_id))

    def make_ready(self, job_id: JobId, shape: Requirements, place: Place) -> None:
        """A job may be handed out, as far as this key is concerned."""
        insort(self.ready.setdefault(shape, []), (place, job_id))

    def unready(self, job_id: JobId, shape: Requirements, place: Place) -> None:
        """The job is not among those to be handed out any more."""
        ready = self.ready.get(shape, [])
        at = bisect_left(ready, (place, job_id))
        if at < len(ready) and ready[at] == (place, job_id):
            del ready[at]
        if not ready:
            self.ready.pop(shape, None)

    def has_enough(self, shape: Requirements, room: int) -> bool:
        """True when as many jobs of the shape are ready as the key has room for.

        Each shape is counted by itself: which of them a robot can take is not the key's business.
        """
        return len(self.ready.get(shape, ())) >= room

    def last_ready(self, shape: Requirements) -> tuple[Place, JobId]:
        """The ready job of the shape that stands last; there is one."""
        return self.ready[shape][-1]

    def next_waiting(self, shape: Requirements) -> JobId | None:
        """The job of the shape that stands first among those that wait; it waits no more."""
        heap = self.waiting.get(shape, [])
        while heap:
            place, job_id = heapq.heappop(heap)
            if self.parked.get(job_id) == place:
                del self.parked[job_id]
                return job_id
        self.waiting.pop(shape, None)
        return None

    def is_idle(self, now_s: float) -> bool:
        """True when forgetting the key would change nothing."""
        return (
            not self.holders
            and not self.parked
            and not self.ready
            and self.limit is None
            and self.breaker.state is BreakerState.CLOSED
            and not any(at_s > now_s - FORGET_S for at_s, _ in self.breaker.outcomes)
            and (self.bucket is None or self.bucket.is_full(now_s))
        )
