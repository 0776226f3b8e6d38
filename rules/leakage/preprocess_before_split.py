"""LKG001: a transformer is fitted on rows that are later evaluated on."""

from __future__ import annotations

from auditor.rulekit import (
    ArtefactGraph,
    Check,
    Effort,
    Finding,
    Iterator,
    Judgement,
    Rule,
    Severity,
    rows_followed,
)

RULE = Rule(
    id="LKG001",
    name="preprocess-before-split",
    severity=Severity.CRITICAL,
    reliability="B",
    check=Check.DENSITY,
    archetypes="PRNTS",
    effort=Effort("30m", "1h"),
    each=Effort("15m", "30m"),
    unit="evaluated fits",
    checklist=("C2",),
    references=("Yang et al. 2022", "Kapoor & Narayanan 2023", "Rosenblatt et al. 2024"),
    revision=2,
)


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    leaks = graph.leaks
    for leak in leaks.preprocessing:
        yield Finding(
            leak.says,
            leak.fitted,
            entity=f"{leak.entity}|{leak.transformer}",
            remedy="split first; fit the transformer on the training part only, best inside a Pipeline",
            related=leak.trail,
            certainty=leak.certainty,
            milder=leak.milder,
        )
    yield from rows_followed(graph, found=bool(leaks.preprocessing))
