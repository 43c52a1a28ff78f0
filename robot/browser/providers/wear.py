"""When a browser is worn out, and why; pure."""

from dataclasses import dataclass
from enum import StrEnum


class Wear(StrEnum):
    """Why a browser is retired."""

    LEASES = "leases"
    AGE = "age"
    CRASHES = "crashes"
    MEMORY = "memory"
    BROKEN = "broken"
    """It did not close a session in time, or opened one only half."""
    IDLE = "idle"


@dataclass(frozen=True, slots=True, kw_only=True)
class WearTerms:
    """How much a browser may serve."""

    leases: int = 100
    age_s: float = 1_800.0
    crashes: int = 2
    memory_bytes: int = 1_536 * 1_024 * 1_024


def wear_of(terms: WearTerms, *, leases: int, age_s: float, crashes: int, memory_bytes: int) -> Wear | None:
    """The first reason to retire; None while the browser is good."""
    if crashes >= terms.crashes:
        return Wear.CRASHES
    if leases >= terms.leases:
        return Wear.LEASES
    if age_s >= terms.age_s:
        return Wear.AGE
    return Wear.MEMORY if memory_bytes >= terms.memory_bytes else None
