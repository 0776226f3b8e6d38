"""Scoring from what is stored: the identity under one policy, and what people judged to be no debt."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from auditor.formats import json_file
from auditor.score import restated
from tests.lifecycle.builders import POLICY, TITLES, audit, found

NAMES = st.lists(st.sampled_from(["DAT001", "LKG001", "PIP003", "PIP008"]), max_size=6)


@given(NAMES)
def test_under_its_own_versions_an_audit_comes_back_equal(names: list[str]) -> None:
    made = audit([found(name, entity=f"e{at}") for at, name in enumerate(names)])
    assert restated(made, POLICY, TITLES) == made
    stored = json_file.parse(json_file.render(made))
    assert restated(stored, POLICY, TITLES).score == made.score


@given(NAMES, st.integers(0, 5), st.sampled_from(["dismissed", "not-applicable"]))
def test_what_people_judged_to_be_no_debt_never_adds_debt(names: list[str], at: int, state: str) -> None:
    made = audit([found(name, entity=f"e{index}") for index, name in enumerate(names)])
    if at >= len(made.findings):
        return
    judged = tuple(
        msgspec.structs.replace(finding, state=state) if index == at else finding
        for index, finding in enumerate(made.findings)
    )
    after = restated(msgspec.structs.replace(made, findings=judged), POLICY, TITLES)
    assert (after.score.debt or 0.0) <= (made.score.debt or 0.0) + 1e-9


def test_a_false_positive_leaves_headline_and_net_an_accepted_risk_only_net() -> None:
    clean, indebted = audit(), audit([found("PIP008")])
    dismissed, waived = audit([found("PIP008", state="dismissed")]), audit([found("PIP008", state="waived")])
    assert dismissed.score.debt == dismissed.score.net == clean.score.debt
    assert (waived.score.debt, waived.score.net) == (indebted.score.debt, clean.score.debt)


def test_an_instance_that_does_not_apply_leaves_the_denominator() -> None:
    made = audit([found("DAT001", state="not-applicable")])
    check = next(check for family in made.families for check in family.checks if check.id == "DAT001")
    assert (check.n, check.unmet) == (2, 0.0)
