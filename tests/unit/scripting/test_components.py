"""A script's objects, called over a socket: only what was offered, only by those who know the token."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest

from orchestrator.contract.actions.script import COMPONENTS_VARIABLE
from orchestrator.contract.errors import ErrorKind, UserError
from orchestrator.contract.ids import JsonValue
from orchestrator.scripting.components import ComponentHost, error_info


class Shop:
    """What is offered, and what is not."""

    def __init__(self) -> None:
        self.till = self
        self.begun, self.cancelled = asyncio.Event(), asyncio.Event()

    def add(self, first: int, second: int) -> int:
        return first + second

    def thing(self) -> object:
        return object()

    async def wait(self) -> None:
        self.begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.cancelled.set()

    def secret(self) -> str:
        return "never"


@pytest.fixture
async def host() -> AsyncIterator[ComponentHost]:
    """Listening."""
    host = ComponentHost()
    await host.open()
    yield host
    await host.close()


async def called(host: ComponentHost, operation: str, *, token: str | None = None, **arguments: JsonValue) -> bytes:
    address, port, right = host.environment[COMPONENTS_VARIABLE].split(":")
    call = {"token": token or right, "component": "till", "operation": operation, "arguments": arguments}
    reader, writer = await asyncio.open_connection(address, int(port))
    try:
        writer.write(json.dumps(call).encode() + b"\n")
        return await reader.read()
    finally:
        writer.close()
        await writer.wait_closed()


async def test_an_offered_operation_gives_its_value(host: ComponentHost) -> None:
    host.serve(Shop(), [("till", "add")])
    assert json.loads(await called(host, "add", first=1, second=2)) == {"value": 3}


async def test_what_was_not_offered_cannot_be_called(host: ComponentHost) -> None:
    host.serve(Shop(), [("till", "add")])
    error = json.loads(await called(host, "secret"))["error"]
    assert (error["kind"], "no step of the workflow" in error["message"]) == ("bad_workflow", True)


async def test_strangers_get_no_answer(host: ComponentHost) -> None:
    host.serve(Shop(), [("till", "add")])
    assert await called(host, "add", token="guess", first=1, second=2) == b""


async def test_a_value_that_is_no_data_is_the_steps_failure(host: ComponentHost) -> None:
    host.serve(Shop(), [("till", "thing")])
    assert "is no JSON value; return plain data" in json.loads(await called(host, "thing"))["error"]["message"]


async def test_a_robot_that_hangs_up_cancels_the_method(host: ComponentHost) -> None:
    shop = Shop()
    host.serve(shop, [("till", "wait")])
    call = asyncio.get_running_loop().create_task(called(host, "wait"))
    await asyncio.wait_for(shop.begun.wait(), 10)
    call.cancel()
    await asyncio.wait_for(shop.cancelled.wait(), 10)
    await asyncio.gather(call, return_exceptions=True)


def test_an_object_that_lacks_an_operation_is_refused() -> None:
    with pytest.raises(UserError, match=r"object has no till\.add that could be called"):
        ComponentHost().serve(object(), [("till", "add")])


@pytest.mark.feature("E34")
@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (TimeoutError(), ErrorKind.TIMEOUT),
        (ConnectionResetError(), ErrorKind.NETWORK),
        (AssertionError(), ErrorKind.ASSERTION_FAILED),
        (RuntimeError(), ErrorKind.INTERNAL),
        (UserError("no"), ErrorKind.BAD_WORKFLOW),
    ],
)
def test_what_is_raised_decides_how_it_is_recovered(error: Exception, kind: ErrorKind) -> None:
    assert error_info(error).kind is kind
