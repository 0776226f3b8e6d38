"""What a workflow of GitHub shows: annotations of lines, and a text for its summary or a comment."""

from __future__ import annotations

from auditor.formats import markdown_file
from auditor.formats.order import open_findings
from auditor.formats.text import plain
from auditor.model.audit import Audit
from auditor.model.finding import Finding, Severity
from auditor.model.page import RulePages

MOST = 50
"""Annotations of one run: GitHub shows ten of each level and drops the rest."""

MARK = "<!-- auditor -->"
"""First line of a comment, by which a bot finds its own comment again."""

_COMMANDS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "notice",
    Severity.INFO: "notice",
}


def commands(audit: Audit, pages: RulePages | None = None) -> str:
    """Workflow commands, one a line, most urgent first."""
    del pages
    return "".join(_annotation(finding) + "\n" for finding in open_findings(audit)[:MOST])


def comment(audit: Audit, pages: RulePages | None = None) -> str:
    """The Markdown form with the mark of our bot, below the length that a comment may have."""
    return f"{MARK}\n{markdown_file.render(audit, pages)}"


def _annotation(finding: Finding) -> str:
    place = finding.place
    where = [("title", f"{finding.rule} {finding.severity.value}")]
    if place.path not in ("", "."):
        where.insert(0, ("file", place.path))
    if place.line is not None and place.cell is None:
        where.append(("line", str(place.line)))
        if place.end_line is not None and place.end_line > place.line:
            where.append(("endLine", str(place.end_line)))
    said = ",".join(f"{key}={_property(plain(value, 500))}" for key, value in where)
    return f"::{_COMMANDS[finding.severity]} {said}::{_data(plain(finding.message, 1_000))}"


def _data(text: str) -> str:
    """Text that cannot end its command: GitHub's own escapes."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
