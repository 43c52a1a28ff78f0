"""`python -m tests.benchmarks`: measures this machine, prints tables, and writes docs/benchmarks/latest.{json,svg}."""

import argparse
import asyncio
import tempfile
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.benchmarks import report
from tests.benchmarks.browsers.part import browsers
from tests.benchmarks.console.part import console as console_part
from tests.benchmarks.measures import (
    FULL,
    QUICK,
    Figure,
    Notes,
    Size,
    growth,
    in_process,
    latency,
    over_http,
    peers,
    raw_limits,
    robots,
)
from tests.benchmarks.peers.runs import PeerRun

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "benchmarks"
PARTS = ("raw", "inside", "http", "idle", "robots", "browsers", "growth", "console", "peers")
LONG = {"console"}
"""Takes longer than all the others together; a report may be written without it."""
REPEATED = ("raw", "inside", "http", "idle")


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(prog="make bench", description="Measure Botswain on this machine.")
    parser.add_argument("--quick", action="store_true", help="small and rough, in about a minute")
    parser.add_argument("--parts", default=",".join(PARTS), help=f"some of {', '.join(PARTS)}")
    parser.add_argument("--folder", type=Path, help="where databases lie meanwhile; it should be on a real disk")
    parser.add_argument("--rounds", type=int, help="how often the short parts are measured")
    parser.add_argument("--minutes", type=float, help="how long the window's memory is watched (part `console`)")
    options = parser.parse_args()
    parts = tuple(part for part in options.parts.split(",") if part)
    if unknown := set(parts) - set(PARTS):
        parser.error(f"--parts: there is no {', '.join(sorted(unknown))}; choose among {', '.join(PARTS)}.")
    size = QUICK if options.quick else FULL
    size = replace(size, rounds=options.rounds or size.rounds)
    with tempfile.TemporaryDirectory(dir=options.folder, prefix="botswain-bench-") as folder:
        figures, others = _measured(parts, size, Path(folder), options.minutes)
    _show(figures, others)
    if set(PARTS) - set(parts) <= LONG:
        report.write(FOLDER, size, figures, others)


def _measured(
    parts: tuple[str, ...], size: Size, folder: Path, minutes: float | None
) -> tuple[list[Figure], list[PeerRun]]:
    """Rounds of the short parts, interleaved; then the long ones, once."""
    notes = Notes()
    for number in range(size.rounds):
        for part in (each for each in parts if each in REPEATED):
            _say(f"{part}, round {number + 1} of {size.rounds}")
            _measure(part, notes, size, folder)
    others: list[PeerRun] = []
    for part in (each for each in parts if each not in REPEATED):
        _say(part)
        if part == "peers":
            others = peers(size, folder)
        elif part == "console":
            asyncio.run(console_part(notes, size, folder, minutes))
        else:
            _measure(part, notes, size, folder)
    return notes.figures(), others


def _measure(part: str, notes: Notes, size: Size, folder: Path) -> None:
    match part:
        case "raw":
            raw_limits(notes, folder)
        case "inside":
            in_process(notes, size, folder)
        case "http":
            asyncio.run(over_http(notes, size, folder))
        case "idle":
            asyncio.run(latency(notes, size, folder))
        case "robots":
            asyncio.run(robots(notes, size, folder))
        case "browsers":
            asyncio.run(browsers(notes, size, folder))
        case "growth":
            asyncio.run(growth(notes, size, folder))


def _say(words: str) -> None:
    Console(stderr=True).print(f"[dim]{words} ...[/]")


def _show(figures: list[Figure], others: list[PeerRun]) -> None:
    console = Console(width=max(120, Console().width))
    table = Table("figure", "median", "unit", "low", "high", "to reach", "", title="Botswain on this machine")
    for each in figures:
        mark = {True: "[green]reached[/]", False: "[red]missed[/]", None: ""}[each.is_reached]
        value, low, high = map(report.short, (each.value, each.low, each.high))
        table.add_row(each.name, value, each.unit, low, high, each.target, mark)
    console.print(table)
    if not others:
        return
    table = Table("peer", "version", "one by one", "in batches", "Botswain / peer", "durability", title="Peers, jobs/s")
    for row in report.peer_rows(figures, others):
        table.add_row(*row)
    console.print(table)


if __name__ == "__main__":
    main()
