"""http.request: a service, without a browser."""

import asyncio
import json

import httpx

from orchestrator.contract.actions.other import HttpRequest
from orchestrator.contract.errors import ErrorKind
from orchestrator.contract.ids import JsonValue
from robot.actions.work import Work
from robot.errors import ActionError

MAX_REDIRECTS = 10
MAX_BYTES = 10 * 1_024 * 1_024
FIRST_PAUSE_S = 0.5
WORTH_ANOTHER_TRY = frozenset({429, 500, 502, 503, 504})


async def request(work: Work, parameters: HttpRequest) -> JsonValue:
    """Sends a request; every address on the way, redirects included, is checked."""
    timeout = httpx.Timeout(work.wait_s(parameters))
    async with httpx.AsyncClient(timeout=timeout, follow_redirects=False, trust_env=True) as client:
        for tried in range(parameters.retries + 1):
            is_last = tried == parameters.retries
            try:
                status, url, headers, body = await _sent(work, parameters, client)
            except httpx.TransportError as error:
                if is_last:
                    message = f"{parameters.method} {parameters.url} failed: {type(error).__name__}: {error}"
                    raise ActionError.of(ErrorKind.NETWORK, message) from error
            else:
                if is_last or status not in WORTH_ANOTHER_TRY:
                    return _answer(parameters, status, url, headers, body)
            await asyncio.sleep(min(FIRST_PAUSE_S * 2**tried, work.left_s))
    raise AssertionError


async def _sent(
    work: Work, parameters: HttpRequest, client: httpx.AsyncClient
) -> tuple[int, str, httpx.Headers, bytes]:
    url = await work.address(parameters.url)
    outgoing: httpx.Request | None = client.build_request(
        parameters.method,
        url,
        params=parameters.query or None,
        headers=parameters.headers,
        json=parameters.json_body,
        content=parameters.body,
    )
    for _ in range(MAX_REDIRECTS):
        assert outgoing is not None
        await work.address(str(outgoing.url))
        response = await client.send(outgoing, stream=True)
        try:
            if response.next_request is None:
                return response.status_code, str(response.url), response.headers, await _body(response)
            outgoing = response.next_request
        finally:
            await response.aclose()
    raise ActionError.of(ErrorKind.NETWORK, f"{url} redirects more than {MAX_REDIRECTS} times.")


async def _body(response: httpx.Response) -> bytes:
    parts: list[bytes] = []
    size = 0
    async for part in response.aiter_bytes():
        size += len(part)
        if size > MAX_BYTES:
            message = f"{response.url} answered with more than {MAX_BYTES:,} bytes; use `download` for files."
            raise ActionError.of(ErrorKind.NETWORK, message)
        parts.append(part)
    return b"".join(parts)


def _answer(parameters: HttpRequest, status: int, url: str, headers: httpx.Headers, body: bytes) -> JsonValue:
    text = body.decode(_charset(headers), "replace")
    expected = parameters.expect_status
    right = (expected,) if isinstance(expected, int) else expected
    if status not in right if right else status >= 400:
        wanted = " or ".join(map(str, right)) if right else "less than 400"
        message = (
            f"{parameters.method} {url} answered with status {status}; {wanted} was expected. It said: {text:.500}"
        )
        raise ActionError.of(ErrorKind.NETWORK if status in WORTH_ANOTHER_TRY else ErrorKind.NAVIGATION, message)
    return {"status": status, "url": url, "headers": dict(headers), "json": _json(text), "text": text}


def _charset(headers: httpx.Headers) -> str:
    _, _, name = headers.get("content-type", "").lower().partition("charset=")
    try:
        return name.strip("\"' ;") if name and "".encode(name.strip("\"' ;")) == b"" else "utf-8"
    except LookupError:
        return "utf-8"


def _json(text: str) -> JsonValue:
    try:
        value: JsonValue = json.loads(text)
    except ValueError:
        return None
    return value
