"""`botswain incident` and `artifacts`: a failure as one file, what is kept on purpose, and what files of jobs take."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated

import typer

from orchestrator.cli.connection import connected, run_async
from orchestrator.cli.failures import full_fingerprint
from orchestrator.cli.job_ids import full_id
from orchestrator.cli.options import Connect, DataDir, Key
from orchestrator.cli.output import AsJson, at_text, say, size_text, write_json, write_table
from orchestrator.contract.api.incidents import ArtifactCleanupView, ArtifactUsageView, PinView
from orchestrator.contract.errors import UserError

artifacts_app = typer.Typer(help="What files of jobs take, and which stay.")

JobOrGroup = Annotated[
    str, typer.Argument(metavar="JOB", help="Id of the job, or the end of it; with --group, of a failure group.")
]


def incident(
    job_id: JobOrGroup,
    *,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Where the file goes.", show_default=False)
    ] = None,
    group: Annotated[bool, typer.Option("--group", help="JOB is a failure group: its newest job is taken.")] = False,
    pin: Annotated[bool, typer.Option("--pin", help="Keep the job and its files; no file is written.")] = False,
    unpin: Annotated[bool, typer.Option("--unpin", help="Keep them no longer than others.")] = False,
    note: Annotated[str, typer.Option(help="With --pin: why it is kept.")] = "",
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Write everything about a failed job into one zip file that needs no connection, or keep the job's files.

    Examples:  botswain incident 9f31c2aa -o crash.zip  |  botswain incident 3f2a91c0 --group  |
    botswain incident 9f31c2aa --pin --note "for the vendor"
    """
    _check(group=group, pin=pin, unpin=unpin, output=output, note=note)

    async def ask() -> PinView | Path | None:
        async with connected(connect, key, data_dir) as client:
            if group:
                fingerprint = await full_fingerprint(client, job_id)
                return await _write(client.incidents.download_group(fingerprint), output or _name(fingerprint))
            job = await full_id(client, job_id)
            if pin:
                return await client.incidents.pin(job, note=note)
            if unpin:
                await client.incidents.unpin(job)
                return None
            return await _write(client.incidents.download(job), output or _name(job))

    answer = run_async(ask())
    if as_json:
        write_json({"file": str(answer), "size": answer.stat().st_size} if isinstance(answer, Path) else answer)
    elif isinstance(answer, Path):
        say(f"{answer} ({size_text(answer.stat().st_size)}); unpack it and open index.html.")
    elif isinstance(answer, PinView):
        say(f"Job {answer.job_id} and its files stay until `botswain incident {answer.job_id[-8:]} --unpin`.")
    else:
        say("The rules for old files decide again.")


@artifacts_app.command("usage")
def usage(*, connect: Connect = None, key: Key = None, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Show what files of jobs take, and what they may.

    Example:  botswain artifacts usage
    """

    async def ask() -> ArtifactUsageView:
        async with connected(connect, key, data_dir) as client:
            return await client.incidents.usage()

    view = run_async(ask())
    if as_json:
        write_json(view)
        return
    words = {"failed": "of failed jobs", "other": "of other jobs", "running": "of running jobs", "pinned": "pinned"}
    rows = [(words.get(each.group, each.group), f"{each.files:,}", size_text(each.size)) for each in view.groups]
    write_table(("FILES", "COUNT", "SIZE"), rows, empty="No file of a job is kept.")
    say(f"\n{_rules(view)}", style="dim")


@artifacts_app.command("cleanup")
def cleanup(*, connect: Connect = None, key: Key = None, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Remove now what is too old or too much; it happens by itself each hour.

    Example:  botswain artifacts cleanup
    """

    async def ask() -> ArtifactCleanupView:
        async with connected(connect, key, data_dir) as client:
            return await client.incidents.cleanup()

    gone = run_async(ask())
    if as_json:
        write_json(gone)
    else:
        say(f"{gone.files:,} files were removed, {size_text(gone.size)}." if gone.files else "Nothing had to go.")


@artifacts_app.command("pinned")
def pinned(*, connect: Connect = None, key: Key = None, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """List incidents that are kept on purpose.

    Example:  botswain artifacts pinned
    """

    async def ask() -> tuple[PinView, ...]:
        async with connected(connect, key, data_dir) as client:
            return await client.incidents.pinned()

    pins = run_async(ask())
    if as_json:
        write_json(pins)
        return
    rows = [(each.job_id, at_text(each.pinned_at), each.actor, each.note) for each in pins]
    write_table(("JOB", "SINCE", "BY", "NOTE"), rows, empty="Nothing is pinned; `botswain incident JOB --pin` does it.")


def _check(*, group: bool, pin: bool, unpin: bool, output: Path | None, note: str) -> None:
    if pin and unpin:
        raise UserError("--pin and --unpin cannot go together.", field="--unpin")
    if group and (pin or unpin):
        raise UserError("--group goes with a file; a pin belongs to one job.", field="--group")
    if output is not None and (pin or unpin):
        raise UserError("--output does not go with a pin: no file is written.", field="--output")
    if note and not pin:
        raise UserError("--note goes with --pin.", field="--note")


def _name(wanted: str) -> Path:
    return Path(f"incident-{wanted[-8:]}.zip")


async def _write(pieces: AsyncIterator[bytes], path: Path) -> Path:
    """The file, whole or not at all."""
    temporary = path.with_name(f".{path.name}.part")
    try:
        with temporary.open("wb") as file:
            async for piece in pieces:
                file.write(piece)
        temporary.replace(path)
    except OSError as error:
        raise UserError(f"{path} cannot be written: {error.strerror}.", field="--output") from None
    finally:
        temporary.unlink(missing_ok=True)
    return path


def _rules(view: ArtifactUsageView) -> str:
    most = f"of at most {size_text(view.most_bytes)}" if view.most_bytes else "of any amount"
    days = f"{view.keep_days} days" if view.keep_days else "for ever"
    failed = f"{view.keep_failed_days} days" if view.keep_failed_days else "for ever"
    return f"{size_text(view.size)} {most}; kept {days}, of failed jobs {failed}, pinned ones until they are unpinned."
