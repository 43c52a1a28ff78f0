"""Parameters of the actions that read pages: values, lists, tables, pictures and files."""

import re
from typing import Any, Literal, Self

from pydantic import AliasChoices, Field, model_validator

from orchestrator.contract.actions.interact import TARGET_NAMES, OnTarget
from orchestrator.contract.actions.navigate import Patience
from orchestrator.contract.actions.spec import ActionGroup, ActionSpec, Parameters
from orchestrator.contract.actions.targets import Target
from orchestrator.contract.ids import JsonValue

MAX_ITEMS = 100_000
MAX_PAGES = 1_000
ValueType = Literal["text", "number", "boolean", "html", "list"]

_WITH_ATTRIBUTE = re.compile(r"(?P<css>[^=]*|.*[\])])@(?P<attribute>[A-Za-z][\w-]*)", re.DOTALL)


class FieldRule(Parameters):
    """How one value is read. As a text: a target, where `css@attribute` reads an attribute (`a.title@href`)."""

    target: Target | None = Field(default=None, validation_alias=TARGET_NAMES)
    """Inside the item or the page; without it the item itself."""
    attribute: str | None = Field(default=None, min_length=1, max_length=200)
    """Name of the attribute; without it the text. `href` and `src` come as absolute addresses."""
    type: ValueType = "text"
    """`number` reads the first number in the text (1,200.50 is 1200.5), `boolean` whether the target is there,
    `list` the texts of all matches."""
    pattern: str | None = Field(default=None, max_length=1_000)
    """Regular expression; the value is its first group, or what it matched."""
    required: bool = False
    """True: a missing value is a failure, not None."""
    default: JsonValue = None

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        return _parsed_rule(value) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _pattern_compiles(self) -> Self:
        if self.pattern is not None:
            _compiled(self.pattern)
        return self


def _parsed_rule(text: str) -> dict[str, Any]:
    match = _WITH_ATTRIBUTE.fullmatch(text.strip())
    if match is None:
        return {"target": text}
    return {"target": match["css"] or None, "attribute": match["attribute"]}


def _compiled(pattern: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern)
    except re.error as error:
        raise ValueError(f"{pattern!r} is no regular expression: {error}") from None


class Extract(Patience):
    """Reads one value, an object of fields, a list or a table."""

    target: Target | None = Field(default=None, validation_alias=TARGET_NAMES)
    kind: Literal["text", "attribute", "number", "html", "list", "table"] = "text"
    """What is read of the target."""
    attribute: str | None = Field(default=None, min_length=1, max_length=200)
    pattern: str | None = Field(default=None, max_length=1_000)
    """Regular expression; the value is its first group, or what it matched."""
    fields: dict[str, FieldRule] = Field(default_factory=dict, max_length=200)
    """Names and rules; the value is an object, or with kind `list` a list of objects."""

    @model_validator(mode="after")
    def _reads_something(self) -> Self:
        if self.target is None and not self.fields:
            raise ValueError("extract needs a target or fields")
        if self.target is None and self.kind in {"list", "table"}:
            raise ValueError(f"extract of kind {self.kind} needs a target")
        if self.kind == "attribute" and self.attribute is None:
            raise ValueError("extract of kind attribute needs `attribute`")
        return self


class Pages(Patience):
    """Base of readings that go over several pages."""

    next_page: Target | None = Field(default=None, validation_alias=AliasChoices("next_page", "next"))
    """What leads to the next page; the last page is where it is missing, hidden or disabled."""
    max_pages: int = Field(default=100, ge=1, le=MAX_PAGES)
    scroll: bool = False
    """True: it is scrolled on, and read again, until nothing more comes within `wait_s`: for what loads or draws only
    the rows that are seen."""
    wait_s: float = Field(default=5.0, ge=0, le=3_600)
    """How long the first item, or more after scrolling, may take to appear."""

    @model_validator(mode="after")
    def _goes_on_in_one_way(self) -> Self:
        if self.scroll and self.next_page is not None:
            raise ValueError("give either scroll or next_page")
        return self


