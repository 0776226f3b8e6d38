"""The laws of the score, over generated verdicts and findings."""

from __future__ import annotations

import math
import random
from itertools import pairwise

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.model.audit import ComponentScore, FamilyScore, Score
from auditor.model.finding import Finding, Severity
from auditor.model.verdict import Check, Outcome, RuleInfo, Verdict
from auditor.score import Exposure, Part, Scored, load_policy, mended, points, score_repository, what_if
from auditor.score.checks import damped_weight
from tests.score.builders import C, H, L, M, finding, rule

POLICY = load_policy()
NEAR = 1e-9

RULES: tuple[RuleInfo, ...] = (
    rule("ENT001", H, Check.METRIC, curve=(0.2, 0.35), needs_paths=True),
    rule("ENT004", M),
    rule("PIP001", H, Check.PRACTICE, needs_paths=True),
    rule("PIP003", L),
    rule("PIP004", H),
    rule("DAT001", C, Check.PRACTICE),
    rule("LKG001", C),
    rule("LKG012", H),
    rule("MON001", H, Check.PRACTICE),
    rule("MON002", M, Check.PRACTICE),
    rule("COD002", M),
    rule("LLM002", M, reliability="B"),
    rule("GLU900", H, preview=True),
    rule("LKG011", Severity.INFO),
)
KINDS = {r.id: r.check for r in RULES}
DENSE = [r.id for r in RULES if r.check is Check.DENSITY]

certainty = st.floats(0.05, 1.0)
severity = st.sampled_from(list(Severity))


@st.composite
def verdicts(draw: st.DrawFn, rule_id: str, component: str) -> Verdict:
    outcome = draw(st.sampled_from(list(Outcome)))
    a = draw(st.sampled_from([0.0, 0.5, 1.0]))
    kind = KINDS[rule_id]
    if kind is Check.METRIC:
        value = draw(st.none() | st.floats(0, 100))
        return Verdict(rule_id, component, outcome, applicability=a, value=value)
    if kind is Check.DENSITY or outcome is Outcome.NOT_APPLICABLE:  # what does not apply has no instances
        return Verdict(rule_id, component, outcome, applicability=a)
    clean, unsure, open_ = (draw(st.integers(0, 4)) for _ in range(3))
    found = tuple(draw(st.lists(certainty, max_size=4)))
    return Verdict(
        rule_id,
        component,
        outcome,
        applicability=a,
        n=clean + unsure + len(found),
        undetermined=open_,
        clean=clean,
        not_evidenced=unsure,
        certainties=found,
    )


@st.composite
def findings(draw: st.DrawFn, component: str, rules: list[str] = DENSE) -> Finding:
    return finding(
        draw(st.sampled_from(rules)),
        draw(severity),
        draw(certainty),
        path=draw(st.sampled_from(["a.py", "b.py", "c.ipynb"])),
        line=draw(st.integers(1, 9)),
        component=component,
        state=draw(st.sampled_from(["open", "open", "suppressed"])),
    )


@st.composite
def component(draw: st.DrawFn, name: str) -> Part:
    ids = draw(st.lists(st.sampled_from([r.id for r in RULES]), unique=True))
    judged = tuple(draw(verdicts(id_, name)) for id_ in ids)
    found = draw(st.lists(findings(name), max_size=6))
    found += [
        finding(v.rule, H, c, line=n, component=name) for v in judged for n, c in enumerate(v.certainties, start=1)
    ]
    exposure = Exposure(
        kloc=draw(st.sampled_from([0.0, 0.3, 12.4, 900.0])),
        fits=draw(st.integers(0, 20)),
        io_resolved=draw(st.none() | st.floats(0, 1)),
        parsed_share=draw(st.floats(0, 1)),
    )
    return Part(verdicts=judged, findings=tuple(found), exposure=exposure)


@st.composite
def repositories(draw: st.DrawFn) -> dict[str, Part]:
    names = draw(st.sampled_from([["."], ["api", "train"], ["a", "b", "c"]]))
    return {name: draw(component(name)) for name in names}


def scored(parts: dict[str, Part]) -> Scored:
    return score_repository(RULES, parts, POLICY)


def alone(*judged: Verdict, found: tuple[Finding, ...] = (), exposure: Exposure | None = None) -> Score:
    part = Part(verdicts=judged, findings=found, exposure=exposure or Exposure(kloc=1.0, fits=1))
    return scored({".": part}).score


