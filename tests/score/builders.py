"""Short ways to write rules, verdicts and findings in tests of the score."""

from __future__ import annotations

from auditor.model.finding import Effort, Finding, Severity
from auditor.model.place import Place
from auditor.model.verdict import Check, Outcome, RuleInfo, Verdict
from auditor.score import Exposure, Part

C, H, M, L = Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM, Severity.LOW


def rule(
    id_: str,
    severity: Severity = M,
    check: Check = Check.DENSITY,
    *,
    curve: tuple[float, float] | None = None,
    needs_paths: bool = False,
    preview: bool = False,
    effort: tuple[float, float] = (1.0, 2.0),
    each: tuple[float, float] = (0.0, 0.0),
    reliability: str = "A",
    root_cause: str = "",
) -> RuleInfo:
    return RuleInfo(
        id=id_,
        name=id_.lower(),
        family=id_[:3],
        title=id_,
        severity=severity,
        reliability=reliability,
        check=check,
        archetypes="PS",
        scope="component",
        effort=Effort(*effort),
        effort_each=Effort(*each),
        root_cause=root_cause,
        persona="regular",
        revision=1,
        since="0.1",
        unit="",
        warn=curve[0] if curve else None,
        fail=curve[1] if curve else None,
        needs_paths=needs_paths,
        preview=preview,
    )


def practice(
    rule_id: str,
    *,
    clean: int = 0,
    not_evidenced: int = 0,
    found: tuple[float, ...] = (),
    undetermined: int = 0,
    component: str = ".",
) -> Verdict:
    outcome = Outcome.FINDING if found else Outcome.NOT_EVIDENCED if not_evidenced else Outcome.CLEAN
    return Verdict(
        rule=rule_id,
        component=component,
        outcome=outcome,
        n=clean + not_evidenced + len(found),
        undetermined=undetermined,
        clean=clean,
        not_evidenced=not_evidenced,
        certainties=found,
    )


def verdict(
    rule_id: str,
    outcome: Outcome = Outcome.CLEAN,
    value: float | None = None,
    *,
    a: float = 1.0,
    component: str = ".",
) -> Verdict:
    return Verdict(rule=rule_id, component=component, outcome=outcome, value=value, applicability=a)


def finding(
    rule_id: str,
    severity: Severity = M,
    c: float = 1.0,
    path: str = "train.py",
    line: int | None = 1,
    *,
    component: str = ".",
    state: str = "open",
    downstream: int = 0,
    effort: tuple[float, float] = (0.0, 0.0),
) -> Finding:
    return Finding(
        rule=rule_id,
        component=component,
        severity=severity,
        confidence=c,
        message="something is wrong",
        remedy="mend it",
        entity=f"{path}:{line}",
        place=Place(path, line),
        state=state,
        downstream=downstream,
        effort=Effort(*effort),
    )


def part(verdicts: list[Verdict], findings: list[Finding] | None = None, **exposure: object) -> Part:
    return Part(
        verdicts=tuple(verdicts),
        findings=tuple(findings or ()),
        exposure=Exposure(**exposure),  # type: ignore[arg-type]  # the fields are checked by their use
    )
