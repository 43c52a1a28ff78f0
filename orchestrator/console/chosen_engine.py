"""Which engine the window operates, and the key that opens it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import platformdirs


class EngineChoiceError(Exception):
    """There is no way to that engine; the text says what is wrong and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """Which engine to operate: one at an address, or an own one on a data folder."""

    url: str = ""
    key: str = ""
    data_dir: Path | None = None
    """Of an own engine; at an address, what the window itself keeps lies there."""


def default_folder() -> Path:
    """Where an own engine keeps its data when nobody says otherwise."""
    return Path(platformdirs.user_data_dir("botswain", appauthor=False))


def chosen_engine(connect: str | None, key: str | None, data_dir: Path | Callable[[], Path]) -> Engine:
    """The one at the address `connect`, or an own one on the folder. EngineChoiceError when no key is known."""
    folder = data_dir if isinstance(data_dir, Path) else data_dir()
    if not connect:
        return Engine(data_dir=folder)
    text = connect.strip().rstrip("/")
    url = text if "://" in text else f"http://{text}"
    return Engine(url=url, key=key or _noted_key(url, folder), data_dir=folder)


def _noted_key(url: str, folder: Path) -> str:
    """The key of the orchestrator that runs on this data folder at that very address."""
    from orchestrator.client.endpoint import Endpoint  # noqa: PLC0415 - nobody else needs it before the first paint
    from orchestrator.client.errors import ClientError  # noqa: PLC0415

    try:
        note = Endpoint.of(folder)
    except ClientError as error:
        raise EngineChoiceError(str(error)) from error
    if note is None or note.url != url:
        raise EngineChoiceError(f"The orchestrator at {url} wants a key: give --key, or set BOTSWAIN_KEY.")
    return note.key
