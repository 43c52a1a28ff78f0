"""Expressions: their values, what they refuse, and that no text makes them do anything else."""

import re
import time
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.contract.expressions import (
    ExpressionError,
    Scope,
    check_expression,
    evaluate,
    find_expressions,
    holds,
    references,
    render,
)
from orchestrator.contract.ids import JsonValue

SCOPE = Scope(
    steps={
        "search": {"result": [{"url": "a", "bid": 3}, {"url": "b", "bid": 1}], "status": "completed", "error": None},
        "log-in": {"result": True, "status": "completed", "error": None},
        "broken": {"result": None, "status": "failed", "error": {"kind": "timeout", "message": "late"}},
    },
    variables={"name": "Ada", "count": 3, "words": ["x", "y"], "odd name": 1, "options": {"deep": {"er": 5}}},
    iteration=2,
    item={"id": 7},
)


@pytest.mark.feature("W18")
@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("steps.search.result[0].url", "a"),
        ("steps['log-in'].result", True),
        ("results.search[-1].bid", 1),
        ("steps.broken.error.kind", "timeout"),
        ("steps.search.status", "completed"),
        ("variables.name + '!'", "Ada!"),
        ("vars['odd name']", 1),
        ("options.deep.er", 5),
        ("iteration * 2", 4),
        ("item.id", 7),
        ("true and not false", True),
        ("null == None", True),
        ("count > 2 && name === 'Ada' || false", True),
        ("name !== '&&'", True),
        ("'many' if count > 2 else 'few'", "many"),
        ("[1, 2][1:]", [2]),
        ("{'a': count}", {"a": 3}),
        ("'x' in words and 'z' not in words", True),
        ("1 < count <= 3", True),
        ("7 // 2 + 7 % 2 + 2 ** 3", 12),
        ("-count", -3),
        ("len(words) + len(name)", 5),
        ("max(words)", "y"),
        ("min(4, 2)", 2),
        ("sum([1, 2.5])", 3.5),
        ("sorted(steps.search.result, 'bid')[0].url", "b"),
        ("pluck(steps.search.result, 'url')", ["a", "b"]),
        ("join(words, '-')", "x-y"),
        ("split('a, b')", ["a", "b"]),
        ("upper(trim(' a '))", "A"),
        ("replace(lower('AB'), 'b', 'c')", "ac"),
        ("contains(options, 'deep')", True),
        ("starts_with(name, 'A') and ends_with(name, 'a')", True),
        ("keys(options)", ["deep"]),
        ("values({'a': 1})", [1]),
        ("unique([1, 1, 'a'])", [1, "a"]),
        ("reversed(words)", ["y", "x"]),
        ("first([]) == null and last(words) == 'y'", True),
        ("int('42') + float('0.5') + round(1.26, 1) + abs(-1)", 44.8),
        ("str(words)", '["x", "y"]'),
        ("json('a')", '"a"'),
        ("bool(words)", True),
        ("default(steps.search.result[9].url, 'none')", "none"),
        ("default(steps.broken.result, 0)", 0),
    ],
)
def test_an_expression_has_the_value_that_it_reads_as(text: str, value: object) -> None:
    assert evaluate(text, SCOPE) == value


@pytest.mark.feature("D15")
def test_a_text_that_is_one_expression_keeps_the_type() -> None:
    assert render("${{ count }}", SCOPE) == 3
    assert render("  ${{ count }}", SCOPE) == "  3"


@pytest.mark.feature("D15")
def test_inside_text_texts_stand_as_they_are_and_the_rest_as_json() -> None:
    assert render("${{ name }}: ${{ words }} (${{ null }})", SCOPE) == 'Ada: ["x", "y"] (null)'


def test_rendering_walks_lists_and_objects_and_leaves_keys_alone() -> None:
    value: JsonValue = {"${{ count }}": ["${{ count }}", {"deep": "n${{ count }}"}, 1, None]}

    assert render(value, SCOPE) == {"${{ count }}": [3, {"deep": "n3"}, 1, None]}


def test_braces_of_objects_and_in_strings_do_not_close_an_expression() -> None:
    assert render("${{ {'a': {'b': '}}'}} }}", SCOPE) == {"a": {"b": "}}"}}


def test_expressions_are_found_with_their_places() -> None:
    found = [(each.path, each.text) for each in find_expressions({"a": ["x", "${{ b }} ${{ c }}"]}, "parameters")]

    assert found == [("parameters.a[1]", "b"), ("parameters.a[1]", "c")]


def test_references_tell_steps_and_variables_apart() -> None:
    read = references("steps.a.result + results['b'] + vars.c + d + len(item)")

    assert (set(read.steps), set(read.variables), set(read.names)) == ({"a", "b"}, {"c"}, {"d"})


