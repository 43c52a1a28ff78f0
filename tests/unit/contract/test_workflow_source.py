"""Reading workflow files: the reference documents' definitions, and what bad files are told."""

import json
import time
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.contract.errors import WorkflowError
from orchestrator.contract.states import JobPriority
from orchestrator.contract.workflow import ExecutionStrategy, OnError, Step, WorkflowDefinition
from orchestrator.contract.workflow_check import check, resolve
from orchestrator.contract.workflow_source import load_workflow, load_workflow_file

DIRECTOR_STEPS = [
    {
        "id": "setup_sessions",
        "name": "Setup Browser Sessions",
        "action": "create_session_pool",
        "parameters": {"pool_size": 3},
    },
    {
        "id": "search_jobs",
        "name": "Search for Jobs",
        "action": "search_jobs",
        "parameters": {"keywords": ["Salesforce", "Agentforce"]},
        "dependencies": ["setup_sessions"],
    },
    {
        "id": "process_results",
        "name": "Process Search Results",
        "action": "merge_job_results",
        "dependencies": ["search_jobs"],
    },
]

EVOSEAL = {
    "workflow_id": "evolution_workflow_001",
    "experiment_id": "exp_001",
    "iterations": 10,
    "steps": [
        {
            "name": "analyze",
            "component": "analyzer",
            "operation": "analyze_code",
            "parameters": {"depth": "full"},
            "critical": True,
            "retry_count": 3,
            "timeout": 300.0,
        },
        {
            "name": "generate",
            "component": "generator",
            "operation": "generate_improvements",
            "parameters": {"count": 5},
            "dependencies": ["analyze"],
            "critical": True,
            "retry_count": 2,
        },
        {
            "name": "evaluate",
            "component": "evaluator",
            "operation": "evaluate_changes",
            "parameters": {"metrics": ["performance", "quality"]},
            "dependencies": ["generate"],
            "critical": False,
        },
    ],
}

EVOSEAL_GROUPS = [
    {"name": "setup"},
    {"name": "analyze_performance", "parallel_group": "analysis", "dependencies": ["setup"]},
    {"name": "analyze_quality", "parallel_group": "analysis", "dependencies": ["setup"]},
    {"name": "generate_improvements", "dependencies": ["analyze_performance", "analyze_quality"]},
]

EVOSEAL_PIPELINE = {
    "workflow_id": "evolution_001",
    "iterations": 20,
    "steps": [
        {"name": "analyze", "component": "_analyze_current_version", "operation": "__call__"},
        {
            "name": "generate",
            "component": "_generate_improvements",
            "operation": "__call__",
            "dependencies": ["analyze"],
        },
    ],
}

WORKSTATION = {
    "name": "Scrape",
    "definition": {
        "tasks": [
            {
                "id": "t1",
                "name": "Open",
                "agent_type": "browser",
                "action": "navigate",
                "parameters": {"url": "http://127.0.0.1/"},
                "priority": 10,
            },
            {
                "id": "t2",
                "name": "Read",
                "agent_type": "browser",
                "action": "extract",
                "dependencies": ["t1"],
                "maxRetries": 2,
                "delayMs": 500,
                "backoffMultiplier": 3,
                "on_error": "continue",
            },
        ],
        "variables": {"limit": 5},
        "on_error": "continue",
    },
}


def loaded(data: object) -> WorkflowDefinition:
    return load_workflow(json.dumps(data)).definition


def problems_of(text: str, source: str = "<workflow>") -> list[str]:
    with pytest.raises(WorkflowError) as caught:
        load_workflow(text, source=source)
    return [str(problem) for problem in caught.value.problems]


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


