"""What is refused before a workflow is stored."""

import pytest
from fake_fleet import SAFE, Fleet

from orchestrator.contract.errors import WorkflowError


async def test_a_name_with_a_character_that_nobody_sees_is_refused_with_its_field(fleet: Fleet) -> None:
    with pytest.raises(WorkflowError, match=r"control character \(U\+0000\)") as wrong:
        await fleet.engine.workflows.save({**SAFE, "name": "a\x00b"})
    assert [problem.field for problem in wrong.value.problems] == ["name"]
    assert fleet.store.versions_by_id == {}
