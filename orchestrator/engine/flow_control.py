"""Flow control over the fleet: concurrency keys, throttles and breakers, in memory; asked before a job is handed out.

A job takes all its keys at once or none, so that two jobs can never wait for each other. One whose key cannot be had is
set aside under that key and costs nothing until the key has room again; then those that stand first are handed out
anew. Keys are held from the claim until the job leaves its live states, whatever ended it.
"""

import logging
from collections.abc import Callable, Iterable

from orchestrator.contract.ids import JobId
from orchestrator.contract.states import JobStatus
from orchestrator.domain.ageing import Place, place_of
from orchestrator.domain.breaker import Breaker, BreakerTerms, Outcome, has_breaker, outcome_of
from orchestrator.domain.concurrency import KeyHold, NamedLimit
from orchestrator.domain.events import JobChanged
from orchestrator.domain.job import Job, Requirements
from orchestrator.engine.bus import EventBus
from orchestrator.engine.clock import Clock
from orchestrator.engine.flow_keys import KeyState
from orchestrator.engine.job_queue import JobQueue

logger = logging.getLogger(__name__)

MOST_AT_ONCE = 1_000
"""Jobs that are moved in one go; the event loop has its turn before the next."""
KEYS_KEPT = 10_000
"""More keys than these in memory, and idle ones are forgotten."""

Tripped = Callable[[Breaker, Breaker], None]
"""(before, after) of a breaker that opened or closed by itself."""


