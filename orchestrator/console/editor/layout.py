"""Where the steps of a graph are drawn: columns from left to right, each step behind all that it waits for."""

from collections.abc import Mapping, Sequence

from orchestrator.contract.workflow_graph import topological_order

_SWEEPS = 4


def placed(needs: Mapping[str, Sequence[str]]) -> dict[str, tuple[int, float]]:
    """Column and row of each step; rows may be halves, so that columns stand in the middle of the highest one.

    Within a column steps are put near what they wait for (the barycentre method of Sugiyama, Tagawa and Toda). Steps of
    a circle stand behind all others.
    """
    columns = _columns(needs)
    rows = {step: row for column in columns for row, step in enumerate(column)}
    for _ in range(_SWEEPS):
        for column in columns[1:]:
            column.sort(key=lambda step: _middle(step, needs, rows))
            rows.update((step, row) for row, step in enumerate(column))
    highest = max((len(column) for column in columns), default=0)
    return {
        step: (number, row + (highest - len(column)) / 2)
        for number, column in enumerate(columns)
        for row, step in enumerate(column)
    }


def _columns(needs: Mapping[str, Sequence[str]]) -> list[list[str]]:
    depth: dict[str, int] = {}
    for step in topological_order(needs):
        depth[step] = max((depth[need] + 1 for need in needs[step] if need in depth), default=0)
    behind = max(depth.values(), default=-1) + 1
    columns: dict[int, list[str]] = {}
    for step in needs:
        columns.setdefault(depth.get(step, behind), []).append(step)
    return [columns[number] for number in sorted(columns)]


def _middle(step: str, needs: Mapping[str, Sequence[str]], rows: Mapping[str, int]) -> float:
    known = [rows[need] for need in needs[step] if need in rows]
    return sum(known) / len(known) if known else rows[step]
