"""Checking definitions: every mistake that can be seen before a run."""

from typing import Any

import pytest

from orchestrator.contract.actions.catalogue import CATALOGUE
from orchestrator.contract.errors import WorkflowError
from orchestrator.contract.workflow import WorkflowDefinition
from orchestrator.contract.workflow_check import check, checked, resolve
from orchestrator.contract.workflow_source import load_workflow

GOTO = {"action": "goto", "parameters": {"url": "http://127.0.0.1/"}}


def workflow(*steps: dict[str, Any], **more: Any) -> WorkflowDefinition:
    return WorkflowDefinition.model_validate({"steps": [{**GOTO, **step} for step in steps], **more})


def found(definition: WorkflowDefinition) -> list[tuple[str, str]]:
    return [(problem.field, problem.message) for problem in check(definition)]


@pytest.mark.feature("D09", "D11")
def test_a_right_workflow_has_no_problems() -> None:
    good = workflow(
        {"id": "a"},
        {"id": "b", "dependencies": ["a"], "when": "steps.a.status == 'completed'"},
        {"id": "c", "dependencies": ["b"], "parameters": {"url": "${{ base }}/${{ steps.a.result.url }}"}},
        variables={"base": "http://x"},
        outputs={"all": "${{ results.c }}"},
        until="steps.c.result == null",
    )

    assert check(good) == []
    assert checked(good).steps[1].dependencies == ("a",)


def test_an_unknown_action_is_named_with_the_nearest_right_one() -> None:
    assert found(workflow({"id": "a", "action": "gotoo"})) == [
        ("steps[0].action", "There is no action 'gotoo'. Did you mean 'goto'?")
    ]


def test_a_step_without_an_action_is_a_problem_of_the_check() -> None:
    assert found(workflow({"id": "a", "action": "", "parameters": {}})) == [
        ("steps[0].action", "The step has no action; write `action:` and what it does.")
    ]


def test_what_the_fleet_can_do_decides_which_actions_there_are() -> None:
    custom = workflow({"id": "a", "action": "vendor.thing"})

    assert check(custom)
    assert check(custom, catalogue={"vendor.thing": CATALOGUE["goto"]}) == []


def test_parameters_are_checked_unless_an_expression_gives_them() -> None:
    fields = [field for field, _ in found(workflow({"id": "a", "parameters": {"url": "http://x", "wiat": 1}}))]
    late = workflow({"id": "a", "parameters": {"url": "${{ base }}"}}, variables={"base": "http://x"})

    assert fields == ["steps[0].parameters.wiat"]
    assert check(late) == []


@pytest.mark.feature("D09", "W13")
def test_a_missing_dependency_is_named_with_the_nearest_step() -> None:
    assert found(workflow({"id": "search"}, {"id": "b", "dependencies": ["serach"]})) == [
        ("steps[1].dependencies[0]", "There is no step 'serach'. Did you mean 'search'?")
    ]
    with pytest.raises(WorkflowError, match="serach"):
        resolve(workflow({"id": "a", "dependencies": ["serach"]}))


@pytest.mark.feature("E64")
def test_a_dependency_by_name_becomes_an_id_and_an_id_wins_over_a_name() -> None:
    resolved = resolve(
        workflow(
            {"id": "a", "name": "b"}, {"id": "b", "name": "Third"}, {"id": "c", "dependencies": ["Third", "b", "a"]}
        )
    )

    assert resolved.steps[2].dependencies == ("b", "a")
    assert resolve(resolved) == resolved


def test_a_name_that_two_steps_have_cannot_be_depended_on() -> None:
    ((field, message),) = found(
        workflow({"id": "a", "name": "x"}, {"id": "b", "name": "x"}, {"id": "c", "dependencies": ["x"]})
    )

    assert field == "steps[2].dependencies[0]"
    assert message == "Several steps are named 'x'; write the id of one of them: a, b."


