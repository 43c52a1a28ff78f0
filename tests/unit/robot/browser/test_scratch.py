"""Folders and browsers of dead robots are swept; those of living ones stay."""

import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from robot.browser.processes import is_alive
from robot.browser.scratch import Scratch


@pytest.mark.feature("X18")
def test_what_a_dead_robot_left_is_swept(tmp_path: Path) -> None:
    dead = tmp_path / "999999-1-abc"
    dead.mkdir()
    orphan = subprocess.Popen([sys.executable, "-c", "input()", f"--user-data-dir={dead}/x"], stdin=subprocess.PIPE)
    own = Scratch(tmp_path).create()
    assert Scratch(tmp_path).sweep() == 1
    orphan.communicate()
    assert not dead.exists()
    assert own.exists()
    assert not is_alive(orphan.pid)


def test_a_number_that_was_given_to_another_process_does_not_protect_a_folder(tmp_path: Path) -> None:
    stale = tmp_path / f"{psutil.Process().pid}-1-abc"
    stale.mkdir()
    assert Scratch(tmp_path).sweep() == 0
    assert not stale.exists()


def test_a_stranger_who_got_the_number_of_a_dead_robot_is_not_ended(tmp_path: Path) -> None:
    stranger = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    stale = tmp_path / f"{stranger.pid}-1-abc"
    stale.mkdir()
    assert Scratch(tmp_path).sweep() == 0
    assert not stale.exists()
    assert is_alive(stranger.pid)
    stranger.communicate(b"\n")
    assert stranger.returncode == 0


def test_other_folders_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    Scratch(tmp_path).sweep()
    assert (tmp_path / "notes").exists()
