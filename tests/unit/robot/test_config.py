"""What people write on the command line becomes settings, or one sentence about what is wrong."""

from pathlib import Path

import pytest

from robot.config import checked_base_url, checked_folders, checked_name, checked_words, find_token, parse_address
from robot.errors import RobotSetupError


@pytest.mark.parametrize(
    ("text", "socket", "http"),
    [
        ("ws://host:8765", "ws://host:8765/robot", "http://host:8765"),
        ("http://host:9000/", "ws://host:9000/robot", "http://host:9000"),
        ("https://host", "wss://host:443/robot", "https://host:443"),
        ("wss://host:8443/fleet/", "wss://host:8443/fleet/robot", "https://host:8443/fleet"),
        ("host", "ws://host:8765/robot", "http://host:8765"),
        ("127.0.0.1:80", "ws://127.0.0.1:80/robot", "http://127.0.0.1:80"),
        ("[::1]:8765", "ws://[::1]:8765/robot", "http://[::1]:8765"),
        ("ws://host:8765/robot", "ws://host:8765/robot", "http://host:8765"),
    ],
)
def test_addresses_are_read_in_every_usual_form(text: str, socket: str, http: str) -> None:
    address = parse_address(text)
    assert (address.robot_url, address.http_base) == (socket, http)


@pytest.mark.parametrize(
    "text", ["", "ftp://host", "ws://", "host:abc", "host:0", "host:70000", "ws://user:pw@host", "ws://[::1", "h?x=1"]
)
def test_a_wrong_address_names_the_option_and_a_right_form(text: str) -> None:
    with pytest.raises(RobotSetupError, match=r"--connect: .* ws://host:8765") as caught:
        parse_address(text)
    assert caught.value.field == "--connect"


@pytest.mark.parametrize(("host", "local"), [("localhost", True), ("127.0.0.9", True), ("[::1]", True), ("h", False)])
def test_an_address_on_this_machine_is_known_as_such(host: str, local: bool) -> None:
    assert parse_address(host).is_loopback is local


def test_a_token_comes_from_the_argument_then_the_file_then_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "token"
    file.write_text("from-file\n")
    monkeypatch.setenv("BOTSWAIN_ROBOT_TOKEN", "from-environment")
    assert find_token("from-argument", file) == "from-argument"
    assert find_token(None, file) == "from-file"
    assert find_token(None, None) == "from-environment"


def test_a_missing_or_unusable_token_is_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BOTSWAIN_ROBOT_TOKEN", raising=False)
    with pytest.raises(RobotSetupError, match="no token: give --token-file"):
        find_token(None, None)
    with pytest.raises(RobotSetupError, match="one word"):
        find_token("two\nlines", None)
    with pytest.raises(RobotSetupError, match="cannot be read"):
        find_token(None, tmp_path / "absent")


def test_names_and_words_have_limits() -> None:
    assert checked_name(" robot-1 ") == "robot-1"
    assert checked_words(["gpu", " gpu", "eu"], option="--tag", most=2) == ("gpu", "eu")
    for wrong in ("", "x" * 201, "a\nb"):
        with pytest.raises(RobotSetupError, match="--name"):
            checked_name(wrong)
        with pytest.raises(RobotSetupError, match="--tag"):
            checked_words([wrong], option="--tag", most=3)
    with pytest.raises(RobotSetupError, match="at most 1"):
        checked_words(["a", "b"], option="--tag", most=1)


def test_folders_that_workflows_may_read_have_to_be_there(tmp_path: Path) -> None:
    assert checked_folders([tmp_path]) == (tmp_path,)
    assert checked_folders(()) == ()
    with pytest.raises(RobotSetupError, match="--files: "):
        checked_folders([tmp_path / "absent"])


def test_a_base_url_must_be_one_that_a_browser_can_open() -> None:
    assert checked_base_url("http://127.0.0.1:8080/") == "http://127.0.0.1:8080"
    assert checked_base_url(None) is None
    with pytest.raises(RobotSetupError, match="--base-url"):
        checked_base_url("file:///etc/passwd")
