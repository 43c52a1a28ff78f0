"""`botswain doctor`: is everything here that Botswain needs, and what to do about what is missing."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from orchestrator.cli.connection import run_async
from orchestrator.cli.doctor_checks import examine
from orchestrator.cli.doctor_findings import Finding, Health
from orchestrator.cli.output import AsJson, wide_console, write_json
from orchestrator.config import load_settings

EXIT_FAILED = 1
_LIMIT_S = 120.0
_MARKS = {Health.OK: ("ok  ", "green"), Health.WARN: ("warn", "yellow"), Health.FAIL: ("FAIL", "red")}


def doctor(
    *,
    data_dir: Annotated[Path | None, typer.Option("--data-dir", metavar="DIR", help="Data folder to look at.")] = None,
    port: Annotated[int | None, typer.Option(help="Port that `botswain serve` is to use.")] = None,
    database: Annotated[
        str | None, typer.Option(metavar="URL", help="Database that `botswain serve` is to use.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Look at browser, display, libraries, database and port, and say what to do.

    Exit code 1 when something is missing that Botswain cannot work without.

    Examples:  botswain doctor  |  botswain doctor --json  |  botswain doctor --database postgresql://me@db/botswain
    """
    settings = load_settings(data_dir=data_dir, port=port, database=database)

    async def look() -> list[Finding]:
        async with asyncio.timeout(_LIMIT_S):
            return await examine(settings)

    findings = run_async(look())
    if as_json:
        write_json(findings)
    else:
        _show(findings)
    if any(finding.health is Health.FAIL for finding in findings):
        sys.exit(EXIT_FAILED)


def _show(findings: list[Finding]) -> None:
    console = wide_console()
    width = max(len(finding.subject) for finding in findings)
    for finding in findings:
        mark, style = _MARKS[finding.health]
        console.print(Text.assemble((mark, style), f"  {finding.subject:<{width}}  {finding.text}"), soft_wrap=True)
        if finding.advice:
            console.print(Text(f"{'':<{width + 8}}{finding.advice}", style=style), soft_wrap=True)
