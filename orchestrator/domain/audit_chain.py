"""The chain through the audit: each row's link is a hash over its content and the link before it.

A row that is changed, removed or put in between changes its own link and all that follow.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

START = "0" * 64
"""What the first row's link follows."""
SHORT = 16
"""Hex digits that are kept of each link, to find the very row; the last one of a seal is kept whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """Links of a stretch of rows, in order."""

    first: int
    """Number of the first row."""
    last: int
    count: int
    links: str
    """The beginnings of the rows' links, behind each other."""
    head: str
    """The last row's whole link."""
    sealed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """Where the audit is not what was sealed."""

    number: int
    """The first row that is wrong, or behind which rows are missing."""
    words: str


def link(before: str, row: Sequence[object]) -> str:
    """The link of a row: 64 hex digits. A row is its columns, of which each is text, a number or None."""
    content = json.dumps(list(row), ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(f"{before}\n{content}".encode(errors="surrogatepass")).hexdigest()


def sealed(before: str, rows: Sequence[Sequence[object]], *, at: datetime) -> Seal:
    """The seal of rows whose first column is their number; `before` is the head of the seal before."""
    links: list[str] = []
    for row in rows:
        before = link(before, row)
        links.append(before)
    return Seal(
        first=_number(rows[0]),
        last=_number(rows[-1]),
        count=len(rows),
        links="".join(each[:SHORT] for each in links),
        head=before,
        sealed_at=at,
    )


def broken(before: str, seal: Seal, rows: Sequence[Sequence[object]]) -> Break | None:
    """The first place where rows differ from their seal; None when they are what was sealed."""
    for index, row in enumerate(rows):
        before = link(before, row)
        if before[:SHORT] != seal.links[index * SHORT : (index + 1) * SHORT]:
            return Break(number=_number(row), words=_words(seal, rows, _number(row)))
    if len(rows) < seal.count:
        number = _number(rows[-1]) if rows else seal.first
        return Break(number=number, words=_words(seal, rows, number))
    if before != seal.head:
        return Break(number=seal.last, words="the seal itself was changed")
    return None


def _words(seal: Seal, rows: Sequence[Sequence[object]], number: int) -> str:
    missing = seal.count - len(rows)
    if missing > 0:
        return f"{missing} of the rows {seal.first} to {seal.last} are missing, or row {number} was changed besides"
    if missing < 0:
        return f"{-missing} rows were put in between {seal.first} and {seal.last}"
    return f"row {number} was changed after it was written"


def _number(row: Sequence[object]) -> int:
    number = row[0]
    assert isinstance(number, int)
    return number


def heads(seals: Iterable[Seal]) -> list[str]:
    """What each seal's first row follows."""
    return [START, *(seal.head for seal in seals)]
