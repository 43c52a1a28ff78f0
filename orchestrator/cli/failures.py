"""`botswain failures`: what fails, as groups of the same failure."""

from enum import StrEnum
from typing import Annotated

import typer

from orchestrator.cli.bulk import Yes, tell_bulk, until_over
from orchestrator.cli.connection import connected, run_async
from orchestrator.cli.options import Connect, DataDir, Key
from orchestrator.cli.output import AsJson, at_text, count_text, say, write_facts, write_json, write_table
from orchestrator.client.client import OrchestratorClient
from orchestrator.contract.api.common import MAX_PAGE, Page
from orchestrator.contract.api.operations import BulkItemView, BulkView, FailureGroupView
from orchestrator.contract.errors import UserError


class State(StrEnum):
    """What people have said of a group."""

    OPEN = "open"
    SOLVED = "solved"
    REOPENED = "reopened"


app = typer.Typer(
    help="What fails, as groups: failures of one step with one kind of error and the same message.",
    invoke_without_command=True,
)

Group = Annotated[str, typer.Argument(metavar="GROUP", help="The group's id, or its beginning.", show_default=False)]


@app.callback()
def failures(
    context: typer.Context,
    *,
    state: Annotated[
        list[State] | None, typer.Option("--state", help="Only these; by default those that are not solved.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=MAX_PAGE, help="At most so many.")] = 30,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """List groups of failures, those seen last first.

    Examples:  botswain failures  |  botswain failures --state solved  |  botswain failures retry 3f2a
    """
    if context.invoked_subcommand is not None:
        return

    async def ask() -> Page[FailureGroupView]:
        async with connected(connect, key, data_dir) as client:
            return await client.operations.failures(states=[each.value for each in state or ()], limit=limit)

    page = run_async(ask())
    if as_json:
        write_json(page)
        return
    rows = [
        (
            group.fingerprint[:8],
            group.state,
            f"{group.count:,}",
            f"{group.failed_now:,}",
            at_text(group.first_seen_at),
            at_text(group.last_seen_at),
            group.step_id,
            group.kind.value,
            group.message,
        )
        for group in page.items
    ]
    titles = ("GROUP", "STATE", "SEEN", "FAILED NOW", "FIRST", "LAST", "STEP", "KIND", "MESSAGE")
    write_table(titles, rows, empty=_nothing(state))


@app.command("show")
def show_group(
    group: Group, *, connect: Connect = None, key: Key = None, data_dir: DataDir = None, as_json: AsJson = False
) -> None:
    """Show one group: where it was seen, and its newest message in full."""

    async def ask() -> FailureGroupView:
        async with connected(connect, key, data_dir) as client:
            return await client.operations.failure_group(await full_fingerprint(client, group))

    _tell(run_async(ask()), as_json=as_json)


@app.command("retry")
def retry_group(
    group: Group,
    *,
    yes: Yes = False,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Retry every job that stands failed with this failure; `botswain bulk undo` takes it back.

    Example:  botswain failures retry 3f2a91c0
    """

    async def ask() -> tuple[BulkView, list[BulkItemView]] | None:
        async with connected(connect, key, data_dir) as client:
            found = await client.operations.failure_group(await full_fingerprint(client, group))
            if not yes and not as_json and not _agrees(found):
                return None
            return await until_over(client, await client.operations.retry_failures(found.fingerprint))

    done = run_async(ask())
    if done is None:
        say("Nothing was changed.")
    else:
        tell_bulk(*done, as_json=as_json)


@app.command("solve")
def solve_group(
    group: Group,
    *,
    note: Annotated[str, typer.Option(help="What solved it; it is kept.")] = "",
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Say that the cause is gone; when it fails like this again, the group is reopened and says so.

    Example:  botswain failures solve 3f2a91c0 --note "new locator in version 7"
    """

    async def ask() -> FailureGroupView:
        async with connected(connect, key, data_dir) as client:
            return await client.operations.solve_failures(await full_fingerprint(client, group), note=note)

    _tell(run_async(ask()), as_json=as_json)


@app.command("reopen")
def reopen_group(
    group: Group, *, connect: Connect = None, key: Key = None, data_dir: DataDir = None, as_json: AsJson = False
) -> None:
    """Take `solve` back."""

    async def ask() -> FailureGroupView:
        async with connected(connect, key, data_dir) as client:
            return await client.operations.reopen_failures(await full_fingerprint(client, group))

    _tell(run_async(ask()), as_json=as_json)


def _nothing(state: list[State] | None) -> str:
    if state:
        return "There is no such group; `botswain failures` lists those that are not solved."
    return (
        "Nothing has failed that is not solved. Solved ones: `botswain failures --state solved`; "
        "failed jobs: `botswain jobs --status failed`."
    )


def _agrees(group: FailureGroupView) -> bool:
    question = f"Retry {count_text(group.failed_now, 'job')}?"
    try:
        return typer.confirm(question, err=True)
    except typer.Abort:
        raise UserError(f"{question} Nobody is here to answer: give --yes to go ahead.", field="--yes") from None


async def full_fingerprint(client: OrchestratorClient, text: str) -> str:
    """The fingerprint of a group that a person names by its beginning. UserError for none, or several."""
    if len(text) >= 16:
        return text
    states = [state.value for state in State]
    page = await client.operations.failures(states=states, limit=MAX_PAGE)
    found = [group.fingerprint for group in page.items if group.fingerprint.startswith(text)]
    if len(found) != 1:
        words = "no failure group has" if not found else f"{len(found)} failure groups have"
        raise UserError(f"GROUP: {words} an id like {text!r}; `botswain failures` lists them.", field="GROUP")
    return found[0]


def _tell(group: FailureGroupView, *, as_json: bool) -> None:
    if as_json:
        write_json(group)
        return
    write_facts(
        [
            ("group", group.fingerprint),
            ("state", group.state),
            ("changed", f"{at_text(group.changed_at)} {group.changed_by}".strip()),
            ("note", group.note),
            ("step", group.step_id),
            ("kind", group.kind.value),
            ("message", group.message),
            ("newest", group.sample),
            ("seen", f"{group.count:,} times, from {at_text(group.first_seen_at)} to {at_text(group.last_seen_at)}"),
            ("failed now", count_text(group.failed_now, "job")),
        ]
    )
    if group.places:
        say("")
        rows = [
            (
                each.workflow_name,
                each.workflow_hash,
                each.robot_name or (each.robot_id or ""),
                f"{each.count:,}",
                at_text(each.last_seen_at),
            )
            for each in group.places
        ]
        write_table(("WORKFLOW", "VERSION", "ROBOT", "SEEN", "LAST"), rows, empty="")
