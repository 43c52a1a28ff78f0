"""A click sends an order and something dies before its answer: the site gets that order exactly once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field

import psutil
import pytest
from live_fleet import Robots, Watch
from starlette.types import Receive, Scope, Send

from orchestrator.client.client import OrchestratorClient
from orchestrator.contract.api.jobs import SubmitRequest
from orchestrator.contract.states import JobStatus
from orchestrator.server.listener import Listener

pytestmark = pytest.mark.timeout(240)

WORKFLOW = """
name: Order once
steps:
  - {id: open, action: goto, parameters: {url: "${{ site }}/basket"}}
  - id: order
    action: click
    dependencies: open
    parameters: {target: "#order", expect: navigation}
    recheck: {url: "${{ site }}/orders", action: count, parameters: {target: ".order"}, that: "result > 0"}
  - {id: seen, action: goto, dependencies: order, parameters: {url: "${{ site }}/orders"}}
variables: {site: {type: string, required: true}}
outputs: {orders: "${{ steps.order.result }}", page: "${{ steps.seen.result.url }}"}
"""
BASKET = b'<title>Basket</title><form method="post" action="/order"><button id="order">Order</button></form>'


@dataclass
class Shop:
    """Takes orders, and never answers the one that sends them."""

    orders: int = 0
    sent: int = 0
    got_one: asyncio.Event = field(default_factory=asyncio.Event)
    loses: bool = False
    """The order does not get as far as its books."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        if scope["path"] == "/order":
            self.sent += 1
            is_kept = not (self.loses and self.sent == 1)
            self.orders += is_kept
            self.got_one.set()
            if self.sent == 1:
                while (await receive())["type"] != "http.disconnect":
                    pass
                return
        page = BASKET if scope["path"] == "/basket" else b"<p class=order>One</p>" * self.orders
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/html")]})
        await send({"type": "http.response.body", "body": page})


@pytest.fixture
async def shop() -> AsyncIterator[tuple[Shop, str]]:
    shop, listener = Shop(), Listener("127.0.0.1", 0)
    await listener.start(shop)
    yield shop, f"http://127.0.0.1:{listener.address[1]}"
    await listener.stop()


def kill_browser(robots: Robots) -> None:
    """Kill the browser of the robot, which lives on."""
    for each in psutil.Process(robots.processes["anna"].pid).children(recursive=True):
        with suppress(psutil.NoSuchProcess):  # gone meanwhile, or ended and not yet asked for its end
            words = each.cmdline()
            if words and "chrom" in words[0] and not any("--type=" in word for word in words):
                each.kill()


def kill_robot(robots: Robots) -> None:
    """Kill the robot, and start it anew."""
    robots.kill("anna")
    robots.start("anna")


@pytest.mark.feature("D54", "E29")
@pytest.mark.parametrize(("dies", "loses"), [("browser", False), ("robot", False), ("browser", True)])
async def test_an_order_is_sent_once_whatever_dies_after_the_click(
    client: OrchestratorClient, watch: Watch, robots: Robots, shop: tuple[Shop, str], *, dies: str, loses: bool
) -> None:
    site, address = shop
    site.loses = loses
    robots.start("anna")
    job = await client.submit(SubmitRequest(definition=WORKFLOW, variables={"site": address}))
    await asyncio.wait_for(site.got_one.wait(), 90)

    await asyncio.to_thread(kill_browser if dies == "browser" else kill_robot, robots)
    await watch.until_ended(job.job_id)

    detail = await client.job(job.job_id)
    log = (robots.folder / "anna.log").read_text(errors="replace")
    assert detail.job.status is JobStatus.COMPLETED, (detail.job.error, log[-3_000:])
    assert (site.orders, site.sent) == (1, 2 if loses else 1)
    assert len(detail.attempts) == 1 + (dies == "robot")