@pytest.mark.feature("E60", "W13")
def test_a_circle_is_named_with_its_path() -> None:
    problems = found(
        workflow(
            {"id": "start"},
            {"id": "a", "dependencies": ["c", "start"]},
            {"id": "b", "dependencies": ["a"]},
            {"id": "c", "dependencies": ["b"]},
            {"id": "self", "dependencies": ["self"]},
            {"id": "after", "dependencies": ["c"]},
        )
    )

    assert problems == [
        ("steps[1].dependencies", "The steps wait for each other: a -> c -> b -> a. Remove one of these dependencies."),
        ("steps[4].dependencies", "The step waits for itself: self -> self. Remove that dependency."),
    ]


def test_an_id_that_is_used_twice_is_a_problem() -> None:
    assert found(workflow({"id": "a"}, {"id": "a"})) == [
        ("steps[1].id", "The id 'a' is taken by steps[0]; give this step another one.")
    ]


@pytest.mark.parametrize(
    ("step", "field", "words"),
    [
        ({"parameters": {"url": "${{ steps.zero.result }}"}}, "steps[1].parameters.url", "there is no step 'zero'"),
        ({"parameters": {"url": "${{ bsae }}"}}, "steps[1].parameters.url", "Did you mean 'base'"),
        ({"parameters": {"url": "${{ 1 + }}"}}, "steps[1].parameters.url", "no expression"),
        ({"parameters": {"url": "${{ base"}}, "steps[1].parameters", "never closed"),
        ({"when": "steps.a.rows > 1"}, "steps[1].when", ".result, .status or .error"),
        ({"when": "${{ base }} == ${{ base }}"}, "steps[1].when", "one expression"),
        ({"when": "steps.a.result"}, "steps[1].when", "add 'a' to its dependencies"),
        ({"when": "steps.b.result"}, "steps[1].when", "does not wait for it"),
        ({"when": "got == 1"}, "steps[1].when", "does not wait for 'a', which saves it"),
        ({"save_as": "steps"}, "steps[1].save_as", "already means something"),
    ],
)
def test_expressions_are_checked_in_their_places(step: dict[str, Any], field: str, words: str) -> None:
    ((place, message),) = found(workflow({"id": "a", "save_as": "got"}, {"id": "b", **step}, variables={"base": "x"}))

    assert place == field
    assert words in message


def test_a_step_may_read_what_stands_anywhere_before_it() -> None:
    chain = workflow(
        {"id": "a", "save_as": "got"},
        {"id": "b", "dependencies": ["a"]},
        {"id": "c", "dependencies": ["b"], "when": "got == steps.a.result"},
    )

    assert check(chain) == []


def test_outputs_and_until_are_checked_too() -> None:
    fields = [field for field, _ in found(workflow({"id": "a"}, outputs={"x": ["${{ nope }}"]}, until="nope"))]

    assert fields == ["outputs.x[0]", "until"]


def test_declarations_of_variables_are_checked() -> None:
    problems = found(workflow({"id": "a"}, variables={"item": 1, "n": {"type": "integer", "default": "x"}}))

    assert [field for field, _ in problems] == ["variables.item", "variables.n.default"]


def test_a_workflow_that_fits_into_no_message_is_a_problem() -> None:
    ((field, message),) = found(workflow({"id": "a", "action": "set", "parameters": {"value": "y" * 900_000}}))

    assert field == ""
    assert "786,432" in message


def test_a_workflow_of_two_thousand_plain_steps_fits_into_one_message() -> None:
    big = workflow(*({"id": f"s{n}", "dependencies": [f"s{n - 1}"] if n else []} for n in range(2000)))

    assert check(big) == []


def test_problems_get_their_lines_from_the_document() -> None:
    loaded = load_workflow(
        "name: x\ntasks:\n  - id: a\n    action: goto\n    with:\n      url: http://x\n      oops: 1\n    needs: [b]\n"
    )

    first, second = loaded.located(check(loaded.definition))

    assert (first.line, first.step, first.field) == (7, "a", "steps[0].parameters.oops")
    assert str(second) == "line 8, step 'a', steps[0].dependencies[0]: There is no step 'b'. There is: a."


def patterns(*steps: dict[str, Any], **more: Any) -> WorkflowDefinition:
    return WorkflowDefinition.model_validate({"steps": list(steps), **more})


