"""Robot Framework and the robot cannot live in one environment, and the robot says so."""

import sys
from pathlib import Path

import pytest

from robot.environment import refuse_robot_framework
from robot.errors import RobotSetupError


def test_an_environment_without_robot_framework_is_fine() -> None:
    refuse_robot_framework()


def test_robot_framework_in_the_same_environment_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    info = tmp_path / "robotframework-7.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: robotframework\nVersion: 7.0\n")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    with pytest.raises(RobotSetupError, match="Robot Framework is installed") as caught:
        refuse_robot_framework()
    assert "own environment" in caught.value.hint
