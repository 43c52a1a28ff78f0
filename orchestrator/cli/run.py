"""`botswain run`: one workflow, its own engine and robots, the result on standard output, and nothing left behind."""

import asyncio
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from orchestrator.cli.artifacts import save_artifacts
from orchestrator.cli.connection import run_async
from orchestrator.cli.local import LocalOrchestrator, local_orchestrator, while_robots_live
from orchestrator.cli.output import AsJson, count_text, error_console, plain, write_json
from orchestrator.cli.progress import progress_view
from orchestrator.cli.results import show_result
from orchestrator.cli.source import VariableFile, Variables, checked_source, read_variables
from orchestrator.client.following import follow_jobs
from orchestrator.contract.api.jobs import JobDetail, SubmitRequest
from orchestrator.contract.errors import UserError
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.states import JobStatus
from orchestrator.contract.workflow import DEFAULT_WORKFLOW_TIMEOUT_S
from orchestrator.fleet.errors import TooLateError

EXIT_FAILED = 1
_BEYOND_THE_JOB_S = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class OneShot:
    """What to run, and with what."""

    request: SubmitRequest
    limit_s: float
    folder: Path
    is_kept: bool
    robots: int
    slots: int
    base_url: str | None
    files: tuple[Path, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How it ended, and the files that stay."""

    detail: JobDetail
    files: tuple[Path, ...]


def run(
    workflow: Annotated[
        str, typer.Argument(metavar="WORKFLOW", help="A YAML or JSON file, or a sample's name.", show_default=False)
    ],
    *,
    var: Variables = None,
    variable_file: VariableFile = None,
    robots: Annotated[int, typer.Option(min=1, max=32, help="Robot processes to start.")] = 1,
    slots: Annotated[int, typer.Option(min=1, max=64, help="Jobs that each of them runs at once.")] = 1,
    base_url: Annotated[
        str | None, typer.Option(metavar="URL", help="Where relative addresses in the workflow lead.")
    ] = None,
    files: Annotated[
        list[Path] | None,
        typer.Option(
            "--files", metavar="DIR", help="A folder whose files the workflow may read; may be repeated. Default: this."
        ),
    ] = None,
    timeout: Annotated[
        float | None, typer.Option(metavar="SECONDS", min=0.001, max=604_800, help="Default: the workflow's.")
    ] = None,
    max_retries: Annotated[int, typer.Option(min=0, max=100, help="More attempts after a failure.")] = 0,
    keep: Annotated[
        Path | None, typer.Option("--keep", metavar="DIR", help="Keep database, logs and the job's files here.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Run one workflow here and now: own engine, own robots, result on standard output.

    Progress goes to standard error. Exit code 1 when the job did not complete. Ctrl+C stops everything.

    Examples:  botswain run job-search.yaml --var site=https://example.org --var 'keywords=["qa", "python"]'
    |  botswain run proposal-submission --vars account.yaml --json --keep ./run-1
    """
    checked = checked_source(workflow)
    request = SubmitRequest(
        definition=checked.document,
        variables=read_variables(checked.definition, var or (), variable_file),
        timeout_s=timeout or checked.definition.timeout_s or DEFAULT_WORKFLOW_TIMEOUT_S,
        max_retries=max_retries,
        submitted_by="botswain run",
    )
    job_s = timeout or checked.definition.timeout_s or DEFAULT_WORKFLOW_TIMEOUT_S
    limit_s = job_s * (max_retries + 1) + _BEYOND_THE_JOB_S
    with _folder(keep) as folder:
        one_shot = OneShot(
            request=request,
            limit_s=limit_s,
            folder=folder,
            is_kept=keep is not None,
            robots=robots,
            slots=slots,
            base_url=_checked_base_url(base_url),
            files=_checked_folders(files),
        )
        ended = run_async(_run(one_shot))
        _tell(ended, one_shot, as_json=as_json)
    if ended.detail.job.status is not JobStatus.COMPLETED:
        sys.exit(EXIT_FAILED)


async def _run(one_shot: OneShot) -> Ended:
    error_console().print(Text(f"Starting {count_text(one_shot.robots, 'robot')} ...", style="dim"))
    async with local_orchestrator(
        one_shot.folder,
        robots=one_shot.robots,
        slots=one_shot.slots,
        base_url=one_shot.base_url,
        files=one_shot.files,
    ) as local:
        try:
            async with asyncio.timeout(one_shot.limit_s):
                return await while_robots_live(local, _job(local, one_shot))
        except TimeoutError:
            raise TooLateError(f"The job has not ended within {one_shot.limit_s:.0f} s.") from None


async def _job(local: LocalOrchestrator, one_shot: OneShot) -> Ended:
    client = local.client
    job = await client.submit(one_shot.request)
    with progress_view([job]) as progress:
        await follow_jobs(client, [job.job_id], progress)
    detail = await client.job(job.job_id)
    files = await save_artifacts(client, detail, one_shot.folder / "files") if one_shot.is_kept else []
    return Ended(detail=detail, files=tuple(files))


def _tell(ended: Ended, one_shot: OneShot, *, as_json: bool) -> None:
    if as_json:
        write_json(_document(ended))
    else:
        show_result(ended.detail)
    console = error_console()
    if ended.files:
        console.print(Text(f"{count_text(len(ended.files), 'file')} of the job: {one_shot.folder / 'files'}"))
    elif ended.detail.artifacts:
        made = count_text(len(ended.detail.artifacts), "file")
        console.print(Text(f"The job made {made}; --keep DIR keeps them.", style="dim"))


def _document(ended: Ended) -> JsonValue:
    """What a program wants to know: status, outputs, error, steps, files."""
    detail = ended.detail
    return {
        "job_id": detail.job.job_id,
        "workflow": detail.job.workflow_name,
        "workflow_hash": detail.job.workflow_hash,
        "status": detail.job.status.value,
        "outputs": detail.result.outputs if detail.result else {},
        "error": plain(detail.job.error) if detail.job.error else None,
        "duration_s": detail.job.duration_s,
        "steps": plain(list(detail.steps)),
        "files": [str(path) for path in ended.files],
    }


def _checked_base_url(base_url: str | None) -> str | None:
    if base_url is not None and not base_url.startswith(("http://", "https://")):
        raise UserError(f"--base-url: {base_url!r} is no address; write it like https://host.", field="--base-url")
    return base_url


def _checked_folders(folders: list[Path] | None) -> tuple[Path, ...]:
    """Whoever runs a workflow here may read what lies here; another folder has to be named."""
    found = tuple(folder.expanduser().absolute() for folder in folders or [Path.cwd()])
    missing = next((folder for folder in found if not folder.is_dir()), None)
    if missing is not None:
        raise UserError(f"--files: {missing} is no folder.", field="--files")
    return found


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="botswain-run-", ignore_cleanup_errors=True) as name:
            yield Path(name)
        return
    folder = keep.expanduser().absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"--keep: {keep} cannot be used: {error.strerror}.", field="--keep") from None
    yield folder
