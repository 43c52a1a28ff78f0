"""The index for searching, as each database holds it: FTS5 in a file of its own, or tsvector beside the tables.

It is derived from the tables and may be thrown away at any time, so that no migration knows of it: it is made when it
is opened, and made anew when its layout is another one, or when it does not belong to this database.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import Connection, text

from orchestrator.domain.search import MOST_WORDS, SearchQuery, Term, words_of
from orchestrator.engine.ports.search import Feed

LAYOUT = "1"
"""Changes when what is written into the index does."""
_WHOLE = "layout"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """The words of one row."""

    number: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Up to where a feed is indexed, and what its last row said."""

    number: int
    sample: str


class SearchIndex(Protocol):
    """What both databases do; every method is a step of a transaction."""

    def make(self, connection: Connection) -> None:
        """Empty tables, in place of those that may be there."""
        ...

    def is_made(self, connection: Connection) -> bool:
        """Whether there are tables of this layout."""
        ...

    def add(self, connection: Connection, feed: Feed, entries: Sequence[Entry]) -> None:
        """Index rows."""
        ...

    def remove(self, connection: Connection, feed: Feed, entries: Sequence[Entry]) -> None:
        """Forget rows that were indexed with this text."""
        ...

    def newest(self, connection: Connection, feed: Feed, query: SearchQuery, before: int, most: int) -> Sequence[int]:
        """Numbers of rows with the words below `before`, the highest first."""
        ...


class FullText:
    """SQLite's FTS5 without a copy of the text: words and where they stand.

    `unicode61` with an index of beginnings, see docs/decisions/0030-searching-words.md.
    """

    def make(self, connection: Connection) -> None:
        for feed in Feed:
            connection.exec_driver_sql(f"DROP TABLE IF EXISTS search_{feed}")
            connection.exec_driver_sql(
                f"CREATE VIRTUAL TABLE search_{feed} USING fts5(words, content='', columnsize=0, "
                "tokenize='unicode61 remove_diacritics 2', prefix='1 2 3')"
            )
        make_marks(connection)

    def is_made(self, connection: Connection) -> bool:
        known = text("SELECT count(*) FROM sqlite_master WHERE name = 'search_marks'")
        return connection.execute(known).scalar_one() == 1 and _layout(connection) == LAYOUT

    def add(self, connection: Connection, feed: Feed, entries: Sequence[Entry]) -> None:
        adding = text(f"INSERT INTO search_{feed} (rowid, words) VALUES (:number, :words)")  # noqa: S608  an enum
        connection.execute(adding, [{"number": each.number, "words": each.text} for each in entries])

    def remove(self, connection: Connection, feed: Feed, entries: Sequence[Entry]) -> None:
        removing = text(f"INSERT INTO search_{feed} (search_{feed}, rowid, words) VALUES ('delete', :number, :words)")  # noqa: S608  an enum
        connection.execute(removing, [{"number": each.number, "words": each.text} for each in entries])

    def newest(self, connection: Connection, feed: Feed, query: SearchQuery, before: int, most: int) -> Sequence[int]:
        looking = text(
            f"SELECT rowid FROM search_{feed} WHERE search_{feed} MATCH :match AND rowid < :before "  # noqa: S608
            "ORDER BY rowid DESC LIMIT :most"
        )
        match = " AND ".join(_fts5(term) for term in query.terms)
        return connection.execute(looking, {"match": match, "before": before, "most": most}).scalars().all()


