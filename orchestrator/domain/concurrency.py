"""Concurrency keys: named limits over the whole fleet, and which of them a job takes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from orchestrator.contract.concurrency import MAX_KEY, MAX_KEYS, UNLIMITED, ConcurrencyKey
from orchestrator.contract.errors import UserError
from orchestrator.contract.expressions import ExpressionError, Scope, render
from orchestrator.contract.ids import JobId, JsonValue

DEFAULT_AT_ONCE = 1
"""For a key of which nobody has said anything."""
NO_BOUND = 1_000_000_000
"""More than any fleet has slots."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyClaim:
    """One key of one job, and what its workflow says of the key; None where it says nothing."""

    key: str
    at_once: int | None = None
    """NO_BOUND for `unlimited`."""
    per_second: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedLimit:
    """What an operator has set for a key; goes before whatever workflows say."""

    key: str
    at_once: int | None = DEFAULT_AT_ONCE
    """None: no bound."""
    per_second: float | None = None
    """None: as fast as jobs come."""
    changed_at: datetime
    changed_by: str = ""


class HoldKind(StrEnum):
    """Why a key cannot be taken now."""

    TAKEN = "taken"
    THROTTLED = "throttled"
    OPEN = "open"
    """Its breaker is open."""
    PROBED = "probed"
    """Its breaker lets one job try, and that one runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyHold:
    """What keeps a job from taking a key at this moment."""

    key: str
    kind: HoldKind
    holders: tuple[JobId, ...] = ()
    """TAKEN: who has it, as many as are worth showing. PROBED: who tries."""
    held: int = 0
    at_once: int = DEFAULT_AT_ONCE
    per_second: float | None = None
    until_s: float | None = None
    """Seconds of the monotonic clock at which it passes by itself; None: nobody knows, or a person decides."""
    reason: str = ""
    """Why the breaker is open."""


def resolved_keys(named: Iterable[ConcurrencyKey], variables: Mapping[str, JsonValue]) -> tuple[KeyClaim, ...]:
    """The keys with a job's variables put in, each once and by name; what is said last of a key counts.

    UserError names the key whose expressions give no usable text.
    """
    scope = Scope(variables=variables)
    claims: dict[str, KeyClaim] = {}
    for place, each in enumerate(named):
        claim = _claim(each, scope, f"concurrency[{place}]")
        claims[claim.key] = claim
    if len(claims) > MAX_KEYS:
        raise UserError(f"A job may have {MAX_KEYS} concurrency keys, not {len(claims)}.", field="concurrency")
    return tuple(claims[key] for key in sorted(claims))


def _claim(named: ConcurrencyKey, scope: Scope, field: str) -> KeyClaim:
    at_once = NO_BOUND if named.limit == UNLIMITED else named.limit
    return KeyClaim(key=checked_key(_text(named.key, scope, field), field), at_once=at_once, per_second=named.rate)


def _text(key: str, scope: Scope, field: str) -> str:
    try:
        value = render(key, scope)
    except ExpressionError as error:
        raise UserError(f"The concurrency key `{key}` has no value: {error}", field=field) from None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise UserError(f"The concurrency key `{key}` must give a text; it gives {value!r:.80}.", field=field)
    return str(value)


def checked_key(key: str, field: str = "key") -> str:
    """A key as it is compared: without blanks around it. UserError when it cannot be one."""
    key = key.strip()
    if not key or len(key) > MAX_KEY or not key.isprintable():
        raise UserError(f"A concurrency key is 1 to {MAX_KEY} printable characters; {key!r:.80} is not.", field=field)
    return key
