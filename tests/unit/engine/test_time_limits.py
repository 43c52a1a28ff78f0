"""Which time limit a job gets: the request's, the workflow's, the orchestrator's for all, or the contract's."""

from collections.abc import Mapping

import pytest
from fake_fleet import SAFE, Fleet

from orchestrator.contract.workflow import DEFAULT_WORKFLOW_TIMEOUT_S
from orchestrator.engine.settings import EngineSettings


@pytest.mark.parametrize(
    ("default_s", "own", "asked", "expected_s"),
    [
        (None, {}, {}, DEFAULT_WORKFLOW_TIMEOUT_S),
        (3_600.0, {}, {}, 3_600.0),
        (3_600.0, {"timeout": 1_800}, {}, 1_800.0),
        (3_600.0, {"timeout": None}, {}, 3_600.0),
        (3_600.0, {"timeout": 1_800}, {"timeout_s": 7}, 7.0),
    ],
)
@pytest.mark.feature("D23")
async def test_the_nearest_word_wins(
    default_s: float | None, own: Mapping[str, object], asked: Mapping[str, object], expected_s: float
) -> None:
    fleet = await Fleet(EngineSettings(default_job_timeout_s=default_s)).start()
    try:
        job = await fleet.submit(definition={**SAFE, **own}, **asked)
        assert job.timeout_s == expected_s
    finally:
        await fleet.engine.stop()


async def test_a_limit_that_is_what_others_get_too_makes_another_version(fleet: Fleet) -> None:
    first = await fleet.engine.workflows.save(SAFE)
    second = await fleet.engine.workflows.save({**SAFE, "timeout": DEFAULT_WORKFLOW_TIMEOUT_S})
    assert (first.number, second.number) == (1, 2)
