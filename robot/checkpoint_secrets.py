"""Secrets inside checkpoints: taken out when one is written, put back when a run goes on from it.

Another robot must be able to go on, so a secret cannot simply be masked: in its place stands a mark that names the
variable it came from. Each checkpoint draws its own mark, so that no page can write one into a value that a run reads.
"""

import base64
import json
import re
import secrets
from collections.abc import Iterator, Mapping
from urllib.parse import quote, quote_plus

from orchestrator.contract.ids import JsonValue
from orchestrator.contract.workflow import WorkflowDefinition

SHORTEST = 3
"""A shorter secret is replaced only where it is the whole value; inside texts it would be found everywhere."""

_MARK_BYTES = 12


class SecretMarks:
    """Exchanges the secrets of one run for marks, and marks for secrets."""

    def __init__(self, values: Mapping[str, JsonValue], mark: str | None = None) -> None:
        """`values` are the secret variables by name; `mark` is that of an existing checkpoint."""
        self.mark = mark or f"secret-{secrets.token_hex(_MARK_BYTES)}"
        self._texts = {f"{self.mark}:{name}:{place}:": text for name, place, text in _numbered(values)}
        longest_first = sorted(self._texts.items(), key=lambda item: -len(item[1]))
        self._marks = {text: mark for mark, text in reversed(longest_first)}
        inside = [text for _, text in longest_first if len(text) >= SHORTEST]
        self._pattern = re.compile("|".join(map(re.escape, inside))) if inside else None
        self._back = re.compile(re.escape(self.mark) + r":[^:]*:\d+:(?:json:)?")

    @classmethod
    def of(
        cls, definition: WorkflowDefinition, variables: Mapping[str, JsonValue], mark: str | None = None
    ) -> "SecretMarks":
        """The marks for a run with these variables."""
        secret = {name: variables.get(name) for name, each in definition.variables.items() if each.secret}
        return cls(secret, mark)

    @property
    def is_needed(self) -> bool:
        """True when there is a secret at all."""
        return bool(self._texts)

    def hidden(self, value: JsonValue) -> JsonValue:
        """The value with marks for secrets."""
        match value:
            case str():
                if value in self._marks:
                    return self._marks[value]
                return self._pattern.sub(lambda found: self._marks[found[0]], value) if self._pattern else value
            case list():
                return [self.hidden(each) for each in value]
            case dict():
                return {str(self.hidden(key)): self.hidden(each) for key, each in value.items()}
            case int() | float() if not isinstance(value, bool) and json.dumps(value) in self._marks:
                return f"{self._marks[json.dumps(value)]}json:"
            case _:
                return value

    def shown(self, value: JsonValue) -> JsonValue:
        """The value with secrets for marks, as it was."""
        match value:
            case str() if self.mark in value:
                number = value.removesuffix("json:")
                if number != value and number in self._texts:
                    plain: JsonValue = json.loads(self._texts[number])
                    return plain
                return self._back.sub(lambda found: self._texts.get(found[0], found[0]), value)
            case list():
                return [self.shown(each) for each in value]
            case dict():
                return {str(self.shown(key)): self.shown(each) for key, each in value.items()}
            case _:
                return value


def _numbered(values: Mapping[str, JsonValue]) -> Iterator[tuple[str, int, str]]:
    """Every way in which a secret may be written, in an order that depends on nothing but the values."""
    for name in sorted(values):
        forms = dict.fromkeys(form for text in _texts(values[name]) for form in _forms(text))
        for place, form in enumerate(forms):
            yield name.replace(":", "_"), place, form


def _texts(secret: JsonValue) -> Iterator[str]:
    match secret:
        case None | bool() | "":
            return
        case str():
            yield secret
        case list():
            for each in secret:
                yield from _texts(each)
        case dict():
            for key in sorted(secret):
                yield from _texts(secret[key])
        case _:
            yield json.dumps(secret)


def _forms(text: str) -> Iterator[str]:
    yield text
    if len(text) < SHORTEST:
        return
    yield quote(text, safe="")
    yield quote(text)
    yield quote_plus(text)
    yield json.dumps(text)[1:-1]
    yield json.dumps(text, ensure_ascii=False)[1:-1]
    yield base64.b64encode(text.encode()).decode()
    yield base64.urlsafe_b64encode(text.encode()).decode()
