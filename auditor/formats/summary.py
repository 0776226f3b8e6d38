"""What every format says first: the verdict in a sentence, the risks, the moves, the limits of what was seen."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from auditor.formats.order import leading_risks, open_findings, severities
from auditor.formats.text import decimal, finite, hours, joined, percent, plain, plural, span
from auditor.formats.words import BUSINESS, HISTORY
from auditor.model.audit import Audit, CheckScore, FamilyScore
from auditor.model.finding import Effort, Finding
from auditor.model.page import RulePages
from auditor.model.verdict import Outcome, RuleInfo, Verdict


class Move(msgspec.Struct, frozen=True):
    """A check whose mending gives debt points back, with the effort of its jobs where it is known."""

    title: str
    action: str
    rules: tuple[str, ...]
    points: float
    effort: Effort | None


class Group(msgspec.Struct, frozen=True):
    """One rule with one outcome and one reason, over all its components."""

    rule: str
    title: str
    reason: str
    searched: tuple[str, ...]
    components: tuple[str, ...]


def rules_by_id(audit: Audit) -> dict[str, RuleInfo]:
    """The rules that took part."""
    return {rule.id: rule for rule in audit.rules}


def rule_title(audit: Audit, rule: str, pages: RulePages) -> str:
    """The title of a rule, from its page, else its metadata, else its id."""
    if rule in pages:
        return plain(pages[rule].title)
    known = rules_by_id(audit).get(rule)
    return plain(known.title) if known else plain(rule)


def sentence(text: str) -> str:
    """The text as a sentence: capital first (unless it starts with code or a path), full stop last."""
    shown = plain(text).strip()
    if not shown:
        return ""
    first = shown.split(" ", 1)[0]
    head = shown[0].upper() if first.isalpha() and first.islower() else shown[0]
    return head + shown[1:] + ("" if shown[-1] in ".!?…:" else ".")


def headline(audit: Audit) -> str:
    """One sentence: where the system stands and what it takes."""
    score, found = audit.score, open_findings(audit)
    if not finite(score.debt):
        without = "" if audit.coverage.logical_lines else " It holds no Python code and no notebook that could be read."
        return f"Nothing in this target could be judged, so there is no score.{without}"
    counts = [f"{count:,} {severity.value}" for severity, count in severities(found)]
    listed = f"{joined(counts)} {'finding is' if len(found) == 1 else 'findings are'} open" if found else ""
    if not listed and score.debt:
        return "No finding is open; the remaining debt comes from practices that are not evidenced."
    if not listed:
        return "No open finding: what could be examined is free of the debts this audit looks for."
    return f"{listed}; clearing the debt takes an estimated {effort_range(score.hours_p50, score.hours_p90)} of work."


def effort_range(p50: float, p90: float) -> str:
    """`73 to 99 h`: hours in half of the cases, and in nine of ten."""
    low, high = hours(p50), hours(p90)
    return low if low == high else f"{low.removesuffix(' h')}–{high}"


def ratio_words(ratio: float | None) -> str:
    """`, 1.2 % of development cost`, or nothing where that is not known."""
    return f", {decimal(100 * ratio)} % of development cost" if ratio is not None and finite(ratio) else ""


def grade_words(grade: str, provisional: bool) -> str:
    """The grade, and whether it may change."""
    if grade in ("", "-"):
        return "no grade"
    return f"grade {plain(grade)}" + (", provisional" if provisional else "")


def score_line(audit: Audit) -> str:
    """Debt with its range and grade, for formats made of lines."""
    score = audit.score
    if not finite(score.debt):
        return "Debt score – (not judged)"
    return f"Debt score {decimal(score.debt)} of 100 (range {span(score.low, score.high)}), " + grade_words(
        score.grade, score.provisional
    )


def business(finding: Finding, audit: Audit, pages: RulePages) -> str:
    """What a finding costs, without library names: from the rule's page, else from its family."""
    if finding.rule in pages and pages[finding.rule].business.strip():
        return pages[finding.rule].business.strip().split("\n\n")[0]
    known = rules_by_id(audit).get(finding.rule)
    family = known.family if known else finding.rule[:3]
    return BUSINESS.get("COD" if family == "LLM" else family, "")


def risks(audit: Audit, count: int = 3) -> list[Finding]:
    """The gravest open findings, one for each rule."""
    return leading_risks(audit, count)


def checks(families: Iterable[FamilyScore]) -> list[CheckScore]:
    """All checks that were scored or could have been."""
    return [check for family in families for check in family.checks]


