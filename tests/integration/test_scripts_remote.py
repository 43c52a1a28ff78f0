"""A script and an orchestrator that somebody else runs."""

from pathlib import Path

import pytest
from running_orchestrator import LOOK, settings_in

from orchestrator import DirectorOrchestrator
from orchestrator.app import Orchestrator
from orchestrator.client.errors import RefusedError, UnauthorizedError
from orchestrator.contract.errors import UserError
from orchestrator.contract.workflow import WorkflowDefinition


@pytest.mark.feature("O19")
async def test_an_execution_survives_the_orchestrator_that_took_it(tmp_path: Path) -> None:
    async with (
        Orchestrator.running(settings_in(tmp_path)) as first,
        DirectorOrchestrator(first.url, first.key) as director,
    ):
        execution = await director.execute_workflow(LOOK, {"city": "Kiel"}, "high")
        before = await director.get_workflow_status(execution)
        assert (before["status"], before["waiting"] != "") == ("pending", True)
    async with (
        Orchestrator.running(settings_in(tmp_path)) as second,
        DirectorOrchestrator(second.url, second.key) as director,
    ):
        after = await director.get_workflow_status(execution)
        assert (after["status"], after["execution_context"]) == (before["status"], before["execution_context"])
        info = await director.get_session_info(execution)
        assert info.context == {"city": "Kiel"}
        assert await director.cancel_workflow(execution)
        assert (await director.get_workflow_status(execution))["status"] == "cancelled"


@pytest.mark.feature("W01", "W08")
async def test_workflows_are_managed_with_their_versions(tmp_path: Path) -> None:
    async with (
        Orchestrator.running(settings_in(tmp_path)) as there,
        DirectorOrchestrator(there.url, there.key) as director,
    ):
        first = await director.create_workflow("Versions", steps=[{"action": "wait", "parameters": {"seconds": 1}}])
        again = await director.create_workflow("Versions", steps=[{"action": "wait", "parameters": {"seconds": 2}}])
        assert await director.save_workflow("Versions") == first == again
        client = await director.client()
        assert [version.number for version in await client.workflow_versions(first)] == [2, 1]
        old = await client.workflow(first, version=1)
        assert WorkflowDefinition.model_validate(old.definition).steps[0].parameters == {"seconds": 1}
        assert old.workflow.number == 1


async def test_the_address_may_come_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with Orchestrator.running(settings_in(tmp_path)) as there:
        monkeypatch.setenv("BOTSWAIN_URL", there.url.removeprefix("http://"))
        monkeypatch.setenv("BOTSWAIN_KEY", there.key)
        async with DirectorOrchestrator() as director:
            assert (await director.client()).base_url == there.url
        async with DirectorOrchestrator(key="wrong") as director:
            with pytest.raises(UnauthorizedError):
                await director.get_system_metrics()


async def test_what_is_not_there_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BOTSWAIN_KEY", raising=False)
    monkeypatch.setenv("BOTSWAIN_DATA_DIR", str(tmp_path / "nobody"))
    with pytest.raises(UserError, match="wants a key"):
        await DirectorOrchestrator("http://127.0.0.1:1").initialize()
    async with Orchestrator.running(settings_in(tmp_path)) as there:
        async with DirectorOrchestrator(there.url, there.key) as director:
            with pytest.raises(RefusedError, match="nothing"):
                await director.get_workflow_status("nothing")
            await director.save_workflow(LOOK)
            with pytest.raises(UserError, match="'Look' has no variable `site`"):
                await director.run_workflow(workflow="Look", site="http://127.0.0.1")
        await director.close()
