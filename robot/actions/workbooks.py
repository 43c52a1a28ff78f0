"""from_xlsx, to_xlsx: Excel workbooks, read and written row by row."""

import asyncio
import re
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from orchestrator.contract.actions.tables import FromXlsx, ToXlsx
from orchestrator.contract.errors import ErrorKind
from orchestrator.contract.ids import JsonValue
from robot.actions.data import as_row, items_of
from robot.actions.input_files import input_file
from robot.actions.tables import named_rows, refuse_large
from robot.actions.values import canonical, value_at
from robot.actions.work import Work
from robot.errors import ActionError

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAX_UNPACKED_BYTES = 400 * 1_048_576
MAX_CELLS = 2_000_000
MAX_CELL_TEXT = 32_767
"""Of a workbook's cell."""
MAX_EXACT = 10**15
"""Larger numbers lose digits in a workbook, and are written as texts."""
FIRST_YEAR = 1900
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}")

Row = dict[str, JsonValue]


async def from_xlsx(work: Work, parameters: FromXlsx) -> JsonValue:
    """The rows of a sheet as objects."""
    return list(await asyncio.to_thread(_read, parameters, input_file(work, parameters.file)))


def _read(parameters: FromXlsx, path: Path) -> list[Row]:
    refuse_large(path)
    with _opened(path) as workbook:
        sheet = _sheet(workbook, parameters.sheet, path.name)
        place = f"{path.name}, sheet {sheet.title!r}"
        rows = _rows(sheet, place)
        head = next((row for number, row in rows if number == parameters.header_row), [])
        names = ["" if value is None else str(value) for value in head]
        while names and not names[-1].strip():
            names.pop()
        filled = ((number, row) for number, row in rows if any(value not in (None, "") for value in row))
        return named_rows(names, filled, parameters.columns, most=parameters.max_rows, place=place, row_word="row")


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    from openpyxl import load_workbook  # noqa: PLC0415  a fifth of a second that few robots need

    workbook = None
    try:
        with path.open("rb") as file:
            _refuse_bomb(path)
            workbook = load_workbook(file, read_only=True, data_only=True, keep_links=False)
            yield workbook
    except ActionError:
        raise
    except Exception as error:  # a file that is damaged, or no workbook, breaks its reader in many ways
        message = f"{path.name} cannot be read as an Excel workbook: {type(error).__name__}: {error}"
        hint = "Workbooks are .xlsx or .xlsm files; save older ones anew."
        raise ActionError.of(ErrorKind.BUSINESS, message[:2_000], hint=hint) from error
    finally:
        if workbook is not None:
            workbook.close()


def _refuse_bomb(path: Path) -> None:
    """A workbook is a ZIP archive: a small one can hold very much."""
    with zipfile.ZipFile(path) as archive:
        size = sum(each.file_size for each in archive.infolist())
    if size > MAX_UNPACKED_BYTES:
        message = f"{path.name} has {size:,} bytes when it is unpacked; at most {MAX_UNPACKED_BYTES:,} are read."
        raise ActionError.of(ErrorKind.BUSINESS, message)


def _sheet(workbook: Any, wanted: str | int, name: str) -> Any:
    sheets = {sheet.title: sheet for sheet in workbook.worksheets}
    titles = list(sheets)
    if isinstance(wanted, int) and 1 <= wanted <= len(titles):
        return sheets[titles[wanted - 1]]
    folded = {title.casefold(): sheet for title, sheet in sheets.items()}
    if isinstance(wanted, str) and wanted.casefold() in folded:
        return folded[wanted.casefold()]
    shown = ", ".join(map(repr, titles)) or "none"
    raise ActionError.of(ErrorKind.BUSINESS, f"{name} has no sheet {wanted!r}; it has {shown}.")


def _rows(sheet: Any, place: str) -> Iterator[tuple[int, list[JsonValue]]]:
    """The rows with their numbers, counted from 1."""
    sheet.reset_dimensions()  # what a workbook says of its own size is often wrong
    cells = 0
    for number, row in enumerate(sheet.iter_rows(), start=1):
        cells += len(row)
        if cells > MAX_CELLS:
            raise ActionError.of(ErrorKind.BUSINESS, f"{place} has more than {MAX_CELLS:,} cells.")
        yield number, [_value(cell, place) for cell in row]