SET: dict[str, Any] = {"action": "set", "parameters": {"value": 1}}


@pytest.mark.feature("W17")
def test_the_steps_of_a_branch_wait_for_the_choice_and_what_waits_for_the_choice_waits_for_them() -> None:
    definition = patterns(
        {"id": "c", "condition": "true", "thenTasks": ["Yes"], "elseTasks": ["no"]},
        {"id": "yes", "name": "Yes", **SET},
        {"id": "no", **SET},
        {"id": "after", **SET, "needs": "c"},
        {"id": "beside", **SET},
    )
    needs = {step.id: step.dependencies for step in checked(definition).steps}

    assert needs == {"c": (), "yes": ("c",), "no": ("c",), "after": ("c", "yes", "no"), "beside": ()}
    assert checked(checked(definition)) == checked(definition)


@pytest.mark.feature("W17")
def test_mistakes_of_choices_are_named() -> None:
    definition = patterns(
        {"id": "a", "then": ["x"], "else": ["x", "nobody"]},
        {"id": "b", "condition": "true", "then": ["x"], **SET},
        {"id": "d", "action": "if"},
        {"id": "e", "condition": "true", "then": ["y"], "needs": ["y"]},
        {"id": "x", **SET},
        {"id": "y", **SET},
    )

    assert set(found(definition)) == {
        ("steps[0].else[1]", "There is no step 'nobody'. There is: a, b, d, e, x, y."),
        ("steps[0].when", "A choice needs a `condition:`."),
        ("steps[0].else", "'x' is in both branches, so the choice decides nothing for it; name it in one."),
        ("steps[1].action", "A step that chooses does nothing else; leave out 'set', or make it a step of `then`."),
        ("steps[2].action", "A choice needs `then:` or `else:` with the steps that depend on it."),
        ("steps[3].dependencies", "The steps wait for each other: e -> y -> e. Remove one of these dependencies."),
    }


@pytest.mark.feature("W21")
def test_expressions_of_a_fan_out_know_its_entry_and_nothing_else_does() -> None:
    loop = {"for_each": {"items": "${{ rows }}", "as": "row", "aggregate": "${{ len(values) + len(items) }}"}}
    good = patterns(
        {
            "id": "f",
            **loop,
            "action": "set",
            "parameters": {"value": "${{ row }} ${{ item }} ${{ input }} ${{ index }}"},
        },
        variables={"rows": [1]},
    )
    bad = patterns(
        {"id": "f", **loop, **SET, "when": "row == 1"},
        {"id": "g", "for_each": "${{ nothing }}", **SET},
        {"id": "h", "for_each": {"items": [1], "aggregate": "${{ index }}", "as": "steps"}, **SET},
        variables={"rows": [1]},
    )

    assert check(good) == []
    assert [field for field, _ in found(bad)] == [
        "steps[0].when", "steps[1].for_each.items", "steps[2].for_each.as", "steps[2].for_each.aggregate",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["inputData: 5"], "line 3, step 'f', steps[0].inputData: the items are a list, or an expression such as"),
        (["inputData: [1]", "aggregator: som"], "line 4, step 'f', steps[0].aggregator: the aggregator must be one of"),
        (
            ["inputData: [1]", "concurrency: 0"],
            "line 4, step 'f', steps[0].concurrency: 'concurrency' must be at least 1",
        ),
        (
            ["for_each: {items: [1], concurency: 2}"],
            "line 3, step 'f', steps[0].for_each.concurency: There is no field",
        ),
        (
            ["inputData: [1]", "taskTemplate:", "  action: set", "  timeout: long"],
            "line 6, step 'f', steps[0].taskTemplate.timeout: 'timeout' must be a number",
        ),
    ],
)
def test_mistakes_of_fan_outs_are_found_with_their_lines(lines: list[str], message: str) -> None:
    text = "\n".join(["steps:", "  - id: f", *(f"    {line}" for line in lines)])
    with pytest.raises(WorkflowError) as caught:
        load_workflow(text)

    assert str(caught.value).startswith(message)
