"""A chapter for each family of rules: what it is about, its score and checks, what was found, what was looked for in vain."""

from __future__ import annotations

import msgspec

from auditor.formats.order import open_findings
from auditor.formats.summary import Group, groups, rule_title, sentence
from auditor.formats.text import decimal, percent, plain, plural, short, span
from auditor.formats.view.charts import FamilyBar, family_bar
from auditor.formats.view.findings import Anchors, place, severity_view
from auditor.formats.view.links import Linker
from auditor.formats.view.pieces import Column, Figure, Inline, SeverityView, Table, listed, table, text
from auditor.formats.view.prose import message
from auditor.formats.words import BUSINESS
from auditor.model.audit import Audit, CheckScore, FamilyScore
from auditor.model.finding import Finding
from auditor.model.page import RulePages
from auditor.model.verdict import Outcome

MOST_OF_RULE = 5


class Hit(msgspec.Struct, frozen=True):
    """One finding in a chapter."""

    anchor: str
    severity: SeverityView
    message: Inline
    place: Inline


class Kind(msgspec.Struct, frozen=True):
    """The findings of one rule."""

    rule: str
    title: str
    hits: tuple[Hit, ...]
    more: str


class Chapter(msgspec.Struct, frozen=True):
    """A family."""

    id: str
    title: str
    about: str
    costs: str
    figures: tuple[Figure, ...]
    bar: FamilyBar
    kinds: tuple[Kind, ...]
    checks: Table | None
    absent: Table | None
    unknown: Table | None
    met: str
    count: str


def chapters(audit: Audit, pages: RulePages, link: Linker, anchors: Anchors) -> tuple[Chapter, ...]:
    """The families that apply here, in the order of the scorecard: those with most debt first."""
    applied = sorted((family for family in audit.families if family.applicable), key=debt_first)
    return tuple(_chapter(family, audit, pages, link, anchors) for family in applied)


def debt_first(family: FamilyScore) -> tuple[bool, float, str]:
    """Families with most debt first, those that were not judged last."""
    return (family.debt is None, -(family.debt or 0.0), family.id)


def _chapter(family: FamilyScore, audit: Audit, pages: RulePages, link: Linker, anchors: Anchors) -> Chapter:
    rules = {rule.id for rule in audit.rules if ("COD" if rule.family == "LLM" else rule.family) == family.id}
    found = [finding for finding in open_findings(audit) if finding.rule in rules]
    return Chapter(
        id=plain(family.id), title=plain(family.title), about=plain(audit.blurbs.get(family.id, "")), costs=BUSINESS.get(family.id, ""),
        figures=_figures(family), bar=family_bar(plain(family.title), family.debt, family.low, family.high),
        kinds=_kinds(found, audit, pages, link, anchors), checks=_checks(family, audit, pages),
        absent=_absent(plain(family.title), [group for group in groups(audit, Outcome.NOT_EVIDENCED, pages) if group.rule in rules]),
        unknown=_unknown(plain(family.title), [group for group in groups(audit, Outcome.UNKNOWN, pages) if group.rule in rules]),
        met=_met(rules, audit, pages), count=plural(len(found), "finding") if found else "nothing found",
    )  # fmt: skip


def _figures(family: FamilyScore) -> tuple[Figure, ...]:
    grade = plain(family.grade) if family.debt is not None and family.grade != "-" else "–"
    return (
        Figure("Debt", decimal(family.debt), f"of 100; range {span(family.low, family.high)}"),
        Figure("Grade", grade, "A is best, E is worst"),
        Figure("Weight", percent(family.weight), "of the debt score"),
        Figure("Coverage", percent(family.coverage), "of its weight could be determined"),
    )


def _kinds(found: list[Finding], audit: Audit, pages: RulePages, link: Linker, anchors: Anchors) -> tuple[Kind, ...]:
    """The findings by rule, the most urgent rule first."""
    by_rule: dict[str, list[Finding]] = {}
    for finding in found:
        by_rule.setdefault(finding.rule, []).append(finding)
    return tuple(
        Kind(
            rule=plain(rule), title=rule_title(audit, rule, pages),
            hits=tuple(
                Hit(anchors.of(one), severity_view(one.severity), message(sentence(one.message), 240), place(one.place, link))
                for one in members[:MOST_OF_RULE]
            ),
            more=f"and {len(members) - MOST_OF_RULE:,} more in the list of all findings" if len(members) > MOST_OF_RULE else "",
        )
        for rule, members in by_rule.items()
    )  # fmt: skip


_CHECK_COLUMNS = (
    Column("Check", "head"), Column("Kind"), Column("n", "number"), Column("Unmet", "number"), Column("Value", "number"),
    Column("W", "number"), Column("E", "number"), Column("x", "number"), Column("q", "number"), Column("s", "number"),
    Column("Weight", "number"), Column("Recoverable", "number"),
)  # fmt: skip


def _checks(family: FamilyScore, audit: Audit, pages: RulePages) -> Table | None:
    several = len({check.component for check in family.checks}) > 1
    rows = [_check(check, several, audit, pages) for check in family.checks]
    return table(f"Checks of {plain(family.title)}", _CHECK_COLUMNS, rows)


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


def _absent(title: str, found: list[Group]) -> Table | None:
    columns = (Column("Practice", "head"), Column("What was searched"), Column("Components"))
    return table(f"{title}: looked for, and not found", columns, [row_of(group, searched(group)) for group in found])


def _unknown(title: str, found: list[Group]) -> Table | None:
    columns = (Column("Check", "head"), Column("Why it could not be determined"), Column("Components"))
    return table(f"{title}: not determined", columns, [row_of(group, text(group.reason)) for group in found])


def row_of(group: Group, why: Inline) -> tuple[Inline, ...]:
    """A rule with why it said what it said, and of which components."""
    names = tuple("root" if name in ("", ".") else name for name in group.components)
    return (text(f"{group.rule} {group.title}"), why or text("no reason recorded"), listed(names, 12))


def searched(group: Group) -> Inline:
    """What was looked for in vain."""
    return (*message(group.reason + ": " if group.reason and group.searched else group.reason), *listed(group.searched))


def _met(rules: set[str], audit: Audit, pages: RulePages) -> str:
    """The rules that were asked and found nothing anywhere."""
    outcomes: dict[str, set[Outcome]] = {}
    for verdict in audit.verdicts:
        if verdict.rule in rules and verdict.outcome is not Outcome.NOT_APPLICABLE:
            outcomes.setdefault(verdict.rule, set()).add(verdict.outcome)
    clean = sorted(rule for rule, seen in outcomes.items() if seen == {Outcome.CLEAN})
    return "; ".join(f"{rule} {rule_title(audit, rule, pages)}" for rule in clean)
