"""Audits of a few rules and findings, identified and scored as real ones are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from auditor.judgement import fingerprinted
from auditor.model.audit import SCHEMA, Audit, Component, Coverage, Problem, Versions, Waived
from auditor.model.finding import Finding, Severity
from auditor.model.listing import Target
from auditor.model.place import Place
from auditor.model.verdict import Check, Outcome, RuleInfo, Verdict
from auditor.score import UNSCORED, Exposure, load_policy, restated
from tests.score.builders import practice, rule

POLICY = load_policy()
TITLES = {"LKG": "Leakage", "DAT": "Data", "PIP": "Pipelines"}
RULES = (
    rule("DAT001", Severity.CRITICAL, Check.PRACTICE),
    rule("LKG001", Severity.CRITICAL),
    rule("PIP003", Severity.HIGH, reliability="B"),
    rule("PIP008", Severity.HIGH),
)


def found(
    rule_id: str = "LKG001",
    path: str = "train.py",
    line: int | None = 3,
    *,
    entity: str = "main",
    snippet: str = "scaler.fit(x)",
    severity: Severity | None = None,
    component: str = ".",
    state: str = "open",
    confidence: float = 1.0,
) -> Finding:
    known = next((one.severity for one in RULES if one.id == rule_id), Severity.HIGH)
    return Finding(
        rule=rule_id, component=component, severity=severity or known, confidence=confidence, message="as it is said",
        remedy="mend it", entity=entity, place=Place(path, line), snippet=snippet, state=state,
    )  # fmt: skip


def audit(
    findings: Iterable[Finding] = (),
    *,
    rules: Sequence[RuleInfo] = RULES,
    verdicts: Iterable[Verdict] = (),
    problems: Iterable[Problem] = (),
    waivers: Iterable[Waived] = (),
    components: Sequence[str] = (".",),
    as_of: str = "2026-11-24",
    ruleset: str = "r1",
    kloc: float = 2.0,
) -> Audit:
    """An audit in which every rule looked at every component, unless a verdict says otherwise."""
    given = {(verdict.rule, verdict.component): verdict for verdict in verdicts}
    known = fingerprinted(findings)
    judged = [
        given.get((one.id, name)) or _verdict(one, name, [f for f in known if (f.rule, f.component) == (one.id, name)])
        for one in rules
        for name in components
    ]
    plain = Audit(
        schema=SCHEMA,
        versions=Versions("0.1", ruleset, "1", "expert-set-2026", "2026.1"),
        as_of=as_of,
        target=Target(".", "folder", "sample", revision="1" * 40),
        coverage=Coverage(0.0, 1, 1, 0, 0, 10, 10, 0, None, "none", 0),
        components=tuple(
            Component(name, name, (), (), overridden=False, files=1, logical_lines=10) for name in components
        ),
        score=UNSCORED,
        families=(),
        rules=tuple(rules),
        verdicts=tuple(judged),
        findings=known,
        problems=tuple(problems),
        exposures={name: Exposure(kloc=kloc) for name in components},
        waivers=tuple(waivers),
    )
    return restated(plain, POLICY, TITLES)


def _verdict(one: RuleInfo, component: str, here: Sequence[Finding]) -> Verdict:
    if one.check is Check.PRACTICE:
        return practice(one.id, clean=2, found=tuple(f.confidence for f in here), component=component)
    return Verdict(one.id, component, Outcome.FINDING if here else Outcome.CLEAN)


def revised(one: RuleInfo) -> RuleInfo:
    return msgspec.structs.replace(one, revision=one.revision + 1)
