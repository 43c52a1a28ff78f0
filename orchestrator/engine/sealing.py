"""Secret variables on their way into the store and out to the robot: sealed in every copy that outlives the moment."""

import base64
import json
from binascii import Error as Base64Error
from collections.abc import Collection, Mapping
from dataclasses import replace

from orchestrator.contract.ids import JsonValue
from orchestrator.contract.pipeline import Handler
from orchestrator.contract.workflow import WorkflowDefinition
from orchestrator.engine.middleware import Accepted
from orchestrator.engine.ports.vault import Vault
from orchestrator.engine.submission import Submission

_MARK = "sealed:1:"
"""Begins a sealed value."""
_STATE_MARK = b"sealed:1\n"
"""Begins a sealed checkpoint."""


def is_sealed(value: JsonValue) -> bool:
    """True for what `Sealing` wrote."""
    return isinstance(value, str) and value.startswith(_MARK)


class Sealing:
    """Seals and opens what belongs to secrets; what was stored before there was a vault is read as it is."""

    def __init__(self, vault: Vault | None) -> None:
        """Without a vault nothing is sealed."""
        self._vault = vault

    async def __call__(self, work: Submission, rest: Handler[Submission, Accepted]) -> Accepted:
        """The innermost link of the submission chain: all others see the values."""
        return await rest(self.sealed_work(work))

    def sealed_work(self, work: Submission) -> Submission:
        """The submission as it may be stored; the same object when it holds no secret."""
        sealed = self.sealed(work.version.definition, work.job.variables)
        if sealed is work.job.variables:
            return work
        return replace(work, job=replace(work.job, variables=sealed))

    def sealed(self, definition: WorkflowDefinition, values: Mapping[str, JsonValue]) -> Mapping[str, JsonValue]:
        """The values with the secret ones sealed; the same object when there is none."""
        names = self._secret(definition, values)
        if not names:
            return values
        return {name: self._seal(value) if name in names else value for name, value in values.items()}

    def opened(self, definition: WorkflowDefinition, values: Mapping[str, JsonValue]) -> Mapping[str, JsonValue]:
        """The values as they were given. Raises SealedError; the same object when nothing is secret."""
        names = self._secret(definition, values)
        if not names:
            return values
        return {name: self._open(value) if name in names else value for name, value in values.items()}

    def sealed_fields(self, names: Collection[str], values: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
        """The values with those of the names sealed; so is what only looks sealed, since it will be opened."""
        return {name: self._seal(each) if name in names or is_sealed(each) else each for name, each in values.items()}

    def opened_fields(self, values: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
        """The values that `sealed_fields` was given. Raises SealedError."""
        return {name: self._open(each) for name, each in values.items()}

    def seal_state(self, state: bytes) -> bytes:
        """A checkpoint's content, which may hold cookies, for the store."""
        return state if self._vault is None else _STATE_MARK + self._vault.seal(state)

    def open_state(self, kept: bytes) -> bytes:
        """A checkpoint's content as its robot sent it. Raises SealedError."""
        if self._vault is None or not kept.startswith(_STATE_MARK):
            return kept
        return self._vault.open(kept.removeprefix(_STATE_MARK))

    def _secret(self, definition: WorkflowDefinition, values: Mapping[str, JsonValue]) -> frozenset[str]:
        if self._vault is None:
            return frozenset()
        return frozenset(name for name, each in definition.variables.items() if each.secret and name in values)

    def _seal(self, value: JsonValue) -> JsonValue:
        if self._vault is None or value is None:
            return value
        return _MARK + base64.b64encode(self._vault.seal(json.dumps(value).encode())).decode()

    def _open(self, value: JsonValue) -> JsonValue:
        if self._vault is None or not isinstance(value, str) or not value.startswith(_MARK):
            return value
        try:
            content = base64.b64decode(value.removeprefix(_MARK), validate=True)
        except Base64Error:
            return value  # somebody's secret happens to begin like ours
        opened: JsonValue = json.loads(self._vault.open(content))
        return opened
