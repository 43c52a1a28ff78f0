"""Choices that models made, kept on the robot: the next run of the same step of the same workflow asks nobody.

One small file for each choice, below a folder for each version of a workflow. Only locators are kept, no texts that
were typed or read.
"""

import asyncio
import hashlib
import json
import logging
import shutil
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from orchestrator.contract.actions.ai import Operation
from orchestrator.contract.actions.targets import Target
from robot.durable_file import write_synced

MOST_WORKFLOWS = 200
"""Versions whose choices are kept; the ones used least recently go first."""
SUFFIX = ".json"

log = logging.getLogger(__name__)


class KeptOperation(BaseModel):
    """One thing to do, by locators."""

    model_config = ConfigDict(frozen=True)

    op: Operation
    target: Target
    value: str = ""
    """A piece of the instruction, a `%name%` or a key: never a value."""
    description: str = ""


class KeptPlan(BaseModel):
    """What `ai.act` did."""

    model_config = ConfigDict(frozen=True)

    operations: tuple[KeptOperation, ...]


class KeptFind(BaseModel):
    """Where one value stands."""

    model_config = ConfigDict(frozen=True)

    path: tuple[str, ...]
    target: Target
    read: str


class KeptFindings(BaseModel):
    """Where `ai.extract` found everything."""

    model_config = ConfigDict(frozen=True)

    found: tuple[KeptFind, ...]


K = TypeVar("K", KeptPlan, KeptFindings)


class KeptChoices:
    """See the module; one for a robot."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def get(self, workflow_hash: str, key: str, kind: type[K]) -> K | None:
        """What was chosen; None when nothing is kept, or what is kept cannot be read."""
        return await asyncio.to_thread(self._read, self._path(workflow_hash, key), kind)

    async def put(self, workflow_hash: str, key: str, choice: BaseModel) -> None:
        """Keep it. That it cannot be kept is no failure: the next run asks again."""
        try:
            await asyncio.to_thread(self._write, self._path(workflow_hash, key), choice)
        except OSError as error:
            log.info("a choice could not be kept: %s", error)

    async def forget(self, workflow_hash: str, key: str) -> None:
        """It does not fit any more."""
        await asyncio.to_thread(self._path(workflow_hash, key).unlink, missing_ok=True)

    def _path(self, workflow_hash: str, key: str) -> Path:
        return self._folder / _digest(workflow_hash) / f"{_digest(key)}{SUFFIX}"

    def _read(self, path: Path, kind: type[K]) -> K | None:
        try:
            found = kind.model_validate_json(path.read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValidationError) as error:
            log.info("a kept choice cannot be read and is made anew: %s", error)
            return None
        return found

    def _write(self, path: Path, choice: BaseModel) -> None:
        if not path.parent.is_dir():
            self._make_room()
            path.parent.mkdir(parents=True, exist_ok=True)
        write_synced(path, choice.model_dump_json(exclude_defaults=True).encode())

    def _make_room(self) -> None:
        folders = [each for each in self._folder.iterdir() if each.is_dir()] if self._folder.is_dir() else []
        folders.sort(key=lambda each: each.stat().st_mtime)
        for folder in folders[: max(0, len(folders) - MOST_WORKFLOWS + 1)]:
            shutil.rmtree(folder, ignore_errors=True)


def choice_key(action: str, step_id: str, *parts: object) -> str:
    """What must be the same for a choice to be the same."""
    return json.dumps([action, step_id, *parts], sort_keys=True, ensure_ascii=False, default=str)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]
