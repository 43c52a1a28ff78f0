"""The graph of dependencies: order, ancestors and circles, over any graph at all."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.contract.workflow_graph import ancestors, circles, dependents, topological_order

NODES = [f"n{number}" for number in range(8)]
GRAPHS = st.dictionaries(st.sampled_from(NODES), st.lists(st.sampled_from([*NODES, "nowhere"]), max_size=4), max_size=8)


@pytest.mark.feature("E59")
@given(GRAPHS)
def test_the_order_puts_every_node_behind_what_it_needs(graph: dict[str, list[str]]) -> None:
    order = topological_order(graph)
    place = {node: number for number, node in enumerate(order)}

    for node in order:
        assert all(place[need] < place[node] for need in graph[node] if need in graph)


@pytest.mark.feature("E60")
@given(GRAPHS)
def test_there_are_circles_exactly_when_the_order_leaves_nodes_out(graph: dict[str, list[str]]) -> None:
    found = circles(graph)

    assert bool(found) == (len(topological_order(graph)) < len(graph))
    for path in found:
        assert path[0] == path[-1]
        assert all(after in graph[before] for before, after in pairwise(path))


def test_nodes_without_order_between_them_keep_the_documents() -> None:
    assert topological_order({"c": [], "a": [], "b": ["c"]}) == ["c", "a", "b"]


def test_ancestors_are_all_nodes_before_a_node() -> None:
    before = ancestors({"a": [], "b": ["a"], "c": ["b"], "d": []})

    assert before == {"a": 0, "b": 0b1, "c": 0b11, "d": 0}


def test_dependents_are_the_other_way_round() -> None:
    assert dependents({"a": [], "b": ["a", "a"], "c": ["a", "nowhere"]}) == {"a": ["b", "c"], "b": [], "c": []}


def test_a_chain_of_many_thousand_nodes_is_no_burden() -> None:
    chain = {f"n{number}": [f"n{number - 1}"] for number in range(20_000)}

    assert len(topological_order(chain)) == 20_000
    assert circles({**chain, "n0": ["n19999"]})[0][0] == "n0"
