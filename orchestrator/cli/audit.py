"""`botswain audit`: whether what was written down is still what was written."""

import sys
from http import HTTPStatus
from typing import Annotated

import typer

from orchestrator.cli.connection import connected, run_async
from orchestrator.cli.options import Connect, DataDir, Key
from orchestrator.cli.output import AsJson, count_text, say, write_json
from orchestrator.client.errors import RefusedError
from orchestrator.contract.api.operations import AuditReportView

EXIT_FAILED = 1

app = typer.Typer(help="Whether what was written down is still what was written.", no_args_is_help=True)


@app.callback()
def audit() -> None:
    """Whether what was written down is still what was written."""


@app.command("verify")
def verify_audit(
    *,
    head: Annotated[str, typer.Option(help="A head that was kept elsewhere; the chain must contain it.")] = "",
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Check every row of the audit against its chain; exit code 1 when one was changed, removed or put in between.

    Examples:  botswain audit verify  |  botswain audit verify --head 3fa4...
    """

    async def ask() -> AuditReportView:
        async with connected(connect, key, data_dir) as client:
            return await client.operations.verify_audit(head=head)

    try:
        report = run_async(ask())
    except RefusedError as error:
        if error.status != HTTPStatus.CONFLICT:
            raise
        say(str(error), style="red")  # a chain without the head that was kept is not what was written
        sys.exit(EXIT_FAILED)
    if as_json:
        write_json(report)
    else:
        _tell(report)
    if not report.is_whole:
        sys.exit(EXIT_FAILED)


def _tell(report: AuditReportView) -> None:
    for each in report.breaks:
        say(f"Broken at row {each.number}: {each.words}.", style="red")
    if report.is_whole:
        say(f"The audit is whole: {count_text(report.rows, 'row')}, head {report.head}.")
    if report.unsealed:
        say(f"{count_text(report.unsealed, 'newer row')} wait for their seal.", style="dim")
