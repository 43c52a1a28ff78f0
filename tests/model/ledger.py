"""What really happened, noted outside the product: who was told what, who began which attempt, what was on the wire."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from orchestrator.contract.protocol.message import AttemptRef
from orchestrator.contract.states import JobStatus


@dataclass(slots=True)
class Ledger:
    """Notes of the simulated world; no part of the product writes here."""

    answers: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Idempotency key: every job id that was ever given out for it."""
    once_only: set[str] = field(default_factory=set)
    """Jobs that may not run twice at the same time."""
    starts: Counter[AttemptRef] = field(default_factory=Counter)
    live: defaultdict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    """Job: how many executions of each attempt are alive."""
    ends: dict[AttemptRef, JobStatus] = field(default_factory=dict)
    """Attempts that a robot saw through to the end, and how they went."""
    told: set[AttemptRef] = field(default_factory=set)
    """Attempts whose result was once on the wire."""
    complaints: list[str] = field(default_factory=list)

    def acknowledged(self, key: str, job_id: str, *, retry_safe: bool) -> None:
        """A client got its answer."""
        self.answers[key].add(job_id)
        if not retry_safe:
            self.once_only.add(job_id)

    def began(self, ref: AttemptRef) -> None:
        """An execution begins."""
        self.starts[ref] += 1
        if self.starts[ref] > 1:
            self.complaints.append(f"C: {ref} was started {self.starts[ref]} times.")
        self.live[ref.job_id][ref.attempt] += 1
        alive = +self.live[ref.job_id]
        if ref.job_id in self.once_only and alive.total() > 1:
            self.complaints.append(f"D: {ref.job_id} runs as attempts {sorted(alive)} at once.")

    def ended(self, ref: AttemptRef, status: JobStatus | None = None) -> None:
        """An execution is over; without a status it was cut short."""
        self.live[ref.job_id][ref.attempt] -= 1
        if status is not None:
            self.ends[ref] = status

    def is_alive(self, job_id: str) -> bool:
        """True while any execution of the job is alive."""
        return (+self.live[job_id]).total() > 0
