"""A robot's pools of browser sessions, as its newest heartbeat told them."""

from pydantic import ValidationError

from orchestrator.contract.ids import JsonValue
from orchestrator.contract.protocol.pools import PoolFigures


def pool_views(told: JsonValue) -> tuple[PoolFigures, ...]:
    """The pools; none for a robot that does not tell, or whose figures another version cannot read."""
    try:
        return tuple(PoolFigures.model_validate(each) for each in told) if isinstance(told, list) else ()
    except ValidationError:
        return ()
