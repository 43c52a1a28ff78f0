"""One action on many jobs: previewed by the engine, done as one operation, taken back with one Undo."""

import asyncio
from contextlib import aclosing, suppress

from orchestrator.client.client import OrchestratorClient
from orchestrator.client.following import changes
from orchestrator.console.formatting import plural
from orchestrator.console.operations import Operation
from orchestrator.console.workbench import Workbench
from orchestrator.contract.api.operations import BulkView

_PATIENCE_S = 25.0
_DONE = {"cancel": "cancelled", "retry": "queued again", "priority": "given the new priority"}


def bulk_operation(bench: Workbench, token: str) -> Operation[BulkView]:
    """Do what was previewed under this token; Undo takes back what can be."""

    async def do(client: OrchestratorClient) -> BulkView:
        return await _followed(client, await client.operations.apply_bulk(token))

    return Operation(
        key="bulk",
        failure="The jobs could not be changed",
        do=do,
        success=_said,
        then=lambda _: bench.concerns.ask_soon(),
        undo=lambda done: _undo_operation(bench, done),
    )


def _undo_operation(bench: Workbench, done: BulkView) -> Operation[BulkView]:
    async def do(client: OrchestratorClient) -> BulkView:
        return await _followed(client, await client.operations.undo_bulk(done.operation_id))

    return Operation(
        key="bulk",
        failure="It could not be taken back",
        do=do,
        success=lambda view: f"Taken back for {plural(view.undone, 'job')}." + _rest(view.done - view.undone),
        then=lambda _: bench.concerns.ask_soon(),
    )


async def _followed(client: OrchestratorClient, begun: BulkView) -> BulkView:
    """The operation when it is over, or as far as it is after 25 s: the engine goes on with it by itself."""
    view = begun
    with suppress(TimeoutError):
        async with asyncio.timeout(_PATIENCE_S), aclosing(changes(client, ("bulk.*",))) as moments:
            while not view.is_over:
                await anext(moments)
                view = await client.operations.bulk_operation(view.operation_id)
    return view


def _said(view: BulkView) -> str:
    words = f"{plural(view.done, 'job')} {'is' if view.done == 1 else 'are'} {_DONE[view.action]}."
    if not view.is_over:
        return f"{words} The engine goes on with the other {view.planned - view.done - view.skipped}."
    return words + (f" {plural(view.skipped, 'other')} had changed meanwhile." if view.skipped else "")


def _rest(kept: int) -> str:
    return f" {plural(kept, 'other')} had gone on." if kept > 0 else ""
