"""What a search asks for, read from what a person typed, and where it stands in a text that was found."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from orchestrator.contract.results import LogLevel
from orchestrator.contract.states import JobStatus

MOST_TERMS = 16
LONGEST_WORD = 64
"""Longer words are known by their first characters."""
MOST_WORDS = 2_000
"""Of one text; what is behind them is not found."""
EXCERPT = 200
FIELDS = frozenset({"robot", "workflow", "schedule", "status", "level", "job"})

_WORD = re.compile(r"[^\W_]+")
_PART = re.compile(r'(?:(?P<field>[A-Za-z]+):)?(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))(?P<star>\*)?')
_JOB_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{1,27}", re.IGNORECASE)
_LEVELS = tuple(LogLevel)


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """Words that stand side by side; the last one may be only the beginning of a word."""

    words: tuple[str, ...]
    is_prefix: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchQuery:
    """All terms occur, in any order, and all fields hold."""

    terms: tuple[Term, ...] = ()
    fields: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def is_empty(self) -> bool:
        """True when there is nothing to look for."""
        return not self.terms and not self.fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Excerpt:
    """A piece of a text, and what was found in it as (start, length)."""

    text: str
    marks: tuple[tuple[int, int], ...] = ()


def read_query(text: str) -> SearchQuery:
    """Read words, `"phrases"`, `begin*` and `field:value`; what means nothing to a search is left out.

    A field that is not known is searched for as text; a job's id means that job. Nothing that anybody types is an
    error.
    """
    terms: list[Term] = []
    fields: dict[str, str] = {}
    for part in _PART.finditer(text):
        name, value = (part["field"] or "").lower(), part["phrase"] if part["phrase"] is not None else part["word"]
        if not name and value.lower().removesuffix(":") in FIELDS and value.endswith(":"):
            continue  # its value is not typed yet
        if not name and _JOB_ID.fullmatch(value):
            fields["job"] = value.lower()
            continue
        if name in FIELDS and value.strip("*"):
            fields[name] = value.strip("*")
            continue
        term = _term(f"{name} {value}" if name else value, is_prefix=bool(part["star"]) or value.endswith("*"))
        if term is not None and len(terms) < MOST_TERMS:
            terms.append(term)
    return SearchQuery(terms=tuple(terms), fields=MappingProxyType(fields))


def words_of(text: str) -> list[str]:
    """The words of a text as they are compared: runs of letters and digits, without case and accents."""
    return [folded(each.group()) for each in _some_words(text)]


def folded(word: str) -> str:
    """A word without case and accents."""
    if word.isascii():
        return word.lower()[:LONGEST_WORD]
    parts = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", word).casefold())
    return "".join(each for each in parts if not unicodedata.combining(each))[:LONGEST_WORD]


def is_found(query: SearchQuery, words: Sequence[str]) -> bool:
    """Whether every term occurs in the words of a text."""
    return all(any(_stands_at(term, words, place) for place in range(len(words))) for term in query.terms)


def excerpt(query: SearchQuery, text: str, length: int = EXCERPT) -> Excerpt:
    """The piece of a text around the first word that was found, with all that was found in it."""
    places = list(_some_words(text))
    words = [folded(each.group()) for each in places]
    found = sorted(
        {
            (places[start].start(), places[start + len(term.words) - 1].end())
            for term in query.terms
            for start in range(len(words))
            if _stands_at(term, words, start)
        }
    )
    start = max(0, found[0][0] - length // 3) if found and len(text) > length else 0
    if start:  # from the beginning of a word on
        start = next((each.start() for each in places if each.start() >= start), start)
    end = min(len(text), start + length)
    before, after = "…" if start else "", "…" if end < len(text) else ""
    piece = "".join(each if each.isprintable() else " " for each in text[start:end])
    moved = len(before) - start
    return Excerpt(
        text=f"{before}{piece}{after}",
        marks=tuple((first + moved, last - first) for first, last in _apart(found) if first >= start and last <= end),
    )


def statuses_of(value: str) -> tuple[JobStatus, ...]:
    """The states that `status:value` means: those that begin so."""
    wanted = value.strip().lower()
    return tuple(each for each in JobStatus if each.value.startswith(wanted))


def levels_of(value: str) -> tuple[LogLevel, ...]:
    """The levels that `level:value` means: the one that begins so, and those above it."""
    wanted = value.strip().lower()
    lowest = next((number for number, each in enumerate(_LEVELS) if each.value.startswith(wanted)), len(_LEVELS))
    return _LEVELS[lowest:]


def _term(text: str, *, is_prefix: bool) -> Term | None:
    words = tuple(words_of(text))
    if not words:
        return None
    return Term(words=words, is_prefix=is_prefix or len(words[-1]) == LONGEST_WORD)


def _some_words(text: str) -> Iterator[re.Match[str]]:
    for number, found in enumerate(_WORD.finditer(text)):
        if number == MOST_WORDS:
            return
        yield found


def _stands_at(term: Term, words: Sequence[str], start: int) -> bool:
    wanted, last = term.words, len(term.words) - 1
    if start + last >= len(words) or list(wanted[:last]) != list(words[start : start + last]):
        return False
    there = words[start + last]
    return there.startswith(wanted[last]) if term.is_prefix else there == wanted[last]


def _apart(found: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The same places with those that overlap made one."""
    whole: list[tuple[int, int]] = []
    for first, last in found:
        if whole and first <= whole[-1][1]:
            whole[-1] = (whole[-1][0], max(last, whole[-1][1]))
        else:
            whole.append((first, last))
    return whole
