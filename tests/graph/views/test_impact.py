"""What changes if an artefact changes, and what it depends on: over graphs made by hand."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.graph.views.impact import downstream, upstream
from auditor.model.artefact import DIRECTIONS, Edge, EdgeKind, Evidence, Node, NodeKind
from auditor.model.export import Side

KINDS = {
    "csv": NodeKind.DATASET,
    "dir": NodeKind.DATASET,
    "pkl": NodeKind.MODEL,
    "py": NodeKind.SCRIPT,
    "mod": NodeKind.MODULE,
    "fn": NodeKind.FUNCTION,
    "step": NodeKind.STEP,
    "yaml": NodeKind.PIPELINE,
    "key": NodeKind.PARAM,
}


def node(name: str, kinds: list[str] | None = None) -> Node:
    """A node whose kind is told by the end of its name."""
    return Node(name, KINDS[name.rpartition(".")[2]], name, attrs={"kinds": kinds} if kinds else {})


def edge(source: str, kind: str, target: str, confidence: float = 0.9, *, declared: bool = False) -> Edge:
    piece = Evidence("x.py", 1, f"{source} {target}", "python", "literal", confidence, declared)
    return Edge(source, target, EdgeKind(kind), confidence, declared, (piece,))


def graph(text: str) -> tuple[dict[str, Node], list[Edge]]:
    """Nodes and edges from lines of `source kind target [confidence]`."""
    edges = []
    for line in filter(None, map(str.strip, text.splitlines())):
        source, kind, target, *rest = line.split()
        edges.append(edge(source, kind, target, float(rest[0]) if rest else 0.9))
    return {name: node(name) for each in edges for name in (each.source, each.target)}, edges


def names(side: Side) -> list[str]:
    return [item.node.id for item in side.reached]


PIPELINE = """
    raw.csv    consumes  clean.py
    clean.py   produces  clean.csv
    clean.csv  consumes  train.py
    lr.key     configures train.py
    train.py   produces  m.pkl
    train.py   imports   lib.mod
    a.step     runs      train.py
    p.yaml     contains  a.step
