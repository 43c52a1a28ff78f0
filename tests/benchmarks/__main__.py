"""`python -m tests.benchmarks`: measures this machine, prints a table, and writes docs/benchmarks/latest.json."""

import argparse
import asyncio
import json
import os
import platform
import sqlite3
import subprocess
import tempfile
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.benchmarks.measures import FULL, QUICK, Figure, all_figures

ROOT = Path(__file__).parents[2]
LATEST = ROOT / "docs" / "benchmarks" / "latest.json"


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(prog="make bench", description="Measure Botswain on this machine.")
    parser.add_argument("--quick", action="store_true", help="small and rough, in less than half a minute")
    parser.add_argument("--folder", type=Path, help="where databases lie meanwhile; it should be on a real disk")
    parser.add_argument("--rounds", type=int, help="how often everything is measured")
    options = parser.parse_args()
    size = QUICK if options.quick else FULL
    size = replace(size, rounds=options.rounds or size.rounds)
    with tempfile.TemporaryDirectory(dir=options.folder, prefix="botswain-bench-") as folder:
        figures = asyncio.run(all_figures(size, Path(folder)))
    _show(figures)
    LATEST.parent.mkdir(parents=True, exist_ok=True)
    content = {**_surroundings(), "size": asdict(size), "figures": [asdict(each) for each in figures]}
    LATEST.write_text(json.dumps(content, indent=2) + "\n")


def _show(figures: list[Figure]) -> None:
    table = Table("figure", "median", "unit", "low", "high", "to reach", title="Botswain on this machine")
    for each in figures:
        table.add_row(each.name, _short(each.value), each.unit, _short(each.low), _short(each.high), each.target)
    Console(width=max(100, Console().width)).print(table)


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.2f}"


def _surroundings() -> dict[str, object]:
    commit = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False)
    return {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),  # noqa: TID251  a stamp for people
        "commit": commit.stdout.strip(),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "platform": platform.platform(),
        "cores": os.cpu_count(),
        "load_average_15min": os.getloadavg()[2],
    }


if __name__ == "__main__":
    main()
