"""The example of the documentation's page comes out of the importer as it stands there."""

import re
from pathlib import Path

import pytest

from orchestrator.recordings.read import import_recording
from orchestrator.recordings.yaml_text import yaml_text

TEXT = (Path(__file__).parents[3] / "docs" / "recordings.md").read_text(encoding="utf-8")


def fenced(language: str) -> str:
    found = re.search(rf"^```{language}\n(.*?)^```", TEXT, re.DOTALL | re.MULTILINE)
    assert found is not None
    return found[1]


@pytest.mark.feature("X26")
def test_the_pages_recording_becomes_the_pages_workflow() -> None:
    imported = import_recording(fenced("python"), source="order.py")
    written = yaml_text(imported, source="order.py")
    assert imported.gaps == ()
    assert "".join(line for line in written.splitlines(keepends=True) if not line.startswith("#")) == fenced("yaml")