def debt_of(score: Score) -> float:
    assert score.debt is not None
    return score.debt


# 1. Monotone


@given(st.lists(findings("."), max_size=8), findings("."))
def test_another_finding_never_lowers_the_debt(found: list[Finding], more: Finding) -> None:
    judged = [Verdict(id_, ".", Outcome.FINDING) for id_ in DENSE]
    assert debt_of(alone(*judged, found=(*found, more))) >= debt_of(alone(*judged, found=tuple(found))) - NEAR


@given(st.lists(findings("."), min_size=1, max_size=8), certainty, severity)
def test_a_graver_or_surer_finding_never_lowers_the_debt(found: list[Finding], c: float, worse: Severity) -> None:
    judged = [Verdict(id_, ".", Outcome.FINDING) for id_ in DENSE]
    first = found[0]
    graver = msgspec.structs.replace(
        first,
        confidence=max(c, first.confidence),
        severity=max(worse, first.severity, key=lambda s: s.rank),
    )
    before = debt_of(alone(*judged, found=tuple(found)))
    assert debt_of(alone(*judged, found=(graver, *found[1:]))) >= before - NEAR


@given(verdicts("MON001", "."), certainty)
def test_a_worse_answer_of_an_instance_never_lowers_the_debt(base: Verdict, c: float) -> None:
    start = msgspec.structs.replace(base, outcome=Outcome.FINDING, applicability=1.0, clean=base.clean + 1)
    unsure = msgspec.structs.replace(start, clean=base.clean, not_evidenced=base.not_evidenced + 1)
    hinted = msgspec.structs.replace(start, clean=base.clean, certainties=(*base.certainties, c / 2))
    found = msgspec.structs.replace(start, clean=base.clean, certainties=(*base.certainties, c))
    debts = [debt_of(alone(v)) for v in (start, unsure, hinted, found)]
    assert all(worse >= better - NEAR for better, worse in pairwise(debts))


@given(st.lists(findings("."), min_size=1, max_size=8), st.data())
def test_a_finding_less_never_raises_the_debt(found: list[Finding], data: st.DataObject) -> None:
    judged = [Verdict(id_, ".", Outcome.FINDING) for id_ in DENSE]
    fewer = list(found)
    fewer.pop(data.draw(st.integers(0, len(found) - 1)))
    assert debt_of(alone(*judged, found=tuple(fewer))) <= debt_of(alone(*judged, found=tuple(found))) + NEAR


@settings(max_examples=40)
@given(repositories(), st.data())
def test_mending_never_raises_the_debt(parts: dict[str, Part], data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(parts)))
    gone = [f for f in parts[name].findings if data.draw(st.booleans())]
    recovered = points(RULES, parts, gone, POLICY)
    assert recovered is None or recovered >= -NEAR


@given(st.integers(1, 9), st.integers(0, 9), certainty)
def test_one_finding_of_many_instances_is_as_many_findings(many: int, clean: int, c: float) -> None:
    verdict = Verdict("MON001", ".", Outcome.FINDING, n=many + clean, clean=clean, certainties=(c,) * many)
    one = (msgspec.structs.replace(finding("MON001", H, c), instances=many),)
    each = tuple(finding("MON001", H, c, line=n) for n in range(1, many + 1))
    debts = {debt_of(alone(verdict, found=told)) for told in (one, each)}
    assert len(debts) == 1
    for told in (one, each):
        after = mended(RULES, Part(verdicts=(verdict,), findings=told, exposure=Exposure()), told)
        assert (after.verdicts[0].clean, after.verdicts[0].certainties) == (many + clean, ())


# 2. Deterministic


@given(repositories(), st.randoms(use_true_random=False))
def test_order_changes_no_byte(parts: dict[str, Part], shuffle: random.Random) -> None:
    def mixed(part: Part) -> Part:
        return Part(
            verdicts=tuple(shuffle.sample(part.verdicts, len(part.verdicts))),
            findings=tuple(shuffle.sample(part.findings, len(part.findings))),
            exposure=part.exposure,
        )

    other = {name: mixed(parts[name]) for name in shuffle.sample(list(parts), len(parts))}
    rules = shuffle.sample(RULES, len(RULES))
    assert msgspec.json.encode(score_repository(rules, other, POLICY)) == msgspec.json.encode(scored(parts))


