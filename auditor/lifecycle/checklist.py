"""The pre-release checklist: what the audit proves, and what people signed (RULES §8 to §10, LIFECYCLE §7)."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import lru_cache
from importlib.resources import files

import msgspec

from auditor.model.audit import Audit, Signoff
from auditor.model.checklist import SCHEMA, Checklist, Item, Maturity, Proof, Section, Signed, Test
from auditor.model.finding import Finding, Severity
from auditor.model.verdict import Outcome, Verdict

LASTS = timedelta(days=180)
"""How long a sign-off counts."""

SECTION_POINTS = 7
SHOWN = 5
"""Places that are named for one rule of an item."""

_MET, _PART, _UNMET, _NOT_SEEN, _OUT = "pass", "partial", "fail", "not-evidenced", "n/a"
_POINTS = {_MET: 1.0, _PART: 0.5}
_AUTOMATED = "PSA"
"""Archetypes whose automation is asked for."""


class _Item(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: str
    title: str
    source: str
    rules: tuple[str, ...]
    blocking: bool = False
    human: str = ""


class _Test(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: str
    title: str
    rules: tuple[str, ...]


class _Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: str
    tests: tuple[_Test, ...]


class _Level(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    number: int
    title: str
    rules: tuple[str, ...]


class Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the checklist, the ML Test Score and the levels of automation ask for."""

    item: tuple[_Item, ...]
    section: tuple[_Section, ...]
    level: tuple[_Level, ...]


