"""The risk register: what is most urgent, one card for each kind of debt, with its evidence and all its places."""

from __future__ import annotations

import msgspec

from auditor.formats.order import open_findings
from auditor.formats.summary import business, effort_range, rule_title, sentence
from auditor.formats.text import decimal, plain, plural
from auditor.formats.view.evidence import Evidence, Sources, evidence
from auditor.formats.view.findings import Anchors, place, severity_view
from auditor.formats.view.links import Linker
from auditor.formats.view.notes import NO_NOTES, Notes
from auditor.formats.view.pieces import Block, Inline, SeverityView
from auditor.formats.view.prose import blocks, inline, message
from auditor.formats.words import confidence_word
from auditor.model.audit import Audit
from auditor.model.finding import Finding, Severity
from auditor.model.page import RulePage, RulePages

MOST_CARDS = 15
MOST_OTHERS = 40


class Other(msgspec.Struct, frozen=True):
    """A further finding of the same kind."""

    anchor: str
    severity: SeverityView
    message: Inline
    place: Inline


class Card(msgspec.Struct, frozen=True):
    """One risk of the register: its most urgent finding in full, the others of its rule by place."""

    number: int
    anchor: str  # of its row among all findings
    fingerprint: str
    severity: SeverityView
    rule: str
    title: str
    place: Inline  # where the evidence does not show it
    component: str
    message: Inline
    evidence: Evidence
    business: Inline
    why: tuple[Block, ...]
    remedy: Inline
    fix: tuple[Block, ...]
    fine: tuple[Block, ...]
    side: tuple[tuple[str, str], ...]
    others: tuple[Other, ...]
    others_title: str
    others_more: str
    note: tuple[Block, ...]


def cards(audit: Audit, pages: RulePages, link: Linker, anchors: Anchors, notes: Notes = NO_NOTES) -> tuple[Card, ...]:
    """The most urgent kinds of debt, each by its most urgent open finding. Info is context, not risk."""
    kinds: dict[str, list[Finding]] = {}
    for finding in open_findings(audit):
        if finding.severity is not Severity.INFO:
            kinds.setdefault(finding.rule, []).append(finding)
    chosen = list(kinds.values())[:MOST_CARDS]
    maker = _Maker(audit, pages, link, anchors, notes, Sources(audit.excerpts))
    return tuple(maker.card(number, found) for number, found in enumerate(chosen, 1))


class _Maker(msgspec.Struct, frozen=True):
    """What every card is made from."""

    audit: Audit
    pages: RulePages
    link: Linker
    anchors: Anchors
    notes: Notes
    sources: Sources

    def card(self, number: int, found: list[Finding]) -> Card:
        """The card of one kind of debt, its most urgent finding first in `found`."""
        return _card(number, found, self)


def _card(number: int, found: list[Finding], by: _Maker) -> Card:
    audit, pages, link, anchors = by.audit, by.pages, by.link, by.anchors
    finding, rest = found[0], found[1:]
    page, proof = pages.get(finding.rule, RulePage(finding.rule, "")), evidence(finding, by.sources, link)
    return Card(
        number=number, anchor=anchors.of(finding), fingerprint=plain(finding.fingerprint), severity=severity_view(finding.severity),
        rule=plain(finding.rule), title=rule_title(audit, finding.rule, pages), place=() if proof.listings or proof.steps else place(finding.place, link),
        component=component_words(finding.component) if len(audit.components) > 1 else "",
        message=message(sentence(finding.message)), evidence=proof,
        business=inline(business(finding, audit, pages)), why=blocks(page.why),
        remedy=message(sentence(finding.remedy)), fix=blocks(page.fix), fine=blocks(page.fine), side=tuple(_side(found, audit, by.notes.confirmed(finding))), note=by.notes.finding(finding),
        others=tuple(
            Other(anchors.of(other), severity_view(other.severity), message(sentence(other.message), 240), place(other.place, link))
            for other in rest[:MOST_OTHERS]
        ),
        others_title=f"{plural(len(rest), 'further finding')} of this kind",
        others_more=f"and {len(rest) - MOST_OTHERS:,} more in the list of all findings" if len(rest) > MOST_OTHERS else "",
    )  # fmt: skip


def component_words(component: str) -> str:
    """A component by its name; the root by words."""
    return "root of the repository" if component in ("", ".") else plain(component)


def _side(found: list[Finding], audit: Audit, confirmed: str) -> list[tuple[str, str]]:
    """The facts beside a card: work, certainty, reach, who changes and owns the file, what a person decided."""
    finding, path = found[0], found[0].place.path
    causes = {rule.id: rule.root_cause or rule.id for rule in audit.rules}
    job = audit.jobs.get(causes.get(finding.rule, finding.rule))
    touches = sum((exposure.touches_year or {}).get(path, 0) for exposure in audit.exposures.values())
    people = audit.authors.get(path, 0)
    by = f" by {plural(people, 'person', 'people')}" if people else ""
    rows = [
        ("Effort, P50–P90", effort_range(finding.effort.p50, finding.effort.p90) if job is None or len(found) == 1 else ""),
        ("Effort of all, P50–P90", effort_range(job.p50, job.p90) if job is not None and len(found) > 1 else ""),
        ("Confidence", f"{confidence_word(finding.confidence)} ({decimal(finding.confidence, 2)})"),
        ("Reaches", plural(finding.downstream, "artefact") if finding.downstream else ""),
        ("File changed", f"{plural(touches, 'time')} in 12 months{by}" if touches else ""),
        ("Owner", ", ".join(plain(name, 60) for name in audit.owners.get(path, ())[:3])),
        ("Confirmed by a person", "yes" if finding.confirmed else {"no": "no: waive it as false_positive"}.get(confirmed, confirmed)),
    ]  # fmt: skip
    return [(label, value) for label, value in rows if value]
