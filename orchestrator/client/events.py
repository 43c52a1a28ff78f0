"""The event stream of an orchestrator: batches of what changed, with reconnects."""

import asyncio
import random
from collections.abc import AsyncGenerator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import quote

from pydantic import ValidationError
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import InvalidStatus, WebSocketException

from orchestrator.client.errors import ClientError, RefusedError, UnauthorizedError, UnreachableError
from orchestrator.client.sockets import dialled
from orchestrator.contract.api.common import ErrorBody
from orchestrator.contract.api.events import EventBatch

_LONGEST_PAUSE_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionLost:
    """The stream broke; it comes back by itself with a snapshot, after `retry_in_s`."""

    reason: str
    retry_in_s: float


class EventStream:
    """Yields batches for ever; between two connections one `ConnectionLost`. A wrong key ends it."""

    def __init__(
        self, base_url: str, key: str, *, topics: Sequence[str] = (), rng: random.Random | None = None
    ) -> None:
        """`topics`: only these, such as `jobs`, `progress:JOB` or `orchestration.*`; all but names by default."""
        self._url = _events_url(base_url, topics)
        self._key = key
        self._rng = rng or random.Random()  # noqa: S311  spreads reconnects, guards nothing
        self._connection: ClientConnection | None = None
        self.asked = 0
        """The number of the newest question."""

    async def listen(self) -> AsyncGenerator[EventBatch | ConnectionLost, None]:
        """Batches, beginning with a snapshot. Raises UnauthorizedError (key) and RefusedError (topics)."""
        failures = 0
        while True:
            try:
                async with dialled(self._url, self._key) as connection:
                    failures, self._connection = 0, connection
                    async for frame in connection:
                        yield _decoded(frame)
                reason = "The orchestrator closed the event stream."
            except InvalidStatus as error:
                if error.response.status_code in {401, 403}:
                    raise UnauthorizedError("The orchestrator does not accept the key.") from error
                if error.response.status_code == 422:
                    raise RefusedError(422, _refusal(error.response.body)) from error
                reason = f"The orchestrator answered {error.response.status_code}."
            except (OSError, WebSocketException, TimeoutError) as error:
                reason = str(UnreachableError(f"The event stream is gone: {error}"))
            finally:
                self._connection = None
            failures += 1
            pause_s = self._rng.uniform(0.1, min(_LONGEST_PAUSE_S, 0.25 * 2 ** min(failures, 10)))
            yield ConnectionLost(reason=reason, retry_in_s=pause_s)
            await asyncio.sleep(pause_s)  # the pause before the next dial, with jitter: many clients lose it at once

    async def ask(self) -> int:
        """Ask for a sign: the batch that `answers` this number, and those before it, hold every event with a name from
        before now. 0 without a connection, which gets no answer."""
        connection = self._connection
        if connection is None:
            return 0
        self.asked += 1
        with suppress(WebSocketException):  # it is lost, which whoever listens hears
            await connection.send(str(self.asked))
        return self.asked


def _decoded(frame: str | bytes) -> EventBatch:
    try:
        return EventBatch.model_validate_json(frame)
    except ValidationError as error:
        raise ClientError("The event stream says something that is no event batch: is it Botswain?") from error


def _refusal(body: bytes | bytearray | None) -> ErrorBody:
    try:
        return ErrorBody.model_validate_json(bytes(body or b""))
    except ValidationError:
        return ErrorBody(code="invalid", message="The orchestrator does not know these topics.", field="topics")


def _events_url(base_url: str, topics: Sequence[str]) -> str:
    scheme, _, rest = base_url.rstrip("/").partition("://")
    query = f"?topics={quote(','.join(topics), safe=',:*.')}" if topics else ""
    return f"{'wss' if scheme == 'https' else 'ws'}://{rest}/events{query}"
