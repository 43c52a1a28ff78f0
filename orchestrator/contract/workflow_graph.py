"""The graph that a workflow's dependencies draw: order, ancestors and circles."""

from collections import deque
from collections.abc import Mapping, Sequence


def topological_order(dependencies: Mapping[str, Sequence[str]]) -> list[str]:
    """Every node after all of its dependencies, otherwise in the given order; nodes of circles are left out.

    Kahn's algorithm. Dependencies that are no nodes are ignored.
    """
    waiting = {node: {each for each in needs if each in dependencies} for node, needs in dependencies.items()}
    followers = dependents(dependencies)
    ready = deque(node for node, needs in waiting.items() if not needs)
    order: list[str] = []
    while ready:
        node = ready.popleft()
        order.append(node)
        for follower in followers[node]:
            waiting[follower].discard(node)
            if not waiting[follower]:
                ready.append(follower)
    return order


def dependents(dependencies: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Who waits for a node, directly."""
    followers: dict[str, list[str]] = {node: [] for node in dependencies}
    for node, needs in dependencies.items():
        for need in dict.fromkeys(needs):
            if need in followers:
                followers[need].append(node)
    return followers


def ancestors(dependencies: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """For each node outside circles the set of all nodes before it, as a bit mask over the given order."""
    bits = {node: 1 << place for place, node in enumerate(dependencies)}
    before: dict[str, int] = {}
    for node in topological_order(dependencies):
        before[node] = 0
        for need in dependencies[node]:
            if need in bits:
                before[node] |= bits[need] | before[need]
    return before


def circles(dependencies: Mapping[str, Sequence[str]]) -> list[list[str]]:
    """Circles of nodes that wait for each other, each as a path that ends where it began; empty when there is none.

    One circle for each tangle of nodes: whoever opens that one and asks again hears of the next.
    """
    left = set(dependencies) - set(topological_order(dependencies))
    found: list[list[str]] = []
    for node in dependencies:
        if node in left:
            path = _walk(node, dependencies, left)
            if path:
                found.append(path)
                left -= set(path)
    return found


def _walk(start: str, dependencies: Mapping[str, Sequence[str]], left: set[str]) -> list[str]:
    """Follow dependencies from a node until one comes again; empty when the way ends outside."""
    path: list[str] = []
    places: dict[str, int] = {}
    node: str | None = start
    while node is not None and node not in places:
        places[node] = len(path)
        path.append(node)
        node = next((need for need in dependencies[node] if need in left), None)
    return [*path[places[node] :], node] if node is not None else []
