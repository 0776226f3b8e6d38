"""The executive page: verdict, score, three risks, three moves."""

from __future__ import annotations

import msgspec

from auditor.formats.order import open_findings
from auditor.formats.summary import (
    among,
    business,
    effort_range,
    headline,
    moves,
    ratio_words,
    risks,
    rule_title,
    sentence,
)
from auditor.formats.text import NONE, decimal, finite, percent, plain, plural, span
from auditor.formats.view.charts import ScoreBar, grade_of, score_bar
from auditor.formats.view.findings import place, severity_view
from auditor.formats.view.links import Linker
from auditor.formats.view.pieces import Figure, Inline, SeverityView
from auditor.formats.view.prose import inline, message
from auditor.formats.words import VERDICT_MEANS, verdict_word
from auditor.model.audit import Audit, Score
from auditor.model.finding import Finding
from auditor.model.page import RulePages

MOST_REASONS = 8


class RiskView(msgspec.Struct, frozen=True):
    """A risk in plain words, with the finding it rests on."""

    severity: SeverityView
    title: str
    business: Inline
    message: Inline
    place: Inline
    rule: str
    more: str


class MoveView(msgspec.Struct, frozen=True):
    """A step and its payback."""

    title: str
    action: Inline
    points: str
    effort: str
    rules: str


class Executive(msgspec.Struct, frozen=True):
    """What management reads."""

    verdict: str
    verdict_key: str
    means: str
    lead: str
    reasons: tuple[Inline, ...]
    figures: tuple[Figure, ...]
    bar: ScoreBar | None
    risks: tuple[RiskView, ...]
    moves: tuple[MoveView, ...]


def executive(audit: Audit, pages: RulePages, link: Linker) -> Executive:
    """The page from the audit."""
    score = audit.score
    reasons = [message(sentence(reason)) for reason in score.reasons[:MOST_REASONS]]
    if len(score.reasons) > MOST_REASONS:
        reasons.append(message(f"And {len(score.reasons) - MOST_REASONS} more, in the JSON of this audit."))
    return Executive(
        verdict=verdict_word(score.verdict, judged=finite(score.debt)), verdict_key=plain(score.verdict, 20), means=VERDICT_MEANS.get(score.verdict, ""),
        lead=headline(audit), reasons=tuple(reasons), figures=_figures(score, among(audit)),
        bar=score_bar(score.debt, score.low, score.high),
        risks=tuple(_risk(finding, audit, pages, link) for finding in risks(audit)),
        moves=tuple(
            MoveView(move.title, message(move.action), decimal(move.points),
                     effort_range(move.effort.p50, move.effort.p90) if move.effort else "", ", ".join(map(plain, move.rules[:4])))
            for move in moves(audit, pages)
        ),
    )  # fmt: skip


def _figures(score: Score, standing: str) -> tuple[Figure, ...]:
    coverage = Figure("Coverage", percent(score.coverage), "of the scoring weight could be determined")
    if not finite(score.debt):
        return (
            Figure("Debt score", NONE, "Nothing could be judged"),
            Figure("Grade", NONE, "No grade without a score"),
            Figure("Effort to clear", NONE, "Not estimated"),
            coverage,
        )
    net = f"; net of accepted risks {decimal(score.net)}" if score.net is not None and score.net != score.debt else ""
    grade_note = "Provisional: it may change with more evidence" if score.provisional else "A is best, E is worst"
    if score.debt is not None and (alone := grade_of(score.debt)) < score.grade:
        grade_note = f"The number alone would be {alone}; an open, certain critical finding holds it here"
    work = effort_range(score.hours_p50, score.hours_p90).removesuffix(" h")
    work_note = f"hours, P50 to P90{ratio_words(score.ratio)}" if score.hours_p90 else "hours: nothing to clear"
    context = f". Context: {standing}" if standing else ""
    return (
        Figure(
            "Debt score",
            decimal(score.debt),
            f"of 100, lower is better. Range {span(score.low, score.high)}{net}{context}",
        ),
        Figure("Grade", plain(score.grade).replace("-", NONE), grade_note),
        Figure("Effort to clear", work, work_note),
        coverage,
    )


def _risk(finding: Finding, audit: Audit, pages: RulePages, link: Linker) -> RiskView:
    alike = sum(other.rule == finding.rule for other in open_findings(audit)) - 1
    return RiskView(
        severity=severity_view(finding.severity), title=rule_title(audit, finding.rule, pages),
        business=inline(business(finding, audit, pages)), message=message(sentence(finding.message), 300),
        place=place(finding.place, link), rule=plain(finding.rule),
        more=f"and {plural(alike, 'finding')} more of this kind" if alike else "",
    )  # fmt: skip
