"""`botswain cron`: when a cron expression fires, in UTC, in its zone, here, and in words."""

import json
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from rich.table import Table

from orchestrator.cli.output import wide_console
from orchestrator.contract.errors import UserError
from orchestrator.domain.clock_changes import clock_changes
from orchestrator.domain.cron import CronError, CronRule, parse_cron
from orchestrator.domain.schedule_words import Fire, describe, truth_card, warnings

MOST_RUNS = 100_000
DEFAULT_COUNT = 5
_LONGEST_LINE = 65_536


class CronQuestion(BaseModel):
    """One question: the next `count` fires strictly after `start`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    expression: str = Field(strict=True)
    timezone: str = Field(default="UTC", strict=True)
    start: str | None = None
    """ISO 8601; without an offset it is wall time in the zone; now without it."""
    count: int = Field(default=DEFAULT_COUNT, ge=1, le=MOST_RUNS, strict=True)


def cron(  # noqa: PLR0917  Typer reads the options from the parameters
    expression: Annotated[str | None, typer.Argument(help='Five or six fields, such as "0 9 * * 1-5".')] = None,
    timezone: Annotated[str, typer.Option("--timezone", "-z", help="IANA time zone, such as Europe/Berlin.")] = "UTC",
    start: Annotated[
        str | None, typer.Option(help="First moment (ISO 8601); runs come strictly after it. Default: now.")
    ] = None,
    count: Annotated[int, typer.Option("--count", "-n", min=1, max=MOST_RUNS, help="How many runs.")] = DEFAULT_COUNT,
    file: Annotated[
        str | None,
        typer.Option("--file", "-f", help="A file of JSON objects, one a line (- for standard input), answered alike."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of a table.")] = False,
) -> None:
    """Print the next fire times of a cron expression.

    The rules are Debian cron's, with an optional seconds field in front: 0 and 7 are Sunday, and day of month and
    weekday count as OR unless one of them begins with a star.
    """
    if file is not None:
        if expression is not None:
            raise UserError("EXPRESSION and --file do not go together: leave one out.", field="--file")
        _answer_lines(_lines(file))
        return
    if expression is None:
        raise UserError('EXPRESSION: give a cron expression, such as "0 9 * * 1-5", or --file.', field="EXPRESSION")
    try:
        rule = parse_cron(expression, timezone)
    except CronError as error:
        raise UserError(f"{expression!r}: {error}", field=error.field) from None
    after = _moment(start, rule.zone, "--start")
    if as_json:
        sys.stdout.write(json.dumps(_document(rule, after, count), ensure_ascii=False) + "\n")
    else:
        _show(rule, after, count)


def answer(question: CronQuestion) -> dict[str, Any]:
    """`{"runs": [...]}` in UTC with a Z, or `{"error": "..."}`."""
    try:
        rule = parse_cron(question.expression, question.timezone)
        after = _moment(question.start, rule.zone, "start")
    except (CronError, UserError) as error:
        return {"error": str(error)}
    return {"runs": [_utc(at) for at in islice(rule.fires_after(after), question.count)]}


def answer_line(line: str) -> dict[str, Any]:
    """The answer to one line of JSON."""
    if len(line) > _LONGEST_LINE:
        return {"error": f"the line has more than {_LONGEST_LINE:,} characters"}
    try:
        return answer(CronQuestion.model_validate_json(line))
    except ValidationError as error:
        return {"error": _mistake(error)}


def _answer_lines(lines: Iterable[str]) -> None:
    for line in lines:
        if line.strip():
            sys.stdout.write(json.dumps(answer_line(line), ensure_ascii=False) + "\n")
            sys.stdout.flush()


def _lines(file: str) -> Iterator[str]:
    if file == "-":
        yield from sys.stdin
        return
    try:
        with Path(file).open(encoding="utf-8") as opened:
            yield from opened
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no UTF-8 text"
        raise UserError(f"--file: {file} cannot be read: {reason}.", field="--file") from None


def _mistake(error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    if first["type"] == "json_invalid":
        return f"the line is no JSON: {first['ctx']['error']}"
    field = ".".join(str(part) for part in first["loc"])
    match first["type"]:
        case "missing":
            return f"{field} is missing"
        case "extra_forbidden":
            return f"{field} is not known; the fields are {', '.join(CronQuestion.model_fields)}"
        case "model_type" | "model_attributes_type":
            return "the line is no JSON object"
        case _:
            return f"{field}: {first['msg'][0].lower()}{first['msg'][1:]}"


def _moment(text: str | None, zone: ZoneInfo, field: str) -> datetime:
    if text is None:
        return datetime.now(UTC)  # noqa: TID251  the command's own "now"
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise UserError(
            f"{field}: {text!r} is no moment; write it like 2026-03-27T00:00:00+01:00.", field=field
        ) from None
    try:
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except OverflowError:
        raise UserError(f"{field}: {text!r} lies outside the years that can be computed.", field=field) from None


def _document(rule: CronRule, after: datetime, count: int) -> dict[str, Any]:
    card = truth_card(rule, after, count)
    return {
        "expression": rule.expression,
        "timezone": rule.timezone,
        "words": describe(rule),
        "warnings": list(warnings(rule, after)),
        "runs": [_utc(fire.at) for fire in card],
        "details": [
            {
                "utc": _utc(fire.at),
                "zone": fire.zone_time,
                "local": fire.at.astimezone().isoformat(),
                "weekday": fire.weekday,
                "note": fire.note,
            }
            for fire in card
        ],
        "clock_changes": [
            {"utc": _utc(change.at), "words": change.words, "effect": change.effect}
            for change in clock_changes(rule, after)
        ],
    }


def _show(rule: CronRule, after: datetime, count: int) -> None:
    console = wide_console()
    console.print(describe(rule), style="bold", highlight=False)
    table = Table(box=None, pad_edge=False, header_style="dim")
    for title in ("UTC", rule.timezone, "Here", "Day", ""):
        table.add_column(title, no_wrap=title != "")
    for fire in truth_card(rule, after, count):
        table.add_row(*_row(fire))
    console.print(table)
    for warning in warnings(rule, after):
        console.print(f"! {warning}", style="yellow", highlight=False)
    for change in clock_changes(rule, after):
        console.print(f"{change.words}. {change.effect}", style="dim", highlight=False)


def _row(fire: Fire) -> tuple[str, ...]:
    here = fire.at.astimezone().strftime("%Y-%m-%d %H:%M:%S %z")
    return _utc(fire.at), fire.zone_time, here, fire.weekday, fire.note


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
