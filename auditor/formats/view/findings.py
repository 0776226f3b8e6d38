"""The table of all findings, with what it can be filtered and grouped by, and the address of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec

from auditor.formats.order import by_priority, is_open
from auditor.formats.summary import effort_range, rule_title, sentence
from auditor.formats.text import decimal, plain, plural
from auditor.formats.view.evidence import Evidence, Sources, evidence
from auditor.formats.view.links import Linker, Spot, nowhere, spot_text
from auditor.formats.view.notes import NO_NOTES, Notes
from auditor.formats.view.pieces import Block, Inline, SeverityView, code
from auditor.formats.view.prose import message
from auditor.model.audit import Audit
from auditor.model.finding import Finding, Severity
from auditor.model.page import RulePages

MOST_ROWS = 2_000
MOST_LINKED, MOST_SHOWN = 500, 100
"""Rows whose place is linked to the code host, and that carry their evidence: the page stays below 1.5 MB."""


class Row(msgspec.Struct, frozen=True):
    """One line of the table, with its address, its sort keys and what it is grouped by."""

    number: int
    anchor: str
    severity: SeverityView
    rule: str
    title: str
    family: str
    message: Inline
    place: Inline
    component: str
    owner: str
    confidence: str
    effort: str
    hours: str
    state: str
    remedy: Inline
    evidence: Evidence | None
    note: tuple[Block, ...]


class Option(msgspec.Struct, frozen=True):
    """A value to filter by, in words."""

    value: str
    words: str


class Findings(msgspec.Struct, frozen=True):
    """The table, and what its filters offer; an empty filter is not shown."""

    rows: tuple[Row, ...]
    note: str
    severities: tuple[Option, ...]
    families: tuple[Option, ...]
    rules: tuple[Option, ...]
    components: tuple[Option, ...]
    owners: tuple[Option, ...]
    states: tuple[Option, ...]
    count: str


class Anchors:
    """An address in the page for each finding, the same in every report that has the finding."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self._known: dict[tuple[str, str, str], str] = {}
        taken: Counter[str] = Counter()
        for finding in by_priority(findings):
            name = "f-" + "".join(char for char in finding.fingerprint.lower() if char.isalnum())[:12]
            taken[name] += 1
            self._known.setdefault(_key(finding), name if taken[name] == 1 else f"{name}-{taken[name]}")

    def of(self, finding: Finding) -> str:
        """The anchor of a finding."""
        return self._known[_key(finding)]


def _key(finding: Finding) -> tuple[str, str, str]:
    return finding.fingerprint, str(finding.place), finding.rule + finding.message


def severity_view(severity: Severity) -> SeverityView:
    """A severity for print."""
    return SeverityView(severity.value.capitalize(), severity.value, severity.rank)


def place(spot: Spot, link: Linker) -> Inline:
    """A place as code, linked to the code host where that is safe."""
    return code(spot_text(spot), link(spot))


def findings(audit: Audit, pages: RulePages, link: Linker, anchors: Anchors, notes: Notes = NO_NOTES) -> Findings:
    """All findings by priority, bounded."""
    ordered = by_priority(audit.findings)
    shown, sources = ordered[:MOST_ROWS], Sources(audit.excerpts)
    rows = tuple(
        _row(number, finding, audit, pages, link, anchors, sources, notes) for number, finding in enumerate(shown, 1)
    )
    families = {family.id: family.title for family in audit.families}
    return Findings(
        rows=rows,
        note=f"The first {len(shown):,} of {len(ordered):,} findings by priority; the JSON of this audit holds them all." if len(ordered) > len(shown) else "",
        severities=tuple(Option(f"{s.rank}", s.value if s is Severity.CRITICAL else f"{s.value} and above") for s in Severity if any(f.severity is s for f in shown)),
        families=_options((row.family, f"{row.family} {plain(families.get(row.family, ''))}".strip()) for row in rows),
        rules=_options((row.rule, f"{row.rule} {row.title}" if row.title != row.rule else row.rule) for row in rows),
        components=_options((row.component, row.component) for row in rows),
        owners=_options((row.owner, row.owner) for row in rows),
        states=_options((row.state or "open", row.state or "open") for row in rows),
        count=plural(len(ordered), "finding"),
    )  # fmt: skip


def _options(pairs: Iterable[tuple[str, str]]) -> tuple[Option, ...]:
    """The values that occur, where there is a choice."""
    found: dict[str, str] = dict(pairs)
    named: Sequence[tuple[str, str]] = sorted(found.items()) if len(found) > 1 else ()
    return tuple(Option(value, words or "nobody named") for value, words in named)


def _row(
    number: int,
    finding: Finding,
    audit: Audit,
    pages: RulePages,
    link: Linker,
    anchors: Anchors,
    sources: Sources,
    notes: Notes,
) -> Row:
    known = {rule.id: rule for rule in audit.rules}.get(finding.rule)
    family = known.family if known else finding.rule[:3]
    return Row(
        number=number, anchor=anchors.of(finding), severity=severity_view(finding.severity), rule=plain(finding.rule),
        title=rule_title(audit, finding.rule, pages), family=plain("COD" if family == "LLM" else family), message=message(sentence(finding.message), 240),
        place=place(finding.place, link if number <= MOST_LINKED else nowhere), component="root" if finding.component in ("", ".") else plain(finding.component, 80),
        owner=", ".join(plain(name, 60) for name in audit.owners.get(finding.place.path, ())[:3]),
        confidence=decimal(finding.confidence, 2), effort=effort_range(finding.effort.p50, finding.effort.p90),
        hours=decimal(finding.effort.p50, 2).replace(",", ""), state="" if is_open(finding) else plain(finding.state, 30),
        remedy=message(sentence(finding.remedy), 300), evidence=evidence(finding, sources, link) if number <= MOST_SHOWN else None,
        note=notes.finding(finding),
    )  # fmt: skip
