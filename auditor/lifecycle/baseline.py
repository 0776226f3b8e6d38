"""The baseline: which findings are old. It hides nothing, it decides what counts as new (LIFECYCLE §3)."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from typing import Any

import msgspec

from auditor.lifecycle.delta import UNREAD
from auditor.lifecycle.matching import match
from auditor.model.audit import Audit, Score, Versions
from auditor.model.errors import UsageError
from auditor.model.finding import Finding, Severity
from auditor.model.ordered import Ordered
from auditor.model.place import Place
from auditor.score import UNSCORED

PATH = ".auditor/baseline.json"
SCHEMA = "auditor/baseline/1"

COUNTED = ("open", "suppressed")
"""States that a baseline takes up. A waived finding is never in it: taking a baseline accepts no risk."""


class Entry(Ordered, frozen=True):
    """One finding that is known. `anchor` and `context` are its identities, `revision` is of its rule."""

    rule: str
    path: str
    entity: str
    line: int | None
    cell: int | None
    anchor: str
    context: str
    revision: int
    component: str
    first_seen: str


class Baseline(msgspec.Struct, frozen=True):
    """All findings that are known, with the versions and the score they were found under."""

    schema: str
    versions: Versions
    revision: str | None
    created: str
    debt: float | None
    low: float
    high: float
    unreadable: tuple[str, ...]
    entries: tuple[Entry, ...]


class Against(msgspec.Struct, frozen=True):
    """An audit held against a baseline: known again, new, only detected now; `gone` are entries that nothing meets."""

    known: tuple[tuple[Entry, Finding], ...]
    new: tuple[Finding, ...]
    detected: tuple[Finding, ...]
    gone: tuple[Entry, ...]
    unreadable: tuple[str, ...]


def create(audit: Audit) -> Baseline:
    """A baseline of all open findings of an audit."""
    revisions = {rule.id: rule.revision for rule in audit.rules}
    return Baseline(
        schema=SCHEMA,
        versions=audit.versions,
        revision=audit.target.revision,
        created=audit.as_of,
        debt=audit.score.debt,
        low=audit.score.low,
        high=audit.score.high,
        unreadable=tuple(sorted({p.path for p in audit.problems if p.code in UNREAD})),
        entries=tuple(sorted(_entry(f, revisions[f.rule], audit.as_of) for f in audit.findings if f.state in COUNTED)),
    )


def _entry(finding: Finding, revision: int, day: str) -> Entry:
    place = finding.place
    return Entry(
        finding.rule, place.path, finding.entity, place.line, place.cell,
        finding.fingerprint, finding.context, revision, finding.component, day,
    )  # fmt: skip


def against(baseline: Baseline, audit: Audit, renames: Mapping[str, str] | None = None) -> Against:
    """Hold an audit against a baseline; `renames` maps paths of the baseline to those of today."""
    by_anchor = {entry.anchor: entry for entry in baseline.entries}
    counted = [finding for finding in audit.findings if finding.state in COUNTED]
    matched = match((_shadow(entry) for entry in baseline.entries), counted, renames)
    seen = {entry.rule: entry.revision for entry in baseline.entries}
    revisions = {rule.id: rule.revision for rule in audit.rules}
    same_rules = baseline.versions.ruleset == audit.versions.ruleset
    fresh = {
        finding.fingerprint: same_rules or seen.get(finding.rule) == revisions[finding.rule] for finding in matched.come
    }
    unread = {p.path for p in audit.problems if p.code in UNREAD}
    return Against(
        known=tuple((by_anchor[pair.before.fingerprint], pair.after) for pair in matched.pairs),
        new=tuple(finding for finding in matched.come if fresh[finding.fingerprint]),
        detected=tuple(finding for finding in matched.come if not fresh[finding.fingerprint]),
        gone=tuple(by_anchor[finding.fingerprint] for finding in matched.gone),
        unreadable=tuple(sorted(unread - set(baseline.unreadable))),
    )


def update(baseline: Baseline, audit: Audit, renames: Mapping[str, str] | None = None) -> Baseline:
    """The ratchet: what is fixed leaves, what moved is followed, nothing is added. What was not looked at stays."""
    held = against(baseline, audit, renames)
    revisions = {rule.id: rule.revision for rule in audit.rules}
    followed = [_entry(finding, revisions[finding.rule], entry.first_seen) for entry, finding in held.known]
    kept = [entry for entry in held.gone if unlooked(entry, audit)]
    return _with(baseline, audit, [*followed, *kept])


def accept(baseline: Baseline, audit: Audit, rule: str) -> Baseline:
    """The baseline with what a new or revised rule detects now. Raises UsageError where that is nothing."""
    held = against(baseline, audit)
    found = [finding for finding in held.detected if finding.rule == rule]
    if not found:
        raise UsageError(
            f"{rule} detects nothing that the baseline does not know; only newly detected findings can be accepted."
        )
    revisions = {known.id: known.revision for known in audit.rules}
    added = [_entry(finding, revisions[rule], audit.as_of) for finding in found]
    return _with(baseline, audit, [*baseline.entries, *added])


def prune(baseline: Baseline, audit: Audit, paths: Collection[str]) -> Baseline:
    """The baseline without entries of retired rules and deleted files."""
    rules = {rule.id for rule in audit.rules}
    kept = [e for e in baseline.entries if e.rule in rules and (e.line is None or e.path in paths)]
    return _with(baseline, audit, kept)


def _with(baseline: Baseline, audit: Audit, entries: Iterable[Entry]) -> Baseline:
    head = create(audit)
    return msgspec.structs.replace(head, created=baseline.created, entries=tuple(sorted(entries)))


def unlooked(entry: Entry, audit: Audit) -> bool:
    """Whether an audit could not look at what an entry is about: then it is not fixed."""
    unread = any(p.path == entry.path and p.code in UNREAD for p in audit.problems)
    unknown = any(
        v.rule == entry.rule and v.component == entry.component and v.outcome.value == "unknown" for v in audit.verdicts
    )
    return unread or unknown


def _shadow(entry: Entry) -> Finding:
    """An entry in the form of a finding, to be matched as one. Its snippet is not stored: the anchor holds it."""
    return Finding(
        rule=entry.rule,
        component=entry.component,
        severity=Severity.INFO,
        confidence=1.0,
        message="",
        remedy="",
        entity=entry.entity,
        place=Place(entry.path, entry.line, cell=entry.cell),
        fingerprint=entry.anchor,
        context=entry.context,
        snippet=entry.anchor,
    )


def score_of(baseline: Baseline) -> Score:
    """The debt and its range as they were when the baseline was taken; nothing else of that score is kept."""
    return msgspec.structs.replace(UNSCORED, debt=baseline.debt, low=baseline.low, high=baseline.high)


def write(baseline: Baseline) -> str:
    """The baseline as JSON: sorted, one finding on a line, so that a diff of it reads like a list."""
    head: dict[str, Any] = msgspec.to_builtins(msgspec.structs.replace(baseline, entries=()))
    del head["entries"]
    lines = [f"  {json.dumps(key)}: {json.dumps(value, ensure_ascii=True)}," for key, value in head.items()]
    rows = [f"    {json.dumps(msgspec.to_builtins(entry), ensure_ascii=True)}" for entry in sorted(baseline.entries)]
    return "\n".join(["{", *lines, '  "entries": [', *([",\n".join(rows)] if rows else []), "  ]", "}"]) + "\n"


def read(text: bytes) -> Baseline:
    """A baseline from its file. Raises UsageError where it is none, or one of another version."""
    try:
        baseline = msgspec.json.decode(text, type=Baseline)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UsageError(
            f"{PATH} is no baseline of auditor: {error}. Write it anew with `auditor baseline create`."
        ) from error
    if baseline.schema != SCHEMA:
        raise UsageError(
            f"{PATH} has the form {baseline.schema}, not {SCHEMA}; write it anew with `auditor baseline create`."
        )
    return baseline
