"""Checks as JUnit test cases, for CI servers that show nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.formats.text import plain
from auditor.model.audit import Audit
from auditor.model.finding import Finding
from auditor.model.page import RulePages
from auditor.model.verdict import Outcome, Verdict

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_SHOWN = 20
_SKIPPED = {
    Outcome.UNKNOWN: "unknown",
    Outcome.NOT_APPLICABLE: "not applicable",
    Outcome.NOT_EVIDENCED: "not evidenced",
}


def render(audit: Audit, pages: RulePages | None = None) -> str:
    """A suite for each family, a case for each rule and component. What could not be judged is skipped with its reason."""
    del pages
    from xml.etree.ElementTree import Element, SubElement, indent, tostring

    titles = {rule.id: rule.title for rule in audit.rules}
    families: dict[str, list[Verdict]] = {}
    family_of = {rule.id: rule.family for rule in audit.rules}
    for verdict in sorted(audit.verdicts, key=lambda v: (v.rule, v.component)):
        families.setdefault(family_of.get(verdict.rule, verdict.rule[:3]), []).append(verdict)
    root = Element("testsuites", name="auditor")
    for family, verdicts in sorted(families.items()):
        suite = SubElement(root, "testsuite", name=f"auditor {family}")
        failures = skipped = 0
        for verdict in verdicts:
            case = SubElement(
                suite, "testcase", classname=f"auditor.{family}.{plain(verdict.component, 200)}",
                name=f"{verdict.rule} {plain(titles.get(verdict.rule, ''), 200)}".strip(),
            )  # fmt: skip
            found = [f for f in audit.findings if (f.rule, f.component) == (verdict.rule, verdict.component)]
            opened = [finding for finding in found if finding.state == "open"]
            if opened:
                failures += 1
                _failure(case, opened)
            elif reason := _passed_over(verdict, found):
                skipped += 1
                SubElement(case, "skipped", message=reason)
        suite.set("tests", str(len(verdicts)))
        suite.set("failures", str(failures))
        suite.set("errors", "0")
        suite.set("skipped", str(skipped))
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _failure(case: Element, opened: list[Finding]) -> None:
    from xml.etree.ElementTree import SubElement

    grave = max(opened, key=lambda finding: finding.severity.rank)
    failure = SubElement(case, "failure", type=grave.severity.value, message=plain(grave.message, 300))
    lines = [f"{plain(str(f.place))} {f.severity.value} {plain(f.message, 300)}" for f in opened[:_SHOWN]]
    if len(opened) > _SHOWN:
        lines.append(f"and {len(opened) - _SHOWN} more")
    failure.text = "\n".join(lines)


def _passed_over(verdict: Verdict, found: list[Finding]) -> str:
    """Why a case neither passed nor failed; "" where it passed."""
    if found:
        return f"{len(found)} findings are {', '.join(sorted({finding.state for finding in found}))}"
    if verdict.outcome in _SKIPPED:
        return f"{_SKIPPED[verdict.outcome]}: {plain(verdict.reason, 300)}".rstrip(": ")
    return ""