# 3. Not applicable is neutral


@given(repositories())
def test_what_does_not_count_changes_nothing(parts: dict[str, Part]) -> None:
    extra_rules = (*RULES, rule("OPS001", H, Check.PRACTICE), rule("OPS002", H), rule("CFG900", C, preview=True))
    padded = {
        name: Part(
            verdicts=(
                *part.verdicts,
                Verdict("OPS001", name, Outcome.NOT_APPLICABLE),
                Verdict("OPS002", name, Outcome.FINDING, applicability=0.0),
                Verdict("CFG900", name, Outcome.FINDING),
            ),
            findings=(
                *part.findings,
                finding("CFG900", C, component=name),
                finding("OPS002", C, component=name),
                finding("COD002", Severity.INFO, component=name),
            ),
            exposure=part.exposure,
        )
        for name, part in parts.items()
    }
    assert score_repository(extra_rules, padded, POLICY) == scored(parts)


# 4. Unknown does not pay


@given(repositories(), st.data())
def test_an_instance_that_becomes_unknown_does_not_pay(parts: dict[str, Part], data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(parts)))
    places = [
        n
        for n, v in enumerate(parts[name].verdicts)
        if KINDS[v.rule] is Check.PRACTICE and v.outcome not in {Outcome.UNKNOWN, Outcome.NOT_APPLICABLE}
    ]
    changes = []
    for n in places:
        was = parts[name].verdicts[n]
        blind = msgspec.structs.replace(was, n=was.n - 1, undetermined=was.undetermined + 1)
        if was.clean:
            changes.append((n, msgspec.structs.replace(blind, clean=was.clean - 1)))
        if was.not_evidenced:
            changes.append((n, msgspec.structs.replace(blind, not_evidenced=was.not_evidenced - 1)))
        if was.certainties:
            changes.append((n, msgspec.structs.replace(blind, certainties=was.certainties[1:])))
    if not changes:
        return
    n, blind = data.draw(st.sampled_from(changes))
    judged = parts[name].verdicts
    after = msgspec.structs.replace(parts[name], verdicts=(*judged[:n], blind, *judged[n + 1 :]))
    before, then = scored(parts).score, scored({**parts, name: after}).score
    assert then.high >= before.high - NEAR
    assert then.coverage <= before.coverage + NEAR


@given(repositories())
def test_a_check_that_crashes_does_not_raise_coverage(parts: dict[str, Part]) -> None:
    before = scored(parts).score.coverage
    for name, part in parts.items():
        for n, v in enumerate(part.verdicts):
            if v.outcome is Outcome.NOT_APPLICABLE or (KINDS[v.rule] is Check.PRACTICE and v.n + v.undetermined == 0):
                continue
            crashed = msgspec.structs.replace(v, outcome=Outcome.UNKNOWN)
            judged = (*part.verdicts[:n], crashed, *part.verdicts[n + 1 :])
            after = msgspec.structs.replace(part, verdicts=judged)
            assert scored({**parts, name: after}).score.coverage <= before + NEAR


# 5. Range


@given(repositories())
def test_the_headline_lies_in_its_range(parts: dict[str, Part]) -> None:
    result = scored(parts)
    rows: list[Score | FamilyScore | ComponentScore] = [result.score, *result.families, *result.components.values()]
    rows += [family for score in result.components.values() for family in score.families]
    for row in rows:
        if row.debt is not None:
            assert row.low - NEAR <= row.debt <= row.high + NEAR
        if row.coverage == 1:
            assert row.low == pytest.approx(row.high, abs=NEAR)


# 6. Damping


def cost(hits: list[tuple[Severity, float]], *, spread: bool) -> float:
    found = [finding("COD002", s, c, f"{n if spread else 0}.py", n) for n, (s, c) in enumerate(hits)]
    return damped_weight(found, POLICY.profile.severity, {})


@given(severity, st.lists(certainty, min_size=1, max_size=12))
def test_equal_hits_in_one_file_never_cost_more_than_spread(s: Severity, certainties: list[float]) -> None:
    hits = [(s, c) for c in certainties]
    assert cost(hits, spread=False) <= cost(hits, spread=True) + NEAR


