"""The file of an incident: fetched piece by piece, written whole or not at all."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from orchestrator.console.words import tr
from orchestrator.contract.errors import UserError


async def write_pieces(pieces: AsyncIterator[bytes], path: Path, told: Callable[[int], None]) -> int:
    """Write what comes, telling how many bytes there are; gives the size.

    Raises UserError when the file cannot be written, ClientError when the engine does not answer. A file that stood
    there before stays as it was until the new one is complete.
    """
    partial = path.with_name(f".{path.name}.part")
    size = 0
    try:
        with partial.open("wb") as file:
            async for piece in pieces:
                await asyncio.to_thread(file.write, piece)
                size += len(piece)
                told(size)
        partial.replace(path)
    except OSError as error:
        why = error.strerror or str(error)
        raise UserError(tr("{file} could not be written: {reason}", file=path.name, reason=why)) from None
    finally:
        partial.unlink(missing_ok=True)
    return size
