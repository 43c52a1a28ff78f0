"""The catalogue knows every action, and says what is wrong with a step's parameters."""

import pytest

from orchestrator.contract.actions.catalogue import CATALOGUE, find_action, parameter_problems
from orchestrator.contract.actions.spec import ActionSpec
from orchestrator.contract.ids import JsonValue


def spec(name: str) -> ActionSpec:
    found = find_action(name)
    assert found is not None
    return found


def problems(action: str, **parameters: JsonValue) -> dict[str, str]:
    return {each.field: each.message for each in parameter_problems(spec(action), parameters)}


@pytest.mark.feature("D14")
@pytest.mark.parametrize(
    "name",
    [
        "create_session_pool",
        "acquire_sessions",
        "release_sessions",
        "goto",
        "click",
        "fill",
        "type",
        "select",
        "check",
        "press",
        "wait_for",
        "extract",
        "screenshot",
        "upload",
        "download",
        "assert",
        "merge",
        "deduplicate",
        "sort",
        "filter",
        "http.request",
        "search_jobs",
        "merge_job_results",
        "extract_job_details",
        "validate_proposals",
        "submit_proposals",
        "verify_submissions",
        "check_profile",
        "update_availability",
        "refresh_portfolio",
        "update_skills",
    ],
)
def test_the_actions_of_the_documents_are_known(name: str) -> None:
    assert spec(name).name == name


def test_an_unknown_name_is_none() -> None:
    assert find_action("search_job") is None


@pytest.mark.parametrize("each", CATALOGUE.values(), ids=lambda each: each.name)
def test_every_entry_is_told_in_sentences(each: ActionSpec) -> None:
    assert each.summary.endswith(".")
    assert each.result
    assert each.parameters.__doc__


def test_a_missing_parameter_is_named() -> None:
    assert problems("goto") == {"url": "goto needs this parameter."}


def test_an_unknown_parameter_is_named_with_the_known_ones() -> None:
    found = problems("goto", url="/", where="/")
    assert list(found) == ["where"]
    assert "it has timeout_s, url, wait_until, expect_status" in found["where"]


def test_a_misspelt_parameter_is_named_with_the_nearest_one() -> None:
    assert problems("goto", ulr="/")["ulr"] == "goto has no such parameter. Did you mean 'url'?"
    fields: JsonValue = {"price": {"target": "a", "atribute": "href"}}
    assert "there is no field 'atribute' here" in str(problems("extract", fields=fields))


def test_a_value_of_the_wrong_type_is_told_in_words_of_a_document() -> None:
    assert problems("goto", url=5) == {"url": "it must be a text, not 5."}
    assert problems("merge_job_results", limit="many") == {"limit": "it must be a whole number, not 'many'."}


def test_a_wrong_value_is_shown_with_its_place() -> None:
    assert problems("click", target="a", count=7) == {"count": "it must be less than or equal to 3, not 7."}
    assert list(problems("extract", fields={"price": {"target": "a", "type": "money"}})) == ["fields.price.type"]
    assert list(problems("click", target=["a", {"css": "a", "text": "b"}])) == ["target[1]"]


def test_what_an_expression_will_give_is_not_judged_before_the_run() -> None:
    later = "${{ variables.x }}"
    assert problems("click", target=later, count=later) == {}
    assert problems("sort", items=later, by=later, limit=later) == {}
    assert problems("goto", url=later, adress=later).keys() == {"adress"}
    found = parameter_problems(spec("click"), {"target": "a", "count": later}, has_expressions=False)
    assert [each.field for each in found] == ["count"]


@pytest.mark.parametrize(
    ("action", "parameters"),
    [
        ("create_session_pool", {"pool_size": 3}),
        ("search_jobs", {"keywords": ["Salesforce", "Agentforce"]}),
        ("search_jobs", {"keywords": "Salesforce"}),
        ("merge_job_results", {}),
        ("acquire_sessions", {}),
        ("extract", {"target": "h1"}),
        ("extract", {"target": "a", "kind": "attribute", "attribute": "href"}),
        ("extract", {"fields": {"title": "h1", "link": "a@href", "price": {"target": ".p", "type": "number"}}}),
        ("assert", {"target": "h1", "expected": "Hello"}),
        ("assert", {"value": 3, "op": ">=", "expected": 2}),
        ("filter", {"items": [], "where": "item.score > 5"}),
        ("http.request", {"url": "/x", "method": "POST", "json": {"a": 1}}),
        ("fill", {"selector": "#a", "text": 5}),
    ],
)
def test_what_the_documents_write_is_right(action: str, parameters: dict[str, JsonValue]) -> None:
    assert parameter_problems(spec(action), parameters) == ()


@pytest.mark.parametrize(
    ("action", "parameters", "complaint"),
    [
        ("select", {"target": "a"}, "exactly one of value, label, index"),
        ("download", {"target": "a", "url": "b"}, "exactly one of target"),
        ("wait_for", {}, "needs a target, url, response, load or expression"),
        ("filter", {"items": []}, "exactly one of `where`"),
        ("filter", {"field": "a", "op": "visible"}, "compares values"),
        ("assert", {"value": 1, "op": "visible"}, "needs a target"),
        ("assert", {"target": "a", "op": "contains"}, "needs `expected`"),
        ("scroll", {"to": "top", "by": 5}, "scroll needs a target, or one of by and to"),
        ("update_skills", {}, "needs skills or certifications"),
        ("http.request", {"url": "/", "json": 1, "body": "x"}, "not both"),
        ("extract", {"target": "a", "pattern": "x", "fields": {"y": {"pattern": "("}}}, "no regular expression"),
        ("create_session_pool", {"pool_size": 2, "min_sessions": 3}, "is more than pool_size"),
        ("upload", {"target": "a", "files": [{"name": "../x", "content": ""}]}, "pattern"),
    ],
)
def test_contradictions_are_told(action: str, parameters: dict[str, JsonValue], complaint: str) -> None:
    assert complaint in " ".join(map(str, parameter_problems(spec(action), parameters)))
