"""Findings are known again after edits, moves and renames, and never guessed."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from auditor.judgement import fingerprinted
from auditor.lifecycle.matching import match
from auditor.model.finding import Finding
from tests.lifecycle.builders import found


def ways(
    before: list[Finding], after: list[Finding], renames: dict[str, str] | None = None
) -> tuple[list[str], int, int]:
    matched = match(fingerprinted(before), fingerprinted(after), renames)
    return sorted(pair.how for pair in matched.pairs), len(matched.gone), len(matched.come)


def test_lines_do_not_matter() -> None:
    assert ways([found(line=3)], [found(line=300)]) == (["same"], 0, 0)


def test_a_renamed_file_keeps_its_findings() -> None:
    assert ways([found(path="a.py")], [found(path="b.py")], {"a.py": "b.py"}) == (["renamed"], 0, 0)


def test_code_edited_in_place_is_the_same_finding() -> None:
    assert ways([found(snippet="scaler.fit(x)")], [found(snippet="scaler.fit(x, y)")]) == (["updated"], 0, 0)


def test_code_moved_elsewhere_is_known_by_its_context() -> None:
    assert ways([found(path="a.py", entity="a.prepare")], [found(path="lib/b.py", entity="lib.b.prepare")]) == (
        ["moved"],
        0,
        0,
    )


def test_a_move_that_could_be_either_of_two_is_no_pair() -> None:
    twins = [found(path="b.py"), found(path="c.py")]
    assert ways([found(path="a.py")], twins) == ([], 1, 2)


def test_another_rule_is_another_finding() -> None:
    assert ways([found("LKG001")], [found("PIP008")]) == ([], 1, 1)


def test_mending_the_first_of_three_closes_one_and_the_nearest_stay() -> None:
    matched = match(
        fingerprinted([found(line=n) for n in (3, 30, 60)]), fingerprinted([found(line=n) for n in (29, 59)])
    )
    assert [(pair.before.place.line, pair.after.place.line) for pair in matched.pairs] == [(30, 29), (60, 59)]
    assert [finding.place.line for finding in matched.gone] == [3]


def test_a_new_one_among_equal_ones_is_the_new_one() -> None:
    matched = match(
        fingerprinted([found(line=n) for n in (10, 50)]), fingerprinted([found(line=n) for n in (10, 30, 50)])
    )
    assert [finding.place.line for finding in matched.come] == [30]


def cluster(*nodes: str) -> Finding:
    return found("PIP008", entity="\n".join(nodes), snippet="")


def test_a_cycle_that_lost_a_node_is_the_same_cycle() -> None:
    before, after = cluster("a", "b", "c", "d"), cluster("a", "b", "c")
    moved = msgspec.structs.replace(after, place=msgspec.structs.replace(after.place, path="other.py"))
    assert ways([before], [moved]) == (["cluster"], 0, 0)


def test_a_cycle_that_shares_half_is_another_one() -> None:
    before, after = cluster("a", "b", "c"), cluster("c", "d", "e")
    moved = msgspec.structs.replace(after, place=msgspec.structs.replace(after.place, path="other.py"))
    assert ways([before], [moved]) == ([], 1, 1)


PLACES = st.tuples(
    st.sampled_from(["a.py", "b.py"]), st.integers(1, 40), st.sampled_from(["f", "g"]), st.sampled_from(["x", "y"])
)


@given(st.lists(PLACES, max_size=12), st.lists(PLACES, max_size=12))
def test_every_finding_is_in_exactly_one_place(
    old: list[tuple[str, int, str, str]], new: list[tuple[str, int, str, str]]
) -> None:
    before = fingerprinted(found(path=p, line=n, entity=e, snippet=s) for p, n, e, s in old)
    after = fingerprinted(found(path=p, line=n, entity=e, snippet=s) for p, n, e, s in new)
    matched = match(before, after)
    assert sorted([*(p.before.fingerprint for p in matched.pairs), *(f.fingerprint for f in matched.gone)]) == sorted(
        f.fingerprint for f in before
    )
    assert sorted([*(p.after.fingerprint for p in matched.pairs), *(f.fingerprint for f in matched.come)]) == sorted(
        f.fingerprint for f in after
    )


@given(st.lists(PLACES, max_size=12), st.integers(1, 500))
def test_a_shift_of_all_lines_changes_nothing(places: list[tuple[str, int, str, str]], shift: int) -> None:
    before = [found(path=p, line=n, entity=e, snippet=s) for p, n, e, s in places]
    after = [found(path=p, line=n + shift, entity=e, snippet=s) for p, n, e, s in places]
    how, gone, come = ways(before, after)
    assert (set(how) <= {"same"}, gone, come) == (True, 0, 0)
