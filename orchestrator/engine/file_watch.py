"""Watches folders for triggers: each file once, when it has stopped changing."""

import asyncio
import logging
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from orchestrator.contract.ids import JsonValue
from orchestrator.domain.file_arrivals import FoundFile, Waiting, settled
from orchestrator.domain.triggers import (
    FileAppears,
    FiringOutcome,
    Occurrence,
    Trigger,
    TriggerId,
    of_trigger,
)
from orchestrator.engine.clock import Clock, Wakeup
from orchestrator.engine.errors import StorageError
from orchestrator.engine.ports.triggers import Firing, TriggerStore
from orchestrator.engine.triggers import Triggers

logger = logging.getLogger(__name__)

POLL_S = 1.0
"""Between two looks into the folders; operating systems' own notices miss network drives."""
IDLE_S = 60.0
MOST_FILES = 10_000
"""In one folder; what is beyond has to wait until others are taken away."""


class FileWatch:
    """Looks into the folders of triggers, in a thread, because a network drive may hang."""

    def __init__(self, triggers: Triggers, store: TriggerStore, clock: Clock) -> None:
        self._triggers = triggers
        self._store = store
        self._clock = clock
        self._waiting: dict[TriggerId, dict[str, Waiting]] = {}
        self._answered: dict[TriggerId, set[str]] = {}
        """Keys of files that lie in the folder and need no second look into the store."""
        self._wakeup = Wakeup(clock)
        triggers.listen(self._wakeup.ring)

    async def run(self) -> None:
        """Watch until cancelled."""
        while True:
            watched = self._watched()
            for trigger, source in watched:
                await self._look(trigger, source)
            self._forget_all_but({trigger.trigger_id for trigger, _ in watched})
            await self._wakeup.wait(POLL_S if watched else IDLE_S)

    def _watched(self) -> list[tuple[Trigger, FileAppears]]:
        if not self._triggers.are_on:
            return []
        return [
            (each, each.source)
            for each in self._triggers.triggers()
            if each.enabled and isinstance(each.source, FileAppears)
        ]

    async def _look(self, trigger: Trigger, source: FileAppears) -> None:
        try:
            found = await asyncio.to_thread(files_in, source)
        except OSError as error:
            self._note_trouble(trigger, f"{source.folder} cannot be read: {error.strerror or error}")
            return
        self._triggers.troubles.pop(trigger.trigger_id, None)
        before = self._waiting.get(trigger.trigger_id, {})
        ready, after = settled(before, found, now_s=self._clock.monotonic(), settle_s=source.settle_s)
        self._waiting[trigger.trigger_id] = after
        try:
            await self._answer(trigger, ready)
        except StorageError as error:
            logger.warning("Trigger %s could not fire and will be tried again: %s", trigger.name, error)

    async def _answer(self, trigger: Trigger, ready: Sequence[FoundFile]) -> None:
        present = {file.key for file in ready}
        answered = self._answered.get(trigger.trigger_id, set()) & present
        fresh = [file for file in ready if file.key not in answered]
        if fresh:
            answered |= await self._store.known_keys(trigger.trigger_id, [file.key for file in fresh])
        self._answered[trigger.trigger_id] = answered
        for file in fresh:
            if file.key not in answered:
                await self._triggers.fire(of_trigger(trigger), file_appeared(file))
                answered.add(file.key)

    def _note_trouble(self, trigger: Trigger, words: str) -> None:
        if self._triggers.troubles.get(trigger.trigger_id) != words:
            logger.warning("Trigger %s: %s.", trigger.name, words)
        self._triggers.troubles[trigger.trigger_id] = words

    def _forget_all_but(self, watched: set[TriggerId]) -> None:
        for kept in (self._waiting, self._answered):
            for gone in kept.keys() - watched:
                del kept[gone]


def files_in(source: FileAppears) -> list[FoundFile]:
    """The files that are meant, by name. Raises OSError for a folder that cannot be read."""
    found: list[FoundFile] = []
    with os.scandir(source.folder) as entries:
        for entry in entries:
            if not source.concerns(entry.name):
                continue
            try:
                is_file, facts = entry.is_file(), entry.stat()
            except OSError:
                continue  # taken away between the two looks, or a link that leads nowhere: the others still count
            if not is_file:
                continue
            found.append(FoundFile(path=entry.path, size=facts.st_size, modified_ns=facts.st_mtime_ns))
            if len(found) >= MOST_FILES:
                break
    return sorted(found, key=lambda file: file.path)


def file_appeared(file: FoundFile) -> Occurrence:
    """A file as an occurrence: `file.path`, `name`, `stem`, `suffix`, `folder`, `size` and `modified_at`."""
    path = Path(file.path)
    facts: dict[str, JsonValue] = {
        "path": file.path,
        "name": path.name,
        "stem": path.stem,
        "suffix": path.suffix,
        "folder": str(path.parent),
        "size": file.size,
        "modified_at": datetime.fromtimestamp(file.modified_ns / 1e9, UTC).isoformat(),
    }
    return Occurrence(key=file.key, names={"file": facts}, words=f"{_readable(path.name)} appeared", lasts=True)


def present_files(trigger: Trigger, source: FileAppears, *, at: datetime) -> list[Firing]:
    """What lies in the folder already, as occurrences that never fire. Raises OSError."""
    return [
        Firing(
            trigger_id=trigger.trigger_id,
            event_key=file.key,
            at=at,
            outcome=FiringOutcome.PRESENT,
            note=_readable(file.path),
        )
        for file in files_in(source)
    ]


def _readable(name: str) -> str:
    """A file's name need not be UTF-8; what is written down about it has to be."""
    return name.encode("utf-8", "replace").decode()
