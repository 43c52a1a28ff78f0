"""The robot's command, with failpoints when the harness asks for them."""

from robot.cli import main
from tests.faults.failpoints import arm_from_environment

if __name__ == "__main__":
    arm_from_environment()
    main()