def moves(audit: Audit, pages: RulePages, count: int = 3) -> list[Move]:
    """The checks whose mending gives back most, largest first. Below a twentieth of a point none is worth a line."""
    worth = [check for check in checks(audit.families) if finite(check.recoverable) and check.recoverable >= 0.05]
    worth.sort(key=lambda check: (-check.recoverable, check.id, check.component))
    return [_move(check, audit, pages) for check in worth[:count]]


def _move(check: CheckScore, audit: Audit, pages: RulePages) -> Move:
    found = [finding for finding in open_findings(audit) if finding.rule in check.rules]
    here = [finding for finding in found if finding.component == check.component] or found
    fired = {finding.rule for finding in here}
    named = tuple(rule for rule in check.rules if rule in fired) or check.rules
    leading = here[0].rule if here else next(iter(named), "")  # whose remedy it is
    title = rule_title(audit, leading, pages) if leading else plain(check.id)
    action = sentence(here[0].remedy) if here else _first_step(named, pages)
    return Move(title=title, action=action, rules=named, points=check.recoverable, effort=_effort(named, audit))


def _first_step(rules: tuple[str, ...], pages: RulePages) -> str:
    """What to do where a practice was merely not evidenced: the first paragraph of the rule's advice."""
    advice = next((pages[rule].fix for rule in rules if rule in pages), "")
    return plain(advice.strip().split("\n\n")[0]) or "Show where this is done, or introduce it."


def _effort(rules: tuple[str, ...], audit: Audit) -> Effort | None:
    """The sum of the jobs that these rules' findings belong to, where the audit names them all."""
    known = rules_by_id(audit)
    causes = sorted({known[rule].root_cause or rule for rule in rules if rule in known})
    jobs = [audit.jobs[cause] for cause in causes if cause in audit.jobs]
    if not jobs or len(jobs) < len(causes):
        return None
    return Effort(sum(job.p50 for job in jobs), sum(job.p90 for job in jobs))


def groups(audit: Audit, outcome: Outcome, pages: RulePages) -> list[Group]:
    """Verdicts of one outcome, grouped by rule and reason, in order of rules."""
    found: dict[tuple[str, str], list[Verdict]] = {}
    for verdict in audit.verdicts:
        if verdict.outcome is outcome:
            found.setdefault((verdict.rule, verdict.reason), []).append(verdict)
    return [
        Group(
            rule=rule,
            title=rule_title(audit, rule, pages),
            reason=plain(reason, 400),
            searched=tuple(sorted({plain(word, 200) for verdict in verdicts for word in verdict.searched})),
            components=tuple(sorted({plain(verdict.component) for verdict in verdicts})),
        )
        for (rule, reason), verdicts in sorted(found.items())
    ]


def among(audit: Audit) -> str:
    """Where it stands among public repositories of its kind; "" where too few are known."""
    peers = audit.peers
    if peers is None or not peers.repositories:
        return ""
    return (
        f"less debt than {peers.worse:,} of {peers.repositories:,} public repositories of its kind "
        f"({plain(peers.name, 40)}; {plain(peers.calibration, 40)})"
    )


def limits(audit: Audit) -> list[str]:
    """Sentences on what was not seen; empty where nothing limits the audit."""
    seen, said = audit.coverage, []
    if seen.share < 1:
        said.append(f"{percent(1 - seen.share)} of the scoring weight could not be determined.")
    if seen.files_failed:
        said.append(f"{plural(seen.files_failed, 'file')} could not be parsed.")
    if seen.files_unknown:
        said.append(f"{plural(seen.files_unknown, 'file')} had no readable content (absent or too large).")
    if seen.io_resolved is not None and seen.io_resolved < 1:
        said.append(
            f"{percent(1 - seen.io_resolved)} of {plural(seen.io_calls, 'file access', 'file accesses')} "
            "in code could not be traced to a named file."
        )
    if seen.history != "full":
        said.append(
            f"Usable history: {HISTORY.get(seen.history, plain(seen.history))}. "
            "Nothing that rests on past commits was fully judged."
        )
    if left_out := sum(item.files for item in seen.excluded):
        said.append(
            f"{plural(left_out, 'file')} were left out on purpose."
            if left_out != 1
            else "1 file was left out on purpose."
        )
    if audit.errors:
        said.append(f"{plural(len(audit.errors), 'part')} of the analysis failed; the affected checks are unknown.")
    return said
