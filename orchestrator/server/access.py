"""Who may come in: one key for clients, one token for robots, both kept in files that only their owner reads."""

import hmac
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from starlette.datastructures import Headers

from orchestrator.contract.errors import UserError

KEY_FILE = "client.key"
TOKEN_FILE = "robot.token"  # noqa: S105  the name of the file, not its content


class AccessError(UserError):
    """A file with a secret cannot be used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """The two secrets of an orchestrator."""

    key: str
    robot_token: str

    @classmethod
    def of(cls, data_dir: Path, *, key: str = "", robot_token: str = "") -> Self:
        """The given secrets, or those kept in the data folder, or new ones of 256 bits that are kept there."""
        return cls(
            key=key or _kept(data_dir / KEY_FILE),
            robot_token=robot_token or _kept(data_dir / TOKEN_FILE),
        )

    def is_client(self, headers: Headers) -> bool:
        """True when the request shows the clients' key."""
        return _shows(headers, self.key)

    def is_robot(self, headers: Headers) -> bool:
        """True when the request shows the robots' token."""
        return _shows(headers, self.robot_token)


def _shows(headers: Headers, secret: str) -> bool:
    scheme, _, given = headers.get("authorization", "").partition(" ")
    return scheme.lower() == "bearer" and hmac.compare_digest(given.strip().encode(), secret.encode())


def _kept(path: Path) -> str:
    try:
        return _read(path) or _new(path)
    except UnicodeDecodeError:
        raise AccessError(f"{path} holds no key: remove it, and the next start makes a new one.") from None
    except OSError as error:
        raise AccessError(f"{path} cannot be used: {error.strerror}.") from None


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return ""


def _new(path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = secrets.token_urlsafe(32)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(fresh + "\n")
        file.flush()
        os.fsync(file.fileno())
    _sync_folder(path.parent)
    return fresh


def _sync_folder(folder: Path) -> None:
    """Make the new file's name durable: a key that a power cut takes locks every robot out."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
