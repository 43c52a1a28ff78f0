"""The key file that secrets are sealed with: made at the first start, readable by its owner alone, rotated by hand.

AES-256 in GCM with a random nonce of 96 bits (NIST SP 800-38D). The file has a key in each line, the newest first: it
seals, and all of them open.
"""

import base64
import os
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from orchestrator.contract.errors import UserError
from orchestrator.engine.errors import SealedError

VAULT_FILE = "secrets.key"
_KEY_BYTES = 32
_NONCE_BYTES = 12


class VaultError(UserError):
    """The key file cannot be used."""


class FileVault:
    """Seals with the newest key of a file."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._ciphers = [AESGCM(key) for key in keys]

    @classmethod
    def of(cls, data_dir: Path) -> Self:
        """The vault of a data folder; its file is made when there is none. Raises VaultError."""
        path = data_dir / VAULT_FILE
        keys = _keys_in(path)
        if not keys:
            keys = [secrets.token_bytes(_KEY_BYTES)]
            _write(path, keys)
        return cls(keys)

    def seal(self, content: bytes) -> bytes:
        """Nonce, ciphertext and tag."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._ciphers[0].encrypt(nonce, content, None)

    def open(self, sealed: bytes) -> bytes:
        """What was sealed with any of the keys. Raises SealedError."""
        nonce, text = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
        for cipher in self._ciphers:
            try:
                return cipher.decrypt(nonce, text, None)
            except (InvalidTag, ValueError):  # another key's, or too short to be anybody's
                continue
        raise SealedError


def rotate(data_dir: Path) -> int:
    """Put a new key before the others; how many there are now. Raises VaultError."""
    path = data_dir / VAULT_FILE
    known = _keys_in(path)
    if not known:
        raise VaultError(
            f"{path} is not there: name the orchestrator's data folder with --data-dir. The first start makes it.",
            field="--data-dir",
        )
    _write(path, [secrets.token_bytes(_KEY_BYTES), *known])
    return 1 + len(known)


def _keys_in(path: Path) -> list[bytes]:
    try:
        lines = path.read_text(encoding="ascii").split()
        keys = [base64.urlsafe_b64decode(line) for line in lines]
    except FileNotFoundError:
        return []
    except ValueError:
        keys = [b""]
    except OSError as error:
        raise VaultError(f"{path} cannot be read: {error.strerror}.") from None
    if any(len(key) != _KEY_BYTES for key in keys):
        raise VaultError(f"{path} holds no keys: put the right file back; without it, stored secrets are lost.")
    return keys


def _write(path: Path, keys: Sequence[bytes]) -> None:
    """Whole or not at all, and on the disk before anything is sealed with it."""
    temporary = path.with_name(f"{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(b"".join(base64.urlsafe_b64encode(key) + b"\n" for key in keys))
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        _sync(path.parent)
    except OSError as error:
        raise VaultError(f"{path} cannot be written: {error.strerror}.") from None


def _sync(folder: Path) -> None:
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
