"""The rules of the demo site's forms."""

import pytest

from resources.demo_site.forms import (
    InvalidFormError,
    JobQuery,
    read_availability,
    read_proposal,
    read_query,
    read_skill,
    read_vanity,
    safe_file_name,
    safe_path,
)
from resources.demo_site.state import Availability

LETTER = "I have done this kind of work before. " * 4


@pytest.mark.parametrize("bid", ["10", "85.5", " 200 "])
def test_a_bid_from_10_to_200_is_taken(bid: str) -> None:
    assert read_proposal(LETTER, bid).bid_usd == float(bid)


@pytest.mark.parametrize("bid", ["", "9.99", "200.01", "-50", "nan", "inf", "fifty", "1e999"])
def test_any_other_bid_is_refused_by_name(bid: str) -> None:
    with pytest.raises(InvalidFormError) as refusal:
        read_proposal(LETTER, bid)
    assert list(refusal.value.errors) == ["bid"]


@pytest.mark.parametrize("length", [100, 5000])
def test_content_has_100_to_5000_characters(length: int) -> None:
    assert read_proposal("x" * length, "50").content == "x" * length


@pytest.mark.parametrize("length", [0, 99, 5001])
def test_other_content_is_refused_with_its_length(length: int) -> None:
    with pytest.raises(InvalidFormError) as refusal:
        read_proposal("x" * length, "50")
    assert refusal.value.errors == {"content": f"Write 100 to 5000 characters; this has {length}."}


def test_a_line_break_of_a_browser_counts_once() -> None:
    assert read_proposal("x" * 50 + "\r\n" + "y" * 4949, "50").content.count("\r") == 0


def test_every_wrong_field_gets_its_message() -> None:
    with pytest.raises(InvalidFormError) as refusal:
        read_proposal("short", "0")
    assert set(refusal.value.errors) == {"content", "bid"}


def test_contact_details_reject_a_proposal_as_a_whole() -> None:
    with pytest.raises(InvalidFormError) as refusal:
        read_proposal(LETTER + "Write to me@example.org.", "50")
    assert list(refusal.value.errors) == ["form"]


def test_empty_parameters_of_a_search_count_as_absent() -> None:
    assert read_query({"q": "", "min_budget": "", "sort": "", "page": "", "level": ""}) == JobQuery()


def test_each_wrong_filter_is_named() -> None:
    wrong = {"category": "Magic", "level": "guru", "sort": "random", "min_budget": "-1", "page": "0"}
    with pytest.raises(InvalidFormError) as refusal:
        read_query(wrong)
    assert set(refusal.value.errors) == set(wrong)


def test_availability_needs_a_known_word_and_at_most_60_hours() -> None:
    assert read_availability("limited", "60") == (Availability.LIMITED, 60)
    with pytest.raises(InvalidFormError) as refusal:
        read_availability("asleep", "61")
    assert set(refusal.value.errors) == {"availability", "hours_per_week"}


def test_a_skill_is_trimmed_and_bounded() -> None:
    assert read_skill("  Lightning   Web  Components ") == "Lightning Web Components"
    for wrong in ("   ", "x" * 41):
        with pytest.raises(InvalidFormError):
            read_skill(wrong)


@pytest.mark.parametrize("wrong", ["", "ab", "Dana", "a--b", "-ab", "ab-", "ä-b", "x" * 31, "a b c"])
def test_a_profile_address_is_a_slug(wrong: str) -> None:
    assert read_vanity("dana-moreno-2") == "dana-moreno-2"
    with pytest.raises(InvalidFormError):
        read_vanity(wrong)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("cv.pdf", "cv.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\a\\b.txt", "b.txt"),
        ("a\r\nb", "ab"),
        ("..", "file"),
        (".profile", "profile"),
    ],
)
def test_file_names_lose_their_folders_and_control_characters(sent: str, kept: str) -> None:
    assert safe_file_name(sent) == kept


@pytest.mark.parametrize("elsewhere", ["", "//evil.test", "/\\evil.test", "https://evil.test", "/a\r\nb"])
def test_the_login_never_leads_to_another_site(elsewhere: str) -> None:
    assert safe_path(elsewhere) == "/"
    assert safe_path("/jobs/j1001/apply") == "/jobs/j1001/apply"
