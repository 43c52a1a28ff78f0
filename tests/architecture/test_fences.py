"""The fences between packages hold, and the tool that keeps them can fail."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LINT = "from importlinter.cli import lint_imports_command; lint_imports_command(['--no-cache'])"

SMALL_HOUSE = """
[tool.importlinter]
root_package = "house"
include_external_packages = true

[[tool.importlinter.contracts]]
name = "The cellar is pure"
type = "forbidden"
source_modules = ["house.cellar"]
forbidden_modules = ["asyncio"]
"""


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter over the settings in a folder, with that folder's packages first on the path."""
    return subprocess.run(
        [sys.executable, "-c", LINT],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def test_every_import_contract_is_kept() -> None:
    finished = lint_imports(ROOT)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert " 0 broken" in finished.stdout


def test_an_import_across_a_fence_is_caught(tmp_path: Path) -> None:
    package = tmp_path / "house"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "cellar.py").write_text("import asyncio\n")
    (tmp_path / "pyproject.toml").write_text(SMALL_HOUSE)
    finished = lint_imports(tmp_path)
    assert finished.returncode == 1, finished.stdout + finished.stderr
    assert "The cellar is pure BROKEN" in finished.stdout
