"""Inline suppressions: what counts, what does not, and that nothing is dropped in silence."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.judgement import apply
from auditor.model.audit import Problem
from auditor.model.finding import Finding, Severity
from auditor.model.ir import Cell, Comment
from auditor.model.place import Place, Related

TODAY = date(2026, 11, 24)


def found(line: int | None = 3, rule: str = "LKG001", path: str = "train.py", cell: int | None = None) -> Finding:
    return Finding(
        rule=rule,
        component=".",
        severity=Severity.HIGH,
        confidence=0.9,
        message="fitted before the split",
        remedy="split first",
        entity="main",
        place=Place(path, line, cell=cell),
    )


def judged(
    text: str, *findings: Finding, line: int = 3, alone: bool = False
) -> tuple[list[str], tuple[Problem, ...], tuple[Finding, ...]]:
    after, _, problems = apply(findings, {"train.py": [Comment(line, text, alone)]}, as_of=TODAY)
    return [finding.state for finding in after], problems, after


def test_a_reason_suppresses_and_is_kept_with_the_finding() -> None:
    states, problems, after = judged("# auditor: ignore[LKG001] only a smoke test", found())
    assert (states, problems) == (["suppressed"], ())
    assert after[0].related == (Related("train.py", 3, None, "suppressed here: only a smoke test"),)


@pytest.mark.parametrize(
    "text",
    [
        "#auditor:ignore[LKG001] why",
        "# noqa: E501  # auditor: ignore[LKG001] why",
        "# auditor: ignore[DAT002, LKG001] why",
        "# auditor: ignore[LKG001] until=2026-11-24 why",
        "auditor: ignore[LKG001] why",
    ],
)
def test_ways_to_write_it(text: str) -> None:
    states, _, _ = judged(text, found(), found(rule="DAT002"))
    assert states[0] == "suppressed"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("# auditor: ignore[LKG001]", "gives no reason"),
        ("# auditor: ignore[LKG001]   -- ", "gives no reason"),
        ("# auditor: ignore[LKG001] until=2027-01-31", "gives no reason"),
        ("# auditor: ignore", "must name its rules"),
        ("# auditor: ignore everything here", "must name its rules"),
        ("# auditor: ignore[] why", "must name its rules"),
        ("# auditor: ignore[leakage] why", "'leakage' is not the id of a rule"),
        ("# auditor: ignore[LKG001] until=soon why", "no valid date"),
        ("# auditor: ignore[LKG001] until=2026-11-23 why", "ended on 2026-11-23"),
    ],
)
def test_what_does_not_count_is_said(text: str, says: str) -> None:
    states, problems, after = judged(text, found())
    assert states == ["open"]
    assert after[0] == found()
    (problem,) = problems
    assert says in problem.message
    assert (problem.path, problem.line, problem.code) == ("train.py", 3, "suppression")


@pytest.mark.parametrize("text", ["# auditor: ignored files are listed", "# the auditor: ignore it", "# plain"])
def test_prose_is_no_directive(text: str) -> None:
    assert judged(text, found())[:2] == (["open"], ())


def test_one_that_meets_nothing_is_said_by_rule() -> None:
    states, problems, _ = judged("# auditor: ignore[LKG001, DAT002] why", found())
    assert states == ["suppressed"]
    assert [problem.message for problem in problems] == [
        "the suppression of DAT002 meets no finding of that rule here; remove it."
    ]


def test_it_covers_every_finding_of_its_rule_on_the_line_and_no_other() -> None:
    states, _, _ = judged(
        "# auditor: ignore[LKG001] why", found(), found(), found(4), found(rule="LKG002"), found(None)
    )
    assert states == ["suppressed", "suppressed", "open", "open", "open"]


def test_above_a_statement_it_must_stand_alone() -> None:
    text = "# auditor: ignore[LKG001] why"
    assert judged(text, found(4), alone=True)[0] == ["suppressed"]
    assert judged(text, found(4), alone=False)[0] == ["open"]
    assert judged(text, found(5), alone=True)[0] == ["open"]


def test_several_may_stand_above_one_another() -> None:
    stack = [
        Comment(1, "# auditor: ignore[LKG001] why", alone=True),
        Comment(2, "# auditor: ignore[DAT002] why", alone=True),
    ]
    after, _, problems = apply([found(3), found(3, "DAT002")], {"train.py": stack}, as_of=TODAY)
    assert [finding.state for finding in after] == ["suppressed", "suppressed"]
    assert problems == ()


def test_another_file_is_not_covered() -> None:
    assert judged("# auditor: ignore[LKG001] why", found(path="eval.py"))[0] == ["open"]


def test_a_decision_taken_before_stays() -> None:
    waived = msgspec.structs.replace(found(), state="waived")
    assert judged("# auditor: ignore[LKG001] why", waived)[0] == ["waived"]


def test_comments_of_notebooks_count_within_their_cell() -> None:
    cells = {
        "eda.ipynb": [
            Cell(index=0, id="a", start=1, lines=4, physical=0, count=1, tags=()),
            Cell(index=2, id="b", start=5, lines=3, physical=0, count=2, tags=()),
        ]
    }
    comments = {"eda.ipynb": [Comment(6, "# auditor: ignore[LKG001] why"), Comment(7, "# auditor: ignore[LKG001]")]}
    here, there = found(2, path="eda.ipynb", cell=2), found(2, path="eda.ipynb", cell=0)
    after, _, problems = apply([here, there], comments, as_of=TODAY, cells=cells)
    assert [finding.state for finding in after] == ["suppressed", "open"]
    assert after[0].related == (Related("eda.ipynb", 2, 2, "suppressed here: why"),)
    assert problems[0].line == 3
    assert problems[0].message.startswith("cell 2: ")


def test_a_long_reason_is_cut() -> None:
    _, _, after = judged("# auditor: ignore[LKG001] " + "x" * 5000, found())
    assert len(after[0].related[0].says) < 350


def test_a_wall_of_directives_costs_linear_time() -> None:
    wall = [Comment(n, "# auditor: ignore[LKG001] " + "#" * 500, alone=True) for n in range(20_000)]
    wall[-1] = Comment(19_999, "# auditor: ignore[LKG001] why", alone=True)
    ((finding,), _, problems) = apply([found(20_000)], {"train.py": wall}, as_of=TODAY)
    assert finding.state == "suppressed"
    assert len(problems) == 19_999


@given(st.text(max_size=60), st.booleans())
def test_no_comment_raises_and_none_hides_a_finding(tail: str, alone: bool) -> None:
    after, _, _ = apply([found()], {"train.py": [Comment(3, "# auditor: ignore" + tail, alone)]}, as_of=TODAY)
    assert [finding.rule for finding in after] == ["LKG001"]
