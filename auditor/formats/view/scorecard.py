"""The scorecard: families with their bars, their checks with every number the score rests on, components beside each other."""

from __future__ import annotations

import msgspec

from auditor.formats.text import decimal, percent, plain, span
from auditor.formats.view.charts import FamilyBar, family_bar
from auditor.formats.view.families import debt_first
from auditor.formats.view.pieces import Column, Table, table, text
from auditor.model.audit import Audit, Component, FamilyScore

MOST_COMPONENTS = 40


class FamilyRow(msgspec.Struct, frozen=True):
    """A family in the overview."""

    id: str
    title: str
    bar: FamilyBar
    debt: str
    range: str
    weight: str
    coverage: str
    grade: str


class Scorecard(msgspec.Struct, frozen=True):
    """The page."""

    families: tuple[FamilyRow, ...]
    inapplicable: str
    components: tuple[Table, ...]


def _left_out(audit: Audit) -> str:
    """The families without a score: no rule of theirs applied here, or this version has none."""
    ruled = {rule.family for rule in audit.rules}
    off = [item for item in audit.families if not item.applicable]
    kinds = (
        ("Not applicable to this target", [item for item in off if item.id in ruled]),
        ("Not examined, since the ruleset has no rule of them", [item for item in off if item.id not in ruled]),
    )
    return " ".join(
        f"{words}: {', '.join(f'{plain(item.id)} {plain(item.title)}' for item in items)}."
        for words, items in kinds
        if items
    )


def scorecard(audit: Audit) -> Scorecard:
    """The page from the audit, families with most debt first."""
    applied = sorted((item for item in audit.families if item.applicable), key=debt_first)
    several = audit.components[:MOST_COMPONENTS] if len(audit.components) > 1 else ()
    return Scorecard(
        families=tuple(_family(item) for item in applied),
        inapplicable=_left_out(audit),
        components=tuple(made for item in several if (made := _component(item))),
    )


def _family(family: FamilyScore) -> FamilyRow:
    judged = family.debt is not None
    return FamilyRow(
        id=plain(family.id), title=plain(family.title), bar=family_bar(plain(family.title), family.debt, family.low, family.high),
        debt=decimal(family.debt), range=span(family.low, family.high), weight=percent(family.weight),
        coverage=percent(family.coverage), grade=plain(family.grade) if judged and family.grade != "-" else "–",
    )  # fmt: skip


def _component(component: Component) -> Table | None:
    if component.score is None:
        return None
    score = component.score
    name = "root of the repository" if component.id in ("", ".") else component.id
    columns = (
        Column("Family", "head"),
        Column("Debt", "number"),
        Column("Range", "number"),
        Column("Coverage", "number"),
        Column("Grade"),
    )
    rows = [
        (text(f"{family.id} {family.title}"), text(decimal(family.debt)), text(span(family.low, family.high)),
         text(percent(family.coverage)), text(family.grade.replace("-", "–")))
        for family in score.families if family.applicable
    ]  # fmt: skip
    caption = f"{plain(name)}: debt {decimal(score.debt)}, range {span(score.low, score.high)}, grade {plain(score.grade).replace('-', '–')}"
    return table(caption, columns, rows)
