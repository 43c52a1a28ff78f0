"""What a run leaves behind: all figures as JSON, and the rates as a picture."""

import json
import os
import platform
import sqlite3
import subprocess
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from html import escape
from pathlib import Path

from tests.benchmarks.measures import Figure, Size
from tests.benchmarks.peers.runs import PeerRun

ROOT = Path(__file__).parents[2]
OURS = "jobs, over HTTP, one by one, 64 submitters"
OUR_BATCHES = "jobs, over HTTP, in batches of 500"
INSIDE = "jobs, in-process, one by one, 64 submitters"
INSIDE_BATCHES = "jobs, in-process, in batches of 500"
_BAR, _GAP, _LABELS, _WIDTH = 22, 10, 250, 860


def write(folder: Path, size: Size, figures: Sequence[Figure], others: Sequence[PeerRun]) -> None:
    """`latest.json` and `latest.svg`."""
    folder.mkdir(parents=True, exist_ok=True)
    content = {
        **surroundings(),
        "size": asdict(size),
        "figures": [asdict(each) for each in figures],
        "peers": [asdict(each) for each in others],
    }
    (folder / "latest.json").write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    (folder / "latest.svg").write_text(picture(figures, others), encoding="utf-8")


def surroundings() -> dict[str, object]:
    """What the figures depend on besides the code."""
    commit = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False)
    changed = subprocess.run(["git", "status", "--short"], cwd=ROOT, capture_output=True, text=True, check=False)
    return {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),  # noqa: TID251  a stamp for people
        "commit": commit.stdout.strip() + ("+" if changed.stdout.strip() else ""),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "platform": platform.platform(),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "load_average_15min": os.getloadavg()[2],
    }


def peer_rows(figures: Sequence[Figure], others: Sequence[PeerRun]) -> list[tuple[str, ...]]:
    """One row for each peer: its rates, and how many times as fast Botswain was in the same run, over HTTP."""
    known = {each.name: each.value for each in figures}
    rows: list[tuple[str, ...]] = []
    for each in others:
        if each.skipped:
            rows.append((each.name, each.version, "skipped", "", "", each.skipped))
            continue
        ratios = (_ratio(known.get(OURS), each.one_by_one), _ratio(known.get(OUR_BATCHES), each.in_batches))
        one, many = short(each.one_by_one), short(each.in_batches)
        rows.append((each.name, each.version, one, many, " / ".join(filter(None, ratios)), each.durability))
    return rows


def short(value: float | None) -> str:
    """A figure for a table."""
    if value is None:
        return "-"
    return f"{value:,.0f}" if value >= 100 else f"{value:.2f}"


def picture(figures: Sequence[Figure], others: Sequence[PeerRun]) -> str:
    """Bars of jobs per second, as SVG."""
    known = {each.name: each.value for each in figures}
    bars: list[tuple[str, float, str]] = [
        (words, known[name], "#1f6feb" if "one by one" in words else "#79b8ff")
        for name, words in (
            (INSIDE, "Botswain, in-process, one by one"),
            (INSIDE_BATCHES, "Botswain, in-process, batches"),
            (OURS, "Botswain, HTTP, one by one"),
            (OUR_BATCHES, "Botswain, HTTP, batches"),
        )
        if name in known
    ]
    bars += [(f"{each.name}, one by one", each.one_by_one, "#8b949e") for each in others if each.one_by_one]
    bars += [(f"{each.name}, batches", each.in_batches, "#c9d1d9") for each in others if each.in_batches]
    return _svg(bars)


def _svg(bars: Sequence[tuple[str, float, str]]) -> str:
    most = max((value for _, value, _ in bars), default=1.0)
    height = 40 + len(bars) * (_BAR + _GAP)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" font-family="sans-serif">',
        f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>',
        '<text x="12" y="22" font-size="15" fill="#111111">No-op jobs per second, submit to stored result</text>',
    ]
    for number, (words, value, colour) in enumerate(bars):
        top = 36 + number * (_BAR + _GAP)
        length = max(1.0, (_WIDTH - _LABELS - 80) * value / most)
        middle = top + _BAR * 0.7
        text = f'y="{middle:.0f}" font-size="12" fill="#333333"'
        lines += [
            f'<text x="{_LABELS - 8}" text-anchor="end" {text}>{escape(words)}</text>',
            f'<rect x="{_LABELS}" y="{top}" width="{length:.0f}" height="{_BAR}" fill="{colour}"/>',
            f'<text x="{_LABELS + length + 6:.0f}" {text}>{short(value)}</text>',
        ]
    return "\n".join([*lines, "</svg>", ""])


def _ratio(ours: float | None, theirs: float | None) -> str:
    return f"{ours / theirs:.1f} times" if ours and theirs else ""


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
