"""Work items in the hands of real robots: each is worked on once, or again where its queue's rule says so."""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import pytest
import yaml
from live_fleet import LIMIT_S, Robots, Watch
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from orchestrator.app import Orchestrator
from orchestrator.client.client import OrchestratorClient
from orchestrator.contract.api.jobs import SubmitRequest
from orchestrator.contract.api.triggers import TriggerKind, TriggerRequest
from orchestrator.contract.api.work_items import QueueRequest
from orchestrator.contract.states import JobStatus
from orchestrator.contract.variables import MASK
from orchestrator.contract.work_items import NewWorkItem, WorkItemState
from orchestrator.server.listener import Listener
from tests.faults.relay import Relay

pytestmark = pytest.mark.timeout(240)

PAGE = Path(__file__).parents[2] / "docs" / "work-items.md"
T = TypeVar("T")

ITEMS = 20
HELD = 5


class Ledger:
    """What was worked on, noted outside the product; one order waits until the test lets it go on."""

    def __init__(self) -> None:
        self.held_at = HELD
        self.worked: Counter[str] = Counter()
        self.held = ""
        self.gate = asyncio.Event()
        self._news = asyncio.Condition()

    def application(self) -> Starlette:
        return Starlette(routes=[Route("/work/{reference}", self.work, methods=["POST"])])

    async def work(self, request: Request) -> PlainTextResponse:
        reference = request.path_params["reference"]
        async with self._news:
            self.worked[reference] += 1
            is_held = self.worked.total() == self.held_at
            self.held = reference if is_held else self.held
            self._news.notify_all()
        if is_held:
            await self.gate.wait()
        return PlainTextResponse("done")

    async def until(self, is_so: Callable[["Ledger"], bool]) -> None:
        async with asyncio.timeout(LIMIT_S), self._news:
            await self._news.wait_for(lambda: is_so(self))


@pytest.fixture
async def ledger() -> AsyncIterator[tuple[Ledger, str]]:
    ledger = Ledger()
    listener = Listener("127.0.0.1", 0)
    await listener.start(ledger.application())
    yield ledger, f"http://127.0.0.1:{listener.address[1]}"
    ledger.gate.set()
    await listener.stop()


def consumer(site: str, *, is_safe: bool = False) -> dict[str, Any]:
    """The workflow of the documentation, on the ledger; one that may be done twice where the site sorts that out."""
    (example,) = re.findall(r"^```yaml\n(.*?)^```", PAGE.read_text(), re.DOTALL | re.MULTILINE)
    written = example.replace("https://bank.example/payments", site + "/work/${{ steps.item.result.reference }}")
    definition: dict[str, Any] = yaml.safe_load(written)
    definition["retry_safe"] = is_safe
    return definition


async def until(question: Callable[[], Awaitable[T]], is_right: Callable[[T], bool]) -> T:
    """Ask other processes again and again until their answer is right."""
    async with asyncio.timeout(LIMIT_S):
        while not is_right(answer := await question()):  # noqa: ASYNC110  other processes have no event to wait for
            await asyncio.sleep(0.1)
    return answer


@pytest.mark.feature("X28", "X30")
async def test_twenty_items_are_each_worked_on_once_although_a_robot_is_killed_and_its_item_comes_back(
    client: OrchestratorClient, robots: Robots, ledger: tuple[Ledger, str]
) -> None:
    book, site = ledger
    await client.save_workflow(consumer(site, is_safe=True))
    await client.queues.add(QueueRequest(name="invoices", max_retries=1))
    for name in ("anna", "bert"):
        robots.start(name)
    request = TriggerRequest(
        name="arrivals", on=TriggerKind.ITEMS, workflow="Pay invoices", queue="invoices", max_jobs=2
    )
    await client.triggers.add(request)
    orders = [NewWorkItem(reference=f"order-{n}", payload={"amount": n}) for n in range(ITEMS)]
    assert (await client.items.add("invoices", orders)).added == ITEMS
    await book.until(lambda now: bool(now.held))
    victim = (await client.items.find("invoices", book.held)).robot_id
    robot = next(each for each in await client.robots() if each.robot_id == victim)
    await asyncio.to_thread(robots.kill, robot.name)
    book.gate.set()
    await client.robot_died(robot.name)
    await book.until(lambda now: now.worked.total() > ITEMS)
    await until(lambda: client.queues.get("invoices"), lambda now: now.counts.get(WorkItemState.SUCCESSFUL) == ITEMS)
    assert {reference: count for reference, count in book.worked.items() if count != 1} == {book.held: 2}
    assert set(book.worked) == {order.reference for order in orders}
    for order in orders:
        item = await client.items.find("invoices", order.reference)
        wanted = ["retry", "successful"] if order.reference == book.held else ["successful"]
        assert [each.outcome for each in item.history] == wanted
    assert (await client.items.add("invoices", orders)).known == ITEMS