@lru_cache(maxsize=1)
def asked() -> Asked:
    """The items, tests and levels, from `checklist.toml`."""
    text = files("auditor.lifecycle").joinpath("checklist.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), Asked)


def checklist(audit: Audit) -> Checklist:
    """The checklist of an audited revision, with the sign-offs that lie in it."""
    known = _Evidence(audit)
    newest: dict[str, Signoff] = {}
    for signoff in audit.signoffs:  # a later entry replaces an earlier one, which stays as a record
        newest[signoff.item] = signoff
    items = tuple(_item(wanted, known, newest.get(wanted.id), audit) for wanted in asked().item)
    sections = tuple(_section(section, known) for section in asked().section)
    sums = [section.points for section in sections if section.points is not None]
    return Checklist(
        schema=SCHEMA,
        target=audit.target,
        versions=audit.versions,
        as_of=audit.as_of,
        items=items,
        open_blocking=sum(item.blocking and item.status not in (_MET, _OUT) for item in items),
        waiting=sum(item.status == "human-pending" for item in items),
        sections=sections,
        test_score=min(sums) if sums else None,
        maturity=_maturity(known, audit),
    )


class _Evidence:
    """What an audit says rule by rule, over all its components."""

    def __init__(self, audit: Audit) -> None:
        self._titles = {rule.id: rule.title for rule in audit.rules}
        self._verdicts: dict[str, list[Verdict]] = {}
        for verdict in audit.verdicts:
            self._verdicts.setdefault(verdict.rule, []).append(verdict)
        self._open: dict[str, list[Finding]] = {}
        for finding in audit.findings:
            if finding.state in ("open", "suppressed") and finding.severity is not Severity.INFO:
                self._open.setdefault(finding.rule, []).append(finding)

    def title(self, rule: str) -> str:
        """What a rule is called; its id where this ruleset does not know it."""
        return self._titles.get(rule, rule)

    def proof(self, rule: str) -> Proof:
        """What is known by one rule: the worst of its components decides."""
        found, verdicts = self._open.get(rule, []), self._verdicts.get(rule, [])
        searched = tuple(dict.fromkeys(word for verdict in verdicts for word in verdict.searched))
        if found:
            places = tuple(finding.place for finding in found[:SHOWN])
            more = f", and {len(found) - 1} more" if len(found) > 1 else ""
            return Proof(rule, self.title(rule), Outcome.FINDING.value, found[0].message + more, places, searched)
        if not verdicts:
            return Proof(rule, rule, Outcome.UNKNOWN.value, "this ruleset has no such rule")
        order = (Outcome.UNKNOWN, Outcome.NOT_EVIDENCED, Outcome.CLEAN, Outcome.FINDING, Outcome.NOT_APPLICABLE)
        worst = min(verdicts, key=lambda verdict: order.index(verdict.outcome))
        # What was found and then waived, or is only worth a remark, does not stand in the way.
        outcome = Outcome.CLEAN if worst.outcome is Outcome.FINDING else worst.outcome
        return Proof(rule, self.title(rule), outcome.value, worst.reason, (), searched)

    def grave(self, rule: str) -> bool:
        """Whether an open finding of a rule is more than low."""
        return any(finding.severity is not Severity.LOW for finding in self._open.get(rule, ()))

    def anchors(self, rule: str) -> list[str]:
        """The identities of the open findings of a rule."""
        return sorted(finding.fingerprint for finding in self._open.get(rule, ()))


def _status(proofs: Sequence[Proof], known: _Evidence) -> str:
    """What the audit alone says of an item."""
    asked_for = [proof for proof in proofs if proof.outcome != Outcome.NOT_APPLICABLE.value]
    if not asked_for:
        return _OUT if proofs else _NOT_SEEN
    outcomes = {proof.outcome for proof in asked_for}
    if Outcome.FINDING.value in outcomes:
        return _UNMET if any(known.grave(proof.rule) for proof in asked_for) else _PART
    if outcomes == {Outcome.CLEAN.value}:
        return _MET
    return _PART if Outcome.CLEAN.value in outcomes else _NOT_SEEN


def _item(wanted: _Item, known: _Evidence, signoff: Signoff | None, audit: Audit) -> Item:
    proofs = tuple(known.proof(rule) for rule in wanted.rules)
    automated, evidence = _status(proofs, known), _digest(proofs, known)
    signed = Signed(signoff, _standing(signoff, evidence, audit)) if signoff else None
    status = automated
    if automated != _UNMET:  # a human answer never turns a failure into a pass: that takes a waiver
        if signed is not None and signed.state == "valid":
            status = signed.signoff.answer
        elif (wanted.human and automated == _MET) or not wanted.rules:
            status = "human-pending"
    return Item(
        id=wanted.id,
        title=wanted.title,
        source=wanted.source,
        blocking=wanted.blocking,
        status=status,
        automated=automated,
        points=_POINTS.get(status, 0.0),
        question=wanted.human,
        evidence=evidence,
        proofs=proofs,
        signed=signed,
    )


def _digest(proofs: Iterable[Proof], known: _Evidence) -> str:
    """The hash of the evidence that a signer was shown: rules, outcomes and findings, never their lines."""
    rows = sorted(f"{proof.rule} {proof.outcome} {' '.join(known.anchors(proof.rule))}" for proof in proofs)
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()[:32]


def _standing(signoff: Signoff, evidence: str, audit: Audit) -> str:
    """`valid`, or why a sign-off does not count any more."""
    if signoff.evidence != evidence:
        return "the evidence changed since it was signed"
    if date.fromisoformat(signoff.on) + LASTS < date.fromisoformat(audit.as_of):
        return f"signed more than {LASTS.days} days ago"
    if signoff.release and signoff.revision and signoff.revision != audit.target.revision:
        return f"signed for release {signoff.release} at another revision"
    return "valid"


def _section(section: _Section, known: _Evidence) -> Section:
    tests = tuple(_test(test, known) for test in section.tests)
    points = [test.points for test in tests if test.points is not None]
    rescaled = round(sum(points) * SECTION_POINTS / len(points), 2) if points else None
    return Section(section.id, rescaled, tests)


def _test(test: _Test, known: _Evidence) -> Test:
    if not test.rules:
        return Test(test.id, test.title, 0.0, "only a person can tell")
    proofs = [known.proof(rule) for rule in test.rules]
    status = _status(proofs, known)
    if status == _OUT:
        return Test(test.id, test.title, None, proofs[0].says)
    shown = ", ".join(f"{proof.rule} {proof.outcome}" for proof in proofs)
    return Test(test.id, test.title, _POINTS.get(status, 0.0), shown)


def _maturity(known: _Evidence, audit: Audit) -> Maturity:
    operated = any(
        archetype.letter in _AUTOMATED and archetype.confidence >= 0.6
        for component in audit.components
        for archetype in component.archetypes[:1]
    )
    if not operated:
        return Maturity(None, "automation is not asked of libraries, research code and tutorials", ())
    level, title = 0, "steps run by hand"
    for wanted in asked().level:
        missing = tuple(
            f"{rule} {known.title(rule)}" for rule in wanted.rules if known.proof(rule).outcome not in _SUPPORTS
        )
        if missing:
            return Maturity(level, title, missing)
        level, title = wanted.number, wanted.title
    return Maturity(level, title, ())


_SUPPORTS: Mapping[str, None] = {Outcome.CLEAN.value: None, Outcome.NOT_APPLICABLE.value: None}
