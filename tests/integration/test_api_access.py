"""Only who shows the right secret is let in, nobody through a web page, and no body fills the memory."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
from running_orchestrator import LOOK, robot_of, settings_in
from scripted_robot import LIMIT_S, robot_dial
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from orchestrator.app import Orchestrator
from orchestrator.client.client import OrchestratorClient
from orchestrator.client.errors import ClientError, UnauthorizedError, UnreachableError
from orchestrator.client.events import EventStream
from orchestrator.contract.api.common import API, ErrorBody
from orchestrator.server import connections
from orchestrator.server.doorkeeper import MOST_BODY_BYTES

FOREIGN = "http://attacker.example"


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


def routes_of(orchestrator: Orchestrator) -> list[tuple[str, str]]:
    from orchestrator.server.application import make_application  # noqa: PLC0415  beside the only test that needs it

    paths = make_application(orchestrator.parts).openapi()["paths"]
    return [(method.upper(), path) for path, methods in paths.items() for method in methods]


async def refusal(url: str, headers: dict[str, str]) -> int:
    """The status with which a WebSocket is refused."""
    with pytest.raises(InvalidStatus) as refused:
        await connect(url, additional_headers=headers, proxy=None)
    return refused.value.response.status_code


OPEN = {"/health": 200, "/hooks/{trigger}/{secret}": 404}
"""A webhook's secret stands in its address; a wrong one does not tell whether there is such a trigger."""


async def test_every_route_but_health_wants_a_secret(orchestrator: Orchestrator) -> None:
    routes = routes_of(orchestrator)
    assert len(routes) > 25
    async with httpx.AsyncClient(base_url=orchestrator.url, trust_env=False) as http:
        for method, path in [*routes, ("GET", f"{API}/openapi.json"), ("GET", "/nowhere")]:
            for headers in ({}, bearer("wrong"), {"Authorization": orchestrator.key}):
                answer = await http.request(method, path.replace("{attempt}", "1"), headers=headers)
                expected = OPEN.get(path, 401)
                assert answer.status_code == expected, (method, path)
                if expected == 401:
                    assert "missing or wrong" in ErrorBody.model_validate_json(answer.content).message


async def test_the_robots_token_does_not_open_the_clients_doors(orchestrator: Orchestrator) -> None:
    async with OrchestratorClient(orchestrator.url, orchestrator.robot_token) as robot:
        for question in (robot.jobs, robot.enrolment, robot.workflows, robot.info):
            with pytest.raises(UnauthorizedError, match="BOTSWAIN_KEY"):
                await question()
    with pytest.raises(UnauthorizedError):
        await anext(EventStream(orchestrator.url, orchestrator.robot_token).listen())


async def test_the_clients_key_does_not_open_the_robots_doors(
    orchestrator: Orchestrator, http: httpx.AsyncClient
) -> None:
    assert await refusal(f"{orchestrator.robots_url}/robot", bearer(orchestrator.key)) == 401
    answer = await http.put("/artifacts/j/1/file.txt", content=b"x")
    assert answer.status_code == 401
    assert "robots' token" in answer.json()["message"]


@pytest.mark.parametrize("host", ["attacker.example", "attacker.example:8765", "127.0.0.1.attacker.example", ""])
async def test_a_foreign_name_is_refused_on_every_way_in(orchestrator: Orchestrator, host: str) -> None:
    port = orchestrator.url.rpartition(":")[2]
    headers = {**bearer(orchestrator.key), "Host": host}
    async with httpx.AsyncClient(base_url=orchestrator.url, headers=headers, trust_env=False) as http:
        for path in ("/health", f"{API}/jobs"):
            answer = await http.get(path)
            assert answer.status_code == 421
            assert "names of its own machine" in answer.json()["message"]
        for name in ("localhost", f"LOCALHOST:{port}", "127.0.0.1", f"[::1]:{port}"):
            assert (await http.get("/health", headers={"Host": name})).status_code == 200


async def test_a_socket_by_a_foreign_name_is_refused(orchestrator: Orchestrator) -> None:
    port = int(orchestrator.url.rpartition(":")[2])
    for path, secret in (("robot", orchestrator.robot_token), ("events", orchestrator.key)):
        foreign = f"ws://attacker.example:{port}/{path}"
        with pytest.raises(InvalidStatus) as refused:
            await connect(foreign, host="127.0.0.1", port=port, additional_headers=bearer(secret), proxy=None)
        assert refused.value.response.status_code == 421


