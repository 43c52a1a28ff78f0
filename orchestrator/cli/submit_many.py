"""`botswain submit-many`: ask for many jobs, one JSON object a line."""

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, BinaryIO

import typer
from pydantic import ValidationError

from orchestrator.cli.connection import COMMAND_LINE, connected, run_async
from orchestrator.cli.options import Connect, DataDir, Key
from orchestrator.cli.output import AsJson, say
from orchestrator.cli.source import STANDARD_INPUT
from orchestrator.contract.api.submissions import SubmitItem, SubmitOutcome
from orchestrator.contract.errors import UserError

EXIT_REFUSED = 1
MOST_LINE_BYTES = 1_048_576
MOST_JOBS = 100_000
_SHOWN = 20
"""Refusals that are written out one by one."""


def submit_many(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="A file of JSON lines, or `-` for standard input.", show_default=False)
    ],
    *,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Submit many jobs: each line is an object as `POST /api/v1/jobs` takes it, with an `idempotency_key` if wanted.

    Nothing is submitted when a line cannot be read. Exit code 1 when a job was refused.

    Examples:  botswain submit-many jobs.jsonl  |  make-jobs | botswain submit-many - --json
    """
    wanted = _read(file)

    async def ask() -> tuple[SubmitOutcome, ...]:
        async with connected(connect, key, data_dir) as client:
            return await client.submissions.submit_many(wanted)

    outcomes = run_async(ask()) if wanted else ()
    refused = [(number, each.error) for number, each in enumerate(outcomes, 1) if each.error is not None]
    if as_json:
        for each in outcomes:
            typer.echo(each.model_dump_json(exclude_none=True))
    else:
        accepted = len(outcomes) - len(refused)
        say(f"{accepted:,} {'job was' if accepted == 1 else 'jobs were'} accepted, {len(refused):,} refused.")
        for number, error in refused[:_SHOWN]:
            say(f"job {number}: {error.message}")
    if refused:
        sys.exit(EXIT_REFUSED)


def _read(file: str) -> list[SubmitItem]:
    if file == STANDARD_INPUT:
        return list(_items(_lines(sys.stdin.buffer, "standard input"), "standard input"))
    try:
        with Path(file).open("rb") as opened:
            return list(_items(_lines(opened, file), file))
    except OSError as error:
        raise UserError(f"FILE: {file} cannot be read: {error.strerror}.", field="FILE") from None


def _lines(opened: BinaryIO, source: str) -> Iterator[bytes]:
    while line := opened.readline(MOST_LINE_BYTES + 1):
        if len(line) > MOST_LINE_BYTES:
            raise UserError(f"FILE: {source} has a line of more than 1 MiB.", field="FILE")
        yield line


def _items(lines: Iterable[bytes], source: str) -> Iterator[SubmitItem]:
    count = 0
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        count += 1
        if count > MOST_JOBS:
            raise UserError(f"FILE: {source} has more than {MOST_JOBS:,} jobs; split it.", field="FILE")
        yield _item(line, f"{source}, line {number}")


def _item(line: bytes, place: str) -> SubmitItem:
    try:
        content = json.loads(line)
    except (ValueError, RecursionError):
        raise UserError(f"FILE: {place}: this is no JSON object.", field="FILE") from None
    if not isinstance(content, dict):
        raise UserError(f"FILE: {place}: this is no JSON object.", field="FILE")
    try:
        return SubmitItem.model_validate({"submitted_by": COMMAND_LINE, **content})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(map(str, first["loc"]))
        raise UserError(f"FILE: {place}: {field}: {first['msg']}.", field="FILE") from None
