"""A robot's settings, and how addresses and tokens are read from what people write."""

import ipaddress
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from robot.errors import RobotSetupError

DEFAULT_PORT = 8765
DEFAULT_DRAIN_GRACE_S = 10.0
MAX_SLOTS = 256
TOKEN_VARIABLE = "BOTSWAIN_ROBOT_TOKEN"  # noqa: S105  the name of a variable, not a secret
_SECURE = {"ws": False, "http": False, "wss": True, "https": True}
_TOKEN = re.compile(r"[\x21-\x7e]{1,4096}")
_WITH_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")


@dataclass(frozen=True, slots=True, kw_only=True)
class OrchestratorAddress:
    """Where an orchestrator listens: one port for the robots' WebSocket and for HTTP."""

    host: str
    port: int
    secure: bool = False
    path: str = ""
    """A prefix in front of everything, without a slash at its end."""

    @property
    def robot_url(self) -> str:
        """The robots' WebSocket."""
        return f"{'wss' if self.secure else 'ws'}://{self._authority}{self.path}/robot"

    @property
    def http_base(self) -> str:
        """The HTTP address, without a slash at its end."""
        return f"{'https' if self.secure else 'http'}://{self._authority}{self.path}"

    @property
    def is_loopback(self) -> bool:
        """True when the orchestrator is on this machine, where no proxy has any business."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def _authority(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotConfig:
    """Everything that a robot is told when it is started."""

    address: OrchestratorAddress
    name: str
    slots: int = 1
    token: str = field(repr=False)
    tags: tuple[str, ...] = ()
    capabilities: tuple[str, ...] = ()
    """What the operator adds to what the robot finds out by itself."""
    state_folder: Path
    browser: str | None = None
    """A path, or `chrome`, `msedge`, `chromium`; None: the best that is there."""
    base_url: str | None = None
    """Where relative addresses of workflows lead."""
    allow_scripts: bool = False
    """True: workflows may run JavaScript of their own in pages."""
    input_folders: tuple[Path, ...] = ()
    """Folders of this machine whose files workflows may read; none but the run's own without it."""
    settings_file: Path | None = None
    """Says more of its browser sessions, and which model AI steps ask; None: what BOTSWAIN_ROBOT_SETTINGS names."""
    drain_grace_s: float = DEFAULT_DRAIN_GRACE_S
    """How long running attempts may go on after the robot was asked to end."""


def parse_address(text: str) -> OrchestratorAddress:
    """Read `ws://host:8765`, `wss://`, `http(s)://` or a bare `host[:port]`; RobotSetupError says what is wrong."""
    text = text.strip()
    parts = _split(text if _WITH_SCHEME.match(text) else f"ws://{text}")
    secure = _SECURE.get(parts.scheme)
    if secure is None:
        raise _bad_address(f"{parts.scheme}:// is no way to an orchestrator")
    if not parts.hostname:
        raise _bad_address(f"{text!r} names no host")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise _bad_address("it may hold only a host, a port and a path; the token goes into --token-file")
    default_port = 443 if parts.scheme in {"wss", "https"} else DEFAULT_PORT
    path = parts.path.rstrip("/").removesuffix("/robot")
    return OrchestratorAddress(host=parts.hostname, port=_port(parts) or default_port, secure=secure, path=path)


def find_token(token: str | None, token_file: Path | None) -> str:
    """The robot's token from an argument, a file or the environment, in this order."""
    if token_file is not None and token is None:
        try:
            token = token_file.expanduser().read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is no text"
            raise RobotSetupError(
                f"--token-file: {token_file} cannot be read: {reason}.", field="--token-file"
            ) from error
    token = (token if token is not None else os.environ.get(TOKEN_VARIABLE, "")).strip()
    if not token:
        raise RobotSetupError(
            f"The robot has no token: give --token-file FILE, --token TOKEN or set {TOKEN_VARIABLE}.", field="--token"
        )
    if not _TOKEN.fullmatch(token):
        raise RobotSetupError("--token: a token is one word of printable ASCII characters.", field="--token")
    return token


def checked_name(name: str) -> str:
    """The robot's name without surrounding blanks; RobotSetupError when it is empty or longer than 200."""
    name = name.strip()
    if not name or len(name) > 200 or not name.isprintable():
        raise RobotSetupError("--name: a robot's name has 1 to 200 printable characters.", field="--name")
    return name


def checked_folders(folders: Sequence[Path]) -> tuple[Path, ...]:
    """The folders that `--files` names, as absolute paths; RobotSetupError for one that is none."""
    found = tuple(folder.expanduser().absolute() for folder in folders)
    missing = next((folder for folder in found if not folder.is_dir()), None)
    if missing is not None:
        raise RobotSetupError(f"--files: {missing} is no folder.", field="--files")
    return found


def checked_words(words: Sequence[str], *, option: str, most: int) -> tuple[str, ...]:
    """Tags or capabilities: without blanks around, each once, in the given order."""
    plain = tuple(dict.fromkeys(word.strip() for word in words))
    if len(plain) > most:
        raise RobotSetupError(f"{option}: at most {most} may be given, not {len(plain)}.", field=option)
    if not all(word and word.isprintable() and len(word) <= 200 for word in plain):
        raise RobotSetupError(f"{option}: each must have 1 to 200 printable characters.", field=option)
    return plain


def checked_base_url(text: str | None) -> str | None:
    """The base address of workflows, without a slash at its end."""
    if text is None:
        return None
    try:
        parts = urlsplit(text.strip())
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        usable = False
    if not usable:
        raise RobotSetupError(f"--base-url: {text!r} is no http:// or https:// address.", field="--base-url")
    return text.strip().rstrip("/")


def _split(text: str) -> SplitResult:
    try:
        return urlsplit(text)
    except ValueError as error:
        raise _bad_address(str(error)) from error


def _port(parts: SplitResult) -> int | None:
    try:
        port = parts.port
    except ValueError:
        raise _bad_address("the port must be a number from 1 to 65535") from None
    if port == 0:
        raise _bad_address("the port must be a number from 1 to 65535")
    return port


def _bad_address(reason: str) -> RobotSetupError:
    return RobotSetupError(f"--connect: {reason}; write it like ws://host:{DEFAULT_PORT}.", field="--connect")
