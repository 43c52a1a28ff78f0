"""An item in a person's words: what is typed for one, and what is shown of it."""

from collections.abc import Sequence
from datetime import UTC, datetime

from orchestrator.cli.lengths import moment
from orchestrator.cli.output import at_text, plain, value_text, write_facts
from orchestrator.contract.api.work_items import WorkItemDetail
from orchestrator.contract.document import read_document
from orchestrator.contract.errors import UserError
from orchestrator.contract.ids import JsonValue


def show(view: WorkItemDetail) -> None:
    """Its facts under each other."""
    write_facts(
        (
            ("item", view.reference),
            ("id", view.item_id),
            ("queue", view.queue),
            ("state", view.state.value.replace("_", " ") + (", late" if view.is_late else "")),
            ("why", view.reason),
            ("priority", view.priority.value),
            ("due", at_text(view.due_at)),
            ("not before", at_text(view.not_before)),
            ("job", view.job_id or ""),
            ("added", f"{at_text(view.created_at)} by {view.added_by}"),
            ("ended", at_text(view.ended_at)),
            *((f"  {name}", value_text(value)) for name, value in view.payload.items()),
            ("output", value_text(plain(view.output)) if view.output is not None else ""),
        )
    )


def payload_of(fields: Sequence[str]) -> dict[str, JsonValue]:
    """`amount=12.5` and the like as an object. UserError names what has no value."""
    payload: dict[str, JsonValue] = {}
    for each in fields:
        name, equals, value = each.partition("=")
        if not equals or not name.strip():
            raise UserError(f"NAME=VALUE: {each!r} has no name and value; write amount=12.50.", field="NAME=VALUE")
        payload[name.strip()] = typed_value(value)
    return payload


def typed_value(text: str) -> JsonValue:
    """JSON where it is some, and otherwise the text."""
    try:
        return read_document(text, is_json=True).value
    except UserError:
        return text


def when(text: str | None, option: str) -> datetime | None:
    """A moment as it is typed; None for none. UserError names the option."""
    if text is None:
        return None
    return moment(text, option=option, now=datetime.now(UTC))  # noqa: TID251  what a person types is about now
