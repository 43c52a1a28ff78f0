"""Which columns go when a table becomes narrow, so that nobody has to scroll sideways; pure."""

from collections.abc import Mapping, Sequence

from orchestrator.console.tables.columns import ColumnSpec, Row


def stretching_section(columns: Sequence[ColumnSpec[Row]]) -> int:
    """The column that takes the room that is left: the one marked so, else the last."""
    marked = (section for section, column in enumerate(columns) if column.stretches)
    return next(marked, len(columns) - 1)


def squeezed_sections(columns: Sequence[ColumnSpec[Row]], widths: Mapping[int, int], room: int) -> frozenset[int]:
    """The sections to hide so that the rest fits into `room` pixels; columns with `spare` 0 always stay.

    `widths` holds the wanted columns only, each with the pixels it needs. The highest `spare` goes first.
    """
    hidden: set[int] = set()
    needed = sum(widths.values())
    for section in sorted(widths, key=lambda each: -columns[each].spare):
        if needed <= room or not columns[section].spare:
            break
        hidden.add(section)
        needed -= widths[section]
    return frozenset(hidden)
