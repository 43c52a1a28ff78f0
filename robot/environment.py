"""Whether this Python environment is one that the robot can live in."""

from importlib import metadata

from robot.errors import RobotSetupError


def refuse_robot_framework() -> None:
    """RobotSetupError when Robot Framework is installed beside us: both are the package `robot`."""
    try:
        metadata.distribution("robotframework")
    except metadata.PackageNotFoundError:
        return
    raise RobotSetupError(
        "Robot Framework is installed in this environment, and its package is called `robot` like Botswain's.",
        field="environment",
        hint="Install Botswain into its own environment: `uv tool install botswain[robot]` or `pipx install ...`.",
    )
