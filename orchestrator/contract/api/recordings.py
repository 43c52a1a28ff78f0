"""Recordings of other tools, and what came of them."""

from enum import StrEnum

from pydantic import Field

from orchestrator.contract.api.common import Request, View
from orchestrator.contract.ids import JsonValue

MAX_RECORDING_CHARACTERS = 5_000_000


class RecordingKind(StrEnum):
    """Which tool wrote a recording."""

    DEVTOOLS = "devtools"
    """The Recorder panel of Chrome's DevTools, exported as JSON."""
    SELENIUM_IDE = "selenium-ide"
    """A `.side` project of Selenium IDE."""
    PLAYWRIGHT = "playwright"
    """Python of `playwright codegen`: a script, async or not, or a pytest."""


class Gap(View):
    """One thing of a recording that the workflow does not do, or not as it was recorded."""

    place: str
    """Such as `steps[4]` or `test 'login', command 3`."""
    line: int | None = None
    """Of the recording's file, from 1."""
    command: str
    """As the recording says it."""
    why: str
    step: str = ""
    """Id of the step that stands in its place, when there is one."""

    def __str__(self) -> str:
        return f"{_where(self.line, self.place)}: {self.command}: {self.why}"


class Remark(View):
    """Something that a person should know of a workflow that was made of a recording."""

    place: str = ""
    line: int | None = None
    text: str

    def __str__(self) -> str:
        where = _where(self.line, self.place)
        return f"{where}: {self.text}" if where else self.text


def _where(line: int | None, place: str) -> str:
    return ", ".join([*([f"line {line}"] if line is not None else []), *([place] if place else [])])


class ImportRecordingRequest(Request):
    """`POST /workflows/import`: a recording as text; nothing is stored."""

    recording: str = Field(min_length=1, max_length=MAX_RECORDING_CHARACTERS)
    kind: RecordingKind | None = None
    """Found out without it."""
    test: str | None = Field(default=None, max_length=500)
    """Which test, when the recording has several."""
    suite: str | None = Field(default=None, max_length=500)
    """All tests of this suite, one after the other."""
    name: str | None = Field(default=None, min_length=1, max_length=500)
    """Of the workflow; the recording's own without it."""


class ImportReport(View):
    """A workflow that was made of a recording, and what it lacks."""

    kind: RecordingKind
    definition: dict[str, JsonValue]
    yaml: str
    """The same as a file for people."""
    gaps: tuple[Gap, ...] = ()
    remarks: tuple[Remark, ...] = ()
