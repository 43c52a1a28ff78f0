"""What is typed is read as a search, whatever it is, and found words are marked where they stand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.contract.results import LogLevel
from orchestrator.contract.states import JobStatus
from orchestrator.domain.search import (
    LONGEST_WORD,
    MOST_TERMS,
    SearchQuery,
    Term,
    excerpt,
    is_found,
    levels_of,
    read_query,
    statuses_of,
    words_of,
)


def term(*words: str, is_prefix: bool = False) -> Term:
    return Term(words=words, is_prefix=is_prefix)


def test_words_phrases_beginnings_and_fields_are_told_apart() -> None:
    query = read_query('invoice "did not open" expo* status:failed robot:"web 01" https://a.b/c?d=1')
    assert query.terms == (
        term("invoice"),
        term("did", "not", "open"),
        term("expo", is_prefix=True),
        term("https", "a", "b", "c", "d", "1"),
    )
    assert dict(query.fields) == {"status": "failed", "robot": "web 01"}


def test_the_id_of_a_job_or_its_beginning_means_that_job() -> None:
    query = read_query("019F8A12-3b4c export")
    assert (query.terms, dict(query.fields)) == ((term("export"),), {"job": "019f8a12-3b4c"})


def test_case_and_accents_make_no_difference() -> None:
    assert words_of("Café CRÈME, Straße_9") == ["cafe", "creme", "strasse", "9"]
    assert read_query("CAFE").terms == (term("cafe"),)


def test_what_has_no_word_in_it_asks_for_nothing() -> None:
    for text in ("", "   ", "?", "***", '"', '""', "robot:", "- | & ( ) ^", "\0"):
        assert read_query(text).is_empty, text


def test_a_long_word_is_known_by_its_beginning_and_there_are_never_too_many() -> None:
    (long,) = read_query("x" * 500).terms
    assert long == term("x" * LONGEST_WORD, is_prefix=True)
    assert len(read_query(" ".join(map(str, range(100)))).terms) == MOST_TERMS


@given(st.text(max_size=300))
def test_nothing_that_is_typed_is_an_error(text: str) -> None:
    query = read_query(text)
    assert all(
        word and word == "".join(words_of(word)) for each in query.terms for word in each.words if word.isascii()
    )


@given(st.text(max_size=400), st.integers(1, 60))
def test_marks_lie_inside_of_the_excerpt_and_apart(text: str, length: int) -> None:
    query = SearchQuery(terms=tuple(Term(words=(word,)) for word in words_of(text)[:3]))
    piece = excerpt(query, text, length)
    assert len(piece.text) <= length + 2
    end = 0
    for start, size in piece.marks:
        assert start >= end
        end = start + size
    assert end <= len(piece.text)


def test_an_excerpt_begins_before_what_was_found_and_says_what_is_left_out() -> None:
    text = f"{'before ' * 60}the needle\nis here {'after ' * 60}"
    piece = excerpt(read_query("needl* here"), text, 90)
    assert piece.text.startswith("…")
    assert piece.text.endswith("…")
    assert [piece.text[start : start + size] for start, size in piece.marks] == ["needle", "here"]
    assert "\n" not in piece.text


def test_a_text_is_found_when_every_term_occurs() -> None:
    words = words_of("The export of invoice 4711 did not open")
    assert is_found(read_query('47* "did not"'), words)
    assert not is_found(read_query('4711 "not did"'), words)
    assert not is_found(read_query("exp"), words)


@pytest.mark.parametrize(
    ("value", "found"), [("fail", (JobStatus.FAILED,)), ("Zz", ()), ("dead", (JobStatus.DEAD_LETTER,))]
)
def test_a_state_is_known_by_its_beginning(value: str, found: tuple[JobStatus, ...]) -> None:
    assert statuses_of(value) == found


def test_a_level_means_itself_and_what_is_worse() -> None:
    assert levels_of("err") == (LogLevel.ERROR, LogLevel.CRITICAL)
    assert levels_of("loud") == ()
