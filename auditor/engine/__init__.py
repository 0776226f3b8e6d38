"""Runs rules: each alone, in order, caught and timed; folds what they say into one verdict per rule and component."""

from __future__ import annotations

import time
import traceback
from collections.abc import Iterable, Sequence
from functools import lru_cache

import msgspec
from msgspec.structs import replace

from auditor.engine.matrix import standing
from auditor.engine.registry import Loaded, Registry, registry
from auditor.graph import ArtefactGraph
from auditor.model.finding import Finding, Severity
from auditor.model.place import Place
from auditor.model.verdict import Check, Outcome, RuleInfo, Verdict
from auditor.rulekit import Clean, Judgement, Measure, NotApplicable, NotEvidenced, Unknown
from auditor.rulekit import Finding as Found

__all__ = ["Judged", "Registry", "judge", "registry", "ruleset"]

RELIABILITY = {"A": 1.0, "B": 0.7, "C": 0.4}


class Judged(msgspec.Struct, frozen=True):
    """What all rules said. `errors` are internal errors (one line each), `seconds` the time of each rule."""

    verdicts: tuple[Verdict, ...]
    findings: tuple[Finding, ...]
    errors: tuple[str, ...]
    traces: tuple[str, ...]
    seconds: dict[str, float]


@lru_cache(maxsize=8)
def ruleset(extra: str = "") -> str:
    """The version of the rules: a digest of every rule's id, revision and metadata, but not of how often it was right."""
    import hashlib

    import msgspec

    infos = [
        msgspec.structs.replace(loaded.info, precision=None, outside=None) for loaded in registry(extra).rules.values()
    ]
    return hashlib.sha256(msgspec.json.encode(infos)).hexdigest()[:12]


def judge(graphs: Sequence[ArtefactGraph], rules: Iterable[Loaded]) -> Judged:
    """Ask every rule about every component. A rule that fails is unknown there; all others go on."""
    verdicts: list[Verdict] = []
    findings: list[Finding] = []
    errors: list[str] = []
    traces: list[str] = []
    seconds: dict[str, float] = {}
    for loaded in rules:
        started = time.perf_counter()
        for graph in graphs:
            verdict, found, error, trace = _ask(loaded, graph)
            verdicts.append(verdict)
            findings += found
            if error:
                errors.append(error)
                traces.append(trace)
        seconds[loaded.info.id] = time.perf_counter() - started
    return Judged(tuple(verdicts), tuple(findings), tuple(errors), tuple(traces), seconds)


def _ask(loaded: Loaded, graph: ArtefactGraph) -> tuple[Verdict, list[Finding], str, str]:
    info = loaded.info
    stands = standing(info, graph.archetypes)
    if graph.empty and not graph.unreadable:
        reason = "there is no program, notebook or pipeline here"
        return Verdict(info.id, graph.id, Outcome.NOT_APPLICABLE, reason, applicability=0.0), [], "", ""
    if stands.weight is None:
        return Verdict(info.id, graph.id, Outcome.NOT_APPLICABLE, stands.reason, applicability=0.0), [], "", ""
    try:
        judgements = list(loaded.check(graph))
    except Exception as error:  # noqa: BLE001  # whatever a rule does, the audit goes on and says so
        says = f"{info.id} failed on component {graph.id}: {type(error).__name__}: {error}"
        return (
            Verdict(
                info.id,
                graph.id,
                Outcome.UNKNOWN,
                f"the rule failed: {type(error).__name__}",
                undetermined=1,
                applicability=stands.weight,
            ),
            [],
            says,
            traceback.format_exc(),
        )
    if stands.unsure and loaded.rule.serves:
        judgements = [_unsure(judgement) for judgement in judgements]
    if not loaded.rule.anywhere:
        judgements = [_kept(judgement, graph) for judgement in judgements]
    most = Severity.MEDIUM if graph.coursework and not loaded.rule.anywhere else Severity.CRITICAL
    verdict, found = fold(info, graph.id, judgements, stands.weight, partly_read=bool(graph.unreadable), most=most)
    return _told_at_home(verdict, graph), [_at_home(finding, graph) for finding in found], "", ""


def _told_at_home(verdict: Verdict, graph: ArtefactGraph) -> Verdict:
    """A verdict that calls a program which a command of some file holds by that file."""
    searched = tuple(dict.fromkeys(map(graph.said_at_home, verdict.searched)))
    return replace(verdict, reason=graph.said_at_home(verdict.reason), searched=searched)


