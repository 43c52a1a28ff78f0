"""How many of the tests in Selenium IDE's own projects come in whole."""

import json
from pathlib import Path

from orchestrator.recordings.read import import_recording
from orchestrator.recordings.recording import Choice, RecordingError

FOLDER = Path(__file__).parents[2] / "recordings" / "selenium-ide"


def taken_over() -> tuple[int, int]:
    """Tests that become workflows without a gap, and all of them; they are imported here, not run."""
    tests = [(path, test["name"]) for path in sorted(FOLDER.glob("*.side")) for test in _tests(path)]
    return sum(_is_whole(path, name) for path, name in tests), len(tests)


def _tests(path: Path) -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads(path.read_text(encoding="utf-8"))["tests"]
    return found


def _is_whole(path: Path, name: str) -> bool:
    try:
        imported = import_recording(path.read_text(encoding="utf-8"), source=path.name, choice=Choice(test=name))
    except RecordingError:
        return False
    return imported.gaps == ()
