"""Finds jobs by a piece of text, exactly, without looking at every job: by what can hold the text at all.

A name is one of few: those of the versions of workflows say which workflows are meant, and an index has their jobs.
An id holds hexadecimal digits and dashes only. A completed job has no error and is at no step, and most jobs completed.
What is left is looked through. See docs/decisions/0030-searching-words.md for why the index of words is not asked.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Select, and_, false, func, literal_column, or_, select, text, true
from sqlalchemy.sql.elements import False_

from orchestrator.contract.states import JobStatus
from orchestrator.store.schema import jobs, workflow_versions

MOST_LOOKED_UP = 5_000
"""More jobs than these are met soon enough by going along the list."""
MOST_REMEMBERED = 500
"""Jobs that are named one by one; more of them are looked for again."""
_NOT_COMPLETED = sorted(status.value for status in JobStatus if status is not JobStatus.COMPLETED)
_OF_AN_ID = re.compile(r"[0-9A-Fa-f-]{1,36}")
_EACH_WORKFLOW = text(
    "WITH RECURSIVE known(id) AS (SELECT min(workflow_id) FROM jobs UNION ALL "
    "SELECT (SELECT min(workflow_id) FROM jobs WHERE workflow_id > known.id) FROM known WHERE known.id IS NOT NULL) "
    "SELECT id FROM known WHERE id IS NOT NULL"
)


def holds(wanted: str) -> ColumnElement[bool]:
    """Jobs with the text in their id, workflow's name, or, unless they completed, in their step or error."""
    return or_(_in(jobs.c.workflow_name, wanted), _in_id(wanted), _in_story(wanted))


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundJobs:
    """The jobs that hold a text and fulfil conditions: how many there are, and a condition that finds them."""

    total: int
    condition: ColumnElement[bool]


def find(connection: Connection, wanted: str, conditions: Sequence[ColumnElement[bool]]) -> FoundJobs:
    """The same jobs as `holds`, found faster."""
    names = _workflows(connection, wanted)
    by_name = jobs.c.workflow_id.in_(names.whole) if names.whole else false()
    named = _count(connection, by_name, *conditions) if names.whole else 0
    if names.are_all:
        return FoundJobs(total=named, condition=and_(true(), *conditions))
    parts = [
        and_(jobs.c.workflow_id.in_(names.mixed), _in(jobs.c.workflow_name, wanted)) if names.mixed else false(),
        jobs.c.job_id.contains(wanted.lower(), autoescape=True) if _OF_AN_ID.fullmatch(wanted) else false(),
        _in_story(wanted),
    ]
    possible = [and_(part, ~by_name, *conditions) for part in parts if not isinstance(part, False_)]
    others = _united([select(jobs.c.position).where(part) for part in possible])
    few = connection.execute(others.limit(MOST_REMEMBERED + 1)).scalars().all()
    number, is_other = len(few), and_(jobs.c.position.in_(few))
    if number > MOST_REMEMBERED:
        number = connection.execute(select(func.count()).select_from(others.subquery())).scalar_one()
        is_other = or_(*possible) if number > MOST_LOOKED_UP else jobs.c.position.in_(others)
    if not named:
        return FoundJobs(total=number, condition=is_other)
    if named <= MOST_LOOKED_UP:
        is_named: ColumnElement[bool] = jobs.c.position.in_(select(jobs.c.position).where(by_name, *conditions))
    else:
        is_named = and_(by_name, *conditions)
    return FoundJobs(total=named + number, condition=or_(is_named, is_other) if number else is_named)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Names:
    """Which workflows a text means by name."""

    whole: Sequence[str]
    """All jobs of these have a name with the text."""
    mixed: Sequence[str]
    """Only some may: the workflow had several names, or none that is known."""
    are_all: bool
    """Every job has such a name."""


def _workflows(connection: Connection, wanted: str) -> _Names:
    path: ColumnElement[str] = (
        literal_column("'$.name'") if connection.dialect.name == "sqlite" else literal_column("'name'")
    )
    table = workflow_versions.c
    name = (
        func.json_extract(table.definition, path)
        if connection.dialect.name == "sqlite"
        else func.json_extract_path_text(literal_column("CAST(workflow_versions.definition AS json)"), path)
    )
    named: dict[str, list[bool]] = defaultdict(list)
    for workflow_id, is_meant in connection.execute(select(table.workflow_id, _in(name, wanted)).distinct()):
        named[workflow_id].append(bool(is_meant))
    known: list[str] = list(connection.execute(_EACH_WORKFLOW).scalars())
    whole = [each for each in known if each in named and all(named[each])]
    mixed = [each for each in known if any(named[each]) != all(named[each]) or not named[each]]
    return _Names(whole=whole, mixed=mixed, are_all=len(whole) == len(known))


def _in(place: ColumnElement[str], wanted: str) -> ColumnElement[bool]:
    return place.icontains(wanted, autoescape=True)


def _in_id(wanted: str) -> ColumnElement[bool]:
    return _in(jobs.c.job_id, wanted)


def _in_story(wanted: str) -> ColumnElement[bool]:
    told = or_(_in(jobs.c.current_step, wanted), _in(jobs.c.error_text, wanted))
    return and_(jobs.c.status.in_(_NOT_COMPLETED), told)


def _count(connection: Connection, *conditions: ColumnElement[bool]) -> int:
    return connection.execute(select(func.count()).select_from(jobs).where(*conditions)).scalar_one()


def _united(queries: Sequence[Select[tuple[int]]]) -> Select[tuple[int]]:
    first, *rest = queries
    if not rest:
        return first
    both = first.union(*rest).subquery()
    return select(both.c.position)
