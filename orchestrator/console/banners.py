"""What lasts and concerns the whole window: engine starting or gone, no robots, a wrong key."""

from dataclasses import dataclass

from orchestrator.console.store import ConnectionState, ConsoleStore
from orchestrator.console.theme.tokens import Tone
from orchestrator.console.words import counted, tr


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One sentence over the whole width, and what the button beside it does."""

    text: str
    tone: Tone
    icon: str
    action: str = ""
    command: str = ""
    closable: bool = False
    undoes: str = ""
    """The id of the engine's notice that the button undoes and the cross takes down."""


def notice_of(store: ConsoleStore, engine_words: str) -> Notice | None:
    """The one notice that matters most, or none. `engine_words`: what the supervisor says of its child."""
    if engine_words:
        return Notice(text=engine_words, tone=Tone.WARNING, icon="rotate-cw")
    match store.state:
        case ConnectionState.REFUSED:
            return Notice(text=store.trouble, tone=Tone.DANGER, icon="key-round")
        case ConnectionState.LOST:
            words = tr("The connection to the engine is lost. Trying again; what you see may be out of date.")
            return Notice(text=words, tone=Tone.DANGER, icon="wifi-off")
        case ConnectionState.CONNECTED:
            return _switched_off(store) or _fleet_notice(store) or _away_notice(store)
        case ConnectionState.STARTING:
            return None


def farewell_notice(words: str) -> Notice | None:
    """The window closes as soon as nothing runs; until then one may stay."""
    return Notice(text=words, tone=Tone.INFO, icon="hourglass", action=tr("Stay open")) if words else None


def _switched_off(store: ConsoleStore) -> Notice | None:
    """What the engine switched off by itself: the newest, with its undo."""
    newest_first = sorted(store.notices.values(), key=lambda each: each.raised_at, reverse=True)
    if not newest_first:
        return None
    newest = newest_first[0]
    more = len(newest_first) - 1
    reason = f" {newest.reason}" if newest.reason else ""
    others = (
        counted(" %n other thing is switched off too.", " %n other things are switched off too.", more) if more else ""
    )
    return Notice(
        text=f"{newest.title.rstrip('.')}.{reason}{others}",
        tone=Tone.WARNING,
        icon="zap",
        action=newest.undo if newest.can_undo else "",
        closable=True,
        undoes=newest.notice_id,
    )


def _away_notice(store: ConsoleStore) -> Notice | None:
    """What happened between two starts, until somebody has read it."""
    reports = [each for each in store.away.values() if each.jobs or each.schedules]
    if not reports:
        return None
    jobs = sum(len(each.jobs) + each.more_jobs for each in reports)
    schedules = sum(len(each.schedules) for each in reports)
    parts = [counted("%n job was at work", "%n jobs were at work", jobs)] if jobs else []
    parts += [counted("%n schedule missed runs", "%n schedules missed runs", schedules)] if schedules else []
    return Notice(
        text=tr(
            "While you were away: {what}.",
            what=tr("{what} and {more}", what=parts[0], more=parts[1]) if len(parts) > 1 else parts[0],
        ),
        tone=Tone.INFO,
        icon="history",
        action=tr("See what became of them"),
        command="watch.away",
        closable=True,
    )


def _fleet_notice(store: ConsoleStore) -> Notice | None:
    if store.is_fresh or any(robot.status.is_connected for robot in store.robots.values()):
        return None
    waiting = store.dashboard.pending_jobs if store.dashboard else 0
    words = tr("No robot is connected") + (
        counted(", and %n job waits for one.", ", and %n jobs wait for one.", waiting)
        if waiting
        else tr(", so jobs will wait.")
    )
    return Notice(
        text=words,
        tone=Tone.WARNING,
        icon="bot",
        action=tr("Start a robot here…"),
        command="local.new",
        closable=True,
    )