"""


def test_a_change_goes_through_code_into_what_it_writes() -> None:
    nodes, edges = graph(PIPELINE)
    assert names(downstream(nodes, edges, ["raw.csv"])) == ["clean.py", "clean.csv", "train.py", "a.step", "m.pkl"]
    assert names(upstream(nodes, edges, ["m.pkl"])) == [
        "train.py",
        "clean.csv",
        "lib.mod",
        "lr.key",
        "clean.py",
        "raw.csv",
    ]
    assert names(downstream(nodes, edges, ["lib.mod"])) == ["train.py", "a.step", "m.pkl"]
    assert names(upstream(nodes, edges, ["raw.csv"])) == []


def test_each_artefact_tells_its_way_its_distance_and_its_weakest_tie() -> None:
    nodes, edges = graph("a.csv consumes b.py 0.6\n b.py produces c.csv 0.95\n c.csv consumes d.py 0.8")
    last = downstream(nodes, edges, ["a.csv"]).reached[-1]
    assert last.way == ("a.csv", "b.py", "c.csv", "d.py")
    assert (last.depth, last.confidence) == (3, 0.6)
    assert [(hop.source, hop.target) for hop in last.hops] == [("c.csv", "d.py")]


def test_the_surest_of_the_shortest_ways_is_told_and_every_tie_is_kept() -> None:
    nodes, edges = graph(
        "a.csv consumes b.py 0.6\n a.csv consumes c.py 0.9\n b.py produces d.pkl 0.9\n c.py produces d.pkl 0.8"
    )
    last = downstream(nodes, edges, ["a.csv"]).reached[-1]
    assert last.way == ("a.csv", "c.py", "d.pkl")
    assert [hop.source for hop in last.hops] == ["c.py", "b.py"]


def test_what_is_too_uncertain_is_not_followed_but_counted() -> None:
    nodes, edges = graph("a.csv consumes b.py 0.4\n a.csv consumes c.py 0.5\n b.py produces d.pkl 0.9")
    side = downstream(nodes, edges, ["a.csv"])
    assert (names(side), side.doubtful) == (["c.py"], 1)
    assert names(downstream(nodes, edges, ["a.csv"], least=0.0)) == ["b.py", "c.py", "d.pkl"]


def test_a_depth_cuts_and_counts_the_rest() -> None:
    nodes, edges = graph(PIPELINE)
    side = downstream(nodes, edges, ["raw.csv"], depth=2)
    assert (names(side), side.further) == (["clean.py", "clean.csv"], 3)
    assert all(hop.source in {"raw.csv", "clean.py"} for item in side.reached for hop in item.hops)


def test_a_folder_of_a_template_is_known() -> None:
    name = "file:{{ cookiecutter.name }}/x.csv"
    nodes = {each: node(each) for each in ("a.py", "b.py")} | {name: Node(name, NodeKind.DATASET, "x", name[5:])}
    edges = [edge("a.py", "produces", name), edge(name, "consumes", "b.py")]
    assert names(downstream(nodes, edges, ["a.py"])) == [name, "b.py"]


@pytest.mark.parametrize(("id_", "path"), [("file:{argv1}/x.csv", "{argv1}/x.csv"), ("uri:s3://{bucket}/x", None)])
def test_an_unknown_folder_of_one_program_is_not_that_of_another(id_: str, path: str | None) -> None:
    nodes = {name: node(name) for name in ("a.py", "b.py")} | {id_: Node(id_, NodeKind.DATASET, id_, path)}
    edges = [edge("a.py", "produces", id_), edge(id_, "consumes", "b.py")]
    side = downstream(nodes, edges, ["a.py"])
    assert (names(side), side.doubtful) == ([id_], 1)
    assert names(downstream(nodes, edges, [id_])) == ["b.py"], "asked of it, its readers are told"
    sure = downstream(nodes, edges, ["a.py"], least=0.4).reached[-1]
    assert (sure.node.id, sure.confidence) == ("b.py", 0.4)


def test_a_pattern_in_a_known_folder_is_the_same_for_all() -> None:
    nodes = {name: node(name) for name in ("a.py", "b.py")} | {"d": Node("d", NodeKind.DATASET, "d", "data/{day}.csv")}
    assert names(downstream(nodes, [edge("a.py", "produces", "d"), edge("d", "consumes", "b.py")], ["a.py"])) == [
        "d",
        "b.py",
    ]


FOLDER = """
    one.csv  part_of   d.dir
    two.csv  part_of   d.dir
    w.py     produces  one.csv
    v.py     produces  two.csv
    d.dir    consumes  all.py
    two.csv  consumes  two.py
    f.py     produces  d.dir
