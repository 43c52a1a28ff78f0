"""How browser sessions and work spread over the robots."""

from orchestrator.contract.api.common import View


class RobotShareView(View):
    """What one connected robot carries."""

    robot_id: str
    robot_name: str
    sessions: int
    """Browser sessions that are open, by its newest heartbeat."""
    browsers: int
    busy: int
    slots: int
    workload: float
    """Busy slots of all slots."""
    is_overloaded: bool
    """More jobs than slots, or its machine's processor or memory is at 90 % or above."""


class SessionDistribution(View):
    """`GET /metrics/sessions`."""

    total_sessions: int
    average_workload: float
    overloaded: int
    robots: tuple[RobotShareView, ...] = ()