@pytest.mark.feature("X28")
async def test_an_item_whose_end_could_not_be_told_before_its_robot_died_is_not_worked_on_again(
    client: OrchestratorClient, orchestrator: Orchestrator, robots: Robots, ledger: tuple[Ledger, str]
) -> None:
    book, site = ledger
    book.held_at = 1
    await client.queues.add(QueueRequest(name="invoices", max_retries=5))
    await client.items.add("invoices", [NewWorkItem(reference="1", payload={"amount": 1})])
    port = urlsplit(orchestrator.url).port
    assert port is not None
    async with Relay(port).listening() as relay:
        robots.start("anna", connect=f"ws://127.0.0.1:{relay.port}")
        await client.submit(SubmitRequest(definition=consumer(site)))
        await book.until(lambda now: bool(now.held))
        relay.stop()
        book.gate.set()
        await until(lambda: asyncio.to_thread(ends_on_disk, robots.folder / "anna"), bool)
        await asyncio.to_thread(robots.kill, "anna")
        relay.mend()
        relay.cut()
        robots.start("anna", connect=f"ws://127.0.0.1:{relay.port}")
        item = await until(
            lambda: client.items.find("invoices", "1"), lambda now: now.state is not WorkItemState.IN_PROGRESS
        )
    assert [each.outcome for each in item.history] == ["successful"]
    assert item.output == {"receipt": "done"}
    assert book.worked == {"1": 1}


def ends_on_disk(state: Path) -> list[Path]:
    return list((state / "items").glob("*.item.json"))


@pytest.mark.feature("X28", "X16")
async def test_a_pass_that_fails_fails_its_item_and_the_run_goes_on_with_the_next_one_without_telling_secrets(
    client: OrchestratorClient, watch: Watch, robots: Robots
) -> None:
    await client.queues.add(QueueRequest(name="invoices", secret_fields=("iban",)))
    orders = [NewWorkItem(reference=each, payload={"iban": f"DE99-{each}"}) for each in ("no", "yes")]
    await client.items.add("invoices", orders)
    robots.start("anna")
    definition = consumer("http://127.0.0.1:9")
    definition["steps"][1] |= {
        "action": "assert",
        "parameters": {"value": "${{ steps.item.result.reference }}", "expected": "yes"},
    }
    definition["steps"][2]["parameters"] = {"output": {"from": "${{ steps.item.result.payload.iban }}"}}
    inner = {word: value for word, value in definition.items() if word != "name"}
    shift = {
        "name": "Shift",
        "workflows": {"one by one": inner},
        "steps": [
            {"id": "all", "workflow": "one by one"},
            {"id": "logout", "action": "set", "dependencies": ["all"], "parameters": {"value": "gone"}},
        ],
    }
    job = await client.submit(SubmitRequest(definition=shift))
    await watch.until_ended(job.job_id)
    detail = await client.job(job.job_id)
    assert detail.job.status is JobStatus.COMPLETED
    assert detail.result is not None
    assert detail.result.outputs == {"logout": "gone"}
    done, failed = await client.items.find("invoices", "yes"), await client.items.find("invoices", "no")
    assert [each.outcome for each in done.history] == ["successful"]
    assert [each.outcome for each in failed.history] == ["retry", "failed_application"]
    assert "yes" in failed.reason
    assert done.output == {"from": MASK}
