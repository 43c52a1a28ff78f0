"""`botswain search`: jobs, robots, workflows, errors and log lines by their words."""

from typing import Annotated

import typer
from rich.text import Text

from orchestrator.cli.connection import connected, run_async
from orchestrator.cli.job_ids import short_id
from orchestrator.cli.options import Connect, DataDir, Key
from orchestrator.cli.output import AsJson, at_text, say, wide_console, write_json
from orchestrator.contract.api.search import MAX_HITS, SearchAnswer, SearchHit, SearchKind

EXIT_NOTHING = 1
_TITLES = {
    SearchKind.JOBS: "JOBS",
    SearchKind.ROBOTS: "ROBOTS",
    SearchKind.WORKFLOWS: "WORKFLOWS",
    SearchKind.ERRORS: "ERRORS",
    SearchKind.LOGS: "LOG LINES",
}


def search(  # noqa: PLR0917  Typer reads the options from the parameters
    words: Annotated[list[str], typer.Argument(metavar="WORDS...", help="What to look for.", show_default=False)],
    kind: Annotated[list[SearchKind] | None, typer.Option("--kind", help="Only this kind; may be repeated.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=MAX_HITS, help="Of each kind.")] = 10,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Find jobs, robots, workflows, errors and log lines by their words, newest first.

    All words must occur; "a phrase" stands together, begin* is the beginning of a word, and robot:, workflow:,
    schedule:, status:, level: and job: narrow it down. Ends with 1 when nothing is found.

    Examples:  botswain search invoice timeout  |  botswain search '"did not open"' status:failed  |
    botswain search 'export*' level:warning --kind logs
    """

    async def ask() -> SearchAnswer:
        async with connected(connect, key, data_dir) as client:
            return await client.search.find(" ".join(words), kinds=kind or (), limit=limit)

    answer = run_async(ask())
    if as_json:
        write_json(answer)
    else:
        _show(answer)
    if not any(group.hits for group in answer.groups):
        raise typer.Exit(EXIT_NOTHING)


def _show(answer: SearchAnswer) -> None:
    console = wide_console()
    for group in answer.groups:
        more = " (newest)" if group.has_more else ""
        console.print(Text(f"{_TITLES[group.kind]}{more}", style="bold"))
        for hit in group.hits:
            console.print(_line(hit), soft_wrap=True)
    if answer.advice:
        say(answer.advice, style="yellow")
    elif not answer.groups:
        say("Nothing is found.")


def _line(hit: SearchHit) -> Text:
    line = Text("  ")
    if hit.at is not None:
        line.append(f"{at_text(hit.at)}  ", style="dim")
    if hit.job_id:
        line.append(f"{short_id(hit.job_id)}  ", style="cyan")
    state = hit.level or hit.status
    line.append(f"{state}  " if state else "", style="dim")
    line.append(hit.title, style="bold")
    line.append("  ")
    start = len(line)
    line.append(hit.excerpt)
    for first, length in hit.marks:
        line.stylize("reverse", start + first, start + first + length)
    return line
