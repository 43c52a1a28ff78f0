"""One action on many jobs: previewed by the engine, done as one operation, taken back with one Undo."""

import asyncio
from contextlib import aclosing, suppress

from orchestrator.client.client import OrchestratorClient
from orchestrator.client.following import changes
from orchestrator.console.operations import Operation
from orchestrator.console.words import counted, tr
from orchestrator.console.workbench import Workbench
from orchestrator.contract.api.operations import BulkView

_PATIENCE_S = 25.0


def bulk_operation(bench: Workbench, token: str) -> Operation[BulkView]:
    """Do what was previewed under this token; Undo takes back what can be."""

    async def do(client: OrchestratorClient) -> BulkView:
        return await _followed(client, await client.operations.apply_bulk(token))

    return Operation(
        key="bulk",
        failure=tr("The jobs could not be changed"),
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
        failure=tr("It could not be taken back"),
        do=do,
        success=lambda view: (
            counted("Taken back for %n job.", "Taken back for %n jobs.", view.undone) + _rest(view.done - view.undone)
        ),
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
    words = _done_words(view)
    if not view.is_over:
        return tr(
            "{words} The engine goes on with the other {number}.",
            words=words,
            number=view.planned - view.done - view.skipped,
        )
    return words + (
        counted(" %n other had changed meanwhile.", " %n others had changed meanwhile.", view.skipped)
        if view.skipped
        else ""
    )


def _done_words(view: BulkView) -> str:
    match view.action:
        case "cancel":
            return counted("%n job is cancelled.", "%n jobs are cancelled.", view.done)
        case "retry":
            return counted("%n job is queued again.", "%n jobs are queued again.", view.done)
        case _:
            return counted("%n job is given the new priority.", "%n jobs are given the new priority.", view.done)


def _rest(kept: int) -> str:
    return counted(" %n other had gone on.", " %n others had gone on.", kept) if kept > 0 else ""
