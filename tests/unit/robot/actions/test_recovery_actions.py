"""Own recovery actions: registered, found, called with what they need, and removed."""

from pathlib import Path

import pytest

from orchestrator.contract.errors import ErrorInfo, ErrorKind
from robot.actions import recovery_actions
from robot.actions.job_actions import JobActions
from robot.actions.recovery_actions import RecoveryContext
from robot.browser.pool_facts import SessionPoolSettings
from robot.browser.session_pool import SessionPool
from robot.errors import ActionError

ERROR = ErrorInfo(kind=ErrorKind.INTERNAL, message="It broke.")


@pytest.fixture
def actions(tmp_path: Path) -> JobActions:
    pool = SessionPool(SessionPoolSettings(state_folder=tmp_path))
    return JobActions(pool, tmp_path, variables={"host": "here"})


@pytest.mark.feature("E35", "E31")
async def test_an_action_is_added_called_and_removed(actions: JobActions) -> None:
    seen: list[tuple[ErrorKind, object, int, str]] = []

    async def heal(error: ErrorInfo, context: RecoveryContext, iteration: int, step_id: str) -> bool:
        seen.append((error.kind, context.variables["host"], iteration, step_id))
        return iteration == 2

    recovery_actions.add("heal", heal)
    assert await actions.custom("heal", ERROR, 1, "s") == ""
    assert await actions.custom("heal", ERROR, 2, "s") == "the action 'heal' acted."
    assert seen == [(ErrorKind.INTERNAL, "here", 1, "s"), (ErrorKind.INTERNAL, "here", 2, "s")]

    assert recovery_actions.remove("heal")
    assert not recovery_actions.remove("heal")
    with pytest.raises(ActionError, match="knows no recovery action 'heal'"):
        await actions.custom("heal", ERROR, 1, "s")


async def test_an_action_that_raises_has_not_helped(actions: JobActions) -> None:
    async def broken(_: ErrorInfo, __: RecoveryContext, ___: int, ____: str) -> bool:
        raise ZeroDivisionError("nothing to divide by")

    recovery_actions.add("broken", broken)
    with pytest.raises(ActionError, match="ZeroDivisionError: nothing to divide by"):
        await actions.custom("broken", ERROR, 1, "s")
    recovery_actions.remove("broken")
