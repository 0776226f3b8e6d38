"""Identity: stable where only lines move, distinct where findings differ."""

from __future__ import annotations

import random

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from auditor.judgement import anchor, fingerprinted
from auditor.judgement.fingerprints import CLUSTER_SEPARATOR
from auditor.model.finding import Finding, Severity
from auditor.model.ir import Cell
from auditor.model.place import Place

TEXT = st.text(st.characters(codec=None), max_size=12)


def found(
    rule: str = "LKG001",
    path: str = "train.py",
    line: int | None = 3,
    *,
    entity: str = "main",
    snippet: str = "scaler.fit(X)",
    cell: int | None = None,
    component: str = "service",
    message: str = "fitted before the split",
) -> Finding:
    return Finding(
        rule=rule,
        component=component,
        severity=Severity.HIGH,
        confidence=0.9,
        message=message,
        remedy="split first",
        entity=entity,
        place=Place(path, line, cell=cell),
        snippet=snippet,
    )


@st.composite
def findings(draw: st.DrawFn) -> Finding:
    return found(
        draw(st.sampled_from(["LKG001", "DAT002"])),
        draw(st.sampled_from(["a.py", "b.py", "service", "."])),
        draw(st.none() | st.integers(1, 5)),
        entity=draw(TEXT),
        snippet=draw(TEXT),
    )


def marks(given_: tuple[Finding, ...] | list[Finding]) -> list[str]:
    return [finding.fingerprint for finding in fingerprinted(given_)]


def test_an_anchor_has_32_hex_digits_and_is_pinned() -> None:
    """A changed key would reopen every finding of every user: it needs a new version of the key."""
    assert anchor(found(), 0) == "f146658d5c57d2a5d1f8e3262e424fe1"


@given(st.lists(findings(), max_size=8), st.integers(1, 1000))
def test_identity_survives_lines_that_are_put_above(before: list[Finding], shift: int) -> None:
    def moved(finding: Finding) -> Finding:
        if finding.place.line is None:
            return finding
        place = msgspec.structs.replace(finding.place, line=finding.place.line + shift)
        return msgspec.structs.replace(finding, place=place, message="in other words", severity=Severity.LOW)

    assert marks([moved(finding) for finding in before]) == marks(before)


@given(st.lists(findings(), max_size=8))
def test_no_two_findings_share_an_identity(given_: list[Finding]) -> None:
    assert len(set(marks(given_))) == len(given_)
    assert len(set(marks(given_ * 2))) == 2 * len(given_)


@given(st.lists(findings(), max_size=8), st.randoms(use_true_random=False))
def test_the_order_of_findings_does_not_matter(given_: list[Finding], shuffle: random.Random) -> None:
    mixed = shuffle.sample(given_, len(given_))
    assert sorted(map(repr, fingerprinted(mixed))) == sorted(map(repr, fingerprinted(given_)))


def test_equal_findings_are_numbered_by_position() -> None:
    low, high = found(line=3), found(line=30)
    assert marks([high, low]) == [anchor(low, 1), anchor(low, 0)]


def test_a_field_cannot_run_over_into_the_next() -> None:
    assert anchor(found(entity="ab", snippet="c"), 0) != anchor(found(entity="a", snippet="bc"), 0)


def test_what_identity_rests_on() -> None:
    base = anchor(found(), 0)
    for other in (found(rule="LKG002"), found(path="eval.py"), found(entity="fit"), found(snippet="scaler.fit(Z)")):
        assert anchor(other, 0) != base


def test_a_cluster_is_known_by_its_nodes_wherever_it_is_shown() -> None:
    nodes = ["file:a.py", "file:b.py", "file:c.py"]
    one = found("ENT005", "a.py", 1, entity=CLUSTER_SEPARATOR.join(nodes), snippet="import b")
    two = found("ENT005", "c.py", 9, entity=CLUSTER_SEPARATOR.join(reversed(nodes)), snippet="import a")
    assert anchor(one, 0) == anchor(two, 0)
    assert anchor(found("ENT005", entity=CLUSTER_SEPARATOR.join(nodes[:2])), 0) != anchor(one, 0)


def test_an_absence_is_known_by_its_component() -> None:
    here = found("MON001", "service", None, entity="", snippet="")
    assert anchor(here, 0) == anchor(found("MON001", ".", None, entity="", snippet="searched 14 libraries"), 0)
    assert anchor(here, 0) != anchor(found("MON001", "other", None, entity="", snippet="", component="other"), 0)


def test_a_data_file_is_no_absence() -> None:
    assert anchor(found("DAT001", "data/a.csv", None), 0) != anchor(found("DAT001", "data/b.csv", None), 0)


def notebook(*ids: str) -> dict[str, list[Cell]]:
    """A notebook of code cells with these ids, each below a cell of prose."""
    return {"eda.ipynb": [Cell(2 * n + 1, id_, 5 * n + 1, 5, 0, 1, ()) for n, id_ in enumerate(ids)]}


def test_a_notebook_cell_keeps_its_identity_when_a_cell_is_put_above() -> None:
    before = anchor(found(path="eda.ipynb", cell=1), 0, notebook("c1", "c2"))
    after = anchor(found(path="eda.ipynb", cell=3), 0, notebook("new", "c1", "c2"))
    other = anchor(found(path="eda.ipynb", cell=3), 0, notebook("c1", "c2"))
    assert before == after
    assert before != other


def test_without_cell_ids_equal_cells_are_numbered_in_order() -> None:
    first, second = found(path="eda.ipynb", cell=0, line=9), found(path="eda.ipynb", cell=4, line=1)
    assert marks([second, first]) == [anchor(first, 1), anchor(first, 0)]


def test_lone_surrogates_of_hostile_literals_are_taken() -> None:
    odd = found(snippet="x = '\ud800'")
    assert len(set(marks([odd, odd]))) == 2
