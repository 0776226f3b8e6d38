"""PIP003: files that a pipeline makes on its way and nothing takes."""

from __future__ import annotations

from auditor.rulekit import ArtefactGraph, Check, Clean, Effort, Finding, Iterator, Judgement, Rule, Severity, plural

RULE = Rule(
    id="PIP003",
    name="orphan-output",
    severity=Severity.LOW,
    reliability="A",
    check=Check.DENSITY,
    archetypes="PRN",
    effort=Effort("15m", "30m"),
    each=Effort("15m", "30m"),
    unit="files written on the way that nothing takes",
    references=("Sculley et al. 2015",),
)
MANY, SHARE = 3, 0.25


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    orphans, written = graph.orphans()
    if len(orphans) < MANY and len(orphans) < SHARE * max(written, 1):
        if written:
            yield Clean(
                says=f"{plural(written, 'written file')}, {plural(len(orphans), 'one', 'ones')} of them without a reader"
            )
        return
    for orphan in orphans:
        yield Finding(
            f"{orphan.writer} writes {orphan.artefact}, which nothing reads, declares, names or delivers",
            orphan.place,
            entity=orphan.artefact,
            remedy="stop writing it, or declare what it is for: an output, a metric, an artefact of the run",
        )
