"""A robot's browser sessions, pool by pool, among the facts about it."""

from collections.abc import Iterable, Iterator

from orchestrator.cli.output import count_text, size_text
from orchestrator.contract.protocol.pools import PoolFigures


def pool_facts(pools: Iterable[PoolFigures]) -> Iterator[tuple[str, str]]:
    """Three lines for each pool: what it lends, what it was made of, and what is wrong."""
    for pool in pools:
        yield f"pool {pool.name}", _lent(pool)
        yield "", _past(pool)
        trouble = _trouble(pool)
        if trouble:
            yield "", trouble


def _lent(pool: PoolFigures) -> str:
    ready = pool.size - pool.lent
    return (
        f"{pool.provider}: {count_text(pool.lent, 'session')} lent, {ready} ready, {pool.waiting} waiting; "
        f"{pool.least} to {pool.most}, {count_text(pool.browsers, 'browser')}"
    )


def _past(pool: PoolFigures) -> str:
    retired = ", ".join(f"{count} by {reason}" for reason, count in sorted(pool.retired.items())) or "none"
    memory = f", {size_text(pool.memory_bytes)}" if pool.memory_bytes else ""
    return f"{pool.created} made, retired: {retired}; {pool.lost} lost, {pool.leaked} leaked since its start{memory}"


def _trouble(pool: PoolFigures) -> str:
    words = []
    if pool.breaker != "closed":
        words.append(f"its provider failed and is left alone ({pool.breaker})")
    if pool.pressure:
        words.append("no memory for more sessions" if pool.pressure == "full" else "sessions are made slowly")
    if pool.failed:
        words.append(f"{count_text(pool.failed, 'session')} could not be made")
    return "; ".join(words)
