"""The columns of tables, wherever they come from: what they are called, and which of them are wanted."""

from collections.abc import Sequence

from orchestrator.contract.errors import ErrorKind
from robot.errors import ActionError

Columns = tuple[str, ...] | dict[str, str] | None
"""The wanted headers, by the names that they get or as they are; None for all."""


def column_names(head: Sequence[str], width: int) -> list[str]:
    """Headers as names: empty ones are `column_3`, a second `Price` is `Price 2`."""
    names: list[str] = []
    for place in range(max(len(head), width)):
        name = " ".join(head[place].split()) if place < len(head) and head[place].strip() else f"column_{place + 1}"
        again = names.count(name) + sum(
            each.startswith(f"{name} ") and each[len(name) + 1 :].isdigit() for each in names
        )
        names.append(f"{name} {again + 1}" if again else name)
    return names


def wanted_columns(names: Sequence[str], columns: Columns, place: str, *, kind: ErrorKind) -> dict[str, int]:
    """Where the wanted columns stand, by the name that they get; all of them without a wish. ActionError of the kind
    that names the place and the column which is not there."""
    if columns is None:
        return {name: index for index, name in enumerate(names)}
    pairs = columns.items() if isinstance(columns, dict) else [(each, each) for each in columns]
    known = {name.casefold(): index for index, name in reversed(list(enumerate(names)))}
    missing = [header for _, header in pairs if header.casefold() not in known]
    if missing:
        message = f"{place} has no column {missing[0]!r}; it has {', '.join(names) or 'none'}."
        raise ActionError.of(kind, message)
    return {name: known[header.casefold()] for name, header in pairs}
