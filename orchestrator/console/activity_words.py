"""How an entry of the activity list looks: icon and tone by its kind."""

from orchestrator.console.theme.status import JOB_STATES, ROBOT_STATES, StatusSpec
from orchestrator.console.theme.tokens import Tone
from orchestrator.console.widgets.feed import FeedItem
from orchestrator.contract.api.figures import ActivityItem

_OTHERS = {
    "job.submitted": StatusSpec("plus", Tone.MUTED, ""),
    "job.retried": StatusSpec("rotate-cw", Tone.INFO, ""),
    "robot.registered": StatusSpec("link", Tone.SUCCESS, ""),
    "robot.connected": StatusSpec("wifi", Tone.SUCCESS, ""),
    "robot.disconnected": StatusSpec("wifi-off", Tone.WARNING, ""),
}
_TOPICS = {
    "job": StatusSpec("list-checks", Tone.MUTED, ""),
    "robot": StatusSpec("bot", Tone.MUTED, ""),
    "schedule": StatusSpec("calendar-clock", Tone.INFO, ""),
    "workflow": StatusSpec("workflow", Tone.MUTED, ""),
}
_UNKNOWN = StatusSpec("activity", Tone.MUTED, "")


def activity_look(item: ActivityItem) -> FeedItem:
    """The line of the feed."""
    look = _look(item.kind)
    return FeedItem(icon=look.icon, tone=look.tone, text=item.message, at=item.at, target=_target(item))


def _look(kind: str) -> StatusSpec:
    topic, _, what = kind.partition(".")
    if kind in _OTHERS:
        return _OTHERS[kind]
    states = JOB_STATES if topic == "job" else ROBOT_STATES if topic == "robot" else {}
    return states.get(what.upper()) or states.get(what.lower()) or _TOPICS.get(topic, _UNKNOWN)


def _target(item: ActivityItem) -> tuple[str, str]:
    if item.job_id:
        return ("job", item.job_id)
    if item.robot_id:
        return ("robot", item.robot_id)
    return ("schedules", "") if item.schedule_id else ("", "")
