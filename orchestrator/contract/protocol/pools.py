"""How a robot's pools of browser sessions stand, as its heartbeats and its status say."""

from pydantic import BaseModel, ConfigDict, Field

MAX_POOLS = 20


class PoolFigures(BaseModel):
    """One pool; counts are since the robot's start."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    name: str = Field(max_length=50)
    provider: str = Field(default="", max_length=50)
    """`local`, `cdp`, `browserbase`."""
    size: int = 0
    """Sessions that there are: lent and ready ones."""
    least: int = 0
    """Sessions that are kept ready, lent ones included."""
    most: int = 0
    """Sessions that can be lent at once."""
    lent: int = 0
    waiting: int = 0
    """Leases that wait for a session."""
    browsers: int = 0
    """Browsers, or connections to them."""
    created: int = 0
    """Sessions."""
    failed: int = 0
    """Sessions that could not be made."""
    retired: dict[str, int] = Field(default_factory=dict, max_length=30)
    """Browsers and ready sessions that were given up, by reason."""
    lost: int = 0
    """Browsers or connections that ended by themselves."""
    leaked: int = 0
    """Processes or sessions that nobody had any more, or that would not end."""
    memory_bytes: int = 0
    """Of the pool's browsers on the robot's machine, when last measured."""
    breaker: str = Field(default="closed", max_length=20)
    """`open`: its provider failed again and again and is left alone for a while."""
    pressure: str = Field(default="", max_length=20)
    """`full`: the machine has no memory for more sessions; `slow`: they are made slowly."""
