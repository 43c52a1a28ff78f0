"""Passes for browsers: they open the live page of one run, and nothing else of the orchestrator."""

import hashlib
import secrets
from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from orchestrator.contract.ids import JobId

LIFE = timedelta(hours=1)
"""From the last use."""
MOST_PASSES = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class LivePass:
    """Who may look at, or act in, which run."""

    job_id: JobId
    actor: str
    may_act: bool
    expires_at: datetime


class LivePasses:
    """In memory, by their hashes; a restart ends them all."""

    def __init__(self) -> None:
        self._passes: OrderedDict[str, LivePass] = OrderedDict()

    def issue(self, job_id: JobId, *, actor: str, may_act: bool, now: datetime) -> tuple[str, LivePass]:
        """A new pass: what its holder shows, and what it opens."""
        token = secrets.token_urlsafe(32)
        issued = LivePass(job_id=job_id, actor=actor, may_act=may_act, expires_at=now + LIFE)
        self._passes[_hash(token)] = issued
        if len(self._passes) > MOST_PASSES:
            self._passes.popitem(last=False)
        return token, issued

    def shown(self, token: str, *, now: datetime) -> LivePass | None:
        """What somebody may who shows this; it is good for longer then. None for a pass that is none, or is over."""
        name = _hash(token)
        found = self._passes.pop(name, None)
        if found is None or found.expires_at <= now:
            return None
        self._passes[name] = replace(found, expires_at=now + LIFE)
        return found


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
