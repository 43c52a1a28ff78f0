"""What keeps secrets from being read in a copy of the database."""

from collections.abc import Callable, Mapping
from typing import Protocol

from orchestrator.contract.ids import JsonValue
from orchestrator.contract.workflow import WorkflowDefinition

OpenVariables = Callable[[WorkflowDefinition, Mapping[str, JsonValue]], Mapping[str, JsonValue]]
"""Variables with the secret ones opened; raises SealedError."""


class Vault(Protocol):
    """Seals what goes into the store, and opens it again."""

    def seal(self, content: bytes) -> bytes:
        """The content, readable by nobody without the key."""
        ...

    def open(self, sealed: bytes) -> bytes:
        """What was sealed. Raises SealedError when no key opens it."""
        ...
