"""Whether the key file belongs to the database: a known word lies there, sealed with the key that seals the rest."""

import asyncio
from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from orchestrator.engine.errors import SealedError
from orchestrator.store.database import Database
from orchestrator.store.schema_vault import vault_proofs
from orchestrator.store.upsert import upsert
from orchestrator.store.vault import VAULT_FILE, FileVault, VaultError

_NAME = "key"
_WORD = b"botswain"


class VaultProofs:
    """The sealed word of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def kept(self) -> bytes | None:
        """The word as it was sealed; None in a database that was never asked."""
        query = select(vault_proofs.c.sealed).where(vault_proofs.c.name == _NAME)
        return await self._database.read(lambda connection: connection.execute(query).scalar())

    async def keep(self, vault: FileVault, at: datetime) -> None:
        """Seal the word anew."""
        row = {"name": _NAME, "sealed": vault.seal(_WORD), "kept_at": at}
        await self._database.write(lambda connection: upsert(connection, vault_proofs, [row]))


async def proven_vault(data_dir: Path, proofs: VaultProofs, now: datetime, *, accept_new_key: bool) -> FileVault:
    """The vault of a data folder, once it is sure that it opens what the database has sealed.

    A key file is made where neither it nor a sealed word is there yet. Raises VaultError for a file that is missing or
    another database's, unless its key is to be accepted: what was sealed before stays closed then.
    """
    path, kept = data_dir / VAULT_FILE, await proofs.kept()
    if kept is not None and not accept_new_key and not await asyncio.to_thread(path.exists):
        raise _refused(f"{path} is missing, and with it the key that this database's secrets are sealed with.")
    vault = await asyncio.to_thread(FileVault.of, data_dir)
    if kept is None or not _opens(vault, kept):
        if kept is not None and not accept_new_key:
            raise _refused(f"{path} is not the file that this database's secrets are sealed with.")
        await proofs.keep(vault, now)
    return vault


def _opens(vault: FileVault, kept: bytes) -> bool:
    try:
        return vault.open(kept) == _WORD
    except SealedError:
        return False


def _refused(what: str) -> VaultError:
    return VaultError(
        f"{what} Put the right file there, or start once with --accept-new-key: "
        "then sealed values, checkpoints and kept logins from before stay closed.",
        field=VAULT_FILE,
    )