def test_every_mistake_is_named_with_line_step_and_field() -> None:
    text = """name: x
stps: 3
strategy: parralel
timeout: -1
steps:
  - id: a
    action: goto
    timeout: soon
    retries: -1
    depends: b
  - id: b
    step_id: c
    on_error: explode
  - 7
"""
    assert problems_of(text) == [
        "line 2, stps: There is no field 'stps'. Did you mean 'steps'?",
        (
            "line 3, strategy: 'strategy' must be 'sequential', 'parallel', 'priority' or 'adaptive', "
            "not 'parralel'. Did you mean 'parallel'?"
        ),
        "line 4, timeout: 'timeout' must be greater than 0, not -1.",
        "line 8, step 'a', steps[0].timeout: 'timeout' must be a number, not 'soon'.",
        "line 9, step 'a', steps[0].retries: 'retries' must be at least 0, not -1.",
        "line 10, step 'a', steps[0].depends: There is no field 'depends'. Did you mean 'depends_on'?",
        "line 12, step 'b', steps[1].step_id: 'step_id' and 'id' mean the same; keep one of them.",
        "line 13, step 'b', steps[1].on_error: 'on_error' must be 'stop' or 'continue'.",
        "line 14, step 'step_3', steps[2]: An entry of 'steps' must be a mapping of names to values, not 7.",
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("# nothing\n", "empty"),
        ("7", "list of steps"),
        ("name: x", "needs `steps:`"),
        ("steps: []", "needs `steps:`"),
        ("steps: abc", "'steps' must be a list"),
        ("definition: 3", "mapping that holds the steps"),
        ("a: b: c", "line 1: This is not YAML"),
        ("steps:\n\t- a", "spaces, not with tabs"),
        ("steps:\n- {id: a, id: b}", "line 2: The key 'id' stands here a second time"),
        ("steps: [{a: *x}]", "anchor"),
        ("a: !!python/object:os.system {}", "tag"),
        ("a: !secret b", "tag"),
        ("a: b\n---\nc: d", "more than one document"),
        ("? [a]\n: b", "key must be a text"),
        ("a: 1e999", "too large"),
        ("<<: 3\n", "merges objects"),
        ("[" * 5000, "levels deep"),
        ('{"a":' * 5000, "levels deep"),
        ("a:\n  " + "- " * 500 + "x", "levels deep"),
        ("x" * 1_100_000, "1,048,576 bytes"),
        ("\x07", "not YAML"),
        ("steps: [{action: x, retry: {initial_delay: 90}}]", "longer than max_delay"),
        ("steps: [{action: x, session: [1]}]", "'session' must be a text"),
        ("variables: {a: {type: text}}\nsteps: [{action: x}]", "'type' must be"),
        ("steps: [{action: x, operation: y}]", "belongs to a 'component'"),
        ("steps: [{action: x, delayMs: y}]", "milliseconds"),
    ],
)
def test_a_file_that_is_no_workflow_is_told_why(text: str, words: str) -> None:
    problems = problems_of(text)

    assert any(words in problem for problem in problems), problems
    assert not any("Input should" in problem or "pydantic" in problem for problem in problems)


def test_a_json_file_is_told_where_json_breaks() -> None:
    assert problems_of('{"steps":\n [1,]}', source="a.json")[0].startswith("line 2: This is not JSON")
    assert problems_of('{"a": NaN}', source="a.json") == ["line 1: NaN is no JSON value."]
    assert "nested" in problems_of("[" * 200_000, source="a.json")[0]


@pytest.mark.parametrize(
    ("text", "line", "end"), [('{"steps":\n [1,]}', 2, "]"), ('{"a": 1,\n\n}', 1, "}"), ("[1, \n]", 1, "]")]
)
def test_a_comma_behind_the_last_entry_is_told_as_such(text: str, line: int, end: str) -> None:
    assert problems_of(text, source="a.json")[0].startswith(
        f"line {line}: This is not JSON: the last entry before '{end}'"
    )


def test_a_document_that_repeats_itself_without_end_is_refused() -> None:
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [{','.join([f'*{chr(97 + n)}'] * 9)}]\n" for n in range(12)
    )

    assert "200,000 values" in problems_of(bomb)[0]


def test_ten_thousand_steps_are_refused_quickly() -> None:
    text = "steps:\n" + "".join(f"  - {{id: s{n}, action: goto, dependencies: [s{n - 1}]}}\n" for n in range(10_000))
    begun = time.process_time()

    assert problems_of(text) == [
        "line 2002, steps: A workflow may have 2,000 steps; this one has 10,000. Split it into several workflows."
    ]
    assert time.process_time() - begun < 10


def test_at_most_fifty_mistakes_are_listed() -> None:
    problems = problems_of("steps:\n" + "  - {actoin: x}\n" * 500)

    assert len(problems) == 51
    assert problems[-1] == "There are 450 more mistakes."


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


WORDS = st.sampled_from(
    ["steps", "tasks", "id", "step_id", "name", "action", "component", "operation", "agent_type", "retry", "retries",
     "delayMs", "on_error", "when", "definition", "variables", "type", "dependencies", "parameters", "experiment_id",
     "metadata", "timeout", "critical", "priority", "session_requirements", "outputs", "tags", "iterations"]
)  # fmt: skip
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["stop", "continue", "goto", "${{ a }}"])
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS | st.text(max_size=8), inner, max_size=5),
    max_leaves=25,
)


@settings(max_examples=300, deadline=None)
@given(JSON | st.fixed_dictionaries({"steps": st.lists(JSON, max_size=3)}))
def test_no_data_gives_anything_but_a_workflow_or_a_workflow_error(data: object) -> None:
    with suppress(WorkflowError):
        check(loaded(data))


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="-:?[]{}&*!|>'\"%@`#, \n\tabs01.~<", max_size=80))
def test_no_text_gives_anything_but_a_workflow_or_a_workflow_error(text: str) -> None:
    with suppress(WorkflowError):
        load_workflow(text)


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
