"""The pages of the report that look ahead: roadmap, checklist, judgements."""

from __future__ import annotations

import msgspec
import pytest

from auditor.formats.view.release import judgements, release
from auditor.formats.view.roadmap import roadmap
from auditor.model.audit import Suppressed, Waived, Waiver
from tests.formats.sample_audits import SAMPLES, library, service
from tests.lifecycle.builders import audit, found


def cells(table: object) -> list[list[str]]:
    return [["".join(span.text for span in cell) for cell in row] for row in table.rows]  # type: ignore[attr-defined]


def test_steps_are_scored_one_on_top_of_the_other() -> None:
    made = audit([found("LKG001"), found("PIP008", "b.py"), found("PIP003", "c.py"), found("DAT001", "d.py")])
    plan = roadmap(made, {})
    assert plan is not None
    rows = [row for table in plan.tables for row in cells(table)]
    debts = [float(row[5]) for row in rows]
    assert debts == sorted(debts, reverse=True)
    assert debts[-1] == 0.0
    assert made.score.debt is not None
    assert sum(float(row[4]) for row in rows) == pytest.approx(made.score.debt, abs=0.1 * len(rows))
    assert [row[0].split(".")[0] for row in rows] == [str(number) for number in range(1, len(rows) + 1)]


def test_quick_steps_come_before_long_ones_and_one_cause_is_one_step() -> None:
    made = audit([found("LKG001", entity=f"e{n}") for n in range(3)])
    plan = roadmap(made, {})
    assert plan is not None
    assert [row[2] for row in cells(plan.tables[0])] == ["LKG001 × 3"]


def test_without_open_findings_or_with_weights_of_the_past_there_is_no_roadmap() -> None:
    assert roadmap(audit([found(state="waived")]), {}) is None
    made = audit([found()])
    past = msgspec.structs.replace(made, versions=msgspec.structs.replace(made.versions, profile="1999.1"))
    assert roadmap(past, {}) is None


@pytest.mark.parametrize("name", SAMPLES)
def test_the_checklist_page_holds_all_items_or_is_left_out(name: str) -> None:
    page = release(SAMPLES[name](), str)
    assert page is None or len(page.items.rows) == 32


def test_judgements_are_shown_with_their_ends_and_fates() -> None:
    assert judgements(library()) is None
    row = Waived(
        Waiver("W-1", "LKG001", "accepted_risk", "known <b>risk</b>", "me", expires="2027-01-01"), "active", ("f",)
    )
    made = msgspec.structs.replace(
        service(), waivers=(row,), suppressions=(Suppressed("a.py", 3, None, ("LKG001",), "why", "", "unused"),)
    )
    page = judgements(made)
    assert page is not None
    assert page.waivers is not None
    assert cells(page.waivers)[0][2:] == ["accepted risk", "active", "1", "known <b>risk</b>", "me", "2027-01-01"]
    assert page.suppressions is not None
    assert cells(page.suppressions)[0] == ["a.py:3", "LKG001", "unused", "why", "never"]
