"""What a model is told of a page, and what it may name."""

from robot.ai.page import CUT, page_view

SNAPSHOT = r"""- generic [active] [ref=e1]:
  - heading "Shop \"24\"" [level=1] [ref=e2]
  - textbox "Name" [ref=e5]: Ada
  - button "Send" [disabled] [ref=e11]
  - text: 12 €
  - 'link "a: b" [ref=e14] [cursor=pointer]':
    - /url: /a
  - iframe [ref=e27]:
    - button "In frame" [ref=f1e2]"""


def test_elements_have_their_role_name_and_reference() -> None:
    elements = page_view(SNAPSHOT, 10_000).elements
    assert [f"{each.ref} {each}" for each in elements.values()] == [
        "e1 generic",
        'e2 heading "Shop "24""',
        'e5 textbox "Name"',
        'e11 button "Send"',
        'e14 link "a: b"',
        "e27 iframe",
        'f1e2 button "In frame"',
    ]
    assert [each.ref for each in elements.values() if each.is_disabled] == ["e11"]


def test_a_long_page_is_cut_between_two_lines_and_says_so() -> None:
    view = page_view(SNAPSHOT, 100)
    assert view.text.splitlines()[-1] == CUT
    assert "e11" not in view.elements
    assert len(view.text) < 100 + len(CUT) + 1
