"""A script's own objects as a workflow's components: engine and robot are real, checkpoints are kept on disk."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio

from orchestrator import RecoveryStrategy, ResourceThresholds, WorkflowOrchestrator
from orchestrator.contract.api.events import NamedEvent
from orchestrator.contract.checkpoints import CheckpointKind
from orchestrator.contract.errors import UserError
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.states import StepStatus
from orchestrator.contract.workflow import ExecutionStrategy
from orchestrator.scripting.orchestration import OrchestrationState

pytestmark = [
    pytest.mark.timeout(120),
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.xdist_group("workflow_orchestrator"),
]


def evolution(iterations: int = 1) -> dict[str, JsonValue]:
    return {
        "workflow_id": "evolution",
        "name": "Evolution",
        "experiment_id": "exp_001",
        "timeout": 120,
        "iterations": iterations,
        "steps": [
            {
                "name": "analyze",
                "component": "analyzer",
                "operation": "analyze_code",
                "parameters": {"depth": "full"},
                "critical": True,
                "retry_count": 3,
                "retry_delay": 0.01,
                "timeout": 60.0,
            },
            {
                "name": "generate",
                "component": "generator",
                "operation": "__call__",
                "parameters": {"count": 2, "found": "${{ steps.analyze.result }}"},
                "dependencies": ["analyze"],
                "retry_count": 0,
                "timeout": 60.0,
            },
            {
                "name": "evaluate",
                "component": "evaluator",
                "operation": "evaluate_changes",
                "dependencies": ["generate"],
                "critical": False,
                "retry_count": 0,
            },
        ],
    }


class Pipeline:
    """Objects with methods: analyzer, generator, evaluator."""

    def __init__(self, *, failures: int = 0) -> None:
        self.analyzer = self.evaluator = self
        self.failures = failures
        self.calls: list[str] = []
        self.is_generating = asyncio.Event()
        self.may_generate = asyncio.Event()
        self.may_generate.set()

    def analyze_code(self, depth: str) -> dict[str, JsonValue]:
        self.calls.append("analyze")
        if self.failures:
            self.failures -= 1
            raise ConnectionError("the line is busy")
        return {"depth": depth}

    async def generator(self, count: int, found: dict[str, JsonValue]) -> list[JsonValue]:
        self.calls.append("generate")
        self.is_generating.set()
        await self.may_generate.wait()
        return [found] * count

    def evaluate_changes(self) -> None:
        self.calls.append("evaluate")
        raise RuntimeError("nothing to evaluate")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def seal(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[WorkflowOrchestrator]:
    """An orchestrator with a workspace of its own."""
    async with WorkflowOrchestrator(
        workspace_dir=tmp_path_factory.mktemp("seal"),
        checkpoint_interval=1,
        execution_strategy=ExecutionStrategy.ADAPTIVE,
        recovery_strategy=RecoveryStrategy(max_retries=1, retry_delay=0.01, component_restart=False),
        resource_thresholds=ResourceThresholds(memory_warning=0.99, memory_critical=1.0),
        monitoring_interval=30.0,
    ) as orchestrator:
        yield orchestrator


@pytest.mark.feature("E01", "E03", "E04", "E06", "E07", "E08")
async def test_iterations_call_the_scripts_objects_and_the_result_counts_them(seal: WorkflowOrchestrator) -> None:
    pipeline, heard = Pipeline(failures=2), []

    @seal.events.subscribe("orchestration.checkpoint_created")
    async def on_checkpoint(event: NamedEvent) -> None:
        heard.append(event.data["checkpoint_id"])

    assert await seal.initialize_workflow(evolution(iterations=3))
    result = await seal.execute_workflow(pipeline)
    assert (result.state, result.error) == (OrchestrationState.COMPLETED, None)
    assert (result.success_count, len(result.iterations)) == (3, 3)
    assert result.total_execution_time > 0
    assert result.checkpoints_created > 0
    assert [each for each in pipeline.calls if each != "evaluate"] == ["analyze"] * 2 + ["analyze", "generate"] * 3
    assert pipeline.calls.count("evaluate") >= 3
    assert {view.facts.checkpoint_id for view in await seal.list_checkpoints()} & set(heard)
    analyze, generate, evaluate = (result.step_results[each] for each in ("analyze", "generate", "evaluate"))
    assert (analyze.status, generate.value) == (StepStatus.COMPLETED, [{"depth": "full"}] * 2)
    assert (evaluate.status, evaluate.error is not None) == (StepStatus.FAILED, True)
    assert evaluate.error is not None
    assert evaluate.error.message == "RuntimeError: nothing to evaluate"
    status = seal.get_workflow_status()
    assert (status["state"], status["status"]) == ("completed", "completed")
    assert status["execution_context"]["total_iterations"] == 3
    assert status["execution_context"]["metadata"] == {"experiment_id": "exp_001"}


@pytest.mark.feature("E02", "E09", "E10", "E11", "E12", "E15", "E25")
async def test_it_is_paused_resumed_cancelled_and_resumed_from_a_checkpoint(seal: WorkflowOrchestrator) -> None:
    pipeline, is_told = Pipeline(), asyncio.Event()

    @seal.events.subscribe("jobs.progress")
    async def on_progress(event: NamedEvent) -> None:
        if event.data.get("current_step") == "generate":
            is_told.set()

    pipeline.may_generate.clear()
    assert await seal.initialize_workflow(evolution())
    assert seal.get_workflow_status()["state"] == "idle"
    running = asyncio.get_running_loop().create_task(seal.execute_workflow(pipeline))
    async with asyncio.timeout(30):
        await pipeline.is_generating.wait()
        await is_told.wait()
    checkpoint = await seal.create_checkpoint("by hand")
    assert seal.state is OrchestrationState.RUNNING
    assert seal.get_workflow_status()["execution_context"]["current_stage"] == "generate"
    assert await seal.cancel_workflow()
    cancelled = await running
    assert cancelled.state is OrchestrationState.CANCELLED
    assert not await seal.pause_workflow()

    pipeline.may_generate.set()
    again = await seal.execute_workflow(pipeline, resume_from_checkpoint=checkpoint)
    assert again.state is OrchestrationState.COMPLETED
    assert again.execution_id == cancelled.execution_id
    assert pipeline.calls.count("analyze") == 1
    manual = await seal.list_checkpoints(CheckpointKind.MANUAL)
    assert checkpoint in {view.facts.checkpoint_id for view in manual}
    assert (await seal.get_checkpoint_statistics()).total >= len(manual)
    assert (await seal.get_resource_statistics()).machine == "host"


@pytest.mark.feature("E12")
async def test_a_cancel_in_the_moment_of_the_start_meets_the_execution_that_starts(seal: WorkflowOrchestrator) -> None:
    pipeline = Pipeline()
    pipeline.may_generate.clear()
    assert await seal.initialize_workflow(evolution())
    running = asyncio.get_running_loop().create_task(seal.execute_workflow(pipeline))
    await asyncio.sleep(0)
    assert seal.state is OrchestrationState.INITIALIZING
    assert await seal.cancel_workflow()
    assert (await running).state is OrchestrationState.CANCELLED


@pytest.mark.feature("O44")
async def test_closing_in_the_middle_cancels_what_runs_and_waits_for_its_end(tmp_path: Path) -> None:
    pipeline = Pipeline()
    pipeline.may_generate.clear()
    async with WorkflowOrchestrator(workspace_dir=tmp_path) as orchestrator:
        assert await orchestrator.initialize_workflow(evolution())
        running = asyncio.get_running_loop().create_task(orchestrator.execute_workflow(pipeline))
        await asyncio.wait_for(pipeline.is_generating.wait(), 30)
    assert running.done()
    assert running.result().state is OrchestrationState.CANCELLED


@pytest.mark.feature("E05")
async def test_a_workflow_that_cannot_be_used_is_refused_with_reasons(
    seal: WorkflowOrchestrator, expected_warnings: Callable[..., None]
) -> None:
    expected_warnings("The workflow cannot be used: .*wait for each other")
    circle: JsonValue = [
        {"name": "a", "component": "x", "operation": "run", "dependencies": ["b"]},
        {"name": "b", "component": "x", "operation": "run", "dependencies": ["a"]},
    ]
    assert not await seal.initialize_workflow({"name": "Circle", "steps": circle})
    assert ["wait for each other" in problem.message for problem in seal.problems] == [True]
    assert seal.state is OrchestrationState.IDLE
    with pytest.raises(UserError, match="Initialize a workflow first"):
        await seal.execute_workflow()


async def test_an_object_without_the_component_is_refused_before_anything_runs(seal: WorkflowOrchestrator) -> None:
    assert await seal.initialize_workflow(evolution())
    with pytest.raises(UserError, match=r"object has no analyzer\.analyze_code"):
        await seal.execute_workflow(object())
    assert seal.state is OrchestrationState.IDLE


@pytest.mark.feature("E02")
async def test_a_critical_component_that_fails_ends_the_workflow(seal: WorkflowOrchestrator) -> None:
    pipeline = Pipeline(failures=100)
    assert await seal.initialize_workflow(evolution(iterations=2))
    result = await seal.execute_workflow(pipeline)
    assert (result.state, result.success_count, len(result.iterations)) == (OrchestrationState.FAILED, 0, 1)
    assert "ConnectionError: the line is busy" in str(result.error)
    assert seal.get_workflow_status()["recovery_attempts"] >= 1
    assert (await seal.get_recovery_statistics()).total.tried >= 1


async def test_the_example_of_the_page_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    page = (Path(__file__).parents[2] / "docs" / "python.md").read_text()
    (example,) = [
        each for each in re.findall(r"^```python run\n(.*?)^```", page, re.DOTALL | re.MULTILINE) if "CONFIG" in each
    ]
    monkeypatch.chdir(tmp_path)
    await asyncio.to_thread(exec, compile(example, "python.md", "exec"), {"__name__": "example"})
    said = capfd.readouterr().out
    assert "Checkpoint created: " in said
    assert "2/2 iterations successful" in said
    assert (tmp_path / ".botswain" / "botswain.db").exists()


async def test_nothing_is_started_before_it_is_asked_for(tmp_path: Path) -> None:
    assert WorkflowOrchestrator(tmp_path / "nothing").state is OrchestrationState.IDLE
    assert not (tmp_path / "nothing").exists()
