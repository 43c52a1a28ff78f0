"""The terms of a workflow orchestrator mean the product's own."""

import pytest

from orchestrator import RecoveryStrategy, ResourceThresholds
from orchestrator.contract.errors import UserError
from orchestrator.contract.recovery import RecoveryRules


@pytest.mark.feature("E26")
def test_a_recovery_strategy_is_what_a_workflow_says_in_the_same_words() -> None:
    said = {
        "max_retries": 2,
        "retry_delay": 1.0,
        "exponential_backoff": False,
        "max_retry_delay": 30.0,
        "checkpoint_rollback": False,
        "component_restart": True,
        "state_validation": False,
        "recovery_timeout": 60.0,
        "custom_recovery_actions": ["soothe"],
    }
    mine = RecoveryStrategy(
        max_retries=2,
        retry_delay=1.0,
        exponential_backoff=False,
        max_retry_delay=30.0,
        checkpoint_rollback=False,
        component_restart=True,
        state_validation=False,
        recovery_timeout=60.0,
        custom_recovery_actions=("soothe",),
    )
    assert mine.rules() == RecoveryRules.model_validate(said)
    assert RecoveryStrategy().rules() == RecoveryRules()


@pytest.mark.feature("E41", "E42")
def test_thresholds_are_those_of_the_monitor() -> None:
    request = ResourceThresholds().request(30.0)
    assert (request.interval_s, request.memory_warning, request.memory_critical) == (30.0, 0.7, 0.85)
    assert (request.cpu_warning, request.cpu_critical) == (0.8, 0.9)
    assert (request.disk_warning, request.disk_critical) == (0.8, 0.9)


def test_thresholds_that_make_no_sense_are_refused() -> None:
    with pytest.raises(UserError, match="cpu_warning, cpu_critical: they are shares"):
        ResourceThresholds(cpu_warning=2)
