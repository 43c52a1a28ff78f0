"""Conditions over a page: what they read, and the mistakes that are found before any page is there."""

import pytest

from orchestrator.contract.actions.catalogue import CATALOGUE, parameter_problems
from orchestrator.contract.actions.page_expression import PageExpression
from orchestrator.contract.expression_language import ExpressionError


def test_what_is_read_is_known_from_the_text() -> None:
    found = PageExpression.of("page.count['.row'] > 5 and lower(page.text['#state']) == 'ready' or '/done' in page.url")
    assert set(found.reads) == {("count", ".row"), ("text", "#state")}
    assert found.plain == {"url"}


def test_it_is_judged_over_what_was_read() -> None:
    wanted = PageExpression.of("page.count['.row'] >= 2 and not page.visible['.busy']")
    assert wanted.holds({"count": {".row": 2}, "visible": {".busy": False}})
    assert not wanted.holds({"count": {".row": 1}, "visible": {".busy": False}})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("true", "reads nothing of the page"),
        ("page.rows['.row'] > 1", "no 'rows'"),
        ("page.title2 == 'x'", "'title'"),
        ("page.text == 'x'", "with its name"),
        ("page.text[page.url] == 'x'", "in quotes"),
        ("page.count['.row'] > wanted", "${{ wanted }}"),
        ("page.count['role=button['] > 1", "no target"),
        ("page.count['.row'] >", "no expression"),
        ("len(page) > 1 and page.url == ''", "with its name"),
    ],
)
def test_a_mistake_is_told_in_one_sentence(text: str, words: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        PageExpression.of(text)
    assert words in caught.value.message


def test_wait_for_takes_it_and_judges_late_what_only_a_run_knows() -> None:
    def problems(text: str) -> list[str]:
        return [each.field for each in parameter_problems(CATALOGUE["wait_for"], {"expression": text})]

    assert problems("page.count['.row'] >= ${{ wanted }}") == []
    assert problems("page.rows['.row'] >= 1") == ["expression"]
