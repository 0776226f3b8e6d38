"""The scorecard: families with their bars, their checks with every number the score rests on, components beside each other."""

from __future__ import annotations

import msgspec

from auditor.formats.summary import rule_title
from auditor.formats.text import decimal, finite, percent, plain, short, span
from auditor.formats.view.charts import FamilyBar, family_bar
from auditor.formats.view.pieces import Column, Inline, Table, table, text
from auditor.formats.words import BUSINESS
from auditor.model.audit import Audit, CheckScore, Component, FamilyScore
from auditor.model.page import RulePages

MOST_COMPONENTS = 40
_OPENED = 3


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


class FamilyDetail(msgspec.Struct, frozen=True):
    """A family with its checks; the families with most debt stand open."""

    id: str
    title: str
    about: str
    debt: str
    opened: bool
    checks: Table


class Scorecard(msgspec.Struct, frozen=True):
    """The page."""

    families: tuple[FamilyRow, ...]
    inapplicable: str
    details: tuple[FamilyDetail, ...]
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


def scorecard(audit: Audit, pages: RulePages) -> Scorecard:
    """The page from the audit, families with most debt first."""
    applied = sorted((item for item in audit.families if item.applicable), key=_debt_first)
    several = audit.components[:MOST_COMPONENTS] if len(audit.components) > 1 else ()
    return Scorecard(
        families=tuple(_family(item) for item in applied),
        inapplicable=_left_out(audit),
        details=tuple(_detail(item, rank < _OPENED, audit, pages) for rank, item in enumerate(applied) if item.checks),
        components=tuple(made for item in several if (made := _component(item))),
    )


def _debt_first(family: FamilyScore) -> tuple[bool, float, str]:
    debt = family.debt if family.debt is not None and finite(family.debt) else None
    return (debt is None, -(debt or 0.0), family.id)


def _family(family: FamilyScore) -> FamilyRow:
    judged = family.debt is not None
    return FamilyRow(
        id=plain(family.id), title=plain(family.title), bar=family_bar(plain(family.title), family.debt, family.low, family.high),
        debt=decimal(family.debt), range=span(family.low, family.high), weight=percent(family.weight),
        coverage=percent(family.coverage), grade=plain(family.grade) if judged and family.grade != "-" else "–",
    )  # fmt: skip


_CHECK_COLUMNS = (
    Column("Check", "head"), Column("Kind"), Column("n", "number"), Column("Unmet", "number"), Column("Value", "number"),
    Column("W", "number"), Column("E", "number"), Column("x", "number"), Column("q", "number"), Column("s", "number"),
    Column("Weight", "number"), Column("Recoverable", "number"),
)  # fmt: skip


def _detail(family: FamilyScore, opened: bool, audit: Audit, pages: RulePages) -> FamilyDetail:
    several = len({check.component for check in family.checks}) > 1
    rows = [_check(check, several, audit, pages) for check in family.checks]
    made = table(f"Checks of {plain(family.title)}", _CHECK_COLUMNS, rows) or Table("", _CHECK_COLUMNS, ())
    return FamilyDetail(
        plain(family.id), plain(family.title), BUSINESS.get(family.id, ""), decimal(family.debt), opened, made
    )


def _check(check: CheckScore, several: bool, audit: Audit, pages: RulePages) -> tuple[Inline, ...]:
    practice, density = check.kind == "practice", check.kind == "density"
    return (
        text(_check_title(check, audit, pages) + (f" ({check.component})" if several else "")), text(check.kind),
        text(f"{check.n:,}" if practice else "–"), text(short(check.unmet) if practice else "–"), text(decimal(check.value, 2)),
        text(decimal(check.w_damped, 2) if density else "–"), text(decimal(check.exposure) if density else "–"),
        text(decimal(check.x, 3) if density else "–"), text(decimal(check.q, 2)),
        text(decimal(check.s, 2)), text(short(check.weight * check.a)), text(decimal(check.recoverable)),
    )  # fmt: skip


def _check_title(check: CheckScore, audit: Audit, pages: RulePages) -> str:
    if check.kind == "density":
        more = ", …" if len(check.rules) > 6 else ""
        return f"Density of {', '.join(check.rules[:6])}{more}" if check.rules else check.id
    rule = check.rules[0] if check.rules else check.id
    title = rule_title(audit, rule, pages)
    return title if title == rule else f"{rule} {title}"


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
