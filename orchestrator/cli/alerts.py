"""`botswain alerts` and `health`: what is wrong, and by which rules that is noticed."""

from typing import Annotated

import typer
from rich.text import Text

from orchestrator.cli.assignments import Assignments, request_of
from orchestrator.cli.connection import connected, find_address, run_async
from orchestrator.cli.options import Connect, DataDir, Key
from orchestrator.cli.output import AsJson, at_text, say, write_facts, write_json, write_table
from orchestrator.client.client import OrchestratorClient
from orchestrator.client.health import health_of
from orchestrator.contract.api.alerts import AlertRulesRequest, AlertRulesView, AlertView
from orchestrator.contract.api.orchestrator import HealthView
from orchestrator.contract.errors import UserError

app = typer.Typer(help="What is wrong, and by which rules that is noticed.")

STYLES = {"warning": "yellow", "critical": "red"}
SHORT = 8


@app.callback(invoke_without_command=True)
def alerts(
    context: typer.Context,
    *,
    over: Annotated[bool, typer.Option("--all", help="Also those that are over, newest first.")] = False,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=1_000, help="At most so many.")] = 50,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """List what is wrong now, the worst first.

    Examples:  botswain alerts  |  botswain alerts --all  |  botswain alerts ack 3f2a  |  botswain alerts rules
    """
    if context.invoked_subcommand is not None:
        return

    async def ask() -> tuple[AlertView, ...]:
        async with connected(connect, key, data_dir) as client:
            return await client.alerts.list(over=over, limit=limit)

    views = run_async(ask())
    if as_json:
        write_json(views)
        return
    write_table(("ALERT", "LEVEL", "SINCE", "WHAT", "STATE"), map(_row, views), empty="Nothing is wrong.")


@app.command("ack")
def acknowledge(
    alert: Annotated[str, typer.Argument(metavar="ALERT", help="Id, or the end of it.", show_default=False)],
    *,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Say that you have seen an alert; it stays open while it is wrong."""

    async def ask() -> AlertView:
        async with connected(connect, key, data_dir) as client:
            return await client.alerts.acknowledge(await _full_id(client, alert))

    view = run_async(ask())
    if as_json:
        write_json(view)
    else:
        say(f"Acknowledged: {view.message}")


@app.command("rules")
def rules(*, connect: Connect = None, key: Key = None, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Show the rules by which alerts are raised."""

    async def ask() -> AlertRulesView:
        async with connected(connect, key, data_dir) as client:
            return await client.alerts.rules()

    _show_rules(run_async(ask()), as_json=as_json)


@app.command("set")
def change_rules(
    changes: Assignments,
    *,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Change the rules from now on; they are kept.

    Examples:  botswain alerts set backlog_warning=200 error_rate_warning=0.1  |  botswain alerts set muted=cpu,memory
    """

    async def ask() -> AlertRulesView:
        async with connected(connect, key, data_dir) as client:
            return await client.alerts.change_rules(request_of(AlertRulesRequest, changes))

    _show_rules(run_async(ask()), as_json=as_json)


def health(*, connect: Connect = None, key: Key = None, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Show the health checks; exit code 1 when a critical one fails."""
    address = find_address(connect, key, data_dir)
    view = run_async(health_of(address.url))
    if as_json:
        write_json(view)
    else:
        _show_health(view)
    if any(check.critical and check.trouble for check in view.details):
        raise typer.Exit(1)


def _show_health(view: HealthView) -> None:
    rows = [
        (check.name, "critical" if check.critical else "", Text(check.trouble or "ok", "red" if check.trouble else ""))
        for check in view.details
    ]
    say(f"{view.status}\n")
    write_table(("CHECK", "", "FINDS"), rows, empty="There are no checks.")


def _show_rules(view: AlertRulesView, *, as_json: bool) -> None:
    if as_json:
        write_json(view)
        return
    told = view.model_dump(mode="json") | {"muted": ", ".join(view.muted) or "none"}
    write_facts((name, str(value)) for name, value in told.items())


def _row(view: AlertView) -> tuple[str, Text, str, str, str]:
    times = f" ({view.times} times)" if view.times > 1 else ""
    state = f"over since {at_text(view.resolved_at)}" if view.resolved_at else ""
    if not state and view.acknowledged_at:
        state = f"seen by {view.acknowledged_by}"
    level = Text(view.level, STYLES.get(view.level, "") if view.resolved_at is None else "dim")
    return view.alert_id[-SHORT:], level, at_text(view.raised_at), f"{view.message}{times}", state


async def _full_id(client: OrchestratorClient, ending: str) -> str:
    found = [view.alert_id for view in await client.alerts.list(limit=1_000) if view.alert_id.endswith(ending)]
    if len(found) > 1:
        raise UserError(f"{len(found)} alerts end with {ending!r}; give more of the id.", field="ALERT")
    return found[0] if found else ending
