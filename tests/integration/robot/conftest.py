"""What tests of a robot share: one in this process, and a scripted orchestrator that it talks to over a real socket."""

from pathlib import Path

import pytest
from robot_in_process import RobotInProcess
from scripted_orchestrator import ScriptedOrchestrator, orchestrator

__all__ = ["orchestrator"]


@pytest.fixture
def robot(tmp_path: Path, orchestrator: ScriptedOrchestrator) -> RobotInProcess:
    return RobotInProcess(tmp_path / "state", orchestrator)
