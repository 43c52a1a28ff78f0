"""Weighted, seeded walks through everything that may befall the world."""

import asyncio
import inspect
import logging
import random
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from orchestrator.contract import ids
from robot import agent, heartbeat
from tests.model.invariants import Inspector
from tests.model.robots import NoUpload, no_figures
from tests.model.simulation import SimulatedLoop, patched
from tests.model.world import World

WEIGHTS: Mapping[str, int] = {
    "submit": 14, "submit_again": 3, "finish": 16, "fail": 4, "progress": 3, "cancel": 4, "retry": 3, "drain": 1,
    "kill_robot": 3, "start_robot": 8, "freeze_robot": 1, "thaw_robot": 4, "break_line": 3, "partition": 2,
    "heal_network": 5, "storm": 3, "calm": 4, "replay": 3, "kill_orchestrator": 1, "start_orchestrator": 6,
    "restart_orchestrator": 1, "freeze_orchestrator": 1, "thaw_orchestrator": 5, "step_clock": 1, "fill_disk": 1,
    "empty_disk": 5, "edit_schedule": 1, "race": 3, "bounce_robot": 2,
    "outage": 1, "go_dark": 1,
}  # fmt: skip
ALWAYS = ("submit", "finish", "start_robot", "thaw_robot", "heal_network", "start_orchestrator", "thaw_orchestrator")
"""Without these a walk stands still."""
FOCUSED = 12
PAUSES_S = {0.0: 10, 0.02: 10, 0.2: 10, 1.0: 8, 7.0: 6, 20.0: 4, 70.0: 2, 250.0: 1}
"""How long until the next step, and how often."""

Prepare = Callable[[World], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a walk found; no violations is the only good outcome."""

    seed: int
    steps: int
    starts: int
    violations: tuple[str, ...]


def walk(seed: int, steps: int, prepare: Prepare | None = None, *, focus: Collection[str] = ()) -> Outcome:
    """One walk from its seed, in which what is in focus happens often.

    Deterministic as far as Python's hashes are (PYTHONHASHSEED).
    """
    rng = random.Random(seed)
    place = Path(tempfile.mkdtemp(prefix="botswain-model-", dir=_fast_disk()))
    folder = place / str(seed)  # its name is where the robots' dice come from
    folder.mkdir()
    try:
        with quiet_machine(rng), asyncio.Runner(loop_factory=lambda: SimulatedLoop(rng)) as runner:
            return runner.run(_walk(seed, steps, rng=rng, folder=folder, prepare=prepare, focus=focus))
    finally:
        shutil.rmtree(place, ignore_errors=True)


async def _walk(
    seed: int, steps: int, *, rng: random.Random, folder: Path, prepare: Prepare | None, focus: Collection[str]
) -> Outcome:
    loop = asyncio.get_running_loop()
    assert isinstance(loop, SimulatedLoop)
    world = World(loop, rng, folder)
    if prepare is not None:
        prepare(world)
    inspector = Inspector(world)
    taken = 0
    try:
        await world.begin()
        weights = swarmed(rng, focus)
        for taken in range(1, steps + 1):
            await _step(world, rng, weights)
            if found := inspector.at_any_time():
                return _outcome(world, seed, taken, found)
        await world.heal()
        return _outcome(world, seed, taken, inspector.at_the_end())
    finally:
        await world.end()


def swarmed(rng: random.Random, focus: Collection[str] = ()) -> dict[str, int]:
    """Weights of one walk: some things happen often in it and some never ("Swarm Testing", Groce et al., 2012)."""
    factors = rng.choices((0, 1, 6), (1, 3, 1), k=len(WEIGHTS))
    often = {name: weight * factor for (name, weight), factor in zip(WEIGHTS.items(), factors, strict=True)}
    return often | {name: max(often[name], WEIGHTS[name]) for name in (*ALWAYS, *focus)} | dict.fromkeys(focus, FOCUSED)


async def _step(world: World, rng: random.Random, weights: Mapping[str, int]) -> None:
    name = rng.choices(tuple(weights), tuple(weights.values()))[0]
    happening = getattr(world, name)()
    if inspect.isawaitable(happening):
        await happening
    await asyncio.sleep(rng.choices(tuple(PAUSES_S), tuple(PAUSES_S.values()))[0])


def _outcome(world: World, seed: int, steps: int, found: list[str]) -> Outcome:
    return Outcome(seed=seed, steps=steps, starts=world.ledger.starts.total(), violations=tuple(found))


def _fast_disk() -> str | None:
    """Memory, where there is some: what is synced is not the model's business."""
    memory = Path("/dev/shm")
    return str(memory) if memory.is_dir() else None


@contextmanager
def quiet_machine(rng: random.Random) -> Iterator[None]:
    """Ids from the seed, no look at the real machine, and no log."""
    id_rng, level = random.Random(rng.random()), logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with (
            patched(ids, "_random", lambda: id_rng.getrandbits(80)),
            patched(heartbeat, "measure", no_figures),
            patched(agent, "ArtifactUpload", NoUpload),
        ):
            yield
    finally:
        logging.disable(level)
