"""Findings as cards of the register and as rows of the table of all."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from auditor.formats.order import by_priority, is_open, open_findings
from auditor.formats.summary import business, effort_range, rule_title, sentence
from auditor.formats.text import code_lines, decimal, plain, plural
from auditor.formats.view.links import Spot, spot_text
from auditor.formats.view.pieces import Block, Inline, SeverityView, code
from auditor.formats.view.prose import blocks, inline, message
from auditor.formats.words import confidence_word
from auditor.model.audit import Audit
from auditor.model.finding import Finding, Severity
from auditor.model.page import RulePage, RulePages

MOST_CARDS = 15
MOST_ROWS = 2_000
MOST_STEPS = 12

Linker = Callable[[Spot], str]


class Step(msgspec.Struct, frozen=True):
    """One place of an evidence trail, and what it shows."""

    place: Inline
    says: Inline


class Card(msgspec.Struct, frozen=True):
    """One risk of the register."""

    number: int
    severity: SeverityView
    rule: str
    title: str
    place: Inline
    component: str
    message: Inline
    trail: tuple[Step, ...]
    snippet: tuple[str, ...]
    business: Inline
    why: tuple[Block, ...]
    see: str  # the earlier card that explains the same rule
    remedy: Inline
    fix: tuple[Block, ...]
    fine: tuple[Block, ...]
    effort: str
    confidence: str
    reach: str


class Row(msgspec.Struct, frozen=True):
    """One line of the table of all findings, with its sort keys."""

    number: int
    severity: SeverityView
    rule: str
    message: Inline
    place: Inline
    path: str
    confidence: str
    effort: str
    hours: str
    state: str


class Findings(msgspec.Struct, frozen=True):
    """The table of all findings, and what its filters offer."""

    rows: tuple[Row, ...]
    note: str
    severities: tuple[SeverityView, ...]
    rules: tuple[str, ...]
    count: str


def severity_view(severity: Severity) -> SeverityView:
    """A severity for print."""
    return SeverityView(severity.value.capitalize(), severity.value, severity.rank)


def cards(audit: Audit, pages: RulePages, link: Linker) -> tuple[Card, ...]:
    """The register: the most urgent open findings. A rule is explained once, later cards refer to it."""
    explained: dict[str, int] = {}
    made = []
    for number, finding in enumerate(open_findings(audit)[:MOST_CARDS], 1):
        first = explained.setdefault(finding.rule, number)
        made.append(_card(number, first, finding, audit, pages, link))
    return tuple(made)


def _card(number: int, first: int, finding: Finding, audit: Audit, pages: RulePages, link: Linker) -> Card:
    page = pages.get(finding.rule, RulePage(finding.rule, "")) if first == number else RulePage(finding.rule, "")
    several = len(audit.components) > 1
    return Card(
        number=number, severity=severity_view(finding.severity), rule=plain(finding.rule),
        title=rule_title(audit, finding.rule, pages), place=place(finding.place, link),
        component=_component(finding.component) if several else "",
        message=message(sentence(finding.message)), trail=_trail(finding, link), snippet=code_lines(finding.snippet),
        business=inline(business(finding, audit, pages)) if first == number else (), why=blocks(page.why),
        see=f"See risk {first} for why this is debt." if first != number else "",
        remedy=message(sentence(finding.remedy)), fix=blocks(page.fix), fine=blocks(page.fine),
        effort=effort_range(finding.effort.p50, finding.effort.p90),
        confidence=f"{confidence_word(finding.confidence)} ({decimal(finding.confidence, 2)})",
        reach=plural(finding.downstream, "artefact") if finding.downstream else "",
    )  # fmt: skip


def _component(component: str) -> str:
    return "root of the repository" if component in ("", ".") else plain(component)


def place(spot: Spot, link: Linker) -> Inline:
    """A place as code, linked to the code host where that is safe."""
    return code(spot_text(spot), link(spot))


def _trail(finding: Finding, link: Linker) -> tuple[Step, ...]:
    steps = [Step(place(spot, link), message(spot.says, 300)) for spot in finding.related[:MOST_STEPS]]
    if len(finding.related) > MOST_STEPS:
        steps.append(
            Step((), message(f"and {len(finding.related) - MOST_STEPS} more places, in the JSON of this audit"))
        )
    return tuple(steps)


def findings(audit: Audit, link: Linker) -> Findings:
    """All findings by priority, bounded."""
    ordered = by_priority(audit.findings)
    shown = ordered[:MOST_ROWS]
    note = ""
    if len(ordered) > len(shown):
        note = (
            f"The first {len(shown):,} of {len(ordered):,} findings by priority; the JSON of this audit holds them all."
        )
    return Findings(
        rows=tuple(_row(number, finding, link) for number, finding in enumerate(shown, 1)),
        note=note,
        severities=tuple(severity_view(each) for each in Severity if any(item.severity is each for item in shown)),
        rules=tuple(sorted({plain(item.rule) for item in shown})),
        count=plural(len(ordered), "finding"),
    )


def _row(number: int, finding: Finding, link: Linker) -> Row:
    return Row(
        number=number, severity=severity_view(finding.severity), rule=plain(finding.rule), message=message(finding.message, 240),
        place=place(finding.place, link), path=plain(finding.place.path, 120), confidence=decimal(finding.confidence, 2),
        effort=effort_range(finding.effort.p50, finding.effort.p90), hours=decimal(finding.effort.p50, 2).replace(",", ""),
        state="" if is_open(finding) else plain(finding.state, 30),
    )  # fmt: skip
