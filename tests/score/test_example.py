"""The worked example of the scoring model, to one decimal."""

from __future__ import annotations

import math

import msgspec
import pytest

from auditor.model.finding import Finding
from auditor.model.verdict import Check, Outcome, RuleInfo, Verdict
from auditor.score import Exposure, Part, Scored, load_policy, mended, points, score_repository, what_if
from auditor.score.checks import curve, damped_weight
from auditor.score.policy import Curve
from tests.score.builders import C, H, L, M, finding, practice, rule, verdict

P, X = Check.PRACTICE, Check.METRIC
EXPERT = load_policy(calibration="expert-set-2026")
DRAWN = msgspec.structs.replace(EXPERT.calibration, family={**EXPERT.calibration.family, "LKG": Curve(0.3, 1.2)})
POLICY = msgspec.structs.replace(EXPERT, calibration=DRAWN)
"""The example was reckoned with leaks that weighed as critical, and with their curve."""
DAY = 8.0


def between(low: float, high: float) -> tuple[float, float]:
    """P50 and P90 of a catalogue range, in hours."""
    return math.sqrt(low * high), high


RULES: tuple[RuleInfo, ...] = (
    rule("ENT001", H, X, curve=(0.20, 0.35), needs_paths=True),
    rule("ENT007", H, P, reliability="B"),
    rule("ENT009", C, P),
    rule("ENT004", M),
    rule("ENT005", H),
    rule("GLU001", M, X, curve=(0.40, 0.60)),
    rule("GLU005", M, X, curve=(0.10, 0.25)),
    rule("GLU004", M),
    rule("PIP001", H, P, needs_paths=True),
    rule("PIP002", H, X, curve=(40, 60), needs_paths=True),
    rule("PIP006", H, P),
    rule("PIP003", L),
    rule("PIP007", M),
    rule("DAT001", C, P, effort=between(0.5 * DAY, 2 * DAY)),
    rule("DAT006", M, P),
    rule("DAT009", M, P),
    rule("DAT005", M),
    rule("LKG001", C, effort=between(0.5, 1)),
    rule("LKG012", H),
    rule("LKG004", H, P),
    rule("LKG010", M, P, effort=between(0.5 * DAY, DAY)),
    rule("REP001", M, P),
    rule("REP002", M, P),
    rule("REP003", H, P),
    rule("REP006", M, P),
    rule("REP007", H, P),
    rule("CFG001", M, P),
    rule("CFG003", H, P),
    rule("CFG006", M),
    rule("MON001", H, P, effort=between(2 * DAY, 5 * DAY)),
    rule("MON002", H, P),
    rule("MON003", H, P),
    rule("MON004", M, P),
    rule("MON007", M, P),
    rule("OPS001", H, P, effort=between(2 * DAY, 5 * DAY)),
    rule("OPS002", H, P),
    rule("OPS003", M, P),
    rule("OPS004", M, P),
    rule("OPS008", M, P),
    rule("TST001", H, P),
    rule("TST002", M, P),
    rule("TST003", H, P, effort=between(1 * DAY, 3 * DAY)),
    rule("COD001", H),
    rule("COD002", M),
)


def sure(number: int) -> tuple[float, ...]:
    return (1.0,) * number


VERDICTS: tuple[Verdict, ...] = (
    verdict("ENT001", Outcome.FINDING, 0.24),
    practice("ENT007", clean=1, found=(0.7,)),
    practice("ENT009", clean=1),
    verdict("ENT004", Outcome.FINDING),
    verdict("ENT005", Outcome.FINDING),
    verdict("GLU001", Outcome.FINDING, 0.45),
    verdict("GLU005", Outcome.CLEAN, 0.08),
    verdict("GLU004"),
    practice("PIP001", clean=18, found=sure(6)),
    verdict("PIP002", Outcome.FINDING, 47),
    practice("PIP006", clean=20, found=sure(2)),
    verdict("PIP003", Outcome.FINDING),
    verdict("PIP007", Outcome.FINDING),
    practice("DAT001", clean=3, found=sure(2)),
    practice("DAT006", not_evidenced=5),
    practice("DAT009", clean=2, not_evidenced=3),
    verdict("DAT005", Outcome.FINDING),
    verdict("LKG001", Outcome.FINDING),
    verdict("LKG012", Outcome.FINDING),
    practice("LKG004", clean=1),
    practice("LKG010", not_evidenced=1),
    practice("REP001", clean=6, found=sure(3)),
    practice("REP002", clean=31, found=sure(7)),
    practice("REP003", clean=1),
    practice("REP006", clean=4),
    verdict("REP007", Outcome.UNKNOWN),
    practice("CFG001", clean=5, found=sure(3)),
    practice("CFG003", clean=1),
    verdict("CFG006"),
    practice("MON001", found=(1.0,)),
    practice("MON002", not_evidenced=1),
    verdict("MON003", Outcome.UNKNOWN),
    practice("MON004", clean=1, found=(1.0,)),
    practice("MON007", clean=1),
    practice("OPS001", found=(1.0,)),
    practice("OPS002", found=(0.7,)),
    practice("OPS003", clean=1),
    practice("OPS004", clean=1),
    practice("OPS008", not_evidenced=1),
    practice("TST001", clean=3, found=sure(7)),
    practice("TST002", clean=1),
    practice("TST003", found=(1.0,)),
    verdict("COD001", Outcome.FINDING),
    verdict("COD002", Outcome.FINDING),
)

