"""The audit for a developer at a terminal: what matters, on one screen, in lines of at most 80 columns."""

from __future__ import annotations

from auditor.formats.order import open_findings
from auditor.formats.screen import COLUMNS, Screen
from auditor.formats.summary import (
    among,
    effort_range,
    grade_words,
    headline,
    limits,
    ratio_words,
    rules_by_id,
    sentence,
)
from auditor.formats.text import clip, day, decimal, finite, percent, plain, plural, span, width
from auditor.formats.words import verdict_word
from auditor.model.audit import Audit, FamilyScore
from auditor.model.finding import Finding, Severity
from auditor.model.page import RulePages
from auditor.model.verdict import Outcome

_BAR = 24
_SHOWN = 10
_VERDICT_STYLE = {"fail": "bad", "conditional": "warn", "pass": "good"}
_SEVERITY_STYLE = {Severity.CRITICAL: "bad", Severity.HIGH: "warn"}


def render(audit: Audit, pages: RulePages | None = None, *, color: bool = False, columns: int = COLUMNS) -> str:
    """The summary as plain text; colour only adds to words that stand there anyway."""
    del pages
    screen = Screen(color=color, columns=columns)
    _head(screen, audit)
    _families(screen, audit)
    _findings(screen, audit)
    _unseen(screen, audit)
    _more(screen, audit)
    return screen.text()


def _head(screen: Screen, audit: Audit) -> None:
    score, target = audit.score, audit.target
    at = f"{plain(target.revision)[:10]} of {day(target.committed)}" if target.revision else f"as of {day(audit.as_of)}"
    screen.pair(
        f"{verdict_word(score.verdict, judged=finite(score.debt))}: {clip(plain(target.name), 40)}",
        at,
        _VERDICT_STYLE.get(score.verdict, "strong"),
    )
    for reason in score.reasons[:6]:
        screen.add(f"- {sentence(reason)}", indent=2, hang=2)
    screen.line()
    if finite(score.debt):
        grade = grade_words(score.grade, score.provisional)
        screen.line(f"  debt      {decimal(score.debt)} of 100, {grade}")
        screen.line(f"  range     {span(score.low, score.high)}")
    else:
        screen.line("  debt      not judged")
    screen.line(f"  coverage  {percent(score.coverage)} of the scoring weight")
    if said := among(audit):
        screen.add(f"context   {said}", indent=2, hang=10)
    if finite(score.debt):
        screen.line(f"  effort    {effort_range(score.hours_p50, score.hours_p90)} (P50–P90){ratio_words(score.ratio)}")
    screen.line()
    screen.add(headline(audit))


def _families(screen: Screen, audit: Audit) -> None:
    judged = [family for family in audit.families if finite(family.debt) and (family.debt or 0) > 0]
    if not judged:
        return
    judged.sort(key=lambda family: (-(family.debt or 0), family.id))
    screen.title("Most debt")
    for family in judged[:5]:
        screen.line(_family(family))


def _family(family: FamilyScore) -> str:
    filled = min(_BAR, max(0, round(_BAR * (family.debt or 0) / 100)))
    title = clip(plain(family.title), 30)
    bar = "#" * filled + "." * (_BAR - filled)
    return f"  {clip(plain(family.id), 4):<4} {title}{' ' * (30 - width(title))} {bar} {decimal(family.debt):>5}  {plain(family.grade)}"


def _findings(screen: Screen, audit: Audit) -> None:
    found = open_findings(audit)
    if not found:
        return
    shown = found[:_SHOWN]
    count = f" ({len(shown)} of {len(found):,}, by priority)" if len(found) > len(shown) else ""
    screen.title("Mend first" + count)
    for finding in shown:
        _finding(screen, finding)


def _finding(screen: Screen, finding: Finding) -> None:
    style = _SEVERITY_STYLE.get(finding.severity, "")
    screen.add(
        f"{plain(finding.place.named)} {plain(finding.rule)} {finding.severity.value} {plain(finding.message, 400)}",
        indent=2,
        hang=4,
        style=style,
    )
    if finding.remedy.strip():
        screen.add(f"-> {sentence(plain(finding.remedy, 400))}", indent=6, hang=3)


def _unseen(screen: Screen, audit: Audit) -> None:
    unknown = sorted({verdict.rule for verdict in audit.verdicts if verdict.outcome is Outcome.UNKNOWN})
    absent = sorted({verdict.rule for verdict in audit.verdicts if verdict.outcome is Outcome.NOT_EVIDENCED})
    seen = audit.coverage
    screen.title("Examined")
    screen.add(
        f"{seen.files_read:,} of {plural(seen.files, 'file')} read, {seen.logical_lines:,} logical lines, "
        f"{seen.rules_applied:,} of {seen.rules_total:,} rules applied.",
        indent=2,
    )
    for said in limits(audit):
        screen.add(f"- {said}", indent=2, hang=2)
    if unknown:
        screen.add(f"- Unknown: {_some(unknown)}.", indent=2, hang=2)
    if absent:
        screen.add(f"- Not evidenced (looked for, not found): {_some(absent)}.", indent=2, hang=2)
    for problem in audit.problems[:3]:
        where = plain(problem.path) + (f":{problem.line}" if problem.line is not None else "")
        screen.add(f"- {where} {sentence(plain(problem.message, 160))}", indent=2, hang=2)
    if len(audit.problems) > 3:
        screen.add(f"- and {plural(len(audit.problems) - 3, 'more problem')}.", indent=2, hang=2)


def _some(rules: list[str], most: int = 12) -> str:
    more = f" and {len(rules) - most} more" if len(rules) > most else ""
    return ", ".join(plain(rule) for rule in rules[:most]) + more


def _more(screen: Screen, audit: Audit) -> None:
    found = open_findings(audit)
    screen.title("More")
    if found and found[0].rule in rules_by_id(audit):
        screen.line(f"  auditor explain {plain(found[0].rule):<28} why it is debt, and what to do")
    screen.line("  auditor audit TARGET -o html=report.html     the report, for people")
    screen.line("  auditor audit TARGET -o json=report.json     everything, for machines")
    versions = audit.versions
    screen.add(
        f"auditor {plain(versions.tool)}, rules {plain(versions.ruleset)}, score model {plain(versions.score_model)}, "
        f"calibration {plain(versions.calibration)}, profile {plain(versions.profile)}",
        indent=2,
        hang=8,
        style="faint",
    )