@given(st.lists(st.tuples(severity, certainty), min_size=1, max_size=12))
def test_mixed_hits_in_one_file_cost_at_most_a_bounded_share_more(hits: list[tuple[Severity, float]]) -> None:
    """Scaling by the largest severity lifts weaker hits beside an unsure grave one; 1 / ln 2 is the most it can do.

    v log2(1 + S / v) rises with v towards S / ln 2, and spread hits cost at least S.
    """
    assert cost(hits, spread=False) <= cost(hits, spread=True) / math.log(2) + NEAR


def test_the_law_of_damping_does_not_reach_mixed_severities() -> None:
    """The known exception, so that nobody reads more into the law than it holds."""
    hits = [(C, 0.125), (H, 1.0)]
    assert cost(hits, spread=False) == pytest.approx(7.004, abs=0.001)
    assert cost(hits, spread=True) == pytest.approx(6.699, abs=0.001)


# 7. What-if equals a re-run


@given(repositories(), st.data())
def test_what_if_is_a_run_on_mended_verdicts(parts: dict[str, Part], data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(parts)))
    gone = [f for f in parts[name].findings if data.draw(st.booleans())]
    after = {name: mended(RULES, parts[name], gone)}
    before, then = scored(parts).score.debt, scored({**parts, **after}).score.debt
    recovered = points(RULES, parts, gone, POLICY)
    assert recovered == what_if(RULES, parts, after, POLICY)
    if before is None or then is None:
        assert recovered is None
    else:
        assert recovered == pytest.approx(before - then, abs=NEAR)


@given(repositories())
def test_recoverable_is_exact(parts: dict[str, Part]) -> None:
    """A practice check is mended by making every determined instance clean."""
    result = scored(parts)
    for check in [c for family in result.families for c in family.checks if c.kind == "practice" and c.s is not None]:
        part = parts[check.component]
        fixed = tuple(
            msgspec.structs.replace(v, clean=check.n, not_evidenced=0, certainties=()) if v.rule == check.id else v
            for v in part.verdicts
        )
        after = {check.component: msgspec.structs.replace(part, verdicts=fixed)}
        recovered = what_if(RULES, parts, after, POLICY)
        assert check.recoverable == pytest.approx(recovered or 0.0, abs=NEAR)


@given(repositories())
def test_net_is_the_score_without_what_is_accepted(parts: dict[str, Part]) -> None:
    without = {
        name: mended(RULES, part, [f for f in part.findings if f.state != "open"]) for name, part in parts.items()
    }
    assert scored(parts).score.net == scored(without).score.debt


# 8. Bounds


@given(repositories())
def test_every_number_is_finite_and_bounded(parts: dict[str, Part]) -> None:
    result = scored(parts)
    score = result.score
    assert score.debt is None or 0 <= score.debt <= 100
    assert 0 <= score.low <= 100 + NEAR
    assert 0 <= score.high <= 100 + NEAR
    assert 0 <= score.coverage <= 1 + NEAR
    assert (score.grade == "-") == (score.debt is None)
    assert score.hours_p50 <= score.hours_p90
    for check in [c for family in result.families for c in family.checks]:
        assert check.s is None or 0 <= check.s <= 1
        assert 0 <= check.q <= 1
        assert math.isfinite(check.recoverable)
        assert check.recoverable >= 0


@pytest.mark.parametrize(
    "judged",
    [
        (),
        (Verdict("MON001", ".", Outcome.NOT_APPLICABLE),),
        (Verdict("MON001", ".", Outcome.CLEAN),),  # a practice without an instance
        (Verdict("COD002", ".", Outcome.FINDING, applicability=0.0),),
        (Verdict("LKG011", ".", Outcome.FINDING),),
    ],
)
def test_without_anything_to_judge_there_is_no_score(judged: tuple[Verdict, ...]) -> None:
    score = alone(*judged, exposure=Exposure())
    assert (score.debt, score.net, score.grade, score.verdict) == (None, None, "-", "conditional")
    assert (score.low, score.high, score.coverage, score.ratio) == (0.0, 100.0, 0.0, None)
    assert score.reasons[0] == "Nothing in this repository could be judged."


def test_nothing_determined_is_no_score_but_a_full_range() -> None:
    score = alone(Verdict("MON001", ".", Outcome.UNKNOWN), Verdict("COD002", ".", Outcome.UNKNOWN))
    assert (score.debt, score.grade, score.provisional) == (None, "-", True)
    assert (score.low, score.high, score.coverage) == (0.0, 100.0, 0.0)
