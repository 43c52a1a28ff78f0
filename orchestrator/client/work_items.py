"""Work items, over the API."""

from collections.abc import AsyncIterator, Sequence

from orchestrator.client.paths import part_of_path
from orchestrator.client.transport import Transport
from orchestrator.contract.api.common import API, MAX_PAGE, Page
from orchestrator.contract.api.work_items import (
    AddedItemsView,
    AddItemsRequest,
    FinishRequest,
    PostponeRequest,
    QueueRequest,
    QueueRules,
    QueueView,
    WorkItemDetail,
    WorkItemView,
)
from orchestrator.contract.work_items import NewWorkItem, WorkItemState


class WorkQueueCalls:
    """One method for each thing that can be done with queues; each may raise ClientError."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def every(self) -> list[QueueView]:
        """All queues with their figures, by name."""
        return await self._transport.read(list[QueueView], "GET", "/queues")

    async def get(self, queue: str) -> QueueView:
        """A queue by id or name."""
        return await self._transport.read(QueueView, "GET", f"/queues/{part_of_path(queue)}")

    async def add(self, request: QueueRequest) -> QueueView:
        """Add a queue."""
        return await self._transport.read(QueueView, "POST", "/queues", body=request)

    async def change(self, queue: str, rules: QueueRules) -> QueueView:
        """Change rules; what is left out stays."""
        return await self._transport.read(QueueView, "PATCH", f"/queues/{part_of_path(queue)}", body=rules)

    async def remove(self, queue: str) -> None:
        """Remove a queue with all its items."""
        await self._transport.send("DELETE", f"{API}/queues/{part_of_path(queue)}")


class WorkItemCalls:
    """One method for each thing that can be done with items; each may raise ClientError."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def add(self, queue: str, items: Sequence[NewWorkItem]) -> AddedItemsView:
        """Add items, at most 1,000 at once; with references it may be repeated without harm."""
        path = f"/queues/{part_of_path(queue)}/items"
        return await self._transport.read(AddedItemsView, "POST", path, body=AddItemsRequest(items=tuple(items)))

    async def page(
        self,
        *,
        queue: str | None = None,
        states: Sequence[WorkItemState] = (),
        job: str | None = None,
        text: str = "",
        offset: int = 0,
        limit: int = 100,
    ) -> Page[WorkItemView]:
        """A page of items, newest first."""
        query: dict[str, str | int | list[str]] = {"offset": offset, "limit": limit}
        query |= {name: value for name, value in {"queue": queue, "job": job, "q": text}.items() if value}
        if states:
            query["state"] = [state.value for state in states]
        return await self._transport.read(Page[WorkItemView], "GET", "/items", query=query)

    async def every(self, queue: str, *, states: Sequence[WorkItemState] = ()) -> AsyncIterator[WorkItemView]:
        """All items of a queue, newest first, page by page; one that is added meanwhile may be missed."""
        seen: set[str] = set()
        offset = 0
        while True:
            page = await self.page(queue=queue, states=states, offset=offset, limit=MAX_PAGE)
            for item in page.items:
                if item.item_id not in seen:  # an item that came meanwhile pushes the others onto the next page
                    seen.add(item.item_id)
                    yield item
            offset += len(page.items)
            if not page.items or offset >= page.total:
                return

    async def get(self, item: str) -> WorkItemDetail:
        """An item with its tries."""
        return await self._transport.read(WorkItemDetail, "GET", f"/items/{part_of_path(item)}")

    async def find(self, queue: str, reference: str) -> WorkItemDetail:
        """The item that the business calls so."""
        path = f"/queues/{part_of_path(queue)}/item"
        return await self._transport.read(WorkItemDetail, "GET", path, query={"reference": reference})

    async def retry(self, item: str) -> WorkItemView:
        """Let a failed item be tried again."""
        return await self._transport.read(WorkItemView, "POST", f"/items/{part_of_path(item)}/retry")

    async def postpone(self, item: str, request: PostponeRequest) -> WorkItemView:
        """Hand an item out later."""
        return await self._transport.read(WorkItemView, "POST", f"/items/{part_of_path(item)}/postpone", body=request)

    async def finish(self, item: str, request: FinishRequest | None = None) -> WorkItemView:
        """Say that its work is done."""
        path = f"/items/{part_of_path(item)}/finish"
        return await self._transport.read(WorkItemView, "POST", path, body=request or FinishRequest())

    async def release(self, item: str) -> WorkItemView:
        """Say that its work is not done: it waits for its next try."""
        return await self._transport.read(WorkItemView, "POST", f"/items/{part_of_path(item)}/release")

    async def delete(self, item: str) -> WorkItemView:
        """Take an item out."""
        return await self._transport.read(WorkItemView, "DELETE", f"/items/{part_of_path(item)}")
