"""transform, from_csv: tables out of lists and texts."""

import asyncio
import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from orchestrator.contract.actions.tables import FromCsv, Transform
from orchestrator.contract.errors import ErrorKind
from orchestrator.contract.expressions import ExpressionError, Scope, evaluate, holds
from orchestrator.contract.ids import JsonValue
from robot.actions.columns import Columns, column_names, wanted_columns
from robot.actions.data import items_of
from robot.actions.input_files import input_file
from robot.actions.work import Work
from robot.errors import ActionError

MAX_FILE_BYTES = 50 * 1_048_576
_DELIMITERS = (",", ";", "\t", "|")
_LOOKED_AT = 20
"""Lines that are read to guess the delimiter."""
_WHOLE = re.compile(r"-?(?:0|[1-9]\d{0,14})")
_FRACTION = re.compile(r"-?(?:0|[1-9]\d{0,14})\.\d{1,15}")


async def transform(work: Work, parameters: Transform) -> JsonValue:
    """What the expressions give for each item."""
    made: list[JsonValue] = []
    for index, item in enumerate(items_of(work, parameters.items)):
        scope = Scope(item=item, local={"index": index})
        try:
            if parameters.where is None or holds(parameters.where, scope):
                made.append(_made(parameters, item, scope))
        except ExpressionError as error:
            raise ActionError.of(ErrorKind.BAD_WORKFLOW, f"transform, at item {index}: {error}") from None
    return made


def _made(parameters: Transform, item: JsonValue, scope: Scope) -> JsonValue:
    if parameters.value is not None:
        return evaluate(parameters.value, scope)
    own = item if parameters.keep and isinstance(item, dict) else {}
    return {**own, **{name: evaluate(text, scope) for name, text in parameters.fields.items()}}


async def from_csv(work: Work, parameters: FromCsv) -> JsonValue:
    """The rows of a CSV file as objects."""
    if parameters.content is not None:
        return list(await asyncio.to_thread(_rows, parameters, parameters.content, "The text"))
    assert parameters.file is not None
    return list(await asyncio.to_thread(_rows_of_file, parameters, input_file(work, parameters.file)))


def _rows_of_file(parameters: FromCsv, path: Path) -> list[dict[str, JsonValue]]:
    refuse_large(path)
    encoding = "utf-8-sig" if parameters.encoding.lower().replace("_", "-") == "utf-8" else parameters.encoding
    try:
        text = path.read_bytes().decode(encoding)
    except UnicodeDecodeError as error:
        message = f"{path.name} is not written in {parameters.encoding} (byte {error.start:,})."
        raise ActionError.of(ErrorKind.BUSINESS, message, hint="Say `encoding`, for example cp1252.") from None
    return _rows(parameters, text, path.name)


def refuse_large(path: Path) -> None:
    """ActionError for a file that is too large to read at once."""
    size = path.stat().st_size
    if size > MAX_FILE_BYTES:
        message = f"{path.name} has {size:,} bytes; a table is read from at most {MAX_FILE_BYTES:,}."
        raise ActionError.of(ErrorKind.BUSINESS, message)


def _rows(parameters: FromCsv, text: str, name: str) -> list[dict[str, JsonValue]]:
    delimiter = parameters.delimiter or guessed_delimiter(text)
    lines = _lines(text, delimiter, name)
    _, head = next(lines, (0, []))
    typed = ((number, [_typed(each) if parameters.typed else each for each in line]) for number, line in lines)
    return named_rows(head, typed, parameters.columns, most=parameters.max_rows, place=name, row_word="line")


def _lines(text: str, delimiter: str, name: str) -> Iterator[tuple[int, list[str]]]:
    """Lines that hold anything, with their numbers."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for line in reader:
            if any(value.strip() for value in line):
                yield reader.line_num, line
    except csv.Error as error:
        raise ActionError.of(ErrorKind.BUSINESS, f"{name}, line {reader.line_num}: {error}.") from None


def guessed_delimiter(text: str) -> str:
    """What parts the first lines into most columns, the same number in each if there is such a one."""
    first = "\n".join(text.splitlines()[:_LOOKED_AT])

    def worth(delimiter: str) -> tuple[bool, int]:
        widths = [len(line) for line in csv.reader(io.StringIO(first, newline=""), delimiter=delimiter) if line]
        return (len(set(widths)) == 1 and widths[0] > 1, widths[0] if widths else 0)

    try:
        return max(_DELIMITERS, key=worth)
    except csv.Error:
        return _DELIMITERS[0]


def _typed(text: str) -> JsonValue:
    plain = text.strip()
    if not plain:
        return None
    if plain.lower() in {"true", "false"}:
        return plain.lower() == "true"
    if _WHOLE.fullmatch(plain):
        return int(plain)
    return float(plain) if _FRACTION.fullmatch(plain) else text


def named_rows(
    head: Sequence[str],
    rows: Iterable[tuple[int, Sequence[JsonValue]]],
    columns: Columns,
    *,
    most: int,
    place: str,
    row_word: str,
) -> list[dict[str, JsonValue]]:
    """Rows as objects named by a header; ActionError of kind business that names the place, the row and the column."""
    if not any(each.strip() for each in head):
        raise ActionError.of(ErrorKind.BUSINESS, f"{place} has no header: the first {row_word} names the columns.")
    wanted = wanted_columns(column_names(head, len(head)), columns, place, kind=ErrorKind.BUSINESS)
    named: list[dict[str, JsonValue]] = []
    for number, row in rows:
        if any(value not in (None, "") for value in row[len(head) :]):
            message = f"{place}, {row_word} {number}: it has {len(row)} values, and the header {len(head)} columns."
            raise ActionError.of(ErrorKind.BUSINESS, message)
        if len(named) == most:
            message = f"{place} has more than {most:,} rows; give `max_rows` if they are all meant."
            raise ActionError.of(ErrorKind.BUSINESS, message)
        named.append({name: row[index] if index < len(row) else None for name, index in wanted.items()})
    return named