@pytest.mark.parametrize("condition", ["count == 3", "${{ count == 3 }}", "  ${{ count == 3 }} "])
def test_a_condition_is_read_with_or_without_braces(condition: str) -> None:
    assert holds(condition, SCOPE)


def test_a_condition_of_two_expressions_is_refused() -> None:
    with pytest.raises(ExpressionError, match="one expression"):
        holds("${{ count }} == ${{ count }}", SCOPE)


@pytest.mark.feature("W18")
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("1 +", "no expression"),
        ("nmae", "Did you mean 'name'"),
        ("steps.serach.result", "Did you mean 'search'"),
        ("steps.search.result[5]", "2 entries"),
        ("name.__class__", "data only"),
        ("().__class__.__bases__[0]", "data only"),
        ("__import__('os')", "no function"),
        ("eval('1')", "no function"),
        ("name.upper()", r"write upper\(value\)"),
        ("(lambda: 1)()", "by their names"),
        ("[x for x in words]", "loop"),
        ("f'{name}'", "f-string"),
        ("(x := 1)", "assignment"),
        ("len(*words)", "star"),
        ("sorted(words, key=1)", "named argument"),
        ("words.length", r"len\(value\)"),
        ("!name", "write `not x`"),
        ("name ? 1 : 2", "A if condition else B"),
        ("name = 1", "write `==`"),
        ("name is null", "write =="),
        ("1 | 2", "write `or`"),
        ("'a' * 999999999", "100,000 characters"),
        ("9 ** 9 ** 9", "power"),
        ("9223372036854775807 + 1", "64 bits"),
        ("1e308 * 10", "finite"),
        ("99999999999999999999", "64 bits"),
        ("1 / 0", "by zero"),
        ("'%999999999d' % 1", "numbers"),
        ("words * 3", "numbers"),
        ("name + 1", r"str\(value\)"),
        ("name < 1", "cannot compare"),
        ("lower(3)", "needs a text"),
        ("lower()", "nothing"),
        ("int('x')", "whole number"),
        ("float('nan')", "no number"),
        ("max([])", "nothing to choose"),
        ("{1: 2}", "keys of an object"),
        ("b'x'", "JSON value"),
        ("...", "JSON value"),
        ("1j", "JSON value"),
        ("(" * 300 + ")" * 300, "no expression"),
        ("-" * 3000 + "1", "expression"),
        ("x" * 5000, "characters"),
        ("+".join(["1"] * 1500), "too long"),
        ("name\x00", "no expression"),
    ],
)
def test_what_an_expression_may_not_do_is_refused_in_one_sentence(text: str, words: str) -> None:
    with pytest.raises(ExpressionError, match=words):
        evaluate(text, SCOPE)


def test_an_expression_that_is_never_closed_is_refused() -> None:
    with pytest.raises(ExpressionError, match="never closed"):
        render("a ${{ name", SCOPE)


def test_a_value_of_more_than_a_mebibyte_is_refused() -> None:
    big = Scope(variables={"big": "x" * 300_000})

    with pytest.raises(ExpressionError, match="longer than"):
        evaluate("[big, big, big, big]", big)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("steps.serch.result", "Did you mean 'search'"),
        ("steps.log-in.result", r"steps\['log-in'\]"),
        ("steps.search.rows", "result, .status or .error"),
        ("search", "steps.search.result"),
        ("nam", "Did you mean 'name'"),
        ("vars.cuont", "Did you mean 'count'"),
        ("1 +", "no expression"),
    ],
)
def test_a_check_before_the_run_names_the_nearest_right_word(text: str, words: str) -> None:
    problem = check_expression(text, ["search", "log-in"], ["name", "count"])

    assert problem is not None
    assert re.search(words, problem.message)


def test_a_right_expression_passes_the_check() -> None:
    assert check_expression("len(steps['log-in'].result) > count", ["log-in"], ["count"]) is None


TOKENS = st.sampled_from(
    ["steps", ".search", ".result", "[0]", "name", "words", "count", "+", "*", "**", "(", ")", "[", "]", "{", "}", ":",
     ",", "'", '"', "1", "9e9", "-", " not ", " in ", " and ", " if ", " else ", "len(", "str(", "join(", "default(",
     "__class__", "lambda", "&&", "!", "\\", "\n", "\0", "é", "%", "//", "sorted(", "replace(", "${{", "}}", "..."]
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.one_of(st.text(max_size=60), st.lists(TOKENS, max_size=25).map("".join)))
def test_no_text_does_anything_but_give_a_value_or_an_expression_error(text: str) -> None:
    begun = time.monotonic()
    for attempt in (evaluate, render, holds):
        with suppress(ExpressionError):
            attempt(text, SCOPE)
    check_expression(text, ["search"], ["name"])
    assert time.monotonic() - begun < 10
