"""The store merges what is stated twice; identities make one id of every spelling."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.graph.artefacts.identity import Identities, matches
from auditor.graph.store import Store, combined
from auditor.model.artefact import EdgeKind, Evidence, NodeKind
from auditor.program.symbolic.values import Hole, Value, literal
from tests.pages import graphs


def piece(line: int, confidence: float = 0.9, *, declared: bool = False, path: str = "a.py") -> Evidence:
    return Evidence(path, line, f"line {line}", "python", "literal", confidence, declared=declared)


def test_a_node_stated_twice_is_one_with_its_most_specific_kind() -> None:
    store = Store()
    store.node("file:a", NodeKind.MODULE, "a", path="a", lines=3)
    store.node("file:a", NodeKind.SCRIPT, "another label", path="b", test=True)
    (node,) = store.nodes()
    assert (node.kind, node.label, node.path) == (NodeKind.SCRIPT, "a", "a")
    assert node.attrs == {"kinds": ["module", "script"], "lines": 3, "test": True}


def test_an_attribute_of_none_is_not_stored_and_a_label_is_made() -> None:
    store = Store()
    store.node("package:numpy", NodeKind.PACKAGE, test=None)
    (node,) = store.nodes()
    assert (node.label, node.attrs) == ("numpy", {})


def test_edges_merge_their_evidence_and_attributes() -> None:
    store = Store()
    store.edge("a", "b", EdgeKind.CONSUMES, [piece(1, declared=True)], via="x")
    store.edge("a", "b", EdgeKind.CONSUMES, [piece(2)], tool="y")
    store.edge("a", "b", EdgeKind.CONSUMES, [piece(2)])
    (edge,) = store.edges()
    assert [e.line for e in edge.evidence] == [1, 2]
    assert edge.attrs == {"tool": "y", "via": "x"}
    assert not edge.declared, "one observed piece makes the edge observed"
    assert edge.confidence == pytest.approx(0.99)


def test_an_edge_of_declarations_alone_is_declared_and_one_of_nothing_is_not() -> None:
    store = Store()
    store.edge("a", "b", EdgeKind.CONSUMES, [piece(1, declared=True)])
    store.edge("a", "c", EdgeKind.PART_OF)
    declared, bare = store.edges()
    assert declared.declared
    assert (bare.declared, bare.confidence) == (False, 0.95)


@pytest.mark.parametrize(
    ("pieces", "confidence"),
    [
        ([], 0.95),
        ([piece(1, 0.6)], 0.6),
        ([piece(1, 0.6), piece(2, 0.5)], 0.8),
        ([piece(1, 0.6), piece(1, 0.5)], 0.6),
        ([piece(1, 0.6), piece(1, 0.5, path="b.py")], 0.8),
        ([piece(1, 0.5), piece(2, 0.5), piece(3, 0.5)], 0.875),
    ],
)
def test_noisy_or_over_independent_lines(pieces: list[Evidence], confidence: float) -> None:
    assert combined(pieces) == pytest.approx(confidence)


@given(
    st.lists(st.builds(piece, st.integers(1, 5), st.floats(0.1, 0.95)), min_size=1, max_size=8),
    st.builds(piece, st.integers(6, 9), st.floats(0.1, 0.95)),
)
def test_more_evidence_never_lowers_confidence(pieces: list[Evidence], more: Evidence) -> None:
    assert combined([*pieces, more]) >= combined(pieces)


@given(st.randoms(use_true_random=False))
def test_the_order_of_statements_does_not_show(shuffler: random.Random) -> None:
    statements = [(a, b, kind) for a in "abc" for b in "abc" for kind in (EdgeKind.RUNS, EdgeKind.IMPORTS) if a != b]

    def built(order: list[tuple[str, str, EdgeKind]]) -> tuple[object, ...]:
        store = Store()
        for a, b, kind in order:
            store.node(a, NodeKind.MODULE, a)
            store.node(b, NodeKind.SCRIPT, b)
            store.edge(a, b, kind, [piece(ord(a)), piece(ord(b))])
        return tuple(store.nodes()), tuple(store.edges())

    mixed = list(statements)
    shuffler.shuffle(mixed)
    assert built(mixed) == built(statements)


TREE = frozenset({"data/raw.csv", "steps/train.py", "steps/local.csv", "run.py", "nested/deep/data/x.csv"})


@pytest.mark.parametrize(
    ("text", "importer", "id_"),
    [
        ("data/raw.csv", "run.py", "file:data/raw.csv"),
        ("./data//raw.csv", "run.py", "file:data/raw.csv"),
        ("data/../data/raw.csv", "run.py", "file:data/raw.csv"),
        ("data\\raw.csv", "run.py", "file:data/raw.csv"),
        ("local.csv", "steps/train.py", "file:steps/local.csv"),
        ("../data/raw.csv", "steps/train.py", "file:data/raw.csv"),
        ("data/x.csv", "nested/deep/go.py", "file:nested/deep/data/x.csv"),
        ("nowhere.csv", "run.py", "file:nowhere.csv"),
        ("/abs/x.csv", "run.py", "host:/abs/x.csv"),
        ("~/x.csv", "run.py", "host:~/x.csv"),
        ("C:\\x.csv", "run.py", "host:C:\\x.csv"),
        ("s3a://b/x.csv", "run.py", "uri:s3://b/x.csv"),
        ("https://H.org/x.csv?sig=1", "run.py", "url:https://h.org/x.csv"),
        ("cafe\u0301.csv", "run.py", "file:caf\u00e9.csv"),
    ],
)
def test_a_spelling_becomes_one_id(text: str, importer: str, id_: str) -> None:
    found = Identities(TREE).of(literal(text), importer)
    assert found is not None
    assert found.id == id_


@pytest.mark.parametrize("text", ["", ".", "./", "../outside.csv", "-", "../../x"])
def test_what_says_too_little_or_leaves_the_tree_has_none(text: str) -> None:
    assert Identities(TREE).of(literal(text), "run.py") is None


def test_a_guessed_base_is_less_certain_and_a_written_path_is_no_guess() -> None:
    identities = Identities(TREE)
    guessed = identities.of(literal("new.csv"), "run.py")
    identities.written.add("new.csv")
    known = identities.of(literal("new.csv"), "run.py")
    assert guessed is not None
    assert known is not None
    assert guessed.guessed
    assert not known.guessed
    assert guessed.confidence < known.confidence


def test_anchored_paths_and_working_folders_are_no_guess() -> None:
    identities = Identities(TREE)
    anchored = identities.of(literal("data/new.csv", anchored=True), "steps/train.py")
    placed = identities.of(literal("new.csv"), "steps/train.py", ["data"], written=True)
    assert [(i.id, i.guessed) for i in (anchored, placed) if i] == [("file:data/new.csv", False)] * 2
    assert identities.of(literal("../../x", anchored=True), "run.py") is None


def test_a_hole_makes_a_template() -> None:
    found = Identities(TREE).of(Value(("data/", Hole("loop", "n"), ".csv"), confidence=0.6), "run.py")
    assert found is not None
    assert (found.id, found.templated) == ("file:data/{n}.csv", True)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("data/{train}", "data/{train}", True),
        ("data/{train}", "data/{calibration}", False),
        ("data/{train}.csv", "data/{calibration}.csv", False),
        ("data/part_{i}.csv", "data/part_{n}.csv", True),
        ("data/*.csv", "data/{name}.csv", True),
    ],
)
def test_two_names_of_which_nothing_is_known_need_not_be_one(one: str, other: str, same: bool) -> None:
    assert matches(one, other) == same


COMPOSE = """\
services:
  a:
    image: x
    volumes: ["./data:/opt/work/data:ro", "./conf/a.yml:/etc/a.yml", "store:/var/store", "/srv:/srv", "${HOME}:/me", "./x:/both"]
  b:
    image: x
    volumes:
      - ./y:/both
      - {type: bind, source: ., target: /app}
"""


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("/opt/work/data/in/x.csv", "file:deploy/data/in/x.csv"),
        ("/opt/work/data", "file:deploy/data"),
        ("/opt/work/database/x.csv", "host:/opt/work/database/x.csv"),
        ("/etc/a.yml", "file:deploy/conf/a.yml"),
        ("/app/models/m.pkl", "file:deploy/models/m.pkl"),
        ("/var/store/x.csv", "host:/var/store/x.csv"),
        ("/srv/x.csv", "host:/srv/x.csv"),
        ("/me/x.csv", "host:/me/x.csv"),
        ("/both/x.csv", "host:/both/x.csv"),
        ("data/x.csv", "file:data/x.csv"),
    ],
)
def test_what_containers_call_a_folder_of_the_tree(text: str, found: str) -> None:
    identity = graphs({"deploy/compose.yaml": COMPOSE}).world.identities.of(literal(text), "run.py")
    assert identity is not None
    assert identity.id == found
    assert (identity.path is None) is found.startswith("host:")
