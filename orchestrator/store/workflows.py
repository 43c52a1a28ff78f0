"""Queries over workflows and their versions."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection, RowMapping, Select, insert, select, update

from orchestrator.contract.ids import WorkflowHash, WorkflowId
from orchestrator.contract.workflow import WorkflowDefinition
from orchestrator.domain.workflow_version import WorkflowVersion
from orchestrator.store.schema import workflow_versions, workflows

_NEWEST = (
    select(workflow_versions)
    .join(
        workflows,
        (workflows.c.workflow_id == workflow_versions.c.workflow_id)
        & (workflows.c.newest_number == workflow_versions.c.number),
    )
    .where(~workflows.c.removed)
)


def add_version(connection: Connection, workflow_id: WorkflowId | None, wanted: WorkflowVersion) -> WorkflowVersion:
    """Keep a version as its workflow's newest; the content of the newest one is not kept again, only what it is
    written in when that has changed."""
    found = workflow_id or _id_by_name(connection, wanted.definition.name) or wanted.workflow_id
    last = _last(connection, found)
    is_known = last is not None and last.workflow_hash == wanted.workflow_hash
    kept = (
        _retold(connection, last, wanted.source)
        if last is not None and is_known
        else _insert(connection, replace(wanted, workflow_id=found), last)
    )
    _point_to(connection, kept)
    return kept


def _last(connection: Connection, workflow_id: WorkflowId) -> WorkflowVersion | None:
    """The version with the highest number, also of a workflow that was taken out of the lists."""
    return _first(connection.execute(_of(workflow_id).limit(1)).mappings().first())


def _of(workflow_id: WorkflowId) -> Select[tuple[object, ...]]:
    return (
        select(workflow_versions)
        .where(workflow_versions.c.workflow_id == workflow_id)
        .order_by(workflow_versions.c.number.desc())
    )


def _insert(connection: Connection, wanted: WorkflowVersion, last: WorkflowVersion | None) -> WorkflowVersion:
    kept = replace(wanted, number=last.number + 1 if last is not None else 1)
    connection.execute(
        insert(workflow_versions).values(
            workflow_id=kept.workflow_id,
            workflow_hash=kept.workflow_hash,
            number=kept.number,
            definition=kept.definition.model_dump(mode="json"),
            created_at=kept.created_at,
            saved_by=kept.saved_by,
            note=kept.note,
            source=kept.source,
        )
    )
    return kept


def _retold(connection: Connection, last: WorkflowVersion, source: str) -> WorkflowVersion:
    if not source or source == last.source:
        return last
    is_last = (workflow_versions.c.workflow_id == last.workflow_id) & (workflow_versions.c.number == last.number)
    connection.execute(update(workflow_versions).where(is_last).values(source=source))
    return replace(last, source=source)


def _point_to(connection: Connection, kept: WorkflowVersion) -> None:
    columns = {
        "name": kept.definition.name,
        "newest_hash": kept.workflow_hash,
        "newest_number": kept.number,
        "removed": False,
    }
    changed = connection.execute(update(workflows).where(workflows.c.workflow_id == kept.workflow_id).values(**columns))
    if changed.rowcount == 0:
        connection.execute(insert(workflows).values(workflow_id=kept.workflow_id, **columns))


def version(connection: Connection, workflow_id: WorkflowId, workflow_hash: WorkflowHash) -> WorkflowVersion | None:
    """The newest version with this content, also of a workflow that was taken out of the lists."""
    query = _of(workflow_id).where(workflow_versions.c.workflow_hash == workflow_hash).limit(1)
    return _first(connection.execute(query).mappings().first())


def newest(connection: Connection, workflow: str) -> WorkflowVersion | None:
    """The newest version of the workflow with this id or, failing that, this name."""
    by_id = connection.execute(_NEWEST.where(workflows.c.workflow_id == workflow)).mappings().first()
    if by_id is not None:
        return _version_of(by_id)
    return _first(connection.execute(_NEWEST.where(workflows.c.name == workflow)).mappings().first())


def versions(connection: Connection, workflow_id: WorkflowId) -> Sequence[WorkflowVersion]:
    """All versions of a workflow, newest first."""
    return [_version_of(row) for row in connection.execute(_of(workflow_id)).mappings()]


def all_newest(connection: Connection) -> Sequence[WorkflowVersion]:
    """The newest version of each workflow, by name."""
    return [_version_of(row) for row in connection.execute(_NEWEST.order_by(workflows.c.name)).mappings()]


def remove(connection: Connection, workflow_id: WorkflowId) -> bool:
    """Take a workflow out of the lists; False when it is not there."""
    changed = connection.execute(
        update(workflows).where(workflows.c.workflow_id == workflow_id, ~workflows.c.removed).values(removed=True)
    )
    return changed.rowcount == 1


def _id_by_name(connection: Connection, name: str) -> WorkflowId | None:
    query = select(workflows.c.workflow_id).where(workflows.c.name == name, ~workflows.c.removed)
    found = connection.execute(query).scalar_one_or_none()
    return None if found is None else WorkflowId(found)


def _first(row: RowMapping | None) -> WorkflowVersion | None:
    return None if row is None else _version_of(row)


def _version_of(row: RowMapping) -> WorkflowVersion:
    return WorkflowVersion(
        workflow_id=WorkflowId(row["workflow_id"]),
        workflow_hash=WorkflowHash(row["workflow_hash"]),
        number=row["number"],
        definition=WorkflowDefinition.model_validate(row["definition"]),
        created_at=row["created_at"],
        saved_by=row["saved_by"],
        note=row["note"],
        source=row["source"],
    )
