"""When findings came and went, and how long debt lives."""

from __future__ import annotations

from auditor.history.lives import DAY, Audited, half_lives, lives
from auditor.model.audit import Problem
from auditor.model.trend import Life
from tests.lifecycle.builders import POLICY, TITLES, audit, found

BROKEN = Problem("train.py", 1, "broken", "syntax")


def course(*audits: object) -> tuple[list[tuple[str, str, str, str]], list[tuple[int, int]]]:
    audited = [Audited(f"c{at}", at * DAY, one) for at, one in enumerate(audits)]  # type: ignore[arg-type]
    told, steps = lives(audited, POLICY, TITLES)
    return [(life.rule, life.introduced, life.resolved, life.end) for life in told], [
        (step.new, step.fixed) for step in steps
    ]


def test_a_finding_comes_and_goes() -> None:
    told, steps = course(audit(), audit([found()]), audit([found(line=40)]), audit())
    assert told == [("LKG001", "c1", "c3", "fixed")]
    assert steps == [(0, 0), (1, 0), (0, 0), (0, 1)]


def test_what_is_still_there_is_open() -> None:
    assert course(audit([found()]), audit([found()]))[0] == [("LKG001", "c0", "", "open")]


def test_a_commit_that_could_not_look_ends_nothing() -> None:
    told, _ = course(audit(), audit([found()]), audit(problems=[BROKEN]), audit([found()]), audit())
    assert told == [("LKG001", "c1", "c4", "fixed")]
    told, _ = course(audit(), audit([found()]), audit(problems=[BROKEN]))
    assert told == [("LKG001", "c1", "", "stale")]


def test_a_move_is_one_life() -> None:
    told, _ = course(audit([found(path="a.py")]), audit([found(path="b.py")]), audit([found(path="b.py")]))
    assert told == [("LKG001", "c0", "", "open")]


def life(born: int, gone: int | None, end: str, absent: str = "c0") -> Life:
    return Life(
        "f",
        "LKG001",
        "high",
        "a.py",
        "e",
        "c1",
        born * DAY,
        absent,
        "c2" if gone else "",
        gone * DAY if gone else None,
        "c1",
        end,
    )


def test_the_half_life_is_the_median_of_kaplan_and_meier() -> None:
    fixed = [life(0, n, "fixed") for n in (10, 20, 30, 40)]
    (age,) = half_lives(fixed, 100 * DAY, {"LKG001": "LKG"})
    assert (age.findings, age.fixed, age.days) == (4, 4, 20.0)


def test_what_is_open_counts_as_long_as_it_was_seen() -> None:
    (age,) = half_lives([life(0, 10, "fixed"), life(0, None, "open"), life(0, None, "open")], 100 * DAY, {})
    assert age.days is None
    # 10: 2/3 live; 50: two thirds of one of two
    (age,) = half_lives([life(0, 10, "fixed"), life(0, 50, "fixed"), life(0, None, "open")], 100 * DAY, {})
    assert age.days == 50.0


def test_what_was_there_at_the_beginning_has_no_age() -> None:
    assert half_lives([life(0, 10, "fixed", absent="")], 100 * DAY, {}) == ()
