"""`botswain resources`: how loaded the machines are, and from when on that is too much."""

from typing import Annotated

import typer
from rich.text import Text

from orchestrator.cli.assignments import Assignments, request_of
from orchestrator.cli.connection import connected, run_async
from orchestrator.cli.options import Connect, DataDir, Key
from orchestrator.cli.output import AsJson, at_text, say, size_text, write_facts, write_json, write_table
from orchestrator.contract.api.resources import (
    FigureView,
    MachineHistoryView,
    MachineView,
    MonitorSettingsRequest,
    MonitorSettingsView,
    ResourcesView,
)

app = typer.Typer(help="How loaded the machines are, and from when on that is too much.")

_STYLES = {"warning": "yellow", "critical": "red"}


@app.callback(invoke_without_command=True)
def resources(
    context: typer.Context,
    *,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Show CPU, memory, disk and network of the orchestrator's machine and of the robots'.

    Examples:  botswain resources  |  botswain resources history --hours 3  |  botswain resources set cpu_warning=0.7
    """
    if context.invoked_subcommand is not None:
        return

    async def ask() -> ResourcesView:
        async with connected(connect, key, data_dir) as client:
            return await client.resources.current()

    view = run_async(ask())
    if as_json:
        write_json(view)
        return
    titles = ("MACHINE", "CPU", "MEMORY", "DISK", "IN", "OUT", "AT")
    empty = "Nothing has been measured yet." if view.settings.enabled else "The monitor is stopped."
    write_table(titles, map(_row, view.machines), empty=empty)


@app.command("history")
def history(
    machine: Annotated[str, typer.Argument(metavar="MACHINE", help="`host`, or a robot's name or id.")] = "host",
    *,
    hours: Annotated[float, typer.Option(min=0.01, max=24, help="How far back to look.")] = 1.0,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Show the current, average, lowest and highest figures of a machine."""

    async def ask() -> MachineHistoryView:
        async with connected(connect, key, data_dir) as client:
            return await client.resources.history(machine, hours=hours)

    view = run_async(ask())
    if as_json:
        write_json(view)
        return
    rows = [_figures(name, figure) for name, figure in view.statistics.items()]
    write_table(("", "NOW", "AVERAGE", "LOWEST", "HIGHEST"), rows, empty="Nothing was measured in this time.")


@app.command("set")
def change_settings(
    changes: Assignments,
    *,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Change thresholds (0 to 1) and the interval from now on; they are kept.

    Examples:  botswain resources set memory_warning=0.6 memory_critical=0.8  |  botswain resources set interval_s=10
    """

    async def ask() -> MonitorSettingsView:
        async with connected(connect, key, data_dir) as client:
            return await client.resources.change_settings(request_of(MonitorSettingsRequest, changes))

    _show(run_async(ask()), as_json=as_json)


@app.command("start")
def start(*, connect: Connect = None, key: Key = None, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Watch the machines."""

    async def ask() -> MonitorSettingsView:
        async with connected(connect, key, data_dir) as client:
            return await client.resources.start()

    _show(run_async(ask()), as_json=as_json)


@app.command("stop")
def stop(*, connect: Connect = None, key: Key = None, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Watch the machines no more."""

    async def ask() -> MonitorSettingsView:
        async with connected(connect, key, data_dir) as client:
            return await client.resources.stop()

    _show(run_async(ask()), as_json=as_json)


def _show(view: MonitorSettingsView, *, as_json: bool) -> None:
    if as_json:
        write_json(view)
        return
    say("The machines are watched." if view.enabled else "The machines are not watched.")
    told = view.model_dump(mode="json", exclude={"enabled"})
    write_facts((name, str(value)) for name, value in told.items())


def _row(view: MachineView) -> tuple[str | Text, ...]:
    usage = view.usage
    shares = (("cpu", usage.cpu), ("memory", usage.memory), ("disk", usage.disk))
    texts = [Text(_share(share), _STYLES.get(view.levels.get(name, ""), "")) for name, share in shares]
    return view.name, *texts, _rate(usage.network_in), _rate(usage.network_out), at_text(usage.at)


def _figures(name: str, figure: FigureView) -> tuple[str, str, str, str, str]:
    show = _rate if name.startswith("network") else _share
    return name, show(figure.current), show(figure.average), show(figure.lowest), show(figure.highest)


def _share(share: float | None) -> str:
    return "" if share is None else f"{share:.0%}"


def _rate(rate: float | None) -> str:
    return "" if rate is None else f"{size_text(round(rate))}/s"
