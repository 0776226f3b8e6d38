"""Single decisions of the score: grades, caps, verdicts, weights, effort, priority."""

from __future__ import annotations

import math

import pytest

from auditor.engine import RELIABILITY
from auditor.model.errors import UsageError
from auditor.model.finding import WEIGHTS, Effort, Finding
from auditor.model.verdict import Check, Outcome, RuleInfo
from auditor.score import (
    Part,
    Scored,
    by_priority,
    grade,
    hours,
    interest,
    jobs,
    load_policy,
    mended,
    payback,
    prioritised,
    priority,
    score_component,
    score_repository,
)
from auditor.score.checks import curve
from auditor.score.policy import Curve
from tests.score.builders import C, H, L, M, finding, part, practice, rule, verdict

POLICY = load_policy()
LEAK, SMELL = rule("LKG001", C), rule("COD002", M)
DRIFT = rule("MON001", H, Check.PRACTICE)


def scored(rules: list[RuleInfo], parts: dict[str, Part]) -> Scored:
    return score_repository(rules, parts, POLICY)


def leaking(**changed: object) -> dict[str, Part]:
    leak = finding("LKG001", C, **changed)  # type: ignore[arg-type]  # the builder's own names
    return {".": part([verdict("LKG001", Outcome.FINDING)], [leak], kloc=50.0, fits=500)}


def test_the_weights_of_the_families_are_whole() -> None:
    assert math.fsum(family.weight for family in POLICY.profile.families) == pytest.approx(1.0)
    assert [family.id for family in POLICY.profile.families][-1] == "COD"
    assert POLICY.family_of("LLM") == "COD"
    assert POLICY.family_of("XYZ") is None


def test_the_lower_rooms_and_the_current_profile_agree() -> None:
    """They cannot read the policy, which stands above them."""
    assert POLICY.profile.severity == WEIGHTS
    assert POLICY.profile.reliability == RELIABILITY


def test_an_unknown_profile_names_the_known_ones() -> None:
    with pytest.raises(UsageError, match=r"1999\.9.*2026\.1"):
        load_policy("1999.9")


def test_the_curve_meets_its_points() -> None:
    points = Curve(p10=0.2, median=0.35)
    assert curve(0.2, points) == pytest.approx(0.9)
    assert curve(0.35, points) == pytest.approx(0.5)
    assert curve(0.0, points) == 1.0
    assert curve(1e12, points) == 0.0


@pytest.mark.parametrize("points", [Curve(0.0, 1.0), Curve(1.0, 1.0), Curve(2.0, 1.0)])
def test_a_curve_that_falls_nowhere_is_refused(points: Curve) -> None:
    with pytest.raises(ValueError, match="p10"):
        curve(0.5, points)


def test_a_metric_without_thresholds_is_refused() -> None:
    with pytest.raises(ValueError, match="ENT001 is scored by a curve"):
        scored([rule("ENT001", H, Check.METRIC)], {".": part([verdict("ENT001", value=1.0)])})


def test_verdicts_of_two_components_are_refused() -> None:
    mixed = part([verdict("COD002"), verdict("LKG001", component="other")])
    with pytest.raises(ValueError, match="its own verdicts"):
        score_component([LEAK, SMELL], mixed.verdicts, (), mixed.exposure, POLICY)


@pytest.mark.parametrize(
    ("debt", "letter"),
    [(0.0, "A"), (15.0, "A"), (15.0001, "B"), (30.0, "B"), (45.0, "C"), (60.0, "D"), (60.1, "E"), (None, "-")],
)
def test_grades(debt: float | None, letter: str) -> None:
    assert grade(debt, POLICY) == letter


def test_a_certain_critical_caps_letters_and_fails_but_moves_no_number() -> None:
    result = scored([LEAK], leaking())
    assert result.score.debt is not None
    assert result.score.debt < 1
    family = next(family for family in result.families if family.id == "LKG")
    assert (family.grade, result.components["."].grade, result.score.grade) == ("D", "C", "C")
    assert result.score.verdict == "fail"


def test_an_uncertain_critical_caps_nothing() -> None:
    result = scored([LEAK], leaking(c=0.89))
    assert (result.score.grade, result.score.verdict) == ("A", "conditional")


def test_a_critical_of_a_less_reliable_rule_caps_nothing_and_waits_for_a_person() -> None:
    result = scored([rule("LKG001", C, reliability="B")], leaking())
    assert (result.score.grade, result.score.verdict) == ("A", "conditional")
    (first, *_) = result.score.reasons
    assert first.startswith("A critical finding is open that a person has to confirm or dismiss: LKG001 at ")
    assert scored([rule("LKG001", H, reliability="B")], leaking()).score.verdict == "conditional"
    assert scored([SMELL], {".": part([verdict("COD002")])}).score.verdict == "pass"


