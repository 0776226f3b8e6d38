"""Findings as a table for spreadsheets."""

from __future__ import annotations

import csv
import io

from auditor.formats.order import by_priority
from auditor.formats.text import plain
from auditor.model.audit import Audit
from auditor.model.page import RulePages

COLUMNS = (
    "rule", "family", "severity", "confidence", "state", "component", "path", "line", "cell", "entity", "message", "remedy",
    "effort_p50_hours", "effort_p90_hours", "downstream", "priority", "fingerprint",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def render(audit: Audit, pages: RulePages | None = None) -> str:
    """All findings, a row each, most urgent first. No cell can be taken for a formula."""
    del pages
    family = {rule.id: rule.family for rule in audit.rules}
    file = io.StringIO(newline="")
    table = csv.writer(file, lineterminator="\n")
    table.writerow(COLUMNS)
    for finding in by_priority(audit.findings):
        place = finding.place
        table.writerow([
            finding.rule, family.get(finding.rule, ""), finding.severity.value, round(finding.confidence, 4), finding.state,
            _text(finding.component), _text(place.path), _number(place.line), _number(place.cell), _text(finding.entity),
            _text(finding.message), _text(finding.remedy), round(finding.effort.p50, 2), round(finding.effort.p90, 2),
            finding.downstream, round(finding.priority, 3), finding.fingerprint,
        ])  # fmt: skip
    return file.getvalue()


def _number(value: int | None) -> int | str:
    return "" if value is None else value


def _text(text: str) -> str:
    """Text on one line; what a spreadsheet would compute is marked as text."""
    shown = plain(text)
    return f"'{shown}" if shown.startswith(_FORMULA) else shown