class FlowControl:
    """The queue's gate: which keyed jobs may start now."""

    def __init__(self, queue: JobQueue, bus: EventBus, clock: Clock, *, terms: BreakerTerms, ageing_s: float) -> None:
        self._queue = queue
        self._clock = clock
        self._terms = terms
        self._ageing_s = ageing_s
        self._keys: dict[str, KeyState] = {}
        self._parked: dict[JobId, str] = {}
        """Under which key each job waits that was set aside."""
        self._ready: dict[JobId, tuple[Requirements, Place]] = {}
        """Queued jobs that may be handed out, and where their keys have them."""
        self._starting: set[JobId] = set()
        """Jobs that took their keys and are being claimed."""
        self._sweep_at = KEYS_KEPT
        self.wake: Callable[[], None] = _nothing
        """Rings the dispatcher: something can start that could not."""
        self.tripped: Tripped = _nobody_cares
        queue.gate = self
        bus.subscribe(JobChanged, self._on_job)

    # --- asking ---------------------------------------------------------------------------------------------------

    def holds(self, job: Job) -> tuple[KeyHold, ...]:
        """Every key that keeps a queued job from starting now."""
        now_s = self._clock.monotonic()
        states = (self._keys.get(claim.key) for claim in job.concurrency)
        found = (state.hold_for(job.job_id, now_s) for state in states if state is not None)
        return tuple(hold for hold in found if hold is not None)

    def known(self) -> tuple[KeyState, ...]:
        """Every key that is held, waited for, limited or watched, by name."""
        return tuple(self._keys[key] for key in sorted(self._keys))

    def key(self, key: str) -> KeyState | None:
        """One key, when anything is known of it."""
        return self._keys.get(key)

    # --- the queue's gate -----------------------------------------------------------------------------------------

    def may_start(self, job: Job) -> bool:
        """Take all of the job's keys, or set it aside under the first that cannot be had."""
        if job.job_id in self._starting:
            return True
        now_s = self._clock.monotonic()
        states = [self._state(claim.key) for claim in job.concurrency]
        for state in states:
            if state.hold_for(job.job_id, now_s) is not None:
                self._forget_place(job)
                self._park(job, state, now_s)
                self._offer_again((other for other in states if other is not state), now_s)
                return False
        self._forget_place(job)
        for state in states:
            state.take(job.job_id, now_s)
            self._set_alarm(state, now_s)
        self._starting.add(job.job_id)
        return True

    def given_back(self, job: Job) -> None:
        """The job was not claimed: what it took is free again, its tokens too, and it waits as before."""
        if job.job_id not in self._starting or job.status.is_live:
            return
        self._starting.discard(job.job_id)
        self._return(job)
        self._admit(job, self._clock.monotonic())

    # --- following jobs -------------------------------------------------------------------------------------------

    def adopt(self, jobs: Iterable[Job]) -> None:
        """At a start: who runs holds its keys, who waits for a taken one is set aside."""
        keyed = sorted((job for job in jobs if job.concurrency), key=lambda job: job.position)
        for job in keyed:
            self._hear(job)
        for job in keyed:
            if job.status.is_live:
                self._adopt_holder(job)
        now_s = self._clock.monotonic()
        for job in keyed:
            if job.status is JobStatus.QUEUED:
                self._admit(job, now_s)

    def _adopt_holder(self, job: Job) -> None:
        """It started before we did: its token comes back as if we had been there."""
        now_s = self._clock.monotonic()
        since_s = max(0.0, (self._clock.now() - (job.started_at or job.changed_at)).total_seconds())
        for claim in job.concurrency:
            state = self._state(claim.key)
            state.holders[job.job_id] = None
            if state.bucket is not None:
                state.bucket = state.bucket.at_most(state.bucket.most - 1.0 + since_s * state.bucket.rate, now_s)

    def _on_job(self, event: JobChanged) -> None:
        job = event.job
        if not job.concurrency:
            return
        if event.before is None:
            self._hear(job)
        if job.status.is_live:
            self._hold(job)
        elif job.status is not JobStatus.QUEUED or event.before is None or event.before.is_live:
            self._leave(job, event.before)
        if job.status is JobStatus.QUEUED and job.job_id not in self._starting:
            now_s = self._clock.monotonic()
            self._forget_place(job)
            self._admit(job, now_s)
            self._offer_again([self._state(claim.key) for claim in job.concurrency], now_s)

    def _hear(self, job: Job) -> None:
        now_s = self._clock.monotonic()
        for claim in job.concurrency:
            self._state(claim.key).hear(claim, now_s)

    def _hold(self, job: Job) -> None:
        """A live job has its keys, however it came to be live."""
        self._forget_place(job)
        self._starting.discard(job.job_id)
        for claim in job.concurrency:
            self._state(claim.key).holders.setdefault(job.job_id, None)

    def _leave(self, job: Job, before: JobStatus | None) -> None:
        """The job is not live, or not any more: its keys are free, and its breakers hear how it went."""
        was_waiting = self._forget_place(job)
        has_begun = job.started_at is not None  # a run that began at once may end before its start was recorded
        if job.job_id in self._starting or (before is JobStatus.DISPATCHED and not has_begun):
            self._starting.discard(job.job_id)
            self._return(job)
            return
        outcome = outcome_of(job.status, job.error) if before is not None and before.is_live else None
        now_s = self._clock.monotonic()
        states = self._released(job)
        for state in states:
            if outcome is not None:
                self._judge(state, outcome, job.job_id, now_s)
        if was_waiting:
            states = [self._state(claim.key) for claim in job.concurrency]
        self._offer_again(states, now_s)

    def _return(self, job: Job) -> None:
        """It took its keys and never started."""
        now_s = self._clock.monotonic()
        states = self._released(job)
        for state in states:
            state.give_back(job.job_id, now_s)
        self._offer_again(states, now_s)

    def _released(self, job: Job) -> list[KeyState]:
        held = [self._keys.get(claim.key) for claim in job.concurrency]
        states = [state for state in held if state is not None and job.job_id in state.holders]
        for state in states:
            del state.holders[job.job_id]
        return states

    # --- waiting for a key ----------------------------------------------------------------------------------------

    def _admit(self, job: Job, now_s: float) -> None:
        """Give a queued job its place: ready to be handed out, or set aside under a key that has no use for it yet.

        A key lets no more jobs be ready than it has room for, so that a long line behind it costs the dispatcher
        nothing; who stands before the last of those takes its place.
        """
        place = place_of(job, self._ageing_s)
        states = [self._state(claim.key) for claim in job.concurrency]
        pushed_out: list[tuple[JobId, KeyState]] = []
        for state in states:
            if state.hold_for(job.job_id, now_s) is not None:
                self._park(job, state, now_s)
                return
        for state in states:
            if state.has_enough(job.requirements, state.room(now_s)):
                last, last_id = state.last_ready(job.requirements)
                if last < place:
                    self._park(job, state, now_s)
                    return
                pushed_out.append((last_id, state))
        self._make_ready(job, place, states)
        for other_id, state in pushed_out:
            self._push_out(other_id, state, now_s)

    def _make_ready(self, job: Job, place: Place, states: Iterable[KeyState]) -> None:
        self._ready[job.job_id] = (job.requirements, place)
        for state in states:
            state.make_ready(job.job_id, job.requirements, place)
        self._queue.bring_back(job.job_id)

    def _push_out(self, job_id: JobId, state: KeyState, now_s: float) -> None:
        job = self._queue.get(job_id)
        if job is None or job_id not in self._ready:
            return
        self._forget_place(job)
        self._park(job, state, now_s)
        self._offer_again([self._state(claim.key) for claim in job.concurrency if claim.key != state.key], now_s)

    def _park(self, job: Job, state: KeyState, now_s: float) -> None:
        self._queue.set_aside(job.job_id)
        self._parked[job.job_id] = state.key
        state.park(job.job_id, job.requirements, place_of(job, self._ageing_s))
        self._set_alarm(state, now_s)

    def _forget_place(self, job: Job) -> bool:
        """The job is neither ready nor set aside; True when it was."""
        key, ready = self._parked.pop(job.job_id, None), self._ready.pop(job.job_id, None)
        if key is not None and key in self._keys:
            self._keys[key].parked.pop(job.job_id, None)
        if ready is not None:
            for claim in job.concurrency:
                self._state(claim.key).unready(job.job_id, *ready)
        return key is not None or ready is not None

    def _offer_again(self, states: Iterable[KeyState], now_s: float) -> None:
        """Let who stands first be handed out, for keys that have room; a key that nobody needs is forgotten in time."""
        for state in states:
            if state.parked:
                self._fill_up(state, now_s)
            self._set_alarm(state, now_s)
        self._forget_idle(now_s)

    def _fill_up(self, state: KeyState, now_s: float) -> None:
        moved = 0
        for shape in tuple(state.waiting):
            while not state.has_enough(shape, state.room(now_s)):
                job_id = state.next_waiting(shape)
                if job_id is None:
                    break
                self._parked.pop(job_id, None)
                job = self._queue.get(job_id)
                if job is not None:
                    self._admit(job, now_s)
                moved += 1
                if moved >= MOST_AT_ONCE:
                    self._clock.call_later(0.0, lambda: self._rung(state, now_s))
                    return
        if moved:
            self.wake()

    def _set_alarm(self, state: KeyState, now_s: float) -> None:
        """Look at the key again when its next token, or its breaker's probe, is there."""
        at_s = state.next_chance_s(now_s)
        if at_s is None or (state.rings_s is not None and now_s < state.rings_s <= at_s):
            return
        state.rings_s = at_s
        self._clock.call_later(at_s - now_s, lambda: self._rung(state, at_s))

    def _rung(self, state: KeyState, at_s: float) -> None:
        if state.rings_s == at_s:
            state.rings_s = None
        self._offer_again([state], max(self._clock.monotonic(), at_s))

    # --- breakers and limits --------------------------------------------------------------------------------------

    def set_limit(self, key: str, limit: NamedLimit | None) -> None:
        """An operator's word on a key, or its end."""
        now_s = self._clock.monotonic()
        state = self._state(key)
        state.limit = limit
        state.set_rate(now_s)
        self._offer_again([state], now_s)

    def set_breaker(self, breaker: Breaker) -> None:
        """Put a breaker where a person, or the store, says it is."""
        now_s = self._clock.monotonic()
        state = self._state(breaker.key)
        state.breaker = breaker
        self._offer_again([state], now_s)

    def breaker(self, key: str) -> Breaker:
        """The breaker of a key; closed when nothing is known of it."""
        state = self._keys.get(key)
        return state.breaker if state is not None else Breaker(key=key)

    def _judge(self, state: KeyState, outcome: Outcome, job_id: JobId, now_s: float) -> None:
        before = state.breaker
        if not has_breaker(state.key) and before.probe != job_id:
            return
        state.breaker = before.after(outcome, job_id, self._terms, now=self._clock.now(), now_s=now_s)
        if state.breaker.state is not before.state:
            self.tripped(before, state.breaker)

    # --- memory ---------------------------------------------------------------------------------------------------

    def _state(self, key: str) -> KeyState:
        state = self._keys.get(key)
        if state is None:
            state = self._keys[key] = KeyState(key=key, breaker=Breaker(key=key))
        return state

    def _forget_idle(self, now_s: float) -> None:
        if len(self._keys) <= self._sweep_at:
            return
        for key in [key for key, state in self._keys.items() if state.is_idle(now_s)]:
            del self._keys[key]
        self._sweep_at = max(KEYS_KEPT, 2 * len(self._keys))


def _nothing() -> None:
    """Until the engine has wired its parts."""


def _nobody_cares(_before: Breaker, _after: Breaker) -> None:
    """Until the engine has wired its parts."""
