"""The part of the measurement that is about robots with real browsers."""

import statistics
from pathlib import Path

from tests.benchmarks.browsers import overhead, pools, rate, recordings
from tests.benchmarks.browsers.processes import demo_site, scratch
from tests.benchmarks.measures import Notes, Size

LEAST_SHARE = 0.9
"""Of what bare scripts do with four sessions at once; see docs/decisions/0032."""


async def browsers(notes: Notes, size: Size, folder: Path) -> None:
    """A robot's overhead, its recovery, and what its sessions need."""
    with scratch(folder / "overhead") as place:
        found = await overhead.measure(place, rounds=5, pairs=size.pairs)
    notes.add(f"robot: {found.steps} steps / the same as a bare script, by turns", found.ratio, "times", most=1.05)
    notes.add("robot: what a step costs more than in a bare script", found.each_ms, "ms")
    with demo_site() as site:
        for sessions, most in ((1, 1.5), (4, 3.0)):
            with scratch(folder / "recovery") as place:
                took_s = await pools.recoveries_s(place, site, sessions=sessions, kills=size.kills)
            words = "1 session" if sessions == 1 else f"{sessions} sessions"
            name = f"robot: browser killed to next step done with its login, {words}"
            notes.add(f"{name}, p50", _p50(took_s), "s")
            notes.add(f"{name}, p95", pools.p95(took_s), "s", most=most)
        with scratch(folder / "memory") as place:
            fitting = await pools.sessions_per_gib(place, site, sessions=8)
        notes.add("robot: sessions in a GiB, simple page", fitting, "sessions", least=25)
        with scratch(folder / "rate") as place:
            rates = await rate.measure(place, site, sessions=4, turns=size.action_rounds)
        notes.add("robot: actions, 4 sessions at once", statistics.median(rates.robot), "actions/s")
        notes.add("a bare script: actions, 4 sessions at once, by turns", statistics.median(rates.bare), "actions/s")
        notes.add("robot: its share of a bare script's actions", rates.share, "times", least=LEAST_SHARE)
        with scratch(folder / "thumbnail") as place:
            cpu_s, frame_bytes = await pools.thumbnail(place, site, count=2 * size.kills)
        notes.add("robot: thumbnail of a page, processor time", 1_000 * cpu_s, "ms", most=20)
        notes.add("robot: thumbnail of a page, size", frame_bytes / 1_024, "KiB")
        with scratch(folder / "leases") as place:
            grown = await pools.growth(place, site, leases=size.leases)
        notes.add(f"robot: growth of a browser after {size.leases} leases", 100 * grown.share, "%", most=35)
        left = grown.processes_left + grown.folders_left
        notes.add(f"robot: processes and folders left after {size.leases} leases", left, "", most=0)
    whole, tests = recordings.taken_over()
    notes.add(f"recordings: tests of Selenium IDE's projects that come in without a gap, of {tests}", whole, "tests")


def _p50(sorted_s: list[float]) -> float:
    return sorted_s[len(sorted_s) // 2]
