"""Reading workflow files: the reference documents' definitions, the words that mean the same, files and their lines."""

import json
from pathlib import Path

import pytest
from reference_workflows import DIRECTOR_STEPS, EVOSEAL, EVOSEAL_GROUPS, EVOSEAL_PIPELINE, WORKSTATION, loaded

from orchestrator.contract.errors import WorkflowError
from orchestrator.contract.states import JobPriority
from orchestrator.contract.workflow import ExecutionStrategy, OnError, Step, WorkflowDefinition
from orchestrator.contract.workflow_check import resolve
from orchestrator.contract.workflow_source import load_workflow, load_workflow_file


@pytest.mark.feature("D11")
def test_a_director_list_of_steps_is_a_workflow() -> None:
    workflow = loaded(DIRECTOR_STEPS)

    assert [step.id for step in workflow.steps] == ["setup_sessions", "search_jobs", "process_results"]
    assert workflow.steps[1].parameters == {"keywords": ["Salesforce", "Agentforce"]}
    assert workflow.steps[2].dependencies == ("search_jobs",)


@pytest.mark.feature("D23")
def test_a_director_workflow_takes_its_options() -> None:
    workflow = WorkflowDefinition.model_validate(
        {
            "id": "custom_workflow",
            "name": "Custom Workflow",
            "description": "Custom workflow description",
            "steps": DIRECTOR_STEPS,
            "parallel_execution": True,
            "max_concurrent_steps": 3,
            "timeout": 1800,
            "priority": "HIGH",
            "session_requirements": {"min_sessions": 2, "session_type": "job_discovery"},
            "metadata": {"owner": "Ada"},
        }
    )

    assert (workflow.timeout_s, workflow.max_concurrent_steps) == (1800, 3)
    assert workflow.priority is JobPriority.HIGH
    assert workflow.session_requirements.min_sessions == 2
    assert workflow.metadata == {"owner": "Ada"}


@pytest.mark.feature("D19")
def test_a_director_step_has_five_minutes_and_three_retries() -> None:
    step = Step.model_validate({"id": "retry_step", "name": "Step with Retry", "action": "search_jobs"})

    assert (step.timeout_s, step.retry.max_retries) == (300, 3)
    assert Step.model_validate({"id": "a", "action": "x", "max_retries": 7, "timeout": 2}).retry.max_retries == 7
    assert Step.model_validate({"id": "a", "action": "x", "retry_count": 0}).retry.max_retries == 0


@pytest.mark.feature("E53", "E54", "E55")
def test_an_evoseal_configuration_loads_with_components_and_names() -> None:
    workflow = resolve(loaded(EVOSEAL))

    assert workflow.id == "evolution_workflow_001"
    assert workflow.metadata == {"experiment_id": "exp_001"}
    assert workflow.iterations == 10
    assert [step.action for step in workflow.steps] == [
        "analyzer.analyze_code", "generator.generate_improvements", "evaluator.evaluate_changes",
    ]  # fmt: skip
    assert [step.retry.max_retries for step in workflow.steps] == [3, 2, 3]
    assert [step.critical for step in workflow.steps] == [True, True, False]
    assert loaded({"steps": [{"name": "a", "component": "b", "timeout": None}]}).steps[0].timeout_s == 300
    assert loaded(EVOSEAL_PIPELINE).steps[1].action == "_generate_improvements.__call__"


@pytest.mark.feature("E57", "E64")
def test_steps_depend_on_each_other_by_name_even_in_a_sketch_without_actions() -> None:
    workflow = resolve(loaded(EVOSEAL_GROUPS))

    assert workflow.steps[3].dependencies == ("analyze_performance", "analyze_quality")
    assert workflow.steps[1].parallel_group == "analysis"
    assert workflow.steps[1].action == ""


@pytest.mark.feature("W19", "W30")
def test_a_workstation_workflow_keeps_its_tasks_inside_definition() -> None:
    workflow = loaded(WORKSTATION)

    assert [step.action for step in workflow.steps] == ["browser.navigate", "browser.extract"]
    assert workflow.steps[0].priority == 10
    assert (workflow.steps[1].retry.initial_delay, workflow.steps[1].retry.backoff_factor) == (0.5, 3)
    assert not workflow.steps[1].critical
    assert workflow.on_error is OnError.CONTINUE
    assert workflow.variables["limit"].default == 5


def test_steps_without_ids_get_ids_from_their_names() -> None:
    workflow = loaded(
        [{"name": "Search jobs!", "action": "x"}, {"name": "Search jobs?", "action": "x"}, {"action": "x"}]
    )

    assert [step.id for step in workflow.steps] == ["search_jobs", "search_jobs_2", "step_3"]


def test_a_made_id_never_takes_one_that_is_written() -> None:
    assert [step.id for step in loaded([{"name": "a"}, {"id": "a"}]).steps] == ["a_2", "a"]


