"""Parameters of the actions that work out tables, and read and write them as CSV files and Excel workbooks."""

from typing import Literal, Self

from pydantic import AliasChoices, Field, field_validator, model_validator

from orchestrator.contract.actions.data import OnItems
from orchestrator.contract.actions.spec import ActionGroup, ActionSpec, Parameters
from orchestrator.contract.expression_language import ExpressionError, parse
from orchestrator.contract.ids import JsonValue

MAX_ROWS = 100_000
FILE_NAMES = AliasChoices("file", "path", "name")

FileInput = str | dict[str, JsonValue]
"""A file of the run by its name, what the step that made it gave, or a path in a folder that the robot may read."""


def checked_file(value: FileInput) -> FileInput:
    """A file, named in one of the ways; ValueError for an object that names none."""
    name = value.get("name") if isinstance(value, dict) else value
    if not isinstance(name, str) or not name.strip():
        raise ValueError("a file is its name, or what the step that made it gave")
    return value


class Transform(OnItems):
    """Makes a new list: for each item what an expression gives, or an object of several."""

    value: str | None = Field(
        default=None, min_length=1, max_length=4_000, validation_alias=AliasChoices("value", "expression", "to")
    )
    """Expression over `item` and `index`, without braces, such as `upper(item.name)`."""
    fields: dict[str, str] = Field(default_factory=dict, max_length=200)
    """Names and expressions; each item becomes an object of them."""
    keep: bool = False
    """True: with `fields`, an item's own fields stay beside the new ones."""
    where: str | None = Field(default=None, min_length=1, max_length=4_000)
    """Expression over `item`; items for which it does not hold are left out."""

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        if (self.value is None) == (not self.fields):
            raise ValueError(
                "transform needs exactly one of `value` (an expression) and `fields` (names and expressions)"
            )
        for text in filter(None, (self.value, self.where, *self.fields.values())):
            _check(text)
        return self


def _check(text: str) -> None:
    if "${{" in text:
        raise ValueError(f"{text!r:.80}: expressions of transform stand without braces")
    try:
        parse(text)
    except ExpressionError as error:
        raise ValueError(f"{text!r:.80}: {error.message}") from None


class _FromFile(Parameters):
    """Base of what reads a table from a file."""

    columns: tuple[str, ...] | dict[str, str] | None = None
    """Which columns: headers, or {name in the result: header}; all without it."""
    max_rows: int = Field(default=10_000, ge=1, le=MAX_ROWS)
    """More than this is a failure, not a shorter list."""


class FromCsv(_FromFile):
    """Reads a CSV file, or a text, as a list of objects."""

    file: FileInput | None = Field(default=None, validation_alias=FILE_NAMES)
    """A file of the run by its name, what the step that made it gave, or a path in a folder that the robot may read."""
    content: str | None = Field(default=None, max_length=8_000_000, validation_alias=AliasChoices("content", "text"))
    """The text itself, instead of a file."""
    delimiter: Literal[",", ";", "\t", "|"] | None = None
    """What stands between two values; guessed from the first lines without it."""
    encoding: str = Field(default="utf-8", max_length=40)
    """How the file's characters are written, such as `cp1252`."""
    typed: bool = False
    """True: numbers, true, false and empty values get their types. A number that would lose a zero (`007`) stays a
    text."""

    @field_validator("file")
    @classmethod
    def _names_a_file(cls, value: FileInput | None) -> FileInput | None:
        return checked_file(value) if value is not None else None

    @field_validator("encoding")
    @classmethod
    def _is_known(cls, value: str) -> str:
        try:
            "".encode(value)
        except LookupError:
            raise ValueError(f"{value!r} is no encoding; write it like utf-8 or cp1252") from None
        return value

    @model_validator(mode="after")
    def _has_one_source(self) -> Self:
        if (self.file is None) == (self.content is None):
            raise ValueError("from_csv needs exactly one of `file` and `content`")
        return self


class FromXlsx(_FromFile):
    """Reads a sheet of an Excel workbook as a list of objects."""

    file: FileInput = Field(validation_alias=FILE_NAMES)
    """A file of the run by its name, what the step that made it gave, or a path in a folder that the robot may read."""
    sheet: str | int = Field(default=1, validation_alias=AliasChoices("sheet", "sheet_name"))
    """Its name, or which one, counted from 1."""
    header_row: int = Field(default=1, ge=1, le=MAX_ROWS)
    """The row that names the columns, counted from 1; what stands above it is left out."""

    @field_validator("file")
    @classmethod
    def _names_a_file(cls, value: FileInput) -> FileInput:
        return checked_file(value)


class ToXlsx(OnItems):
    """Writes a list of objects as an Excel workbook of one sheet."""

    name: str = Field(default="", max_length=120)
    """Name of the file; the step's id without it."""
    sheet: str = Field(default="Sheet1", min_length=1, max_length=31, pattern=r"^[^\[\]:*?/\\]+$")
    """Name of the sheet: at most 31 characters, none of `[]:*?/\\`."""
    columns: tuple[str, ...] = ()
    """Which fields, in which order; all in the order of their appearance without it."""
    dates: bool = True
    """True: texts such as `2026-11-21` and `2026-11-21T10:30:00` become dates of the workbook."""


TABLE_ACTIONS = (
    ActionSpec(
        name="transform",
        group=ActionGroup.DATA,
        summary="Makes a new list out of a list, by an expression for each item.",
        parameters=Transform,
        result="The new list.",
        needs_browser=False,
    ),
    ActionSpec(
        name="from_csv",
        group=ActionGroup.DATA,
        summary="Reads a CSV file as a list of objects, named by its first line.",
        parameters=FromCsv,
        result="List of objects with the headers' names; values are texts unless `typed`.",
        needs_browser=False,
    ),
    ActionSpec(
        name="from_xlsx",
        group=ActionGroup.DATA,
        summary="Reads a sheet of an Excel workbook as a list of objects, named by its header.",
        parameters=FromXlsx,
        result="List of objects with the headers' names; numbers and true or false have their types, dates are texts "
        "such as `2026-11-21`, empty cells are null, rows without any value are left out.",
        needs_browser=False,
    ),
    ActionSpec(
        name="to_xlsx",
        group=ActionGroup.DATA,
        summary="Writes a list as an Excel workbook.",
        parameters=ToXlsx,
        result="{name, size, sha256, rows} of the artifact.",
        needs_browser=False,
    ),
)
