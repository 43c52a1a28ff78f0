"""The event stream of an orchestrator: batches of what changed, with reconnects."""

import asyncio
import random
from collections.abc import AsyncGenerator
from dataclasses import dataclass

from pydantic import ValidationError
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus, WebSocketException

from orchestrator.client.errors import ClientError, UnauthorizedError, UnreachableError
from orchestrator.contract.api.events import EventBatch

_MAX_FRAME_BYTES = 16 * 1_048_576
_LONGEST_PAUSE_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionLost:
    """The stream broke; it comes back by itself with a snapshot, after `retry_in_s`."""

    reason: str
    retry_in_s: float


class EventStream:
    """Yields batches for ever; between two connections one `ConnectionLost`. A wrong key ends it."""

    def __init__(self, base_url: str, key: str, *, rng: random.Random | None = None) -> None:
        self._url = _events_url(base_url)
        self._key = key
        self._rng = rng or random.Random()  # noqa: S311  spreads reconnects, guards nothing

    async def listen(self) -> AsyncGenerator[EventBatch | ConnectionLost, None]:
        """Batches, beginning with a snapshot. Raises UnauthorizedError when the key is refused."""
        failures = 0
        while True:
            try:
                async with _connection(self._url, self._key) as connection:
                    failures = 0
                    async for frame in connection:
                        yield _decoded(frame)
                reason = "The orchestrator closed the event stream."
            except InvalidStatus as error:
                if error.response.status_code in {401, 403}:
                    raise UnauthorizedError("The orchestrator does not accept the key.") from error
                reason = f"The orchestrator answered {error.response.status_code}."
            except (OSError, WebSocketException, TimeoutError) as error:
                reason = str(UnreachableError(f"The event stream is gone: {error}"))
            failures += 1
            pause_s = self._rng.uniform(0.1, min(_LONGEST_PAUSE_S, 0.25 * 2 ** min(failures, 10)))
            yield ConnectionLost(reason=reason, retry_in_s=pause_s)
            await asyncio.sleep(pause_s)


def _connection(url: str, key: str) -> connect:
    return connect(
        url,
        additional_headers={"Authorization": f"Bearer {key}"},
        compression=None,
        max_size=_MAX_FRAME_BYTES,
        open_timeout=5,
        close_timeout=2,
        ping_interval=10,
        ping_timeout=10,
        proxy=None,
    )


def _decoded(frame: str | bytes) -> EventBatch:
    try:
        return EventBatch.model_validate_json(frame)
    except ValidationError as error:
        raise ClientError("The event stream says something that is no event batch: is it Botswain?") from error


def _events_url(base_url: str) -> str:
    scheme, _, rest = base_url.rstrip("/").partition("://")
    return f"{'wss' if scheme == 'https' else 'ws'}://{rest}/events"
