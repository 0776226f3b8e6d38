"""The audit as Markdown for a wiki or a merge request, without images, below 60,000 characters."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from auditor.formats.order import open_findings
from auditor.formats.summary import (
    Group,
    among,
    business,
    effort_range,
    groups,
    headline,
    limits,
    moves,
    ratio_words,
    risks,
    rule_title,
    score_line,
    sentence,
)
from auditor.formats.text import clip, day, decimal, finite, percent, plain, plural, span
from auditor.formats.words import confidence_word, verdict_word
from auditor.model.audit import Audit, FamilyScore
from auditor.model.finding import Finding
from auditor.model.page import RulePages
from auditor.model.regex import regex
from auditor.model.verdict import Outcome

MOST = 60_000
_CARDS = 15
_ROWS = 30
_NOTE = "\n\n*Cut here to stay below 60,000 characters; the JSON of this audit holds everything.*\n"
_MARKS = regex(r"[\\`*_{}\[\]<>#|~&@$!]|://|www\.|^[-+=]|^\d+[.)]", re.IGNORECASE)
_ENTITIES = {"<": "&lt;", ">": "&gt;", "&": "&amp;", "@": "&#64;", "|": "&#124;", "#": "&#35;", "$": "&#36;"}


def render(audit: Audit, pages: RulePages | None = None) -> str:
    """The executive page, what was examined, the scorecard and the risk register; cut from the end where too long."""
    known = pages or {}
    parts = (
        _executive(audit, known),
        _examined(audit, known),
        _scorecard(audit),
        _register(audit, known),
        _foot(audit),
    )
    text = "\n".join(line for part in parts for line in part) + "\n"
    return text if len(text) < MOST else text[: text.rindex("\n\n", 0, MOST - len(_NOTE))] + _NOTE


def escape(text: str) -> str:
    """Text that Markdown prints as it is: no markup, no link, no mention, no table border."""
    return _MARKS.sub(_escaped, plain(text))


def code(text: str) -> str:
    """Text in the fixed-width face, whatever backticks it holds; safe in a table cell too."""
    shown = plain(text)
    if any(mark in shown for mark in "|`<>"):
        return f"<code>{escape(shown)}</code>"
    return f"`{shown or ' '}`"


def said(message: str, limit: int = 500) -> str:
    """A message with its code marks kept and all else escaped."""
    parts = clip(plain(message), limit).split("`")
    if len(parts) % 2 == 0:
        return escape("`".join(parts))
    return "".join(code(part) if number % 2 and part.strip() else escape(part) for number, part in enumerate(parts))


def _escaped(match: re.Match[str]) -> str:
    found = match.group()
    if found == "://":
        return ":&#47;&#47;"
    if found.lower() == "www.":
        return f"{found[:-1]}&#46;"
    if found[0].isdigit():
        return f"{found[:-1]}\\{found[-1]}"
    return _ENTITIES.get(found, "\\" + found)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]], most: int = _ROWS) -> list[str]:
    """A table with its separator; `>` before a title aligns right. Rows beyond `most` are counted."""
    listed = list(rows)
    if not listed:
        return []
    lines = ["", "| " + " | ".join(title.removeprefix(">") for title in head) + " |"]
    lines.append("|" + "|".join(" ---: " if title.startswith(">") else " --- " for title in head) + "|")
    lines += ["| " + " | ".join(row) + " |" for row in listed[:most]]
    if len(listed) > most:
        lines += ["", f"*and {plural(len(listed) - most, 'more row')}, in the JSON of this audit*"]
    return lines


def _executive(audit: Audit, pages: RulePages) -> list[str]:
    score, target = audit.score, audit.target
    at = f"commit {code(target.revision[:12])} of {escape(day(target.committed))}, " if target.revision else ""
    lines = [f"# Technical debt audit: {escape(target.name)}", "", f"{at}audited as of {escape(day(audit.as_of))}", ""]
    lines += [f"## Verdict: {verdict_word(score.verdict, judged=finite(score.debt))}", "", headline(audit), ""]
    lines += [f"- {said(sentence(reason))}" for reason in score.reasons[:8]]
    lines += ["", f"**{score_line(audit)}**  ", f"Coverage {percent(score.coverage)} of the scoring weight  "]
    if standing := among(audit):
        lines.append(f"Context: {escape(standing)}  ")
    if finite(score.debt):
        lines.append(f"Effort {effort_range(score.hours_p50, score.hours_p90)} (P50–P90){ratio_words(score.ratio)}")
    lines += _risks(audit, pages)
    steps = [
        [f"−{decimal(move.points)}", escape(move.title), said(move.action), effort_range(move.effort.p50, move.effort.p90) if move.effort else "–"]
        for move in moves(audit, pages)
    ]  # fmt: skip
    return lines + (
        ["", "### The moves that pay back most", *_table((">Points", "Check", "What to do", ">Effort"), steps)]
        if steps
        else []
    )


def _risks(audit: Audit, pages: RulePages) -> list[str]:
    found = risks(audit)
    if not found:
        return []
    lines = ["", "### The risks that matter most", ""]
    for number, finding in enumerate(found, 1):
        title = escape(rule_title(audit, finding.rule, pages))
        lines.append(
            f"{number}. **{finding.severity.value.capitalize()}: {title}.** {said(business(finding, audit, pages))}  "
        )
        lines.append(f"   {said(sentence(finding.message))} {code(str(finding.place))}")
    return lines


def _examined(audit: Audit, pages: RulePages) -> list[str]:
    seen = audit.coverage
    lines = ["", "## Examined and not examined", ""]
    lines.append(
        f"{seen.files_read:,} of {plural(seen.files, 'file')} read, {seen.logical_lines:,} logical lines, "
        f"{seen.rules_applied:,} of {seen.rules_total:,} rules applied."
    )
    lines += ["", *(f"- {limit}" for limit in limits(audit))]
    components = (
        [code(item.id), escape(", ".join(f"{kind.name} {decimal(kind.confidence, 2)}" for kind in item.archetypes)) or "–",
         f"{item.logical_lines:,}", decimal(item.score.debt if item.score else None)]
        for item in audit.components
    )  # fmt: skip
    lines += _table(("Component", "Archetypes", ">Logical lines", ">Debt"), components)
    lines += _table(
        ("Unknown check", "Why"), (_group(group, group.reason) for group in groups(audit, Outcome.UNKNOWN, pages))
    )
    absent = (
        _group(group, "; ".join(group.searched) or group.reason)
        for group in groups(audit, Outcome.NOT_EVIDENCED, pages)
    )
    lines += _table(("Practice without evidence", "Looked for, not found"), absent)
    problems = (
        [code(item.path + (f":{item.line}" if item.line is not None else "")), said(item.message, 200)]
        for item in audit.problems
    )
    return lines + _table(("File not read, or only in part", "Problem"), problems)


def _group(group: Group, why: str) -> list[str]:
    return [escape(f"{group.rule} {group.title}"), said(why, 400) or "–"]


def _scorecard(audit: Audit) -> list[str]:
    applied = [family for family in audit.families if family.applicable]
    applied.sort(key=lambda family: (family.debt is None, -(family.debt or 0.0), family.id))
    rows = _table(("Family", ">Debt", ">Range", ">Weight", ">Coverage", "Grade"), map(_family, applied))
    return ["", "## Scorecard", *rows] if rows else []


def _family(family: FamilyScore) -> list[str]:
    return [escape(f"{family.id} {family.title}"), decimal(family.debt), span(family.low, family.high), percent(family.weight),
            percent(family.coverage), escape(family.grade.replace("-", "–"))]  # fmt: skip


def _register(audit: Audit, pages: RulePages) -> list[str]:
    found = open_findings(audit)
    if not found:
        return []
    lines = ["", "## Risk register"]
    if len(found) > _CARDS:
        lines += ["", f"The first {_CARDS} of {len(found):,} open findings by priority."]
    for number, finding in enumerate(found[:_CARDS], 1):
        lines += _card(number, finding, audit, pages)
    return lines


def _card(number: int, finding: Finding, audit: Audit, pages: RulePages) -> list[str]:
    title = escape(rule_title(audit, finding.rule, pages))
    lines = [
        "",
        f"### {number}. {title} ({escape(finding.rule)}, {finding.severity.value})",
        "",
        said(sentence(finding.message)),
        "",
    ]
    lines.append(f"- Place: {code(str(finding.place))}")
    lines += [
        f"- {code(plain(step.path) + (f':{step.line}' if step.line is not None else ''))} {said(step.says, 200)}"
        for step in finding.related[:8]
    ]
    lines.append(f"- What to do: {said(sentence(finding.remedy))}")
    work = effort_range(finding.effort.p50, finding.effort.p90)
    lines.append(
        f"- Effort {work} (P50–P90), confidence {confidence_word(finding.confidence)} ({decimal(finding.confidence, 2)})"
    )
    return lines


def _foot(audit: Audit) -> list[str]:
    versions = audit.versions
    rules = f"auditor {versions.tool}, rules {versions.ruleset}, score model {versions.score_model}"
    return ["", "---", "", escape(f"{rules}, calibration {versions.calibration}, profile {versions.profile}")]