def test_a_suppressed_critical_keeps_headline_and_cap_and_leaves_net() -> None:
    opened, accepted = scored([LEAK], leaking()).score, scored([LEAK], leaking(state="suppressed")).score
    assert (accepted.debt, accepted.grade) == (opened.debt, opened.grade)
    assert accepted.net == 0.0
    assert opened.net == opened.debt
    assert accepted.verdict == "conditional"
    assert accepted.reasons[0] == "A critical finding is accepted, not mended: LKG001."


def test_thin_coverage_makes_the_verdict_conditional_and_the_grade_provisional() -> None:
    seen = part([practice("MON001", clean=7, undetermined=3)])
    score = scored([DRIFT], {".": seen}).score
    assert (score.verdict, score.provisional, score.coverage) == ("conditional", True, 0.7)
    assert "only 70 %" in score.reasons[0]


def test_enough_coverage_with_one_letter_is_settled() -> None:
    score = scored([DRIFT], {".": part([practice("MON001", clean=10)])}).score
    assert (score.debt, score.verdict, score.provisional) == (0.0, "pass", False)


def test_the_worst_component_decides_the_verdict() -> None:
    thin = part([practice("MON001", clean=1, undetermined=9, component="b")])
    good = part([practice("MON001", clean=10, component="a")], kloc=1000.0)
    score = scored([DRIFT], {"a": good, "b": thin}).score
    assert score.coverage > POLICY.profile.min_coverage
    assert score.verdict == "conditional"
    assert "in b" in score.reasons[0]


def test_components_weigh_by_the_logarithm_of_their_size() -> None:
    small = part([practice("MON001", found=(1.0,), component="service")], kloc=1.0)
    large = part([practice("MON001", clean=1, component="library")], kloc=63.0)
    score = scored([DRIFT], {"service": small, "library": large}).score
    assert score.debt == pytest.approx(100 * 1 / (1 + 6))


def test_a_folder_with_next_to_nothing_in_it_hides_no_debt() -> None:
    indebted = part([practice("MON001", found=(1.0,), component="service")], kloc=1.0)
    tiny = part([practice("MON001", clean=1, component="desk")], kloc=0.008)
    score = scored([DRIFT], {"service": indebted, "desk": tiny}).score
    assert score.debt is not None
    assert score.debt > 98


def test_a_component_that_owes_nothing_silences_nobody() -> None:
    owing = part([practice("MON001", found=(1.0,), component="service")])
    free = part([verdict("MON001", Outcome.NOT_APPLICABLE, component="docs")], kloc=500.0)
    score = scored([DRIFT], {"service": owing, "docs": free}).score
    assert (score.debt, score.coverage) == (100.0, 1.0)


def test_unresolved_paths_thin_only_checks_that_need_them() -> None:
    rules = [rule("PIP001", H, Check.PRACTICE, needs_paths=True), rule("PIP006", H, Check.PRACTICE)]
    both = part([practice("PIP001", found=(1.0,)), practice("PIP006", clean=1)], io_resolved=0.5)
    family = next(f for f in scored(rules, {".": both}).families if f.id == "PIP")
    assert [check.q for check in family.checks] == [0.5, 1.0]
    assert family.debt == pytest.approx(100 * 0.5 / 1.5)


def test_a_crashed_density_rule_thins_its_check_by_its_severity() -> None:
    rules = [rule("LKG001", C), rule("LKG012", H)]
    crashed = part([verdict("LKG001", Outcome.UNKNOWN), verdict("LKG012")], parsed_share=0.9)
    check = next(f for f in scored(rules, {".": crashed}).families if f.id == "LKG").checks[0]
    assert check.q == pytest.approx(0.9 * 5 / 15)
    assert (check.weight, check.s) == (6.0, 1.0)


def test_a_density_rule_that_applies_by_half_weighs_half_beside_a_full_one() -> None:
    rules = [rule("COD001", M), SMELL]
    full = part([verdict("COD001"), verdict("COD002", Outcome.FINDING)], [finding("COD002", M)])
    half = part([verdict("COD001"), verdict("COD002", Outcome.FINDING, a=0.5)], [finding("COD002", M)])
    weights = [
        next(f for f in scored(rules, {".": given}).families if f.id == "COD").checks[0].w_damped
        for given in (full, half)
    ]
    assert weights == [2.0, 1.0]


def test_a_family_that_applies_by_half_weighs_half() -> None:
    rules = [DRIFT, rule("OPS001", H, Check.PRACTICE)]
    verdicts = [practice("MON001", found=(1.0,)), practice("OPS001", clean=1)]
    families = {f.id: f for f in scored(rules, {".": part(verdicts)}).families}
    assert (families["MON"].weight, families["OPS"].weight) == (0.10, 0.06)
    assert not families["ENT"].applicable
    assert families["ENT"].weight == 0
    assert families["ENT"].grade == "-"


