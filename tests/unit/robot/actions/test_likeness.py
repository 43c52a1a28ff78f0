"""How alike elements are, and which ids a page has made up."""

import pytest

from orchestrator.contract.sightings import ENOUGH_SCORE, ElementLook
from robot.actions.likeness import likeness, looks_made_up

pytestmark = pytest.mark.feature("X19")

SEND = ElementLook(
    tag="button", role="button", name="Send order", text="Send order", testid="send", id="go", attributes={"type": "x"}
)


def test_the_same_element_is_wholly_alike_and_another_button_is_not() -> None:
    cancel = ElementLook(tag="button", role="button", name="Cancel", text="Cancel", attributes={"type": "x"})
    assert likeness(SEND, SEND) == 1
    assert likeness(SEND, cancel) < ENOUGH_SCORE


def test_what_people_read_outweighs_what_a_new_front_end_has_lost() -> None:
    renewed = ElementLook(tag="button", role="button", name="Send my order", text="Send my order")
    assert likeness(SEND, renewed) > ENOUGH_SCORE


def test_of_what_next_to_nothing_is_known_nothing_is_like() -> None:
    assert likeness(ElementLook(tag="div"), ElementLook(tag="div")) == 0


@pytest.mark.parametrize("identifier", [":r1:", "radix-7", "item-4711", "ember12", "a3f9c2d1e4", "x" * 61])
def test_ids_of_frameworks_look_made_up(identifier: str) -> None:
    assert looks_made_up(identifier)


@pytest.mark.parametrize("identifier", ["send", "order-form", "step2", "facade", "h1_title"])
def test_ids_of_people_do_not(identifier: str) -> None:
    assert not looks_made_up(identifier)
