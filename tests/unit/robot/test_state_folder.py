"""A state folder belongs to one robot at a time and remembers who it is."""

from pathlib import Path

import pytest

from robot.errors import RobotSetupError
from robot.state_folder import StateFolder, default_state_folder, is_locked


def test_the_robots_id_outlives_the_process(tmp_path: Path) -> None:
    with StateFolder(tmp_path / "state") as first:
        robot_id = first.robot_id
    with StateFolder(tmp_path / "state") as second:
        assert second.robot_id == robot_id


def test_a_damaged_id_is_replaced(tmp_path: Path) -> None:
    with StateFolder(tmp_path) as first:
        first.path.joinpath("robot_id").write_bytes(b"\xff\x00")
    with StateFolder(tmp_path) as second:
        assert second.robot_id != first.robot_id


def test_two_robots_cannot_share_a_folder(tmp_path: Path) -> None:
    with StateFolder(tmp_path):
        assert is_locked(tmp_path)
        with pytest.raises(RobotSetupError, match=r"Another robot .* already works in"), StateFolder(tmp_path):
            pytest.fail("the second robot got in")
    assert not is_locked(tmp_path)


def test_a_place_that_is_no_folder_gets_one_sentence(tmp_path: Path) -> None:
    place = tmp_path / "file"
    place.write_text("x")
    with pytest.raises(RobotSetupError, match="cannot be used") as caught, StateFolder(place):
        pytest.fail("a file is no folder")
    assert caught.value.field == "--state"


def test_half_written_files_are_swept_at_start(tmp_path: Path) -> None:
    with StateFolder(tmp_path) as folder:
        torn = folder.spool / "job.1.result.partial"
        torn.write_text("half")
    with StateFolder(tmp_path):
        assert not torn.exists()


@pytest.mark.parametrize("name", ["..", "a/b", "Röbi 1", "///"])
def test_a_name_makes_one_folder_below_the_others(name: str) -> None:
    assert default_state_folder(name).parent == default_state_folder("other").parent
