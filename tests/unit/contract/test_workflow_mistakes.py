"""What bad workflow files are told: every mistake by its line and field, and bounds on what is read."""

import time
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference_workflows import loaded

from orchestrator.contract.errors import WorkflowError
from orchestrator.contract.workflow_check import check
from orchestrator.contract.workflow_source import load_workflow


def problems_of(text: str, source: str = "<workflow>") -> list[str]:
    with pytest.raises(WorkflowError) as caught:
        load_workflow(text, source=source)
    return [str(problem) for problem in caught.value.problems]


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