def test_yaml_and_json_say_the_same() -> None:
    yaml = "name: A\nsteps:\n  - {id: a, action: goto, parameters: {url: 'http://x'}, depends_on: b}\n  - id: b\n"
    same = {
        "name": "A",
        "steps": [
            {"id": "a", "action": "goto", "parameters": {"url": "http://x"}, "dependencies": ["b"]},
            {"id": "b"},
        ],
    }

    assert load_workflow(yaml).definition == loaded(same)
    assert load_workflow(yaml).definition.content_hash == loaded(same).content_hash


def test_words_of_yaml_1_1_stay_texts() -> None:
    parameters = load_workflow("steps: [{action: x, parameters: {a: on, b: no, c: 2026-01-02, d: 0x1F, e: 1e3}}]")

    assert parameters.definition.steps[0].parameters == {"a": "on", "b": "no", "c": "2026-01-02", "d": 31, "e": 1000}


def test_json_escapes_are_read() -> None:
    workflow = load_workflow('{"name": "\\ud83d\\ude00 \\/", "steps": [\n\t{"action": "x"}]}')

    assert workflow.definition.name == "\U0001f600 /"
    assert workflow.line_of("steps[0].action") == 2


def test_anchors_and_merges_work() -> None:
    text = "steps:\n  - &base {id: a, action: goto, timeout: 5}\n  - {<<: *base, id: b}\n"

    assert [step.timeout_s for step in load_workflow(text).definition.steps] == [5, 5]


def test_a_definition_survives_its_own_json() -> None:
    workflow = resolve(loaded(WORKSTATION))

    assert WorkflowDefinition.model_validate_json(workflow.model_dump_json()) == workflow


def test_files_are_read_and_bad_files_named(tmp_path: Path) -> None:
    good = tmp_path / "good.yaml"
    good.write_bytes(b"\xef\xbb\xbfsteps: [{action: goto}]")
    (tmp_path / "latin.yaml").write_bytes(b"name: a\ndescription: caf\xe9\n")
    (tmp_path / "notepad.yaml").write_bytes("steps: []".encode("utf-16"))
    (tmp_path / "image.png").write_bytes(b"\x89PNG\0\0")
    (tmp_path / "big.yaml").write_bytes(b"#" * 1_048_577)

    assert load_workflow_file(good).definition.steps[0].action == "goto"
    for name, words in [
        ("missing.yaml", "There is no file"),
        ("latin.yaml", "line 2: .*not UTF-8"),
        ("image.png", "binary"),
        ("notepad.yaml", "UTF-16 text; save it as UTF-8"),
        ("big.yaml", "1,048,576 bytes"),
        (".", "folder"),
    ]:
        with pytest.raises(WorkflowError, match=words):
            load_workflow_file(tmp_path / name)


def test_lines_are_found_whatever_words_the_document_uses() -> None:
    loaded_workflow = load_workflow(
        "name: x\ndefinition:\n  tasks:\n    - id: a\n      needs:\n        - b\n      retries: 1\n"
    )

    assert loaded_workflow.line_of("steps[0].dependencies[0]") == 6
    assert loaded_workflow.line_of("steps[0].retry.max_retries") == 7
    assert loaded_workflow.line_of("steps[0].when") == 4


@pytest.mark.feature("E51")
def test_the_strategy_is_adaptive_unless_the_file_says_otherwise() -> None:
    assert loaded(DIRECTOR_STEPS).strategy is ExecutionStrategy.ADAPTIVE
    assert loaded({"execution_strategy": "priority", "steps": DIRECTOR_STEPS}).strategy is ExecutionStrategy.PRIORITY


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("steps: [{action: goto}]", {"name": "job search", "steps": [{"action": "goto"}]}),
        ("- {action: goto}", {"name": "job search", "steps": [{"action": "goto"}]}),
        ("name:\nsteps: [{action: goto}]", {"name": "job search", "steps": [{"action": "goto"}]}),
        (
            "definition: {steps: [{action: goto}]}",
            {"definition": {"name": "job search", "steps": [{"action": "goto"}]}},
        ),
    ],
    ids=["mapping", "list", "null", "wrapped"],
)
def test_a_file_without_a_name_is_named_after_itself(tmp_path: Path, text: str, named: object) -> None:
    file = tmp_path / "job search.yaml"
    file.write_text(text)
    found = load_workflow_file(file)
    assert found.definition.name == "job search"
    assert found.named == named
    assert load_workflow(json.dumps(found.named)).definition == found.definition


def test_a_name_that_is_written_stays(tmp_path: Path) -> None:
    file = tmp_path / "job-search.yaml"
    file.write_text("name: Search\nsteps: [{action: goto}]")
    assert load_workflow_file(file).definition.name == "Search"
