"""One question to a model: an HTTP post to a chat endpoint that speaks OpenAI's protocol, answered with JSON.

The protocol is that of `POST /chat/completions` with `response_format: json_schema`, which servers for models of one's
own speak too.
"""

import asyncio
import ipaddress
import json
import logging
import random
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx

from orchestrator.contract.errors import ErrorKind
from robot.ai.settings import AiSettings
from robot.errors import ActionError

MAX_ANSWER_BYTES = 1_048_576
FIRST_DELAY_S = 0.5
LONGEST_DELAY_S = 30.0
_FENCE = re.compile(r"^```(?:json)?\s*(?P<text>.*?)\s*```$", re.DOTALL)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked."""

    system: str
    user: str
    schema_name: str
    schema: dict[str, Any]
    """Of the answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came back."""

    content: str
    """JSON, as the model wrote it: not yet checked."""
    tokens: int
    """Of question and answer, as the endpoint counts; estimated where it does not."""


class ModelClient:
    """Asks the model of the robot's settings."""

    def __init__(
        self, settings: AiSettings, *, rng: random.Random | None = None, first_delay_s: float = FIRST_DELAY_S
    ) -> None:
        self.settings = settings
        self._rng = rng or random.Random()  # noqa: S311  jitter, nothing secret
        self._first_delay_s = first_delay_s

    async def ask(self, question: Question, limit_s: float) -> Reply:
        """The answer, within `limit_s`. ActionError: network and provider_capacity after the tries are used up,
        bad_workflow when the endpoint refuses, timeout."""
        try:
            async with asyncio.timeout(limit_s):
                return await self._asked(question)
        except TimeoutError:
            raise ActionError.of(ErrorKind.TIMEOUT, f"The model did not answer within {limit_s:.1f} s.") from None

    async def _asked(self, question: Question) -> Reply:
        for tries_left in range(self.settings.retries, -1, -1):
            try:
                return _reply(await self._posted(_body(self.settings, question)), question)
            except ActionError as error:
                if not tries_left or not error.info.is_retryable:
                    raise
                delay_s = _wished_delay(error) or self._backoff_s(self.settings.retries - tries_left)
                log.info("the model is asked again in %.1f s: %s", delay_s, error)
                await asyncio.sleep(min(delay_s, LONGEST_DELAY_S))
        raise AssertionError

    async def _posted(self, body: dict[str, Any]) -> bytes:
        key = self.settings.api_key
        headers = {"authorization": f"Bearer {key.get_secret_value()}"} if key is not None else {}
        url = f"{self.settings.base_url}/chat/completions"
        try:
            async with (
                httpx.AsyncClient(timeout=self.settings.timeout_s, trust_env=not _is_loopback(url)) as client,
                client.stream("POST", url, json=body, headers=headers) as response,
            ):
                content = await _bounded(response)
        except httpx.TimeoutException as error:
            raise ActionError.of(ErrorKind.NETWORK, "The model's endpoint did not answer in time.") from error
        except httpx.HTTPError as error:
            reason = str(error) or type(error).__name__
            raise ActionError.of(ErrorKind.NETWORK, f"The model's endpoint cannot be reached: {reason}") from error
        if response.is_error:
            raise _refusal(response.status_code, response.headers.get("retry-after"), content)
        return content

    def _backoff_s(self, attempt: int) -> float:
        return self._rng.uniform(0, self._first_delay_s * 2 ** (attempt + 1))


def _body(settings: AiSettings, question: Question) -> dict[str, Any]:
    return {
        "model": settings.model,
        "messages": [
            {"role": "system", "content": question.system},
            {"role": "user", "content": question.user},
        ],
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": question.schema_name, "strict": True, "schema": question.schema},
        },
        "max_tokens": settings.max_answer_tokens,
        "temperature": 0,
    }


async def _bounded(response: httpx.Response) -> bytes:
    content = b""
    async for chunk in response.aiter_bytes():
        content += chunk
        if len(content) > MAX_ANSWER_BYTES:
            raise ActionError.of(ErrorKind.NETWORK, f"The model's answer is larger than {MAX_ANSWER_BYTES:,} bytes.")
    return content


def _reply(content: bytes, question: Question) -> Reply:
    try:
        answer = json.loads(content)
        message = answer["choices"][0]["message"]
        text = message.get("content")
        counted = (answer.get("usage") or {}).get("total_tokens")
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise ActionError.of(ErrorKind.NETWORK, "The model's endpoint answers no chat completion.") from error
    if not isinstance(text, str) or not text.strip():
        reason = str(message.get("refusal") or "it is empty")[:300]
        raise ActionError.of(ErrorKind.NOT_ACTIONABLE, f"The model gives no answer: {reason}")
    fenced = _FENCE.match(text.strip())
    estimated = (len(question.system) + len(question.user) + len(text)) // 4
    return Reply(
        content=fenced["text"] if fenced else text,
        tokens=counted if isinstance(counted, int) and counted >= 0 else estimated,
    )


def _refusal(status: int, retry_after: str | None, content: bytes) -> ActionError:
    reason = content[:300].decode(errors="replace")
    if status == 429:
        error = ActionError.of(ErrorKind.PROVIDER_CAPACITY, "The model's endpoint takes no more questions now.")
        seconds = _seconds(retry_after)
        details = {"retry_after_s": seconds} if seconds is not None else {}
        return ActionError(error.info.model_copy(update={"details": details}))
    if status >= 500 or status == 408:
        return ActionError.of(ErrorKind.NETWORK, f"The model's endpoint fails with HTTP {status}.")
    hint = "Check base_url, model and api_key in the robot's settings."
    message = f"The model's endpoint refuses with HTTP {status}: {reason}"
    return ActionError.of(ErrorKind.BAD_WORKFLOW, message, hint=hint)


def _wished_delay(error: ActionError) -> float:
    wished = error.info.details.get("retry_after_s")
    return float(wished) if isinstance(wished, int | float) else 0.0


def _seconds(retry_after: str | None) -> float | None:
    try:
        return max(0.0, float(retry_after)) if retry_after is not None else None
    except ValueError:
        return None


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
