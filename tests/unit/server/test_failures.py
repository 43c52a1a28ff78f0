"""What the log says of requests that failed: enough to find them, and no secret."""

import logging

import httpx
import pytest
from fastapi import FastAPI
from log_guard import ExpectWarning

from orchestrator.engine.errors import StoppingError
from orchestrator.server.failures import answer_failures


async def test_the_secret_in_a_webhooks_address_is_not_logged_when_a_call_fails(
    caplog: pytest.LogCaptureFixture, expected_warnings: ExpectWarning
) -> None:
    expected_warnings("POST /hooks/orders/... failed")
    application = FastAPI()
    answer_failures(application)

    @application.post("/hooks/{trigger}/{secret}")
    async def fail(trigger: str, secret: str) -> None:
        raise RuntimeError("a defect")

    transport = httpx.ASGITransport(app=application, raise_app_exceptions=False)
    with caplog.at_level(logging.ERROR):
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            answer = await client.post("/hooks/orders/hunter2")
    assert answer.status_code == 500
    assert "hunter2" not in caplog.messages[0]


async def test_who_asks_while_the_orchestrator_stops_is_told_when_to_ask_again() -> None:
    application = FastAPI()
    answer_failures(application)

    @application.post("/jobs")
    async def refuse() -> None:
        raise StoppingError

    transport = httpx.ASGITransport(app=application)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        answer = await client.post("/jobs")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert answer.json()["code"] == "unavailable"