LEAK = finding("LKG001", C)
SPLITS = (finding("LKG012", H, 0.8, line=20), finding("LKG012", H, 0.8, line=30))
DRIFT = finding("MON001", H, path=".", line=None)
INTEGRATION = finding("TST003", H, path=".", line=None)
RETRAINING = finding("OPS001", H, path=".", line=None)
UNPINNED = (finding("DAT001", H, path="a.csv", line=None), finding("DAT001", H, path="b.csv", line=None))

# Four medium findings in one file and weights that make up the published W (9.0, 6.24 and 40).
FINDINGS: tuple[Finding, ...] = (
    finding("ENT005", H, path="a.py"),
    finding("ENT004", M, path="b.py"),
    finding("ENT004", M, path="c.py"),
    finding("PIP007", M, path="dvc.yaml"),
    finding("PIP007", M, path="x/dvc.yaml"),
    finding("PIP007", M, 2**1.12 - 1, path="y/dvc.yaml"),
    *(finding("DAT005", M, path="load.py", line=n) for n in range(4)),
    LEAK,
    *SPLITS,
    DRIFT,
    INTEGRATION,
    RETRAINING,
    *UNPINNED,
    *(finding("COD001", H, path=f"m{n}.py") for n in range(8)),
)
EXPOSURE = Exposure(kloc=12.4, fits=9, io_resolved=0.72, stages=6, artefacts=9)
PART = Part(verdicts=VERDICTS, findings=FINDINGS, exposure=EXPOSURE)


@pytest.fixture(scope="module")
def result() -> Scored:
    return score_repository(RULES, {".": PART}, POLICY)


def replaced(**changed: Verdict) -> Part:
    return msgspec.structs.replace(PART, verdicts=tuple(changed.get(v.rule, v) for v in VERDICTS))


def test_the_headline(result: Scored) -> None:
    score = result.score
    assert score.debt is not None
    assert [round(number, 1) for number in (score.debt, score.low, score.high)] == [28.2, 26.3, 33.5]
    assert round(score.coverage, 2) == 0.93
    assert (score.grade, score.provisional, score.verdict) == ("C", True, "fail")
    assert score.net == score.debt


def test_the_verdict_names_the_critical(result: Scored) -> None:
    assert "LKG001 at train.py:1" in result.score.reasons[0]
    assert "no base" in result.score.reasons[-1]


@pytest.mark.parametrize(
    ("family", "health"),
    [
        ("ENT", 82.6),
        ("GLU", 93.2),
        ("PIP", 85.2),
        ("DAT", 69.7),
        ("LKG", 63.5),
        ("REP", 88.5),
        ("CFG", 90.6),
        ("MON", 45.0),
        ("OPS", 45.4),
        ("TST", 36.2),
        ("COD", 76.2),
    ],
)
def test_the_families(result: Scored, family: str, health: float) -> None:
    found = next(score for score in result.families if score.id == family)
    assert found.debt is not None
    assert 100 - found.debt == pytest.approx(health, abs=0.051)  # the example truncates 36.25 and 45.38


def test_the_leaking_family_is_capped(result: Scored) -> None:
    grades = {family.id: family.grade for family in result.families}
    assert grades["LKG"] == "D"  # 36.5 points are a C by number
    assert grades["GLU"] == "A"


