"""Texts that were not saved yet, kept in files: neither a crash nor a power cut takes a draft."""

import hashlib
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

_MOST_BYTES = 4_194_304


class Draft(BaseModel):
    """A text of a workflow."""

    model_config = ConfigDict(frozen=True)

    workflow_id: str = ""
    """Empty for a workflow that was never saved."""
    name: str = ""
    text: str
    kept_at: datetime


class Drafts:
    """One file for each workflow, and one for a new one."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, draft: Draft) -> None:
        """Write it, whole or not at all. Raises OSError."""
        self._folder.mkdir(parents=True, exist_ok=True)
        file = self._file(draft.workflow_id)
        half = file.with_suffix(".tmp")
        half.write_text(draft.model_dump_json(), encoding="utf-8")
        half.replace(file)

    def find(self, workflow_id: str) -> Draft | None:
        """What was kept of a workflow; what cannot be read counts as not there."""
        file = self._file(workflow_id)
        try:
            if file.stat().st_size > _MOST_BYTES:
                return None
            return Draft.model_validate_json(file.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, ValidationError):
            return None

    def drop(self, workflow_id: str) -> None:
        """It is saved, or not wanted any more. Raises OSError."""
        self._file(workflow_id).unlink(missing_ok=True)

    def _file(self, workflow_id: str) -> Path:
        name = hashlib.sha256(workflow_id.encode()).hexdigest()[:16] if workflow_id else "new"
        return self._folder / f"{name}.json"
