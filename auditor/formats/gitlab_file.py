"""Findings as GitLab's code quality report."""

from __future__ import annotations

import json
from typing import Any

from auditor.formats.json_file import writable
from auditor.formats.order import open_findings
from auditor.formats.text import plain
from auditor.model.audit import Audit
from auditor.model.finding import Finding, Severity
from auditor.model.page import RulePages

_SEVERITY = {
    Severity.CRITICAL: "blocker",
    Severity.HIGH: "critical",
    Severity.MEDIUM: "major",
    Severity.LOW: "minor",
    Severity.INFO: "info",
}


def render(audit: Audit, pages: RulePages | None = None) -> str:
    """The open findings as a JSON array, most urgent first. GitLab merges equal fingerprints; ours never are."""
    del pages
    return (
        json.dumps(writable([_row(finding) for finding in open_findings(audit)]), indent=1, ensure_ascii=False) + "\n"
    )


def _row(finding: Finding) -> dict[str, Any]:
    place = finding.place
    cell = f"cell {place.cell + 1}, line {place.line}: " if place.cell is not None else ""
    line = place.line if place.line is not None and place.cell is None else 1
    return {
        "description": f"{finding.rule}: {cell}{plain(finding.message, 500)}",
        "check_name": f"auditor/{finding.rule}",
        "fingerprint": finding.fingerprint,
        "severity": _SEVERITY[finding.severity],
        "location": {"path": "README.md" if place.path in ("", ".") else place.path, "lines": {"begin": line}},
    }