"""


def test_a_file_changes_the_readers_of_its_folder_and_no_sibling() -> None:
    nodes, edges = graph(FOLDER)
    assert names(downstream(nodes, edges, ["one.csv"])) == ["d.dir", "all.py"]
    assert names(downstream(nodes, edges, ["w.py"])) == ["one.csv", "d.dir", "all.py"]


def test_a_folder_changes_the_readers_of_its_files() -> None:
    nodes, edges = graph(FOLDER)
    assert names(downstream(nodes, edges, ["f.py"])) == ["d.dir", "all.py", "one.csv", "two.csv", "two.py"]


def test_a_reader_depends_on_the_writers_of_folder_and_file_and_on_no_sibling() -> None:
    nodes, edges = graph(FOLDER)
    assert names(upstream(nodes, edges, ["two.py"])) == ["two.csv", "d.dir", "v.py", "f.py"]
    assert {"w.py", "v.py", "f.py"} <= set(names(upstream(nodes, edges, ["all.py"])))


def test_a_sibling_counts_where_another_way_leads_to_it() -> None:
    nodes, edges = graph(f"{FOLDER}\n one.csv consumes f.py")
    side = downstream(nodes, edges, ["one.csv"])
    way = next(item.way for item in side.reached if item.node.id == "two.csv")
    assert way == ("one.csv", "f.py", "d.dir", "two.csv")


def test_data_of_a_program_are_no_concern_of_those_who_import_it() -> None:
    nodes, edges = graph("raw.csv consumes tool.py\n user.py imports tool.py\n user.py produces out.csv")
    assert names(downstream(nodes, edges, ["raw.csv"])) == ["tool.py"]
    assert names(downstream(nodes, edges, ["tool.py"])) == ["user.py", "out.csv"]
    assert names(upstream(nodes, edges, ["out.csv"])) == ["user.py", "tool.py"]


def test_data_that_a_module_reads_when_it_is_imported_are() -> None:
    nodes, edges = graph("c.csv consumes conf.mod\n user.py imports conf.mod")
    assert names(downstream(nodes, edges, ["c.csv"])) == ["conf.mod", "user.py"]
    assert names(upstream(nodes, edges, ["user.py"])) == ["conf.mod", "c.csv"]
    nodes["conf.mod"] = node("conf.mod", ["module", "script"])
    assert names(downstream(nodes, edges, ["c.csv"])) == ["conf.mod"]


FUNCTIONS = """
    lib.mod  contains  f.fn
    lib.mod  contains  g.fn
    a.csv    consumes  f.fn
    g.fn     produces  b.csv
    main.py  imports   lib.mod
