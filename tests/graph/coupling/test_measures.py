"""Reach, propagation cost, blast radius and cycles against values worked out by hand and against networkx."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.graph.coupling.metrics import (
    Influence,
    blast_radius,
    cycles,
    influence,
    propagation_cost,
    reach,
    shortest_cycle,
)
from auditor.model.artefact import Edge, EdgeKind, NodeKind
from auditor.program.condensed import components

Pairs = list[tuple[str, str]]

CHAIN = [("a", "b"), ("b", "c"), ("c", "d")]
RING = [("a", "b"), ("b", "c"), ("c", "a")]
STAR = [("hub", leaf) for leaf in "abcd"]


def graph(pairs: Pairs, nodes: str = "") -> Influence:
    made: dict[str, set[str]] = {node: set() for node in (*nodes, *(node for pair in pairs for node in pair))}
    for source, target in pairs:
        made[source].add(target)
    return made


def drawn(made: Influence) -> nx.DiGraph[str]:
    again: nx.DiGraph[str] = nx.DiGraph()
    again.add_nodes_from(made)
    again.add_edges_from(pairs_of(made))
    return again


def pairs_of(made: Influence) -> Pairs:
    return sorted((source, target) for source in made for target in made[source])


@pytest.mark.parametrize(
    ("pairs", "nodes", "cost", "count"),
    [
        pytest.param([], "ab", 0.0, 2, id="nothing is tied"),
        pytest.param(CHAIN, "", 6 / 12, 4, id="a chain of four: 3 + 2 + 1 of 12"),
        pytest.param(RING, "", 1.0, 3, id="a ring reaches everything"),
        pytest.param(STAR, "", 4 / 20, 5, id="a hub reaches its leaves"),
        pytest.param([(b, a) for a, b in STAR], "", 4 / 20, 5, id="leaves reach their hub"),
        pytest.param(RING, "d", 6 / 12, 4, id="a ring beside a lone node"),
        pytest.param([*CHAIN, ("a", "d"), ("a", "c")], "", 6 / 12, 4, id="a shorter way adds nothing"),
    ],
)
def test_propagation_cost_worked_out_by_hand(pairs: Pairs, nodes: str, cost: float, count: int) -> None:
    measured = propagation_cost(graph(pairs, nodes))
    assert measured is not None
    assert measured[0] == pytest.approx(cost)
    assert measured[1] == count


def test_what_only_passes_on_is_not_counted() -> None:
    assert propagation_cost(graph([("a", "init"), ("init", "b")]), frozenset({"init"})) == (0.5, 2)


@pytest.mark.parametrize("nodes", ["", "a"])
def test_fewer_than_two_artefacts_have_no_cost(nodes: str) -> None:
    assert propagation_cost(graph([], nodes)) is None


PAIRS = st.lists(st.tuples(st.sampled_from("abcdefgh"), st.sampled_from("abcdefgh")), max_size=24)


@given(PAIRS)
def test_the_bit_sets_say_what_networkx_says(pairs: Pairs) -> None:
    made = graph(pairs, "xy")
    order = sorted(made)
    for node, bits in reach(made).items():
        named = {order[at] for at in range(len(order)) if bits >> at & 1}
        assert named == nx.descendants(drawn(made), node) | {node}


@given(PAIRS)
def test_the_components_are_those_of_networkx_the_reached_before_what_reaches_them(pairs: Pairs) -> None:
    made = graph(pairs, "xy")
    found = [frozenset(group) for group in components(made.__getitem__, made)]
    assert set(found) == {frozenset(group) for group in nx.strongly_connected_components(drawn(made))}
    place = {node: number for number, group in enumerate(found) for node in group}
    assert all(place[target] <= place[source] for source, target in pairs)
    assert len(place) == sum(map(len, found))


def test_a_long_chain_needs_no_deep_stack() -> None:
    links = [f"{number:05}" for number in range(20_000)]
    assert len(list(components(graph(list(pairwise(links))).__getitem__, links))) == len(links)


@given(PAIRS, st.integers(1, 4))
def test_an_artefact_of_its_own_never_raises_the_cost(pairs: Pairs, alone: int) -> None:
    before = propagation_cost(graph(pairs, "abcdefgh"))
    after = propagation_cost(graph(pairs, "abcdefgh" + "uvwx"[:alone]))
    assert before is not None
    assert after is not None
    assert after[0] <= before[0]


@given(PAIRS, st.tuples(st.sampled_from("abcdefgh"), st.sampled_from("abcdefgh")))
def test_one_more_tie_never_lowers_the_cost(pairs: Pairs, tie: tuple[str, str]) -> None:
    before = propagation_cost(graph(pairs, "abcdefgh"))
    after = propagation_cost(graph([*pairs, tie], "abcdefgh"))
    assert before is not None
    assert after is not None
    assert 0 <= before[0] <= after[0] <= 1


@pytest.mark.parametrize(
    ("kind", "forward"),
    [
        (EdgeKind.CONSUMES, True),
        (EdgeKind.PRODUCES, True),
        (EdgeKind.CONFIGURES, True),
        (EdgeKind.CONTAINS, True),
        (EdgeKind.RUNS, False),
        (EdgeKind.IMPORTS, False),
        (EdgeKind.PRECEDES, None),
        (EdgeKind.DOCUMENTS, None),
    ],
)
def test_a_change_travels_along_an_edge(kind: EdgeKind, forward: bool | None) -> None:
    nodes = {"a": NodeKind.MODULE, "b": NodeKind.MODULE}
    made = influence(nodes, [Edge("a", "b", kind, 0.9, False, ())])
    assert pairs_of(made) == ([] if forward is None else [("a", "b") if forward else ("b", "a")])


def test_weak_edges_unknown_nodes_and_loops_are_left_out() -> None:
    nodes = {"a": NodeKind.MODULE, "b": NodeKind.MODULE}
    edges = [
        Edge("a", "b", EdgeKind.CONSUMES, 0.49, False, ()),
        Edge("a", "z", EdgeKind.CONSUMES, 0.9, False, ()),
        Edge("a", "a", EdgeKind.CONSUMES, 0.9, False, ()),
    ]
    made = influence(nodes, edges)
    assert (sorted(made), pairs_of(made)) == (["a", "b"], [])


def test_blast_radius_weighs_models_data_and_code() -> None:
    kinds = [NodeKind.MODEL, NodeKind.ENDPOINT, NodeKind.DATASET, NodeKind.MODULE, NodeKind.STEP]
    assert blast_radius(Counter(kinds)) == pytest.approx(1 + 1 + 0.5 + 0.25 + 0.25)
    assert blast_radius({}) == 0


@pytest.mark.parametrize(
    ("pairs", "smallest", "groups"),
    [
        (CHAIN, 2, []),
        (RING, 2, [("a", "b", "c")]),
        (RING, 4, []),
        ([("a", "a")], 2, []),
        ([*RING, ("x", "y"), ("y", "x"), ("c", "x")], 2, [("a", "b", "c"), ("x", "y")]),
    ],
)
def test_cycles(pairs: Pairs, smallest: int, groups: list[tuple[str, ...]]) -> None:
    assert cycles(pairs, smallest) == groups


@given(PAIRS)
def test_a_shortest_cycle_is_a_closed_walk_inside_its_group(pairs: Pairs) -> None:
    for group in cycles(pairs):
        walk = shortest_cycle(pairs, group)
        assert walk[0] == walk[-1] == group[0]
        assert set(walk) <= set(group)
        assert all(tie in pairs for tie in pairwise(walk))
        ways = nx.single_target_shortest_path_length(nx.DiGraph(pairs), walk[0])
        assert len(walk) - 1 == 1 + min(
            dict(ways)[after] for before, after in pairs if before == walk[0] and after in group
        )
