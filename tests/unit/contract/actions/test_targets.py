"""A target can be written as a text, an object or a list, and says itself again."""

import pytest
from pydantic import ValidationError

from orchestrator.contract.actions.targets import Locator, Target, is_target


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a.next", Locator(css="a.next")),
        ("css=a.next", Locator(css="a.next")),
        ("a[href='x=y']", Locator(css="a[href='x=y']")),
        ('role=button[name="Send"]', Locator(role="button", name="Send")),
        ("role=button[name='It''s']", Locator(role="button", name="It''s")),
        ("role=heading", Locator(role="heading")),
        ("text=Send", Locator(text="Send")),
        ('text="Send"', Locator(text="Send", exact=True)),
        ("label=E-mail", Locator(label="E-mail")),
        ("testid=send", Locator(testid="send")),
        ("placeholder=Search", Locator(placeholder="Search")),
        ("xpath=//a[2]", Locator(xpath="//a[2]")),
        ("//a[2]", Locator(xpath="//a[2]")),
        ("(//a)[2]", Locator(xpath="(//a)[2]")),
    ],
)
def test_a_text_is_read_by_its_prefix(text: str, expected: Locator) -> None:
    assert Target.model_validate(text).locators == (expected,)


def test_a_list_keeps_its_order() -> None:
    target = Target.model_validate([{"role": "button", "name": "Send"}, "#send"])
    assert [each.strategy for each in target.locators] == ["role", "css"]
    assert str(target) == 'role=button[name="Send"] or #send'


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        ({}, "exactly one of"),
        ({"css": "a", "text": "b"}, "exactly one of"),
        ({"css": "a", "name": "b"}, "belongs to `role`"),
        ({"colour": "red"}, "Extra inputs"),
        ("role=Button Send", "write it like role=button"),
        ([], "at least 1 item"),
        (5, "valid tuple"),
    ],
)
def test_what_is_no_target_is_refused_with_a_reason(written: object, complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        Target.model_validate(written)
    assert not is_target(written)


def test_a_target_says_its_frame_and_its_place() -> None:
    target = Target.model_validate({"text": "Next", "exact": True, "frame": "iframe", "nth": -1})
    assert str(target) == 'text="Next" in frame iframe (match -1)'


def test_a_written_out_target_reads_back_as_the_same() -> None:
    target = Target.of('role=link[name="Jobs"]', "testid=x", "//a")
    assert Target.model_validate(target.model_dump()) == target