"""


def test_a_function_without_known_callers_stands_for_its_file_but_for_no_other_function() -> None:
    nodes, edges = graph(FUNCTIONS)
    assert names(downstream(nodes, edges, ["f.fn"])) == ["lib.mod", "main.py"]
    assert names(upstream(nodes, edges, ["f.fn"])) == ["a.csv", "lib.mod"]


def test_a_called_function_changes_its_callers_alone() -> None:
    nodes, edges = graph(f"{FUNCTIONS}\n h.fn calls f.fn\n h.fn produces c.csv")
    assert names(downstream(nodes, edges, ["f.fn"])) == ["h.fn", "c.csv"]
    assert names(downstream(nodes, edges, ["a.csv"])) == ["f.fn", "h.fn", "c.csv"]
    assert names(upstream(nodes, edges, ["c.csv"])) == ["h.fn", "f.fn", "a.csv", "lib.mod"]


def test_data_change_no_function_beside_the_one_that_reads_them() -> None:
    nodes, edges = graph(f"{FUNCTIONS}\n a.csv consumes lib.mod")
    assert "g.fn" not in names(downstream(nodes, edges, ["a.csv"]))
    assert "g.fn" in names(downstream(nodes, edges, ["lib.mod"]))


def test_data_of_one_step_reach_no_other_through_an_option_that_both_set() -> None:
    nodes, edges = graph(
        """
        a.csv consumes a.step
        a.step sets lr.key
        b.step sets lr.key
        lr.key configures train.py
        b.csv consumes b.step
        train.py produces m.pkl
        """
    )
    assert names(downstream(nodes, edges, ["a.csv"])) == ["a.step"]
    assert names(downstream(nodes, edges, ["a.step"])) == ["lr.key", "train.py", "m.pkl"]
    assert names(upstream(nodes, edges, ["m.pkl"])) == ["train.py", "lr.key", "a.step", "b.step"]


def test_several_starts_are_asked_at_once() -> None:
    nodes, edges = graph(PIPELINE)
    side = downstream(nodes, edges, ["clean.csv", "raw.csv"])
    assert names(side) == ["clean.py", "train.py", "a.step", "m.pkl"]
    assert side.reached[0].way == ("raw.csv", "clean.py")


def test_cycles_end_and_a_thing_does_not_reach_itself() -> None:
    nodes, edges = graph("a.csv consumes b.py\n b.py produces a.csv\n b.py produces b.py")
    assert names(downstream(nodes, edges, ["a.csv"])) == ["b.py"]
    assert names(upstream(nodes, edges, ["a.csv"])) == ["b.py"]


@pytest.mark.parametrize("kind", ["documents", "owns", "triggers", "precedes", "cochange", "versioned_by"])
def test_what_is_no_influence_is_not_followed(kind: str) -> None:
    nodes, edges = graph(f"a.csv {kind} b.py")
    assert names(downstream(nodes, edges, ["a.csv"])) == names(upstream(nodes, edges, ["b.py"])) == []


NAMES = [f"{letter}.{kind}" for letter in "ab" for kind in ("csv", "dir", "py", "mod", "fn", "step")]
EDGES = st.lists(
    st.builds(
        edge,
        st.sampled_from(NAMES),
        st.sampled_from([kind.value for kind in EdgeKind]),
        st.sampled_from(NAMES),
        st.sampled_from([0.3, 0.5, 0.9]),
    ),
    max_size=25,
    unique_by=lambda each: (each.source, each.target, each.kind),
)


@given(EDGES, st.sampled_from(NAMES), st.none() | st.integers(1, 3))
def test_every_way_is_made_of_edges_that_exist(edges: list[Edge], start: str, depth: int | None) -> None:
    nodes = {name: node(name) for name in NAMES}
    known = {(each.source, each.target) for each in edges if each.kind in DIRECTIONS and each.confidence >= 0.5}
    for side in (downstream(nodes, edges, [start], depth=depth), upstream(nodes, edges, [start], depth=depth)):
        inside = {start, *names(side)}
        assert len(inside) == len(side.reached) + 1
        for item in side.reached:
            assert item.way[0] == start
            assert item.way[-1] == item.node.id
            assert item.depth == len(item.way) - 1 <= (depth or 99)
            assert all((a, b) in known or (b, a) in known for a, b in zip(item.way, item.way[1:], strict=False))
            assert item.hops
            assert {item.way[-2], item.node.id} == {item.hops[0].source, item.hops[0].target}
            assert all(hop in edges and item.node.id in (hop.source, hop.target) for hop in item.hops)
            assert all({hop.source, hop.target} <= inside for hop in item.hops)


@given(EDGES, st.sampled_from(NAMES), st.randoms(use_true_random=False))
def test_the_order_of_the_edges_does_not_show(edges: list[Edge], start: str, shuffler: random.Random) -> None:
    nodes = {name: node(name) for name in NAMES}
    mixed = list(edges)
    shuffler.shuffle(mixed)
    assert downstream(nodes, mixed, [start]) == downstream(nodes, edges, [start])


@given(EDGES, st.sampled_from(NAMES))
def test_a_shallower_question_is_answered_by_a_part_of_the_deeper(edges: list[Edge], start: str) -> None:
    nodes = {name: node(name) for name in NAMES}
    deep, near = downstream(nodes, edges, [start]), downstream(nodes, edges, [start], depth=1)
    assert names(near) == [item.node.id for item in deep.reached if item.depth == 1]
    assert near.further == len(deep.reached) - len(near.reached)


SHARED = """
    raw.csv    consumes  tool.py
    raw.csv    consumes  one.step
    mid.csv    consumes  tool.py
    mid.csv    consumes  two.step
    one.step   runs      tool.py
    two.step   runs      tool.py
    tool.py    produces  one.csv
    tool.py    produces  two.csv
    one.step   produces  one.csv
    two.step   produces  two.csv
"""


def test_what_one_step_reads_does_not_change_what_another_step_of_the_program_writes() -> None:
    side = downstream(*graph(SHARED), ["raw.csv"])
    assert "one.csv" in names(side)
    assert not {"two.csv", "two.step"} & set(names(side))


def test_a_program_that_changes_itself_changes_all_steps_that_run_it() -> None:
    assert {"one.csv", "two.csv", "one.step", "two.step"} <= set(names(downstream(*graph(SHARED), ["tool.py"])))
