"""The checklist: what the audit proves, what people sign, and what neither may do."""

from __future__ import annotations

import msgspec
import pytest

from auditor.engine import registry
from auditor.lifecycle.checklist import asked, checklist
from auditor.model.audit import ArchetypeScore, Audit, Signoff
from auditor.model.checklist import Item
from auditor.model.finding import Finding, Severity
from auditor.model.verdict import Outcome, Verdict
from tests.lifecycle.builders import audit, found
from tests.score.builders import rule


def of(
    item: str, outcomes: dict[str, Outcome], findings: list[Finding] | None = None, signoff: Signoff | None = None
) -> Item:
    rules = [rule(name) for name in outcomes]
    made = audit(
        findings or [], rules=rules,
        verdicts=[Verdict(name, ".", outcome, reason="for a reason") for name, outcome in outcomes.items()],
    )  # fmt: skip
    if signoff is not None:
        made = msgspec.structs.replace(made, signoffs=(signoff,))
    return next(one for one in checklist(made).items if one.id == item)


CLEAN, FOUND, UNSEEN, OUT, UNKNOWN = (
    Outcome.CLEAN, Outcome.FINDING, Outcome.NOT_EVIDENCED, Outcome.NOT_APPLICABLE, Outcome.UNKNOWN,
)  # fmt: skip


def test_there_are_32_items_and_28_tests_and_their_rules_are_of_our_families() -> None:
    wanted = asked()
    assert [item.id for item in wanted.item] == [f"C{number}" for number in range(1, 33)]
    assert sum(len(section.tests) for section in wanted.section) == 28
    families = {family.id for family in registry().families}
    named = {name for item in wanted.item for name in item.rules}
    assert {name[:3] for name in named} <= families


@pytest.mark.parametrize(
    ("one", "other", "status"),
    [
        (CLEAN, CLEAN, "pass"),
        (CLEAN, OUT, "pass"),
        (OUT, OUT, "n/a"),
        (CLEAN, UNSEEN, "partial"),
        (CLEAN, UNKNOWN, "partial"),
        (UNSEEN, UNSEEN, "not-evidenced"),
        (UNKNOWN, UNKNOWN, "not-evidenced"),
    ],
)
def test_what_the_outcomes_of_two_rules_make(one: Outcome, other: Outcome, status: str) -> None:
    assert of("C1", {"DAT001": one, "DAT004": other}).status == status


def test_a_finding_fails_a_low_one_is_partial_and_a_waived_one_neither() -> None:
    outcomes = {"DAT001": FOUND, "DAT004": CLEAN}
    assert of("C1", outcomes, [found("DAT001")]).status == "fail"
    assert of("C1", outcomes, [found("DAT001", severity=Severity.LOW)]).status == "partial"
    assert of("C1", outcomes, [found("DAT001", state="waived")]).status == "pass"


def test_a_rule_that_this_ruleset_lacks_is_unknown_never_clean() -> None:
    item = of("C1", {"DAT001": CLEAN})
    assert item.status == "partial"
    assert [proof.outcome for proof in item.proofs] == ["clean", "unknown"]


def test_a_question_keeps_an_item_waiting_for_a_person() -> None:
    assert of("C15", {"OPS002": CLEAN}).status == "human-pending"
    assert of("C9", {}).status == "human-pending"


def signed(
    evidence: str, answer: str = "pass", on: str = "2026-11-20", release: str = "", revision: str = ""
) -> Signoff:
    return Signoff("C15", answer, "j.ode", on, evidence, release, revision)


def test_a_sign_off_answers_until_its_evidence_changes_or_it_is_old() -> None:
    shown = of("C15", {"OPS002": CLEAN}).evidence
    assert of("C15", {"OPS002": CLEAN}, signoff=signed(shown)).status == "pass"
    changed = of("C15", {"OPS002": UNSEEN}, signoff=signed(shown))
    assert (changed.status, changed.signed and changed.signed.state) == (
        "not-evidenced",
        "the evidence changed since it was signed",
    )
    assert of("C15", {"OPS002": CLEAN}, signoff=signed(shown, on="2026-05-01")).status == "human-pending"


def test_a_sign_off_for_a_release_holds_at_its_revision_alone() -> None:
    shown = of("C15", {"OPS002": CLEAN}).evidence
    here = signed(shown, release="v1", revision="1" * 40)
    assert of("C15", {"OPS002": CLEAN}, signoff=here).status == "pass"
    assert (
        of("C15", {"OPS002": CLEAN}, signoff=signed(shown, release="v1", revision="2" * 40)).status == "human-pending"
    )


def test_no_person_turns_a_failure_into_a_pass() -> None:
    failing = of("C15", {"OPS002": FOUND}, [found("OPS002")])
    assert of("C15", {"OPS002": FOUND}, [found("OPS002")], signed(failing.evidence)).status == "fail"


def test_evidence_is_about_findings_not_lines() -> None:
    one = of("C15", {"OPS002": FOUND}, [found("OPS002", line=3)])
    assert of("C15", {"OPS002": FOUND}, [found("OPS002", line=30)]).evidence == one.evidence
    assert of("C15", {"OPS002": FOUND}, [found("OPS002", path="b.py")]).evidence != one.evidence


def service(outcomes: dict[str, Outcome]) -> Audit:
    made = audit(rules=[rule(name) for name in outcomes], verdicts=[Verdict(n, ".", o) for n, o in outcomes.items()])
    return msgspec.structs.replace(
        made,
        components=tuple(
            msgspec.structs.replace(component, archetypes=(ArchetypeScore("S", "service", 0.9),))
            for component in made.components
        ),
    )


LEVEL_1 = dict.fromkeys(("PIP007", "OPS001", "TST004", "OPS002", "REP006"), CLEAN)


def test_the_level_of_automation_and_what_blocks_the_next() -> None:
    assert checklist(service(LEVEL_1 | {"OPS001": UNSEEN})).maturity.level == 0
    first = checklist(service(LEVEL_1 | {"OPS004": UNSEEN, "OPS005": CLEAN})).maturity
    assert (first.level, [what[:6] for what in first.blocked_by]) == (1, ["OPS004"])
    assert checklist(service(LEVEL_1 | {"OPS004": CLEAN, "OPS005": CLEAN})).maturity.level == 2
    assert checklist(audit()).maturity.level is None


def test_the_ml_test_score_is_the_least_of_its_sections_over_what_applies() -> None:
    said = checklist(service({"DAT006": CLEAN, "TST004": CLEAN, "OPS006": OUT, "COD003": CLEAN}))
    sections = {section.id: section for section in said.sections}
    assert sections["Infrastructure"].tests[5].points is None
    assert sections["Data"].tests[0].points == 1.0
    assert said.test_score == min(section.points or 0.0 for section in said.sections)
