"""Which part of the events a client wants to hear: `/events?topics=jobs,robots,progress:JOB,orchestration.*`."""

import re
from dataclasses import dataclass
from typing import Self

from orchestrator.contract.errors import UserError

MOST_TOPICS = 100
CHANNELS = frozenset(
    {"jobs", "robots", "schedules", "workflows", "progress", "activity", "dashboard", "alerts", "notices", "away"}
)
_PATTERN = re.compile(r"[A-Za-z0-9_.*?\[\]!-]{1,100}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Topics:
    """What is wanted; by default every channel, and no events by name."""

    channels: frozenset[str] = CHANNELS
    progress_of: frozenset[str] = frozenset()
    """Jobs whose moves and steps are told, besides the channels."""
    patterns: tuple[str, ...] = ()
    """Of names of events."""

    @classmethod
    def of(cls, text: str) -> Self:
        """Read the query's value; nothing in it means the default. UserError names the topic that is none."""
        words = [word.strip() for word in text.split(",") if word.strip()]
        if not words:
            return cls()
        if len(words) > MOST_TOPICS:
            raise UserError(f"topics: at most {MOST_TOPICS} can be asked for at once.", field="topics")
        channels, jobs, patterns = set(), set(), []
        for word in words:
            channel, colon, rest = word.partition(":")
            if channel == "progress" and colon and rest:
                jobs.add(rest)
            elif channel in CHANNELS and rest in {"", "*"}:
                channels.add(channel)
            elif _is_pattern(word):
                patterns.append(word)
            else:
                raise UserError(_unknown(word), field="topics")
        return cls(channels=frozenset(channels), progress_of=frozenset(jobs), patterns=tuple(patterns))

    def wants(self, channel: str) -> bool:
        """True when the client hears a channel."""
        return channel in self.channels

    def wants_job(self, job_id: str) -> bool:
        """True when the client hears how a job moves."""
        return "jobs" in self.channels or job_id in self.progress_of

    def wants_steps(self, job_id: str) -> bool:
        """True when the client hears how a job's steps go."""
        return "progress" in self.channels or job_id in self.progress_of


def _is_pattern(word: str) -> bool:
    return bool(_PATTERN.fullmatch(word)) and ("." in word or "*" in word)


def _unknown(word: str) -> str:
    known = ", ".join(sorted(CHANNELS))
    return (
        f"topics: {word[:100]!r} is none. There are {known}, progress:JOB, and patterns of names "
        "such as orchestration.checkpoint_* or jobs.failed."
    )