def _value(cell: Any, place: str) -> JsonValue:
    value = cell.value
    if cell.data_type == "e":
        message = f"{place}, cell {cell.coordinate}: it holds the error {value}."
        raise ActionError.of(ErrorKind.BUSINESS, message, hint="Put the cell right in the workbook.")
    match value:
        case datetime():
            return value.date().isoformat() if value.time() == time() else value.isoformat(timespec="seconds")
        case date() | time():
            return value.isoformat()
        case timedelta():
            return value.total_seconds()
        case float() if value.is_integer() and abs(value) < MAX_EXACT:
            return int(value)
        case None | bool() | int() | float() | str():
            return value
        case _:
            return str(value)


async def to_xlsx(work: Work, parameters: ToXlsx) -> JsonValue:
    """Writes rows as a workbook, with types and a header that stays in sight."""
    rows = [as_row(item) for item in items_of(work, parameters.items)]
    columns = parameters.columns or tuple(dict.fromkeys(key for row in rows for key in row))
    name = parameters.name or work.call.step_id
    path = work.folder.place(name if name.endswith(".xlsx") else f"{name}.xlsx")
    await asyncio.to_thread(_write, path, parameters, rows, columns)
    return {**await work.keep(path, kind="file", media_type=MEDIA_TYPE), "rows": len(rows)}


def _write(path: Path, parameters: ToXlsx, rows: Sequence[Row], columns: Sequence[str]) -> None:
    from openpyxl import Workbook  # noqa: PLC0415  a fifth of a second that few robots need
    from openpyxl.styles import Font  # noqa: PLC0415

    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet(parameters.sheet)
    sheet.freeze_panes = "A2"
    head = [_cell(sheet, column, dates=False, place=f"the header {column!r:.80}") for column in columns]
    for cell in head:
        cell.font = Font(bold=True)
    lines = [
        [
            _cell(sheet, value_at(row, column), dates=parameters.dates, place=f"item {number}, {column!r:.80}")
            for column in columns
        ]
        for number, row in enumerate(rows, start=1)
    ]
    for line in (head, *lines):  # once all of them can be written: the first one opens a file
        sheet.append(line)
    workbook.save(path)


def _cell(sheet: Any, value: JsonValue, *, dates: bool, place: str) -> Any:
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415  as above

    if isinstance(value, str) and dates and (moment := _moment(value)) is not None:
        cell: Any = WriteOnlyCell(sheet)
        cell.value = moment
        cell.number_format = "yyyy-mm-dd hh:mm:ss" if isinstance(moment, datetime) else "yyyy-mm-dd"
        return cell
    if value is None or isinstance(value, bool) or (isinstance(value, int | float) and abs(value) <= MAX_EXACT):
        return WriteOnlyCell(sheet, value)
    cell = WriteOnlyCell(sheet, _text(value, place))
    cell.data_type = "s"  # also what looks like a formula is a text
    return cell


def _text(value: JsonValue, place: str) -> str:
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE  # noqa: PLC0415  as above

    text = ILLEGAL_CHARACTERS_RE.sub("", value if isinstance(value, str) else canonical(value))
    if len(text) > MAX_CELL_TEXT:
        message = f"to_xlsx, {place}: the text has {len(text):,} characters; a cell takes {MAX_CELL_TEXT:,}."
        raise ActionError.of(ErrorKind.BUSINESS, message, hint="Write it with to_csv, or leave the column out.")
    return text


def _moment(text: str) -> date | datetime | None:
    """A date, or a moment without a zone, as a workbook can hold it."""
    try:
        if _DATE.fullmatch(text):
            found: date = date.fromisoformat(text)
        elif _MOMENT.fullmatch(text):
            found = datetime.fromisoformat(text)
        else:
            return None
    except ValueError:
        return None
    return found if found.year >= FIRST_YEAR else None