def _at_home(finding: Finding, graph: ArtefactGraph) -> Finding:
    """A finding about a program that a command of some file holds stands in that file."""
    related = tuple(
        graph.at_home(Place(each.path, each.line, None, each.cell)).says(graph.said_at_home(each.says))
        for each in finding.related
    )
    return replace(
        finding,
        place=graph.at_home(finding.place),
        message=graph.said_at_home(finding.message),
        remedy=graph.said_at_home(finding.remedy),
        related=related,
    )


def _unsure(judgement: Judgement) -> Judgement:
    """An operator's duty is no finding while it is unsure that the component is operated."""
    if isinstance(judgement, Found):
        return NotEvidenced(f"{judgement.message} (applicability unsure)")
    return judgement


_MILDER_KEPT = 3
"""In a folder that only keeps what was before, which nothing runs, debt costs whoever reads it."""


def _kept(judgement: Judgement, graph: ArtefactGraph) -> Judgement:
    """A finding of nothing but what a museum keeps weighs little: what it tells of was replaced."""
    if not isinstance(judgement, Found):
        return judgement
    folder = graph.museum_of(judgement.place.path)
    if not folder or not all(graph.museum_of(each.path) for each in judgement.related):
        return judgement
    says = f"{judgement.message}; nothing runs what {folder}/ keeps"
    return replace(judgement, message=says, milder=judgement.milder + _MILDER_KEPT)


def fold(
    info: RuleInfo,
    component: str,
    judgements: Sequence[Judgement],
    weight: float,
    *,
    partly_read: bool = False,
    most: Severity = Severity.CRITICAL,
) -> tuple[Verdict, list[Finding]]:
    """One verdict from the judgements of a rule about a component, in which nothing weighs more than `most`."""
    found = [j for j in judgements if isinstance(j, Found)]
    clean = [j for j in judgements if isinstance(j, Clean)]
    open_ = [j for j in judgements if isinstance(j, NotEvidenced)]
    unknown = [j for j in judgements if isinstance(j, Unknown)]
    off = [j for j in judgements if isinstance(j, NotApplicable)]
    measured = next((j for j in judgements if isinstance(j, Measure)), None)
    findings = [_finding(info, component, judgement, most) for judgement in found]
    searched = [text for j in found for text in j.searched] + [text for j in open_ for text in j.searched]
    counts = sum(j.count for j in clean), sum(j.count for j in open_)
    outcome, reason = _outcome(info, findings, clean, open_, unknown, off, measured, partly_read)
    certainties = tuple(f.confidence for f in findings if f.severity is not Severity.INFO for _ in range(f.instances))
    verdict = Verdict(
        rule=info.id,
        component=component,
        outcome=outcome,
        reason=reason,
        searched=tuple(dict.fromkeys(searched)),
        applicability=0.0 if outcome is Outcome.NOT_APPLICABLE else weight,
        n=counts[0] + counts[1] + len(certainties),
        undetermined=sum(j.count for j in unknown),
        clean=counts[0],
        not_evidenced=counts[1],
        certainties=certainties,
        value=measured.value if measured is not None else None,
    )
    return verdict, findings


def _outcome(
    info: RuleInfo,
    findings: list[Finding],
    clean: list[Clean],
    open_: list[NotEvidenced],
    unknown: list[Unknown],
    off: list[NotApplicable],
    measured: Measure | None,
    partly_read: bool,
) -> tuple[Outcome, str]:
    """The worst that was said counts; saying nothing is clean for a search and not applicable for a proportion."""
    if findings:
        return Outcome.FINDING, measured.says if measured is not None else ""
    if open_:
        return Outcome.NOT_EVIDENCED, open_[0].reason
    if clean or measured is not None:
        return Outcome.CLEAN, measured.says if measured is not None else next((c.says for c in clean if c.says), "")
    if unknown:
        return Outcome.UNKNOWN, unknown[0].why
    if off:
        return Outcome.NOT_APPLICABLE, off[0].reason
    if info.check is Check.DENSITY:
        return Outcome.CLEAN, "nothing found in what could be read" if partly_read else "nothing found"
    return Outcome.NOT_APPLICABLE, "nothing here that the rule looks at"


def _finding(info: RuleInfo, component: str, judgement: Found, most: Severity) -> Finding:
    return Finding(
        rule=info.id,
        component=component,
        severity=info.severity.lowered(judgement.milder).at_most(most),
        confidence=round(RELIABILITY[info.reliability] * judgement.certainty, 3),
        message=judgement.message,
        remedy=judgement.remedy,
        entity=judgement.entity,
        place=judgement.place,
        related=judgement.related,
        snippet=judgement.snippet,
        instances=judgement.instances,
    )
