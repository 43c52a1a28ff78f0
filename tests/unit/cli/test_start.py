"""How the command begins: its help, a machine without a display, and what the doctor finds."""

import os
import socket
import subprocess
from importlib.metadata import version
from pathlib import Path

import pytest
from commands import Commands
from typer.core import TyperGroup
from typer.main import get_group
from typer.testing import CliRunner

from orchestrator.cli.commands import app

FULL = Path("/dev/full")
WITHOUT_DISPLAY = {"DISPLAY": "", "WAYLAND_DISPLAY": "", "QT_QPA_PLATFORM": ""}


def command_lines() -> list[list[str]]:
    """Every command and word of a command."""
    commands = get_group(app).commands
    below = [[name, word] for name, each in commands.items() if isinstance(each, TyperGroup) for word in each.commands]
    return [*([name] for name in commands), *below]


@pytest.mark.parametrize("line", command_lines(), ids=" ".join)
def test_every_command_explains_itself(line: list[str]) -> None:
    result = CliRunner().invoke(app, [*line, "--help"])
    assert result.exit_code == 0, result.output
    assert "Usage:" in result.output


def test_it_says_which_version_it_is(botswain: Commands) -> None:
    said = botswain("--version")
    assert (said.code, said.out) == (0, f"Botswain {version('botswain')}\n")


def test_an_unknown_command_is_refused_and_the_nearest_one_named(botswain: Commands) -> None:
    assert botswain("job-list").refused("job-list")
    assert botswain.inside("robts").refused("robots")


def test_without_a_display_the_console_says_what_to_do(botswain: Commands) -> None:
    assert botswain(env=WITHOUT_DISPLAY).refused("no display", "botswain serve", "--connect")


def test_the_doctor_finds_what_the_product_needs(botswain: Commands) -> None:
    said = botswain("doctor", "--port", "0", "--json", env=WITHOUT_DISPLAY)
    health = {each["subject"]: each["health"] for each in said.json}
    assert health["Python"] == health["engine packages"] == health["data folder"] == health["port"] == "ok"
    assert health["display"] == "warn"
    assert said.code == (1 if "fail" in health.values() else 0)
    assert all(each["advice"] for each in said.json if each["health"] != "ok")


def test_the_doctor_fails_on_a_taken_port_and_a_missing_browser(botswain: Commands) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        said = botswain("doctor", "--port", port, "--json", env={"BOTSWAIN_BROWSER": "/nowhere/chromium"})
    found = {each["subject"]: each for each in said.json}
    assert said.code == 1
    assert (found["port"]["health"], found["browser"]["health"]) == ("fail", "fail")
    assert "--port" in found["port"]["advice"]


def test_the_doctor_fails_on_a_damaged_database_and_a_folder_that_cannot_be_written(
    botswain: Commands, tmp_path: Path
) -> None:
    (tmp_path / "botswain.db").write_bytes(b"not a database" * 500)
    said = botswain("doctor", "--data-dir", tmp_path)
    assert said.code == 1
    assert "FAIL  database" in said.out
    file = tmp_path / "file"
    file.write_text("")
    below = botswain("doctor", "--data-dir", file / "below")
    assert "FAIL  data folder" in below.out, os.getuid()


@pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize(
    "line", [("cron", "@daily"), ("cron", "--json", "@daily"), ("workflows", "samples")], ids=" ".join
)
def test_output_that_finds_no_room_is_one_sentence(botswain: Commands, line: tuple[str, ...]) -> None:
    with FULL.open("w") as full:
        done = subprocess.run(
            botswain.line(*line), stdout=full, stderr=subprocess.PIPE, text=True, timeout=60, check=False,
            env=botswain.environment(),
        )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.startswith("Error: There is no room to write to")
    assert "Traceback" not in done.stderr
