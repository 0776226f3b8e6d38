"""What is gathered along a condensed graph is what a walk from each node finds."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from auditor.program.condensed import Condensed, places_of

graphs = st.dictionaries(st.integers(0, 9), st.sets(st.integers(0, 9)), max_size=10)


def closed(drawn: dict[int, set[int]]) -> dict[int, set[int]]:
    """The graph with all nodes that it mentions."""
    return {node: drawn.get(node, set()) for node in {*drawn, *(o for onward in drawn.values() for o in onward)}}


def walk(graph: dict[int, set[int]], start: int) -> set[int]:
    found, todo = {start}, [start]
    while todo:
        new = graph[todo.pop()] - found
        found |= new
        todo += new
    return found


@given(graphs)
def test_each_node_gathers_what_it_leads_to(drawn: dict[int, set[int]]) -> None:
    graph = closed(drawn)
    of = Condensed(graph.__getitem__).gathered({node: 1 << node for node in graph if node % 3}.get)
    for start in graph:
        assert of(start) == sum(1 << node for node in walk(graph, start) if node % 3)


@given(graphs)
def test_each_node_is_handed_what_leads_to_it(drawn: dict[int, set[int]]) -> None:
    graph = closed(drawn)
    of = Condensed(graph.__getitem__).handed({node: 1 << node for node in graph if node % 3})
    assert of(-1) == 0
    for node in graph:
        assert of(node) == sum(1 << start for start in graph if start % 3 and node in walk(graph, start))


@given(st.sets(st.integers(0, 200)))
def test_the_places_of_bits(numbers: set[int]) -> None:
    assert list(places_of(sum(1 << number for number in numbers))) == sorted(numbers)
