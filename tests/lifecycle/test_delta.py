"""What changed between two audits, and why the score moved."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.lifecycle.delta import compare
from auditor.model.audit import Audit, Problem
from auditor.model.delta import Delta
from auditor.model.verdict import Outcome, Verdict
from tests.lifecycle.builders import POLICY, RULES, TITLES, audit, found, revised


def delta(before: Audit, after: Audit, paths: set[str] | None = None, renames: dict[str, str] | None = None) -> Delta:
    return compare(before, after, POLICY, TITLES, paths=paths, renames=renames)


def counts(found_: Delta) -> dict[str, int]:
    names = ("kept", "new", "detected", "fixed", "removed", "stale")
    return {name: len(getattr(found_, name)) for name in names if getattr(found_, name)}


def test_new_and_fixed() -> None:
    said = delta(audit([found("LKG001")]), audit([found("PIP008")]))
    assert counts(said) == {"new": 1, "fixed": 1}


def test_what_was_not_looked_at_is_not_fixed() -> None:
    unread = Problem("train.py", 1, "broken", "syntax")
    assert counts(delta(audit([found()]), audit(problems=[unread]))) == {"stale": 1}
    crashed = Verdict("LKG001", ".", Outcome.UNKNOWN)
    assert counts(delta(audit([found()]), audit(verdicts=[crashed]))) == {"stale": 1}


def test_what_has_nothing_left_to_be_about_is_removed() -> None:
    assert counts(delta(audit([found()]), audit(), paths={"other.py"})) == {"removed": 1}
    assert counts(delta(audit([found()]), audit(), paths={"train.py"})) == {"fixed": 1}
    assert counts(delta(audit([found()]), audit(rules=[one for one in RULES if one.id != "LKG001"]))) == {"removed": 1}


def test_a_new_or_revised_rule_detects_and_the_change_is_not_to_blame() -> None:
    without = [one for one in RULES if one.id != "LKG001"]
    assert counts(delta(audit(rules=without), audit([found()]))) == {"detected": 1}
    other = [revised(one) if one.id == "LKG001" else one for one in RULES]
    assert counts(delta(audit(), audit([found()], rules=other))) == {"detected": 1}


def test_what_could_not_be_judged_before_is_detected_only() -> None:
    unread = Problem("train.py", 1, "broken", "syntax")
    assert counts(delta(audit(problems=[unread]), audit([found()]))) == {"detected": 1}


def test_a_new_component_is_new() -> None:
    here = found(component="b", path="b/train.py")
    assert counts(delta(audit(), audit([here], components=(".", "b")))) == {"new": 1}


def test_files_that_are_no_longer_readable() -> None:
    unread = Problem("b.py", 1, "broken", "syntax")
    assert delta(audit(), audit(problems=[unread])).unreadable == ("b.py",)
    was = Problem("a.py", 1, "broken", "syntax")
    assert delta(audit(problems=[was]), audit(problems=[unread]), renames={"a.py": "b.py"}).unreadable == ()


def parts(said: Delta) -> dict[str, float]:
    return {share.cause: round(share.points, 6) for share in said.attribution if abs(share.points) > 1e-6}


def test_code_is_charged_with_code() -> None:
    said = delta(audit(), audit([found()]))
    assert list(parts(said)) == ["code"]


def test_a_rule_is_charged_with_what_it_detects_and_nothing_else() -> None:
    without = [one for one in RULES if one.id != "LKG001"]
    said = delta(audit(rules=without), audit([found()], ruleset="r2"))
    assert list(parts(said)) == ["rules"]
    assert not said.comparable


def test_a_dismissal_is_charged_to_the_judgement() -> None:
    said = delta(audit([found()]), audit([found(state="dismissed")]))
    assert list(parts(said)) == ["judgements"]
    assert parts(said)["judgements"] < 0


@given(
    st.lists(st.sampled_from(["LKG001", "PIP003", "PIP008"]), max_size=5),
    st.lists(st.sampled_from(["LKG001", "PIP003", "PIP008"]), max_size=5),
    st.sets(st.sampled_from(["DAT001", "LKG001", "PIP003"]), max_size=2),
    st.booleans(),
)
def test_the_parts_add_up(old: list[str], new: list[str], missing: set[str], crashed: bool) -> None:
    rules = [one for one in RULES if one.id not in missing]
    known = {one.id for one in rules}
    before = audit([found(name, entity=f"e{at}") for at, name in enumerate(old) if name in known], rules=rules)
    unknown = [Verdict("PIP008", ".", Outcome.UNKNOWN)] if crashed else []
    after = audit(
        [found(name, entity=f"e{at}") for at, name in enumerate(new) if not (crashed and name == "PIP008")],
        verdicts=unknown,
    )
    said = delta(before, after)
    assert before.score.debt is not None
    assert after.score.debt is not None
    assert sum(share.points for share in said.attribution) == pytest.approx(
        after.score.debt - before.score.debt, abs=1e-6
    )
