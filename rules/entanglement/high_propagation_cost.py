"""ENT001: a change to the average artefact reaches too much."""

from __future__ import annotations

from auditor.rulekit import (
    ArtefactGraph,
    Check,
    Effort,
    Finding,
    Iterator,
    Judgement,
    Measure,
    NotApplicable,
    Place,
    Rule,
    Severity,
)

RULE = Rule(
    id="ENT001",
    name="high-propagation-cost",
    severity=Severity.HIGH,
    reliability="A",
    check=Check.METRIC,
    archetypes="PSA",
    effort=Effort("1d", "5d"),
    unit="share of artefact pairs a change can travel between",
    warn=0.20,
    fail=0.35,
    needs_paths=True,
    references=("Sculley et al. 2015", "MacCormack, Rusnak & Baldwin 2006"),
)
FEWEST = 20
FARTHEST = 8
"""Artefacts that the average change must reach: a share of a few is no web to get lost in (judgement)."""
SURE = 0.6


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    if graph.confidence("L") >= SURE:
        yield NotApplicable("a library is a hub by its purpose")
        return
    measured = graph.propagation()
    if measured is None or measured.artefacts < FEWEST:
        yield NotApplicable(f"{measured.artefacts if measured else 0} artefacts; the measure needs {FEWEST}")
        return
    yield Measure(
        measured.cost,
        f"a change to the average artefact can reach {measured.cost:.0%} of the {measured.artefacts} artefacts",
    )
    if RULE.warn is None or measured.cost < RULE.warn or measured.cost * measured.artefacts < FARTHEST:
        return
    # A logger, settings and error classes that all import are reached by design: a way round shows that parts hang on each other.
    round_trip = bool(graph.cycles())
    furthest = ", ".join(f"{name} ({count})" for name, count in measured.furthest[:3])
    yield Finding(
        f"a change to the average artefact can reach {measured.cost:.0%} of the {measured.artefacts} artefacts; furthest from {furthest}",
        Place(graph.root or "."),
        entity="propagation-cost",
        remedy="cut the artefacts a change travels furthest from: split them by concern, depend on narrow interfaces, key shared constants",
        milder=(measured.cost < (RULE.fail or 1)) + (0 if round_trip else 1),
    )