def test_titles_of_united_families_are_joined() -> None:
    seen = part([verdict("COD002")])
    titles = {"COD": "Code smells", "LLM": "Language models"}
    families = score_repository([SMELL], {".": seen}, POLICY, titles).families
    assert [f.title for f in families][-1] == "Code smells, language models"


def test_two_findings_of_one_instance_are_mended_with_the_last() -> None:
    first, second = finding("MON001", H, line=1), finding("MON001", H, line=2)
    given = part([practice("MON001", found=(1.0,))], [first, second])
    once = mended([DRIFT], given, [first])
    assert once.verdicts[0].certainties == (1.0,)
    twice = mended([DRIFT], once, [second])
    assert (twice.verdicts[0].certainties, twice.verdicts[0].outcome) == ((), Outcome.CLEAN)


def test_a_measure_is_mended_with_its_last_finding() -> None:
    tangle = rule("GLU001", M, Check.METRIC, curve=(0.4, 0.6))
    one, two = finding("GLU001", line=1), finding("GLU001", line=2)
    given = part([verdict("GLU001", Outcome.FINDING, 0.5)], [one, two])
    assert mended([tangle], given, [one]).verdicts[0].value == 0.5
    assert mended([tangle], given, [two, one]).verdicts[0].value == 0.0


def test_findings_of_one_root_cause_are_one_job() -> None:
    rules = [
        rule("COD002", M, root_cause="settings", effort=(2.0, 4.0), each=(0.1, 0.2)),
        rule("CFG001", M, Check.PRACTICE, root_cause="settings", effort=(3.0, 5.0), each=(0.5, 1.0)),
    ]
    judged = [verdict("COD002", Outcome.FINDING), practice("CFG001", clean=1, not_evidenced=2)]
    found = [finding("COD002", line=n) for n in range(9)]
    (job,) = jobs(rules, judged, found)
    assert (job.id, job.findings, job.rules) == ("settings @ .", 9, ("CFG001", "COD002"))
    assert job.effort.p50 == pytest.approx(2.0 + 9 * 0.1)
    assert job.effort.p90 == pytest.approx(5.0 + 9 * 0.2 + 2 * 1.0)


def test_spread_of_independent_jobs_adds_in_squares() -> None:
    judged = [verdict("COD002", Outcome.FINDING), verdict("LKG001", Outcome.FINDING)]
    rules = [rule("COD002", M, effort=(1.0, 4.0)), rule("LKG001", C, effort=(2.0, 6.0))]
    whole = hours(jobs(rules, judged, [finding("COD002"), finding("LKG001")]))
    assert whole == Effort(3.0, 3.0 + 5.0)


def test_a_touched_medium_comes_before_a_frozen_high() -> None:
    medium, high = finding("COD002", M, effort=(1, 2)), finding("COD002", H, effort=(1, 2))
    assert priority(medium, POLICY, touches=40) == pytest.approx(12.7, abs=0.05)
    assert priority(high, POLICY, touches=0) == 5.0


def test_certain_criticals_come_first_whatever_their_quotient() -> None:
    slow = finding("LKG001", C, effort=(100, 200))
    rules = [rule("LKG001", C, effort=(100.0, 200.0)), rule("COD002", L, effort=(0.1, 0.2))]
    given = part([verdict("LKG001", Outcome.FINDING), verdict("COD002", Outcome.FINDING)], [finding("COD002", L), slow])
    ordered = by_priority(prioritised(rules, given, POLICY), POLICY)
    assert [f.rule for f in ordered] == ["LKG001", "COD002"]
    assert ordered[0].priority < ordered[1].priority


def test_a_finding_gets_its_share_of_its_job() -> None:
    rules = [rule("COD002", M, effort=(2.0, 4.0), each=(0.5, 1.0))]
    found: list[Finding] = [finding("COD002", line=n) for n in range(4)]
    told = prioritised(rules, part([verdict("COD002", Outcome.FINDING)], found), POLICY)
    assert {f.effort for f in told} == {Effort(1.0, 2.0)}
    (job,) = jobs(rules, [verdict("COD002", Outcome.FINDING)], found)
    assert math.fsum(f.effort.p50 for f in told) == pytest.approx(job.effort.p50)


def test_interest_is_paid_only_where_code_changes() -> None:
    debt = finding("COD002", H, downstream=3, effort=(2, 4))
    assert interest(debt, POLICY, touches=6) == 2 * 20 * 3
    assert payback(debt, 120.0) == 1.0
    assert payback(debt, interest(debt, POLICY, touches=0)) is None
    assert interest(finding("MON001", H, path=".", line=None), POLICY, touches=9) is None