class ExtractList(Pages):
    """Reads one object for each of the page's items."""

    items: Target = Field(validation_alias=AliasChoices("items", "target", "selector", "locator"))
    """Matches every item."""
    fields: dict[str, FieldRule] = Field(default_factory=dict, max_length=200)
    """Rules inside an item; without them each item gives its text."""
    max_items: int = Field(default=10_000, ge=1, le=MAX_ITEMS)
    min_items: int = Field(default=0, ge=0, le=MAX_ITEMS)
    """Fewer than this in the end is a failure."""


class ExtractTable(Pages):
    """Reads the rows of a table as objects, named by the table's header."""

    target: Target = Field(default=Target.of("table"), validation_alias=TARGET_NAMES)
    columns: tuple[str, ...] | dict[str, str] | None = None
    """Which columns: headers, or {name in the result: header}; all without it."""
    max_rows: int = Field(default=10_000, ge=1, le=MAX_ITEMS)


class Count(OnTarget):
    """Counts the elements that match now."""


class Exists(OnTarget):
    """Asks whether an element is there, without failing."""

    visible: bool = False
    """True: it must also be visible."""
    wait_s: float = Field(default=0.0, ge=0, le=3_600)
    """How long it may take to appear."""


class Screenshot(Patience):
    """Takes a picture of the page or of an element."""

    target: Target | None = Field(default=None, validation_alias=TARGET_NAMES)
    name: str = Field(default="", max_length=120)
    """Name of the file; made from the step's id without it."""
    full_page: bool = False
    """True: also what lies below the window's edge."""
    format: Literal["png", "jpeg"] = "png"
    """`jpeg` files are smaller, `png` files exact."""


class Download(Patience):
    """Takes a file from the site: what a click gives, or what lies at an address."""

    target: Target | None = Field(default=None, validation_alias=TARGET_NAMES)
    url: str | None = Field(default=None, max_length=8_192)
    """Address of the file, instead of a target that is clicked."""
    name: str = Field(default="", max_length=120)
    """Name of the file; what the site says without it."""

    @model_validator(mode="after")
    def _has_one_source(self) -> Self:
        if (self.target is None) == (self.url is None):
            raise ValueError("download needs exactly one of target (what to click) and url")
        return self


READ_ACTIONS = (
    ActionSpec(
        name="extract",
        group=ActionGroup.READ,
        summary="Reads a text, an attribute, an object of fields, a list or a table.",
        parameters=Extract,
        result="The value; an object with `fields`; a list with kind list or table.",
    ),
    ActionSpec(
        name="extract_list",
        group=ActionGroup.READ,
        summary="Reads every item of a list, over several pages, or while it is scrolled, if there are more.",
        parameters=ExtractList,
        result="List of objects with the fields' names.",
    ),
    ActionSpec(
        name="extract_table",
        group=ActionGroup.READ,
        summary="Reads the rows of a table or a grid, over several pages, or while it is scrolled, if there are more.",
        parameters=ExtractTable,
        result="List of objects with the headers' names.",
    ),
    ActionSpec(
        name="count",
        group=ActionGroup.READ,
        summary="Counts elements.",
        parameters=Count,
        result="The number.",
    ),
    ActionSpec(
        name="exists",
        group=ActionGroup.READ,
        summary="Says whether an element is there.",
        parameters=Exists,
        result="True or false.",
    ),
    ActionSpec(
        name="screenshot",
        group=ActionGroup.READ,
        summary="Takes a picture of the page or an element.",
        parameters=Screenshot,
        result="{name, size, sha256} of the artifact.",
    ),
    ActionSpec(
        name="download",
        group=ActionGroup.READ,
        summary="Saves a file from the site as an artifact.",
        parameters=Download,
        result="{name, size, sha256} of the artifact.",
    ),
)