async def test_web_pages_are_refused_on_every_way_in(orchestrator: Orchestrator, http: httpx.AsyncClient) -> None:
    for origin in (FOREIGN, "null", orchestrator.url):
        answer = await http.get("/jobs", headers={"Origin": origin})
        assert answer.status_code == 403
        assert (await http.post("/jobs", json={}, headers={"Origin": origin})).status_code == 403
        robot = {**bearer(orchestrator.robot_token), "Origin": origin}
        assert await refusal(f"{orchestrator.robots_url}/robot", robot) == 403
        events = {**bearer(orchestrator.key), "Origin": origin}
        assert await refusal(f"{orchestrator.robots_url}/events", events) == 403


async def flood(size: int) -> AsyncIterator[bytes]:
    for _ in range(size // 65_536):
        yield b" " * 65_536


async def test_a_body_that_is_too_large_is_refused_whether_it_says_so_or_not(http: httpx.AsyncClient) -> None:
    declared = await http.post("/workflows", content=b" " * (MOST_BODY_BYTES + 1))
    chunked = await http.post("/workflows", content=flood(MOST_BODY_BYTES * 2))
    for answer in (declared, chunked):
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    nonsense = await http.post("/workflows", content=b"{}", headers={"Content-Length": "2", "X": "y"})
    assert nonsense.status_code == 422


async def test_an_undeclared_flood_of_a_stranger_is_not_even_read(orchestrator: Orchestrator) -> None:
    async with httpx.AsyncClient(base_url=orchestrator.url, trust_env=False) as http:
        answer = await http.post(f"{API}/workflows", content=flood(MOST_BODY_BYTES * 2))
    assert answer.status_code == 401


@pytest.mark.parametrize(
    ("body", "status", "field", "words"),
    [
        (b"{not json", 400, "", "no JSON"),
        (b"\xff\xfe", 400, "", ""),
        (b"[" * 100_000, 400, "", ""),
        (b"", 422, "", "JSON object"),
        (b"[]", 422, "", "JSON object"),
        (b'"text"', 422, "", "JSON object"),
        (b'{"workflow": "x", "colour": 1}', 422, "colour", "no such field"),
        (b'{"workflow": 7}', 422, "workflow", "string"),
        (b'{"workflow": "x", "priority": "urgent"}', 422, "priority", "low"),
        (b'{"workflow": "x", "timeout_s": -1}', 422, "timeout_s", "greater than 0"),
        (b'{"workflow": "x", "max_retries": 1e9}', 422, "max_retries", "less than or equal to 100"),
        (b'{"workflow": "x", "tags": "gpu"}', 422, "tags", ""),
        (b'{"workflow": "x", "not_before": "tomorrow"}', 422, "not_before", ""),
        (b'{"workflow": "x", "not_before": 1e300}', 422, "not_before", ""),
        (b"{}", 422, "workflow", "definition"),
        (b'{"workflow": "x", "definition": {}}', 422, "workflow", "either"),
        (b'{"definition": {"name": "x", "steps": [{"action": "dance"}]}}', 422, "", "dance"),
        (b'{"definition": {"name": "x", "steps": [{"action": "log", "parameters": {"message": NaN}}]}}', 422, "", ""),
        (b'{"workflow": "nobody"}', 404, "", "nobody"),
        (b'{"workflow": "\\ud800"}', 422, "", "half a character"),
    ],
)
async def test_a_wrong_body_is_answered_with_a_sentence_and_its_field(
    http: httpx.AsyncClient, body: bytes, status: int, field: str, words: str
) -> None:
    answer = await http.post("/jobs", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == status, answer.text
    error = ErrorBody.model_validate_json(answer.content)
    assert error.field == field
    assert words in error.message
    assert error.message.endswith((".", '"', "'")) or error.problems
    assert "Traceback" not in answer.text


async def test_what_is_not_there_is_said_in_a_sentence(http: httpx.AsyncClient) -> None:
    for method, path, status in (
        ("GET", "/nothing", 404),
        ("DELETE", "/jobs", 405),
        ("GET", "/jobs/", 404),
        ("GET", "/jobs/../health", 404),
    ):
        answer = await http.request(method, path)
        assert answer.status_code == status
        assert path.split("/")[-1] in answer.json()["message"]


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/jobs?status=happy", "status.0"),
        ("/jobs?limit=0", "limit"),
        ("/jobs?limit=100000", "limit"),
        ("/jobs?offset=-1", "offset"),
        ("/jobs?offset=99999999999999999999", "offset"),
        ("/jobs?sort=colour", "sort"),
        ("/jobs?sort=", "sort"),
        ("/metrics/series?window_s=0", "window_s"),
        ("/metrics/series?window_s=nan", "window_s"),
        ("/activity?before=99999999999999999999", "before"),
        ("/activity?limit=x", "limit"),
    ],
)
async def test_a_wrong_question_names_its_field(http: httpx.AsyncClient, path: str, field: str) -> None:
    answer = await http.get(path)
    assert answer.status_code == 422, answer.text
    assert answer.json()["field"] == field


