"""Secrets do not leave the robot: what a run reports and logs carries a mask in their place.

A secret is recognised as it is, URL-encoded, in base64, and as markup, JSON and YAML write it. Files are searched for
the same forms by `file_masking`.
"""

import json
import re
from collections.abc import Iterable, Iterator

from orchestrator.contract.errors import ErrorInfo
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.patterns import ItemResult
from orchestrator.contract.protocol.jobs import StepProgress
from orchestrator.contract.results import Artifact, JobResult, LogLevel, StepResult
from orchestrator.contract.sightings import ElementLook, Sighting
from orchestrator.contract.variables import MASK
from orchestrator.contract.workflow import WorkflowDefinition
from robot.ports import AttemptListener
from robot.secret_forms import forms

SHORTEST = 3
"""Shorter secrets would mask half of every text; they are replaced only where they are the whole value."""


class Mask:
    """Knows the secrets of one run and puts a mask over them."""

    def __init__(self, secrets: Iterable[JsonValue]) -> None:
        self._whole: frozenset[str] = frozenset()
        self._pattern: re.Pattern[str] | None = None
        self.add(secrets)

    def add(self, secrets: Iterable[JsonValue]) -> None:
        """Know further secrets from now on."""
        texts = self._whole | {text for secret in secrets for text in _texts(secret)}
        self._whole = frozenset(texts)
        written = {form for text in texts if len(text) >= SHORTEST for form in forms(text) if len(form) >= SHORTEST}
        longest_first = sorted(written, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None
        codes = {form.encode(code, "surrogatepass") for form in longest_first for code in ("utf-8", "utf-16-le")}
        ordered = sorted(codes, key=len, reverse=True)
        self._bytes = re.compile(b"|".join(map(re.escape, ordered))) if ordered else None

    @classmethod
    def of(cls, definition: WorkflowDefinition, variables: dict[str, JsonValue]) -> "Mask":
        """The mask for a run with these variables, and with the secret defaults of workflows inside it."""
        own = [variables.get(name) for name, variable in definition.variables.items() if variable.secret]
        return cls([*own, *_inner_defaults(definition)])

    @property
    def is_empty(self) -> bool:
        """True when there is nothing to hide."""
        return not self._whole

    @property
    def texts(self) -> frozenset[str]:
        """What is hidden, as it is."""
        return self._whole

    def text(self, text: str) -> str:
        """The text without secrets."""
        if text in self._whole:
            return MASK
        return self._pattern.sub(MASK, text) if self._pattern is not None else text

    def data(self, content: bytes) -> tuple[bytes, int]:
        """Bytes without secrets, and how many were there."""
        return self._bytes.subn(MASK.encode(), content) if self._bytes is not None else (content, 0)

    def is_in(self, content: bytes) -> bool:
        """True when a secret is in these bytes, in whatever form."""
        return self._bytes is not None and self._bytes.search(content) is not None

    def is_in_text(self, text: str) -> bool:
        """True when a secret is in a text, or is all of it."""
        return text in self._whole or (self._pattern is not None and self._pattern.search(text) is not None)

    def value(self, value: JsonValue) -> JsonValue:
        """The value without secrets, in keys too. A number that is a secret becomes the mask."""
        match value:
            case str():
                return self.text(value)
            case list():
                return [self.value(each) for each in value]
            case dict():
                return {self.text(key): self.value(each) for key, each in value.items()}
            case int() | float() if not isinstance(value, bool) and json.dumps(value) in self._whole:
                return MASK
            case _:
                return value

    def error(self, error: ErrorInfo | None) -> ErrorInfo | None:
        """The error without secrets."""
        if error is None:
            return None
        hidden = {
            "message": self.text(error.message),
            "hint": self.text(error.hint) if error.hint else error.hint,
            "call_log": tuple(self.text(line) for line in error.call_log),
            "details": self.value(error.details),
        }
        return error.model_copy(update=hidden)

    def result(self, result: JobResult) -> JobResult:
        """The report without secrets."""
        if self.is_empty:
            return result
        hidden = {
            "outputs": self.value(result.outputs),
            "step_results": tuple(self._step(step) for step in result.step_results),
            "error": self.error(result.error),
            "artifacts": tuple(self.artifact(each) for each in result.artifacts),
            "sightings": tuple(self._sighting(each) for each in result.sightings),
        }
        return result.model_copy(update=hidden)

    def _sighting(self, sighting: Sighting) -> Sighting:
        """A locator with a secret in it is not proposed: it would find nothing, or tell it."""
        look = None if sighting.look is None else ElementLook.model_validate(self.value(sighting.look.model_dump()))
        hidden = {
            "look": look,
            "tried": tuple(map(self.text, sighting.tried)),
            "candidates": tuple(
                each.model_copy(update={"found": self.text(each.found)})
                for each in sighting.candidates
                if self.value(dict(each.locator)) == each.locator
            ),
        }
        return sighting.model_copy(update=hidden)

    def artifact(self, artifact: Artifact) -> Artifact:
        """What is said of a file, without secrets; its name stays, since its bytes are found by it."""
        return artifact.model_copy(update={"note": self.text(artifact.note)}) if artifact.note else artifact

    def _step(self, step: StepResult) -> StepResult:
        hidden = {
            "value": self.value(step.value),
            "error": self.error(step.error),
            "note": self.text(step.note) if step.note else step.note,
            "locator": self.text(step.locator) if step.locator else step.locator,
            "url": self.text(step.url) if step.url else step.url,
            "items": tuple(self._item(each) for each in step.items),
            "artifacts": tuple(self.artifact(each) for each in step.artifacts),
        }
        return step.model_copy(update=hidden)

    def _item(self, item: ItemResult) -> ItemResult:
        hidden = {
            "value": self.value(item.value),
            "error": self.error(item.error),
            "note": self.text(item.note) if item.note else item.note,
        }
        return item.model_copy(update=hidden)


class MaskedListener:
    """An `AttemptListener` that passes on what it hears without secrets."""

    def __init__(self, listener: AttemptListener, mask: Mask) -> None:
        self._listener = listener
        self._mask = mask

    def step_changed(self, step: StepProgress, *, progress: float, running: tuple[str, ...]) -> None:
        """A step moved."""
        hidden = step.model_copy(update={"message": self._mask.text(step.message)})
        self._listener.step_changed(hidden, progress=progress, running=running)

    def log(self, level: LogLevel, message: str, *, step_id: str | None = None, **fields: JsonValue) -> None:
        """A line for the job's log."""
        hidden = {name: self._mask.value(value) for name, value in fields.items()}
        self._listener.log(level, self._mask.text(message), step_id=step_id, **hidden)

    def wrapping_up(self, what: str) -> None:
        """No step runs any more."""
        self._listener.wrapping_up(self._mask.text(what))


def has_secrets(definition: WorkflowDefinition) -> bool:
    """True when the workflow, or one inside it, has a secret variable, or may be given a work item with secrets."""
    is_secret = any(variable.secret for variable in definition.variables.values())
    is_secret = is_secret or any(step.action == "work_item.get" for step in definition.steps)
    return is_secret or any(map(has_secrets, definition.inner_workflows))


def _inner_defaults(definition: WorkflowDefinition) -> Iterator[JsonValue]:
    for inner in definition.inner_workflows:
        yield from (variable.default for variable in inner.variables.values() if variable.secret)
        yield from _inner_defaults(inner)


def _texts(secret: JsonValue) -> Iterator[str]:
    """Every text inside a secret; numbers as JSON writes them."""
    match secret:
        case None | bool():
            return
        case str():
            if secret:
                yield secret
        case list():
            for each in secret:
                yield from _texts(each)
        case dict():
            for each in secret.values():
                yield from _texts(each)
        case _:
            yield json.dumps(secret)
