"""SARIF 2.1.0 for code scanning, within the limits that GitHub sets (LIFECYCLE §10)."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import quote

from auditor.formats.json_file import writable
from auditor.formats.order import by_priority
from auditor.formats.text import plain
from auditor.model.audit import Audit
from auditor.model.finding import Finding, Severity
from auditor.model.page import RulePages
from auditor.model.place import Place, Related
from auditor.model.verdict import RuleInfo

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
MOST = 5_000
"""Results of one run that GitHub keeps. The most urgent come first, and how many were cut is said."""

MOST_RELATED = 100
LONGEST = 1_000
"""Characters of a message: GitHub shows fewer."""

SECURITY = {"CFG008": "8.0", "COD005": "7.0", "DAT010": "7.0", "LLM005": "6.0"}
"""Rules about security, with the number by which code scanning ranks them; no other debt is called a vulnerability."""

_LEVELS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
    Severity.INFO: "none",
}
_PRECISION = {"A": "high", "B": "medium", "C": "low"}
_HIDDEN = {"suppressed": "inSource", "waived": "external", "dismissed": "external", "not-applicable": "external"}


def render(audit: Audit, pages: RulePages | None = None) -> str:
    """The findings as one SARIF run. Line numbers in notebooks count within their cell, which the message names."""
    ordered = by_priority(audit.findings)
    shown = ordered[:MOST]
    used = {finding.rule for finding in shown}
    rules = [rule for rule in audit.rules if rule.id in used]
    index = {rule.id: at for at, rule in enumerate(rules)}
    cut = len(ordered) - len(shown)
    run: dict[str, Any] = {
        "tool": {
            "driver": {
                "name": "auditor",
                "semanticVersion": audit.versions.tool,
                "rules": [_rule(rule, pages or {}) for rule in rules],
            }
        },
        "automationDetails": {"id": f"auditor/{plain(audit.target.name, 100)}"},
        "originalUriBaseIds": {"ROOT": {"description": {"text": "the root of the repository"}}},
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, index[finding.rule]) for finding in shown],
        "invocations": [
            {
                "executionSuccessful": not audit.errors,
                "toolExecutionNotifications": [
                    *(_notice(text) for text in audit.errors),
                    *([_notice(f"{cut:,} less urgent findings are left out here")] if cut else []),
                ],
            }
        ],
        "properties": {"debt": audit.score.debt, "grade": audit.score.grade, "verdict": audit.score.verdict},
    }
    if audit.target.revision and audit.target.remote and "://" in audit.target.remote:
        run["versionControlProvenance"] = [{"repositoryUri": audit.target.remote, "revisionId": audit.target.revision}]
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(writable(log), indent=1, ensure_ascii=False) + "\n"


def _rule(rule: RuleInfo, pages: RulePages) -> dict[str, Any]:
    page = pages.get(rule.id)
    title = plain(page.title if page else rule.title, 200)
    said: dict[str, Any] = {
        "id": rule.id,
        "name": "".join(word.capitalize() for word in re.split(r"[-_ ]+", rule.name)),
        "shortDescription": {"text": title},
        "fullDescription": {"text": plain(page.finds, LONGEST) if page and page.finds else title},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {
            "tags": ["machine-learning", "technical-debt", rule.family],
            "precision": _PRECISION.get(rule.reliability, "low"),
            "problem.severity": {"error": "error", "warning": "warning"}.get(_LEVELS[rule.severity], "recommendation"),
        },
    }
    if rule.id in SECURITY:
        said["properties"]["security-severity"] = SECURITY[rule.id]
        said["properties"]["tags"].append("security")
    if page is not None:
        parts = [
            ("", page.finds),
            ("Why it is debt", page.why),
            ("What to do", page.fix),
            ("When it is fine", page.fine),
        ]
        text = "\n\n".join(f"**{head}**\n\n{body}" if head else body for head, body in parts if body)
        said["help"] = {"text": plain(text, 5_000) or title, "markdown": text or title}
    return said


def _result(finding: Finding, rule: int) -> dict[str, Any]:
    said: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": rule,
        "level": _LEVELS[finding.severity],
        "message": {"text": _message(finding)},
        "locations": [_location(finding.place)],
        "partialFingerprints": {
            "auditor/anchor/v1": finding.fingerprint,
            "auditor/context/v1": finding.context,
            # GitHub reads this one alone; the anchor keeps a result known when lines move.
            "primaryLocationLineHash": f"{finding.fingerprint[:16]}:1",
        },
        "rank": round(100 * finding.confidence, 1),
        "properties": {"severity": finding.severity.value, "confidence": round(finding.confidence, 4)},
    }
    if finding.related:
        related = finding.related[:MOST_RELATED]
        said["relatedLocations"] = [_related(spot, at) for at, spot in enumerate(related)]
        if all(spot.line is not None for spot in related) and len(related) > 1:
            steps = [{"location": _related(spot, at)} for at, spot in enumerate(related)]
            said["codeFlows"] = [{"threadFlows": [{"locations": steps}]}]
    if finding.state in _HIDDEN:
        said["suppressions"] = [{"kind": _HIDDEN[finding.state], "justification": finding.state}]
    return said


def _message(finding: Finding) -> str:
    cell = f"Cell {finding.place.cell + 1}, line {finding.place.line}: " if finding.place.cell is not None else ""
    remedy = f" {plain(finding.remedy, 300)}" if finding.remedy.strip() else ""
    return f"{cell}{plain(finding.message, LONGEST)}.{remedy}".replace("..", ".")


def _location(spot: Place | Related) -> dict[str, Any]:
    """A place in a file; what is about the whole repository stands at its root's description."""
    nowhere = spot.path in ("", ".") or spot.path.endswith("/")
    path = "README.md" if nowhere else spot.path
    line = spot.line if spot.line is not None and spot.cell is None else 1
    region: dict[str, Any] = {"startLine": line}
    if isinstance(spot, Place) and spot.cell is None and spot.end_line is not None and spot.end_line > line:
        region["endLine"] = spot.end_line
    uri = quote(path.encode("utf-8", "surrogateescape"), safe="/")
    return {"physicalLocation": {"artifactLocation": {"uri": uri, "uriBaseId": "ROOT"}, "region": region}}


def _related(spot: Related, at: int) -> dict[str, Any]:
    return {"id": at, **_location(spot), "message": {"text": plain(spot.says, 300) or "see here"}}


def _notice(text: str) -> dict[str, Any]:
    return {"level": "warning", "message": {"text": plain(text, LONGEST)}}