async def test_a_connection_that_asks_for_nothing_is_ended(
    orchestrator: Orchestrator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "HEAD_LIMIT_S", 0.3)
    port = int(orchestrator.url.rpartition(":")[2])
    async with robot_of(orchestrator) as robot, asyncio.timeout(LIMIT_S):
        for words in (b"", b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: "):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(words)
            with suppress(ConnectionResetError):
                assert await reader.read() == b""
            writer.close()
        assert robot.socket.state.name == "OPEN"


async def test_a_robot_that_knocks_while_the_orchestrator_stops_is_asked_to_come_back(
    orchestrator: Orchestrator,
) -> None:
    orchestrator.parts.gateway.turn_away()
    with pytest.raises(InvalidStatus) as refused:
        await robot_dial(orchestrator.robots_url, orchestrator.robot_token)
    assert refused.value.response.status_code == 503


@pytest.mark.parametrize("url", ["", "127.0.0.1:8765", "ftp://x", "http://", "http://host:port", "http://a b"])
async def test_an_address_that_is_none_is_refused_with_an_example(url: str) -> None:
    with pytest.raises(ClientError, match=r"http://127\.0\.0\.1:8765"):
        OrchestratorClient(url, "key")


async def test_a_key_that_no_header_can_carry_is_refused() -> None:
    for key in ("schlüssel", "a\nb"):
        with pytest.raises(ClientError, match="characters"):
            OrchestratorClient("http://127.0.0.1:1", key)


async def test_nobody_there_and_somebody_else_there_are_told_apart(orchestrator: Orchestrator) -> None:
    async with OrchestratorClient("http://127.0.0.1:1", "key") as client:
        with pytest.raises(UnreachableError, match="botswain serve"):
            await client.health()
    async with OrchestratorClient(f"{orchestrator.url}{API}/jobs?x=", orchestrator.key) as client:
        with pytest.raises(ClientError):
            await client.info()


async def test_a_number_that_json_does_not_know_is_refused_where_it_stands(http: httpx.AsyncClient) -> None:
    for value in ("NaN", "Infinity", "1e999"):
        body = json.dumps({"definition": LOOK, "variables": {"city": "@"}}).replace('"@"', value)
        answer = await http.post("/jobs", content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code in {400, 422}, answer.text


@pytest.mark.parametrize(
    ("called", "told"),
    [
        ("fleet.example:9000", "ws://fleet.example:9000"),
        ("fleet.example", "ws://fleet.example:80"),
        ("[fd00::1]:9000", "ws://[fd00::1]:9000"),
        ("a;reboot", None),
        ("$(reboot):80", None),
    ],
)
async def test_who_listens_on_every_address_is_known_to_robots_by_the_name_it_was_asked_by(
    tmp_path: Path, called: str, told: str | None
) -> None:
    async with Orchestrator.running(settings_in(tmp_path, host="0.0.0.0", insecure=True)) as everywhere:
        port = everywhere.url.rpartition(":")[2]
        expected = told or f"ws://127.0.0.1:{port}"
        headers = {"Host": called, **bearer(everywhere.key)}
        async with httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{port}{API}", headers=headers, trust_env=False
        ) as http:
            assert (await http.get("/info")).json()["robots_url"] == expected
            enrolment = (await http.get("/enrolment")).json()
    assert enrolment["connect"] == expected
    assert f"--connect {expected} --name" in enrolment["command"]
