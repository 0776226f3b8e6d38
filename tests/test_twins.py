"""The twins: every planted debt is found at its place, and the paid-off product is left in peace."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor import Audit, audit
from auditor.model.finding import Severity
from tests.projects.builder import Planted, copy_project, expected, make_hostile, make_repo


@pytest.fixture(scope="module")
def indebted(tmp_path_factory: pytest.TempPathFactory) -> Audit:
    return audit(str(make_repo("churn_indebted", tmp_path_factory.mktemp("indebted"))), use_cache=False)


@pytest.fixture(scope="module")
def paid_off(tmp_path_factory: pytest.TempPathFactory) -> Audit:
    return audit(str(make_repo("churn_paid_off", tmp_path_factory.mktemp("paid_off"))), use_cache=False)


@pytest.mark.parametrize("planted", expected("churn_indebted"), ids=lambda p: f"{p.rule} {p.path or 'component'}")
def test_planted_debt_is_found(indebted: Audit, planted: Planted) -> None:
    found = [f for f in indebted.findings if f.rule == planted.rule]
    places = {(f.place.path, f.place.line) for f in found}
    if planted.place is None:
        assert found, f"{planted.rule}: {planted.why}"
        return
    ends = {(p.path, p.line) for p in (planted.place, *planted.also)}
    trails = {(r.path, r.line) for f in found for r in f.related}
    assert ends & (places | trails), f"{planted.rule} at {planted.place}: {sorted(places, key=str)}"


def test_every_finding_of_the_indebted_twin_was_planted(indebted: Audit) -> None:
    rules = {planted.rule for planted in expected("churn_indebted")}
    assert {finding.rule for finding in indebted.findings} <= rules


def test_paid_off_twin(paid_off: Audit) -> None:
    assert paid_off.score.debt is not None
    assert paid_off.score.debt <= 15
    worse = [f for f in paid_off.findings if f.severity not in (Severity.LOW, Severity.INFO)]
    assert not worse
    assert not paid_off.errors


@pytest.mark.parametrize("name", ["paper_code", "pure_library"])
def test_nothing_operated_is_asked_of_code_that_nobody_operates(name: str, tmp_path: Path) -> None:
    result = audit(str(copy_project(name, tmp_path)), use_cache=False)
    assert not [f for f in result.findings if f.rule.startswith(("MON", "OPS"))]
    told = {v.rule for v in result.verdicts if v.rule.startswith(("MON", "OPS")) and v.outcome.value == "not-evidenced"}
    assert told <= {
        "OPS004"
    }  # integration is looked for wherever code changes by commits, and not seen is no accusation


def test_hostile_tree_is_told_and_survived(tmp_path: Path) -> None:
    folder = make_hostile(tmp_path)
    result = audit(str(folder), use_cache=False)
    assert not result.errors
    assert len(result.problems) >= 5
    assert not (tmp_path / "executed").exists()
    assert "outside" not in " ".join(finding.place.path for finding in result.findings)
