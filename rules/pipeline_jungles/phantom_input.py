"""PIP004: a program reads a file that nothing provides."""

from __future__ import annotations

from auditor.rulekit import ArtefactGraph, Check, Clean, Effort, Finding, Iterator, Judgement, Rule, Severity

RULE = Rule(
    id="PIP004",
    name="phantom-input",
    severity=Severity.MEDIUM,
    reliability="B",
    check=Check.DENSITY,
    archetypes="PRNT",
    effort=Effort("1h", "4h"),
    each=Effort("15m", "30m"),
    unit="local inputs",
    checklist=("C32",),
    ml_test_score=("Infra 1",),
    references=("ML code completeness checklist 2020",),
)

SURE = 0.6


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    phantoms, looked_at = graph.phantom_inputs()
    if looked_at > len(phantoms):
        yield Clean(looked_at - len(phantoms), f"{looked_at - len(phantoms)} local inputs have a source")
    for phantom in phantoms:
        yield Finding(
            f"{phantom.reader} reads {phantom.artefact}, which nothing here writes, tracks, downloads or documents",
            phantom.place,
            entity=phantom.artefact,
            remedy=f"track {phantom.artefact} with the data versioning tool, add a step that fetches it with a checksum, or make it a required argument and document it",
            certainty=phantom.confidence,
            # What only a notebook for looking around needs stops nobody else; the readers of a lesson are told what to fetch.
            milder=1 if phantom.exploratory or graph.confidence("T") >= SURE else 0,
        )