class TextVectors:
    """PostgreSQL's tsvector, of words that were told apart here: its own parser makes one word of an address."""

    def make(self, connection: Connection) -> None:
        for feed in Feed:
            connection.exec_driver_sql(f"DROP TABLE IF EXISTS search_{feed}")
            connection.exec_driver_sql(
                f"CREATE TABLE search_{feed} (number BIGINT PRIMARY KEY, words TSVECTOR NOT NULL)"
            )
            connection.exec_driver_sql(f"CREATE INDEX ix_search_{feed}_words ON search_{feed} USING gin (words)")
        make_marks(connection)

    def is_made(self, connection: Connection) -> bool:
        known = text("SELECT to_regclass('search_marks') IS NOT NULL")
        return bool(connection.execute(known).scalar_one()) and _layout(connection) == LAYOUT

    def add(self, connection: Connection, feed: Feed, entries: Sequence[Entry]) -> None:
        adding = text(
            f"INSERT INTO search_{feed} (number, words) VALUES (:number, CAST(:words AS tsvector)) "  # noqa: S608
            "ON CONFLICT (number) DO UPDATE SET words = EXCLUDED.words"
        )
        connection.execute(adding, [{"number": each.number, "words": _vector(each.text)} for each in entries])

    def remove(self, connection: Connection, feed: Feed, entries: Sequence[Entry]) -> None:
        removing = text(f"DELETE FROM search_{feed} WHERE number = ANY(:numbers)")  # noqa: S608  an enum
        connection.execute(removing, {"numbers": [each.number for each in entries]})

    def newest(self, connection: Connection, feed: Feed, query: SearchQuery, before: int, most: int) -> Sequence[int]:
        looking = text(
            f"SELECT number FROM search_{feed} WHERE words @@ CAST(:match AS tsquery) AND number < :before "  # noqa: S608
            "ORDER BY number DESC LIMIT :most"
        )
        match = " & ".join(_tsquery(term) for term in query.terms)
        return connection.execute(looking, {"match": match, "before": before, "most": most}).scalars().all()


def make_marks(connection: Connection) -> None:
    """The table of how far the index is; nothing is indexed yet."""
    connection.exec_driver_sql("DROP TABLE IF EXISTS search_marks")
    connection.exec_driver_sql(
        "CREATE TABLE search_marks (feed VARCHAR PRIMARY KEY, number BIGINT NOT NULL, sample TEXT NOT NULL)"
    )
    adding = text("INSERT INTO search_marks (feed, number, sample) VALUES (:feed, 0, :sample)")
    connection.execute(adding, [{"feed": _WHOLE, "sample": LAYOUT}, *({"feed": each, "sample": ""} for each in Feed)])


def marks(connection: Connection) -> Mapping[Feed, Mark]:
    """How far each feed is indexed."""
    looking = text("SELECT feed, number, sample FROM search_marks WHERE feed <> :whole")
    rows = connection.execute(looking, {"whole": _WHOLE})
    return {Feed(feed): Mark(number=number, sample=sample) for feed, number, sample in rows}


def set_mark(connection: Connection, feed: Feed, mark: Mark) -> None:
    """Say how far a feed is indexed, in the transaction that did it."""
    setting = text("UPDATE search_marks SET number = :number, sample = :sample WHERE feed = :feed")
    connection.execute(setting, {"feed": feed, "number": mark.number, "sample": mark.sample})


def _layout(connection: Connection) -> str | None:
    found = connection.execute(text("SELECT sample FROM search_marks WHERE feed = :whole"), {"whole": _WHOLE})
    layout: str | None = found.scalar_one_or_none()
    return layout


def _fts5(term: Term) -> str:
    return f'"{" ".join(term.words)}"{"*" if term.is_prefix else ""}'


def _tsquery(term: Term) -> str:
    """Words hold letters and digits only: nothing of them can be an operator."""
    *whole, last = (f"'{word}'" for word in term.words)
    return f"({' <-> '.join([*whole, last + (':*' if term.is_prefix else '')])})"


def _vector(content: str) -> str:
    places: dict[str, list[str]] = {}
    for place, word in enumerate(words_of(content)[:MOST_WORDS], start=1):
        places.setdefault(word, []).append(str(place))
    return " ".join(f"'{word}':{','.join(numbers[:255])}" for word, numbers in places.items())
