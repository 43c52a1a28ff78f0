"""Questions and answers over HTTP: one connection pool, one way to fail."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, TypeVar

import httpx
from pydantic import BaseModel, TypeAdapter, ValidationError

from orchestrator.client.certificates import certificates_for
from orchestrator.client.errors import (
    ClientError,
    ConnectionBrokenError,
    RefusedError,
    UnauthorizedError,
    UnreachableError,
)
from orchestrator.contract.api.common import ACTOR_HEADER, API, ErrorBody

T = TypeVar("T")


class Transport:
    """Carries one client's requests to one orchestrator; every method may raise `ClientError`."""

    def __init__(self, base_url: str, key: str, *, timeout_s: float, actor: str) -> None:
        self.base_url = _checked_url(base_url)
        self.key = _checked_key(key)
        self._http = httpx.AsyncClient(
            base_url=self.base_url,
            headers={"Authorization": f"Bearer {self.key}", **({ACTOR_HEADER: actor} if actor else {})},
            timeout=httpx.Timeout(timeout_s, connect=5.0),
            trust_env=False,
            verify=certificates_for(self.base_url),
        )

    async def close(self) -> None:
        """Let the connections go."""
        await self._http.aclose()

    async def read(
        self,
        model: type[T],
        method: str,
        path: str,
        *,
        body: BaseModel | None = None,
        query: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        absolute: bool = False,
    ) -> T:
        """Ask, and read the answer as `model`; `path` stands below `/api/v1` unless it is `absolute`."""
        response = await self.send(
            method, path if absolute else f"{API}{path}", body=body, query=query, headers=headers
        )
        try:
            answer = _adapter(model).validate_json(response.content)
        except ValidationError as error:
            raise ClientError(f"{self.base_url} answered {path} with something else: is it Botswain?") from error
        return answer

    async def send(
        self,
        method: str,
        path: str,
        *,
        body: BaseModel | None = None,
        query: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """Ask at a whole path; the answer as it came, once it is no refusal."""
        content = body.model_dump_json(exclude_unset=True) if body is not None else None
        all_headers = {**(headers or {}), **({"Content-Type": "application/json"} if content is not None else {})}
        try:
            response = await self._http.request(
                method, path, content=content, params=_params(query), headers=all_headers
            )
        except httpx.TimeoutException as error:
            raise UnreachableError(f"{self.base_url} does not answer in time.") from error
        except (httpx.ReadError, httpx.WriteError, httpx.CloseError, httpx.RemoteProtocolError) as error:
            raise ConnectionBrokenError(f"The connection to {self.base_url} broke before the answer came.") from error
        except httpx.TransportError as error:
            raise UnreachableError(
                f"Nobody answers at {self.base_url}. Start an orchestrator with `botswain serve`, or name another one."
            ) from error
        if response.is_error:
            raise _refusal(response)
        return response

    async def stream(self, path: str) -> AsyncIterator[bytes]:
        """Fetch a whole path piece by piece, however long it is."""
        try:
            async with self._http.stream("GET", path, timeout=_PATIENT) as response:
                if response.is_error:
                    await response.aread()
                    raise _refusal(response)
                async for piece in response.aiter_bytes():
                    yield piece
        except httpx.TimeoutException as error:
            raise UnreachableError(f"{self.base_url} does not answer in time.") from error
        except httpx.TransportError as error:
            raise ConnectionBrokenError(f"The connection to {self.base_url} broke.") from error


_PATIENT = httpx.Timeout(120.0, connect=5.0)


def _params(query: Mapping[str, object] | None) -> Mapping[str, Sequence[str]]:
    lists = {name: value if isinstance(value, list) else [value] for name, value in (query or {}).items()}
    return {name: [str(each) for each in values] for name, values in lists.items()}


_ADAPTERS: dict[object, TypeAdapter[Any]] = {}


def _adapter(model: type[T]) -> TypeAdapter[T]:
    """The reader of a model; making one costs more than a request, and there is one for each method."""
    if model not in _ADAPTERS:
        _ADAPTERS[model] = TypeAdapter(model)
    return _ADAPTERS[model]


def _checked_url(base_url: str) -> str:
    try:
        url = httpx.URL(base_url.rstrip("/"))
    except httpx.InvalidURL:
        url = httpx.URL("")
    if url.scheme not in {"http", "https"} or not url.host or any(map(str.isspace, base_url)):
        raise ClientError(f"{base_url!r} is no address of an orchestrator; write it like http://127.0.0.1:8765.")
    return str(url)


def _checked_key(key: str) -> str:
    given = key.strip()
    if not given.isascii() or not given.isprintable():
        raise ClientError("The key has characters that a key cannot have: copy it again, or check BOTSWAIN_KEY.")
    return given


def _strange(response: httpx.Response) -> str:
    """Botswain explains each refusal; what does not is probably another program."""
    url = response.request.url
    return f"{url.scheme}://{url.netloc.decode()} answered {response.status_code} and no reason: is it Botswain?"


def _refusal(response: httpx.Response) -> ClientError:
    if response.status_code == httpx.codes.UNAUTHORIZED:
        return UnauthorizedError(
            "The orchestrator does not accept the key: give the right one with --key or BOTSWAIN_KEY."
        )
    try:
        body = ErrorBody.model_validate_json(response.content)
    except ValidationError:
        body = ErrorBody(code="internal", message=_strange(response))
    return RefusedError(response.status_code, body)
