"""Work items in files: CSV with a column for each field, JSON, or a JSON object on each line.

`reference`, `priority`, `due_at` and `not_before` are the item's own; every other column or field is payload, unless
there is a `payload` field that holds it all.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from pydantic import ValidationError

from orchestrator.contract.api.work_items import WorkItemView
from orchestrator.contract.errors import UserError
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.work_items import NewWorkItem

OWN = ("reference", "priority", "due_at", "not_before")
_TOLD = ("item_id", *OWN, "state", "reason", "tries", "created_at", "ended_at")


def read_items(file: Path, *, reference: str | None = None) -> list[NewWorkItem]:
    """The items in a file; `reference` names the column or field that becomes the reference, and stays in the payload.

    UserError names the file, the row and what is wrong; nothing is half read.
    """
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no UTF-8 text; save it as UTF-8"
        raise UserError(f"FILE: {file} cannot be read: {reason}.", field="FILE") from None
    return [_item(row, place, file, reference) for place, row in _rows(text, file)]


def written_csv(items: Iterable[WorkItemView]) -> str:
    """Items as CSV; their payloads' fields are columns behind those of the items."""
    listed = list(items)
    fields = list(dict.fromkeys(name for item in listed for name in item.payload))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow((*_TOLD, *(f"payload.{name}" if name in _TOLD else name for name in fields), "output"))
    for item in listed:
        plain = item.model_dump(mode="json")
        own = (_cell(plain[name]) for name in _TOLD)
        writer.writerow((*own, *(_cell(item.payload.get(name)) for name in fields), _cell(item.output)))
    return out.getvalue()


def _rows(text: str, file: Path) -> Iterator[tuple[str, dict[str, JsonValue]]]:
    """(where it stands, what it says) of each row."""
    suffix = file.suffix.lower()
    if suffix == ".csv":
        yield from _csv_rows(text, file)
    elif suffix in {".jsonl", ".ndjson"}:
        for number, line in enumerate(text.splitlines(), 1):
            if line.strip():
                yield f"line {number}", _object(_json(line, f"{file}, line {number}"), f"{file}, line {number}")
    elif suffix == ".json":
        listed = _json(text, str(file))
        if not isinstance(listed, list):
            raise UserError(f"FILE: {file} must hold a list of items.", field="FILE")
        for number, each in enumerate(listed, 1):
            yield f"item {number}", _object(each, f"{file}, item {number}")
    else:
        raise UserError(f"FILE: {file.name} is no .csv, .json or .jsonl file.", field="FILE")


def _csv_rows(text: str, file: Path) -> Iterator[tuple[str, dict[str, JsonValue]]]:
    delimiter = ";" if ";" in text.partition("\n")[0] and "," not in text.partition("\n")[0] else ","
    reader = csv.reader(io.StringIO(text), delimiter=delimiter, strict=True)
    try:
        titles = [title.strip() for title in next(reader, [])]
        if not any(titles) or len(set(titles)) != len(titles) or "" in titles:
            raise UserError(f"FILE: the first line of {file.name} must name each column once.", field="FILE")
        for row in reader:
            if not row:
                continue
            if len(row) != len(titles):
                where = f"{file.name}, line {reader.line_num}"
                raise UserError(f"FILE: {where}: {len(row)} cells under {len(titles)} columns.", field="FILE")
            yield f"line {reader.line_num}", dict(zip(titles, row, strict=True))
    except csv.Error as error:
        raise UserError(f"FILE: {file.name}, line {reader.line_num}: {error}.", field="FILE") from None


def _item(row: dict[str, JsonValue], place: str, file: Path, reference: str | None) -> NewWorkItem:
    own: dict[str, JsonValue] = {name: row[name] for name in OWN if row.get(name) not in {None, ""}}
    payload = row.get("payload")
    if not isinstance(payload, dict):
        payload = {name: value for name, value in row.items() if name not in OWN}
    if reference is not None:
        if reference not in row and reference not in payload:
            raise UserError(f"FILE: {file.name}, {place}: there is no {reference!r} to refer by.", field="--reference")
        own["reference"] = str(payload.get(reference, row.get(reference, "")))
    elif "reference" in own:
        own["reference"] = str(own["reference"])
    try:
        return NewWorkItem.model_validate({**own, "payload": payload})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = ".".join(map(str, first["loc"]))
        raise UserError(f"FILE: {file.name}, {place}: {name}: {first['msg']}.", field="FILE") from None


def _json(text: str, where: str) -> JsonValue:
    try:
        value: JsonValue = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UserError(f"FILE: {where}: it is no JSON: {error}.", field="FILE") from None
    return value


def _object(value: JsonValue, where: str) -> dict[str, JsonValue]:
    if not isinstance(value, dict):
        raise UserError(f"FILE: {where}: an item is an object with fields.", field="FILE")
    return value


def _cell(value: JsonValue) -> str:
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return f"'{text}" if text[:1] in {"=", "+", "@", "\t", "\r"} else text
