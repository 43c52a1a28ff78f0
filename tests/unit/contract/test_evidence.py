"""When a run is recorded, and what of it stays."""

import pytest
import yaml
from pydantic import ValidationError

from orchestrator.contract.evidence import EvidencePolicy, RecordingPolicy


@pytest.mark.feature("X15")
@pytest.mark.parametrize(
    ("policy", "first", "second", "kept_when_well"),
    [
        (RecordingPolicy.OFF, False, False, True),
        (RecordingPolicy.ON_RETRY, False, True, True),
        (RecordingPolicy.KEEP_IF_FAILED, True, True, False),
        (RecordingPolicy.ALWAYS, True, True, True),
    ],
)
def test_each_policy_says_what_is_recorded_and_kept(
    policy: RecordingPolicy, first: bool, second: bool, kept_when_well: bool
) -> None:
    assert (policy.records(1), policy.records(2)) == (first, second)
    assert policy.keeps(failed=True)
    assert policy.keeps(failed=False) is kept_when_well


def test_off_is_read_as_yaml_writes_it() -> None:
    assert EvidencePolicy.model_validate(yaml.safe_load("trace: off")).trace is RecordingPolicy.OFF
    with pytest.raises(ValidationError, match="on_retry"):
        EvidencePolicy.model_validate({"trace": True})
