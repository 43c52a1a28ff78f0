"""One door for all recordings: finds out which tool wrote a text, and gives the workflow."""

import json
import re

from orchestrator.contract.api.recordings import RecordingKind
from orchestrator.contract.document import Document, read_document
from orchestrator.contract.errors import WorkflowError
from orchestrator.recordings.codegen import from_codegen
from orchestrator.recordings.devtools import from_devtools
from orchestrator.recordings.recording import Choice, ImportedRecording, RecordingError
from orchestrator.recordings.selenium_ide import from_selenium_ide

READABLE = (
    "Botswain reads recordings of Chrome's DevTools Recorder (JSON), Selenium IDE projects (.side) and Python of "
    "`playwright codegen` (target python, python-async or python-pytest)."
)


def import_recording(
    text: str, *, source: str, kind: RecordingKind | None = None, choice: Choice | None = None
) -> ImportedRecording:
    """The workflow of a recording, and its gaps. `source` is what messages call the text.

    RecordingError when it is no recording, when one of several tests must be chosen, or when nothing can be done.
    """
    text = text.removeprefix("\ufeff")
    found = kind or kind_of(text, source=source)
    wish = choice or Choice()
    match found:
        case RecordingKind.PLAYWRIGHT:
            return from_codegen(text, source=source, choice=wish)
        case RecordingKind.SELENIUM_IDE:
            return from_selenium_ide(_document(text, source), source=source, choice=wish)
        case RecordingKind.DEVTOOLS:
            return from_devtools(_document(text, source), source=source, choice=wish)


def kind_of(text: str, *, source: str) -> RecordingKind:
    """Which tool wrote the text; RecordingError with what can be read when it is none of them."""
    if text.lstrip().startswith("{"):
        return _kind_of_json(text, source)
    if re.search(r"^\s*(from|import) playwright\b", text, re.MULTILINE) or re.search(r"\bdef \w+\(page\b", text):
        return RecordingKind.PLAYWRIGHT
    if "@playwright/test" in text or "require('playwright')" in text:
        raise RecordingError(f"{source} is JavaScript; record again with the target Python. {READABLE}")
    raise RecordingError(f"{source} is no recording that Botswain knows. {READABLE}")


def _kind_of_json(text: str, source: str) -> RecordingKind:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = _document(text, source).value
    if isinstance(value, dict) and isinstance(value.get("tests"), list):
        return RecordingKind.SELENIUM_IDE
    if isinstance(value, dict) and isinstance(value.get("steps"), list):
        return RecordingKind.DEVTOOLS
    raise RecordingError(f"{source} is JSON, but neither `steps` nor `tests` is a list in it. {READABLE}")


def _document(text: str, source: str) -> Document:
    try:
        return read_document(text, is_json=True)
    except WorkflowError as error:
        raise RecordingError(f"{source} cannot be read as JSON: {error}") from None
