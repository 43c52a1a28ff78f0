"""What lasts and concerns the whole window: engine starting or gone, no robots, a wrong key."""

from dataclasses import dataclass

from orchestrator.console.formatting import plural
from orchestrator.console.store import ConnectionState, ConsoleStore
from orchestrator.console.theme.tokens import Tone


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One sentence over the whole width, and what the button beside it does."""

    text: str
    tone: Tone
    icon: str
    action: str = ""
    command: str = ""
    closable: bool = False


def notice_of(store: ConsoleStore, engine_words: str) -> Notice | None:
    """The one notice that matters most, or none. `engine_words`: what the supervisor says of its child."""
    if engine_words:
        return Notice(text=engine_words, tone=Tone.WARNING, icon="rotate-cw")
    match store.state:
        case ConnectionState.REFUSED:
            return Notice(text=store.trouble, tone=Tone.DANGER, icon="key-round")
        case ConnectionState.LOST:
            words = "The connection to the engine is lost. Trying again; what you see may be out of date."
            return Notice(text=words, tone=Tone.DANGER, icon="wifi-off")
        case ConnectionState.CONNECTED:
            return _fleet_notice(store)
        case ConnectionState.STARTING:
            return None


def _fleet_notice(store: ConsoleStore) -> Notice | None:
    if any(robot.status.is_connected for robot in store.robots.values()):
        return None
    waiting = store.dashboard.pending_jobs if store.dashboard else 0
    words = "No robot is connected" + (
        f", and {plural(waiting, 'job waits', 'jobs wait')} for one." if waiting else ", so jobs will wait."
    )
    return Notice(
        text=words,
        tone=Tone.WARNING,
        icon="bot",
        action="Connect a robot…",
        command="robot.enrol",
        closable=True,
    )
