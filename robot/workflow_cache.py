"""Workflows that this robot has seen, by the hash of their content: offers of these need not carry their definitions.

Everything is in memory; the files only spare a restarted robot the asking. A file counts when its content gives the
hash that it is named by, so that torn and damaged ones are simply not there.
"""

import logging
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from orchestrator.contract.protocol.jobs import JobAssignment
from orchestrator.contract.workflow import WorkflowDefinition
from robot.durable_file import TEMPORARY_SUFFIX

MOST_KEPT = 256
MOST_BYTES = 32 * 1_048_576
_SUFFIX = ".workflow.json"

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    definition: WorkflowDefinition
    size: int
    """Bytes of its JSON."""


class WorkflowCache:
    """The workflows of one robot; the least lately used leave when there are too many."""

    def __init__(self, folder: Path, *, most: int = MOST_KEPT, most_bytes: int = MOST_BYTES) -> None:
        self._folder = folder
        self._most = most
        self._most_bytes = most_bytes
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._bytes = 0
        self._strangers: OrderedDict[str, None] = OrderedDict()
        """Hashes under which something else was offered; each is looked at once."""

    def open(self) -> None:
        """Read what an earlier process kept; what cannot be read, or is not what its name says, is removed."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for torn in self._folder.glob(f"*{TEMPORARY_SUFFIX}"):
            torn.unlink(missing_ok=True)
        for path in sorted(self._folder.glob(f"*{_SUFFIX}"), key=lambda file: file.stat().st_mtime):
            content = _read(path)
            definition = _definition_in(content, path.name.removesuffix(_SUFFIX))
            if definition is None:
                logger.warning("The kept workflow %s is damaged and was removed.", path.name)
                path.unlink(missing_ok=True)
            else:
                self._remember(path.name.removesuffix(_SUFFIX), _Kept(definition=definition, size=len(content)))

    @property
    def hashes(self) -> tuple[str, ...]:
        """What is kept, the most lately used last."""
        return tuple(self._kept)

    def get(self, workflow_hash: str) -> WorkflowDefinition | None:
        """A workflow, without touching the disk."""
        kept = self._kept.get(workflow_hash)
        if kept is None:
            return None
        self._kept.move_to_end(workflow_hash)
        return kept.definition

    def complete(self, offer: JobAssignment) -> JobAssignment | None:
        """The offer with its definition; None when it has none and the robot does not know it.

        An offer that comes with a definition leaves it here.
        """
        if offer.workflow is None:
            known = self.get(offer.workflow_hash)
            return offer.model_copy(update={"workflow": known}) if known is not None else None
        if offer.workflow_hash and offer.workflow_hash not in self._strangers:
            self.keep(offer.workflow_hash, offer.workflow)
        return offer

    def keep(self, workflow_hash: str, definition: WorkflowDefinition) -> bool:
        """Keep a workflow; False when its content does not give the hash, as between robots and orchestrators of
        different versions.
        """
        if self.get(workflow_hash) is not None:
            return True
        if definition.content_hash != workflow_hash:
            self._note_stranger(workflow_hash)
            return False
        content = definition.model_dump_json().encode()
        self._remember(workflow_hash, _Kept(definition=definition, size=len(content)))
        self._write(workflow_hash, content)
        return True

    def forget(self, workflow_hash: str) -> bool:
        """Keep a workflow no longer; False when it was not kept."""
        kept = self._kept.pop(workflow_hash, None)
        if kept is None:
            return False
        self._bytes -= kept.size
        self._path(workflow_hash).unlink(missing_ok=True)
        return True

    def _remember(self, workflow_hash: str, kept: _Kept) -> None:
        self._kept[workflow_hash] = kept
        self._bytes += kept.size
        while len(self._kept) > self._most or (self._bytes > self._most_bytes and len(self._kept) > 1):
            self.forget(next(iter(self._kept)))

    def _write(self, workflow_hash: str, content: bytes) -> None:
        """Whole or not at all; not synced, since a file that a power cut takes is only asked for again."""
        path = self._path(workflow_hash)
        temporary = path.with_name(path.name + TEMPORARY_SUFFIX)
        try:
            temporary.write_bytes(content)
            temporary.replace(path)
        except OSError as error:
            logger.info("Workflow %s is kept in memory only: %s", workflow_hash, error)

    def _note_stranger(self, workflow_hash: str) -> None:
        logger.info("Workflow %s has another content than its hash says; it is not kept.", workflow_hash)
        self._strangers[workflow_hash] = None
        if len(self._strangers) > self._most:
            self._strangers.popitem(last=False)

    def _path(self, workflow_hash: str) -> Path:
        return self._folder / f"{workflow_hash}{_SUFFIX}"


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _definition_in(content: bytes, workflow_hash: str) -> WorkflowDefinition | None:
    try:
        definition = WorkflowDefinition.model_validate_json(content)
    except ValidationError:
        return None
    return definition if definition.content_hash == workflow_hash else None
