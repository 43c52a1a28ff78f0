"""The window looks as its pictures: every panel, what the detail pane shows, and the main dialogs, in both themes."""

import subprocess
import sys
from pathlib import Path

GOLDENS = Path(__file__).parent / "goldens"
MOST_BYTES = 2_000_000


def test_every_panel_looks_as_its_picture_and_a_spoiled_one_does_not(tmp_path: Path) -> None:
    """`make goldens` takes them anew after a change that was meant; look at them before you commit."""
    script = Path(__file__).parent / "golden_pictures.py"
    failed = tmp_path / "failed"
    done = subprocess.run(
        [sys.executable, str(script), "--failed", str(failed)], capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == 0, f"{done.stdout}{done.stderr}\nWhat differs is in {failed}."


def test_the_pictures_stay_small() -> None:
    assert sum(each.stat().st_size for each in GOLDENS.iterdir()) < MOST_BYTES