@pytest.mark.parametrize(
    ("check", "x", "s"),
    [
        ("ENT-density", 0.625, 0.859),
        ("PIP-density", 0.433, 0.921),
        ("DAT-density", 0.322, 0.954),
        ("LKG-density", 1.207, 0.498),
        ("COD-density", 2.78, 0.762),
    ],
)
def test_the_densities(result: Scored, check: str, x: float, s: float) -> None:
    found = next(c for family in result.families for c in family.checks if c.id == check)
    assert found.x == pytest.approx(x, abs=0.003)
    assert found.s == pytest.approx(s, abs=0.001)


@pytest.mark.parametrize(
    ("gone", "recovered"),
    [
        ((DRIFT,), 3.0),
        ((INTEGRATION,), 2.25),
        ((DRIFT, INTEGRATION), 5.25),
        ((LEAK,), 1.9),
        ((LEAK, *SPLITS), 3.3),
        (UNPINNED, 1.9),
        ((RETRAINING,), 1.5),
    ],
)
def test_what_a_repair_recovers(gone: tuple[Finding, ...], recovered: float) -> None:
    assert points(RULES, {".": PART}, gone, POLICY) == pytest.approx(recovered, abs=0.05)


def test_gains_of_different_checks_add_up() -> None:
    one, two = (points(RULES, {".": PART}, [gone], POLICY) for gone in (DRIFT, INTEGRATION))
    both = points(RULES, {".": PART}, [DRIFT, INTEGRATION], POLICY)
    assert one is not None
    assert two is not None
    assert both == pytest.approx(one + two, abs=1e-9)


@pytest.mark.parametrize(
    ("answer", "debt"), [(practice("MON003", clean=1), 27.0), (practice("MON003", found=(1.0,)), 29.3)]
)
def test_an_answered_unknown_stays_inside_the_range(result: Scored, answer: Verdict, debt: float) -> None:
    recovered = what_if(RULES, {".": PART}, {".": replaced(MON003=answer)}, POLICY)
    assert recovered is not None
    assert result.score.debt is not None
    then = result.score.debt - recovered
    assert round(then, 1) == debt
    assert result.score.low <= then <= result.score.high


def test_recoverable_is_what_mending_the_check_gives_back(result: Scored) -> None:
    checks = {check.id: check for family in result.families for check in family.checks}
    assert checks["MON001"].recoverable == pytest.approx(points(RULES, {".": PART}, [DRIFT], POLICY))
    assert checks["LKG-density"].recoverable == pytest.approx(
        points(RULES, {".": PART}, [LEAK, *SPLITS], POLICY), abs=1e-9
    )
    assert checks["MON003"].recoverable == 0  # unknown: nothing to mend yet
    assert result.components["."].families[7].checks[0].recoverable == checks["MON001"].recoverable


def test_the_hours_of_six_jobs() -> None:
    six = {"MON001", "OPS001", "TST003", "DAT001", "LKG001", "LKG010"}
    some = Part(
        verdicts=tuple(v for v in VERDICTS if v.rule in six),
        findings=(LEAK, DRIFT, INTEGRATION, RETRAINING, *UNPINNED),
        exposure=EXPOSURE,
    )
    result = score_repository(RULES, {".": some}, POLICY)
    assert len(result.jobs) == 6
    assert (round(result.score.hours_p50, 1), round(result.score.hours_p90, 1)) == (73.2, 98.9)
    assert result.score.ratio is not None
    assert round(100 * result.score.ratio, 1) == 1.2
    assert result.score.hours_p50 / result.score.ratio == pytest.approx(6296)


def test_the_table_of_damping() -> None:
    points_ = Curve(p10=0.5, median=2.0)
    weights = POLICY.profile.severity
    together, spread = [], []
    for hits in (1, 10, 50, 200, 2000):
        one_file = [finding("DAT005", M, line=n) for n in range(hits)]
        one_each = [finding("DAT005", M, path=f"{n}.py") for n in range(hits)]
        together.append(round(curve(damped_weight(one_file, weights, {}) / 14.4, points_), 3))
        spread.append(round(curve(damped_weight(one_each, weights, {}) / 14.4, points_), 3))
    assert together == [0.993, 0.906, 0.805, 0.721, 0.599]
    assert spread == [0.993, 0.632, 0.125, 0.008, 0.0]


def test_mending_everything_leaves_what_is_not_evidenced() -> None:
    after = mended(RULES, PART, FINDINGS)
    assert after.findings == ()
    by_rule = {v.rule: v for v in after.verdicts}
    assert by_rule["DAT001"].certainties == ()
    assert by_rule["DAT001"].clean == 5
    assert by_rule["MON002"] == next(v for v in VERDICTS if v.rule == "MON002")
