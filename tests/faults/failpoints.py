"""Places where a process under test ends itself, with kill -9, at the very instant that matters.

The product holds no such places: `arm` puts them around its functions when the harness starts a process with
BOTSWAIN_FAILPOINTS in its environment. A point is `where@n`: the n-th time, `@1` by default. Points before a frame
stand where the frame is encoded, which every frame must pass:

- `before:<message type>`: before such a frame is made, so that what it tells has been written and nobody knows.
- `block:<message type>`: when such a frame has arrived, and for BLOCKED_S nothing else happens in the process.
- `migrating`: before a table or an index is made.
- `after:<name>` and `during:<name>`: behind and in the middle of a write that AFTER or DURING names.
"""

import importlib
import logging
import os
import signal
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

BLOCKED_S = 15.0
VARIABLE = "BOTSWAIN_FAILPOINTS"
ENCODERS = ("orchestrator.server.robot_client", "robot.connection")
AFTER = {"accepted": ("orchestrator.engine.job_queue", "JobQueue", "enqueue_all")}
"""A job was committed, and its client has no answer yet."""
DURING = {"spool_write": ("robot.spool", "write_synced"), "journal_write": ("robot.journal", "_line")}


def arm(points: str) -> None:
    """Put the points in their places, in this process."""
    for point in points.split(","):
        place, _, number = point.partition("@")
        kind, _, name = place.partition(":")
        countdown = Countdown(int(number or 1))
        KINDS[kind](name, countdown)


class Countdown:
    """Lets so many calls pass, less one, and ends the process at the next."""

    def __init__(self, left: int) -> None:
        self._left = left

    def is_now(self) -> bool:
        """True the n-th time."""
        self._left -= 1
        return self._left == 0


def die() -> None:
    """kill -9, by one's own hand."""
    os.kill(os.getpid(), signal.SIGKILL)


def _before(message_type: str, countdown: Countdown) -> None:
    for name in ENCODERS:
        module = importlib.import_module(name)

        def armed(payload: Any, *args: Any, encode: Callable[..., str] = module.encode, **words: Any) -> str:
            if payload.message_type == message_type and countdown.is_now():
                die()
            return encode(payload, *args, **words)

        module.encode = armed  # type: ignore[attr-defined]  # the name under which the module calls it


def _block(message_type: str, countdown: Countdown) -> None:
    inbox = importlib.import_module("orchestrator.engine.inbox").Inbox
    received_all = inbox.received_all

    async def armed(self: Any, robot_id: str, session_id: str, messages: Any) -> None:
        if any(each.message_type == message_type for each in messages) and countdown.is_now():
            logging.getLogger(__name__).warning("The loop is blocked by a failpoint.")
            time.sleep(BLOCKED_S)  # noqa: ASYNC251  that is the fault
        await received_all(self, robot_id, session_id, messages)

    inbox.received_all = armed


def _after(name: str, countdown: Countdown) -> None:
    module, owner_name, method_name = AFTER[name]
    owner = getattr(importlib.import_module(module), owner_name)
    method = getattr(owner, method_name)

    async def armed(*args: Any, **words: Any) -> Any:
        answer = await method(*args, **words)
        if countdown.is_now():
            die()
        return answer

    setattr(owner, method_name, armed)


def _during(name: str, countdown: Countdown) -> None:
    module = importlib.import_module(DURING[name][0])
    function = getattr(module, DURING[name][1])

    def torn_file(path: Path, content: bytes) -> None:
        if countdown.is_now():
            path.with_name(path.name + ".partial").write_bytes(content[: len(content) // 2])
            die()
        function(path, content)

    def torn_line(*args: Any) -> bytes:
        line: bytes = function(*args)
        if countdown.is_now():
            tear_journal(line[: len(line) // 2])
            die()
        return line

    setattr(module, DURING[name][1], torn_file if name == "spool_write" else torn_line)


def tear_journal(half: bytes) -> None:
    """Half a line at the journal's end, by way of the file that this process holds open."""
    for descriptor in Path("/proc/self/fd").iterdir():
        try:
            is_journal = descriptor.readlink().name == "journal"
        except OSError:
            continue  # closed meanwhile
        if is_journal:
            os.write(int(descriptor.name), half)


def _migrating(_: str, countdown: Countdown) -> None:
    """Alembic's `op` hands `create_table` on to its operations one by one; each of them ends here."""
    schema = importlib.import_module("alembic.ddl.impl").DefaultImpl
    create_table = schema.create_table

    def armed(self: Any, *args: Any, **words: Any) -> None:
        if countdown.is_now():
            die()
        create_table(self, *args, **words)

    schema.create_table = armed


KINDS: Mapping[str, Callable[[str, Countdown], None]] = {
    "before": _before, "after": _after, "during": _during, "block": _block, "migrating": _migrating,
}  # fmt: skip


def arm_from_environment() -> None:
    """What a launcher calls first."""
    if points := os.environ.get(VARIABLE):
        arm(points)
