"""A robot runs where Qt, SQL, the timer library and the web framework are not installed."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROBE = """
import importlib, pkgutil, sys

class Refuser:
    refused = {"PySide6", "qasync", "pyqtgraph", "numpy", "sqlalchemy", "alembic", "apscheduler", "cronsim",
               "fastapi", "starlette", "uvicorn", "jinja2"}
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in self.refused:
            raise ModuleNotFoundError(f"{name} is not installed on a robot's machine")

sys.meta_path.insert(0, Refuser())
import robot
names = [module.name for module in pkgutil.walk_packages(robot.__path__, "robot.")]
for name in names:
    importlib.import_module(name)
print(len(names))
"""


def test_every_module_of_the_robot_imports_without_what_only_the_orchestrator_needs() -> None:
    finished = subprocess.run(
        [sys.executable, "-W", "error", "-c", PROBE],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    assert int(finished.stdout) >= 3
