"""The gate: defaults, settings, what feeds it, and what it may not be fooled by."""

from __future__ import annotations

import msgspec
import pytest

from auditor.lifecycle.gate import DEFAULTS, Change, conditions, hold
from auditor.model.audit import Audit, Suppressed, Waived, Waiver
from auditor.model.errors import UsageError
from auditor.model.finding import Severity
from auditor.model.gate import Gate
from auditor.model.verdict import PEDANTIC
from tests.lifecycle.builders import audit, found


def change(now: Audit, before: Audit | None = None, **fields: object) -> Change:
    plain = Change("main", now.findings, (), 0, (), (before or now).score)
    return msgspec.structs.replace(plain, **fields)


def outcomes(gate: Gate) -> dict[str, str]:
    return {answer.condition.name: answer.outcome for answer in gate.answers}


def test_a_new_high_fails_and_an_old_one_does_not() -> None:
    now = audit([found("PIP008")])
    assert hold(now, change(now), DEFAULTS).verdict == "fail"
    held = hold(now, change(now, new=()), DEFAULTS)
    assert outcomes(held)["new.high"] == "held"


def test_rules_of_lesser_reliability_inform_until_a_person_confirms() -> None:
    now = audit([found("PIP003")])
    assert outcomes(hold(now, change(now), DEFAULTS))["new.high"] == "held"
    sure = tuple(msgspec.structs.replace(f, confirmed=True) for f in now.findings)
    assert outcomes(hold(now, change(now, new=sure), DEFAULTS))["new.high"] == "violated"


def test_a_named_rule_gates_whatever_its_reliability() -> None:
    now = audit([found("PIP003")])
    asked = conditions({"rule.PIP003": {"max": 0}})
    assert outcomes(hold(now, None, asked))["rule.PIP003"] == "violated"


def test_without_a_base_what_is_new_is_not_evaluated() -> None:
    now = audit([found("PIP008")])
    said = outcomes(hold(now, None, DEFAULTS))
    assert [name for name, outcome in said.items() if outcome == "not-evaluated"] == [
        "new.critical", "new.high", "new.unreadable", "score.rise", "checklist.blocking",
    ]  # fmt: skip


def test_a_certain_critical_blocks_old_or_new_and_a_doubtful_one_does_not() -> None:
    assert outcomes(hold(audit([found()]), None, DEFAULTS))["open.blockers"] == "violated"
    doubtful = hold(audit([found(confidence=0.8)]), None, DEFAULTS)
    assert outcomes(doubtful)["open.blockers"] == "held"
    assert doubtful.verdict == "conditional"


def test_waived_and_suppressed_findings_do_not_gate() -> None:
    for state in ("waived", "suppressed", "dismissed"):
        assert outcomes(hold(audit([found(state=state)]), None, DEFAULTS))["open.blockers"] == "held"
    for state, verdict in (("waived", "conditional"), ("suppressed", "conditional"), ("dismissed", "pass")):
        assert hold(audit([found(state=state)]), None, DEFAULTS).verdict == verdict


def test_a_critical_of_a_rule_for_the_pedantic_waits_for_nobody() -> None:
    doubtful = audit([found(confidence=0.8)])
    pedantic = tuple(msgspec.structs.replace(rule, persona=PEDANTIC) for rule in doubtful.rules)
    assert hold(msgspec.structs.replace(doubtful, rules=pedantic), None, DEFAULTS).verdict == "pass"


def test_a_rise_counts_at_the_pessimistic_end() -> None:
    before, now = audit(), audit([found("PIP003", severity=Severity.LOW)])
    worse = msgspec.structs.replace(
        now, score=msgspec.structs.replace(now.score, debt=before.score.debt or 0.0, high=99.0)
    )
    assert outcomes(hold(worse, change(worse, before), DEFAULTS))["score.rise"] == "violated"


def test_files_that_can_no_longer_be_read_fail() -> None:
    now = audit()
    assert outcomes(hold(now, change(now, unreadable=("a.py",)), DEFAULTS))["new.unreadable"] == "violated"


def test_what_expired_fails_loudly() -> None:
    gone = Waived(Waiver("W-1", "LKG001", "accepted_risk", "why", "me", expires="2026-01-01"), "expired")
    assert outcomes(hold(audit(waivers=[gone]), None, DEFAULTS))["waivers.expired"] == "violated"
    lapsed = msgspec.structs.replace(
        audit(), suppressions=(Suppressed("a.py", 3, None, ("LKG001",), "why", "2026-01-01", "expired"),)
    )
    assert outcomes(hold(lapsed, None, DEFAULTS))["waivers.expired"] == "violated"


def test_blocking_items_of_the_checklist_warn() -> None:
    held = hold(audit(), None, DEFAULTS, blocking=2)
    assert (held.verdict, outcomes(held)["checklist.blocking"]) == ("conditional", "violated")


def test_settings_replace_switch_off_and_add() -> None:
    asked = {
        c.name: c
        for c in conditions(
            {"score.rise": {"off": True}, "new.high": {"max": 3, "level": "warn"}, "score": {"max": 40}}
        )
    }
    assert "score.rise" not in asked
    assert (asked["new.high"].most, asked["new.high"].level, asked["score"].most) == (3.0, "warn", 40.0)


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"new.hihg": {"max": 0}}, "new.high"),
        ({"score": {"max": 1, "min": 0}}, "exactly one"),
        ({"score": {}}, "exactly one"),
        ({"score": {"max": True}}, "a number"),
        ({"score": {"max": 1, "level": "loud"}}, "error or warn"),
        ({"score": {"most": 1}}, "'most'"),
    ],
)
def test_mistakes_are_usage_errors(row: dict[str, dict[str, float | str | bool]], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        conditions(row)


def test_too_little_seen_is_incomplete_unless_the_base_saw_no_more() -> None:
    blind = audit()
    thin = msgspec.structs.replace(blind, coverage=msgspec.structs.replace(blind.coverage, share=0.5))
    assert "could be determined" in hold(thin, None, DEFAULTS).incomplete
    assert hold(thin, change(thin), DEFAULTS, thin_before=True).incomplete == ""
    assert hold(msgspec.structs.replace(thin, errors=("PIP001 failed",)), None, DEFAULTS, thin_before=True).incomplete
