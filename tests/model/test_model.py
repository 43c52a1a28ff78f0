"""Seeded walks of the whole protocol, and what they are worth: each deliberate mistake is found."""

import asyncio
import random
from pathlib import Path

import pytest

from orchestrator.contract.states import RobotStatus
from tests.model.mutants import MUTANTS, STEPS, Mutant, old_sessions_heard
from tests.model.network import Side
from tests.model.simulation import SimulatedLoop
from tests.model.walk import quiet_machine, walk
from tests.model.world import World

LONG = 150
MOST_STEPS = 40 * LONG


@pytest.mark.feature("X07", "C30", "C31")
@pytest.mark.parametrize("seed", range(6))
def test_no_walk_loses_a_job_or_runs_one_twice(seed: int) -> None:
    outcome = walk(seed, LONG)
    assert not outcome.violations, outcome


@pytest.mark.feature("X07")
@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.__name__)
def test_the_walks_find_each_deliberate_mistake(mutant: Mutant) -> None:
    steps, focus = STEPS.get(mutant, LONG), MUTANTS[mutant]
    with mutant() as prepare:
        assert any(walk(seed, steps, prepare, focus=focus).violations for seed in range(MOST_STEPS // steps))


async def replaced_session(world: World) -> RobotStatus:
    """A robot dials anew while its former connection is half dead; that one's end comes late. What is it then?"""
    await world.begin()
    robot = world.robots[0]
    assert robot.line is not None
    robot.line.end(Side.ROBOT)
    await asyncio.sleep(15)
    assert robot.line is not None, "it has not come back"
    (status,) = [each.status for each in world.orchestrator.engine.pool.robots() if each.name == robot.name]
    await world.end()
    return status


def scene(folder: Path) -> RobotStatus:
    rng = random.Random(1)
    with quiet_machine(rng), asyncio.Runner(loop_factory=lambda: SimulatedLoop(rng)) as runner:
        return runner.run(replaced_session(World(runner.get_loop(), rng, folder)))  # type: ignore[arg-type]  # it is one


def test_what_is_said_on_a_replaced_connection_says_nothing_of_the_robot(tmp_path: Path) -> None:
    assert scene(tmp_path / "right") is RobotStatus.ONLINE
    with old_sessions_heard():
        assert scene(tmp_path / "wrong") is RobotStatus.LOST
