"""LKG001: a transformer is fitted on rows that are later evaluated on."""

from __future__ import annotations

from auditor.rulekit import (
    ArtefactGraph,
    Check,
    Clean,
    Effort,
    Finding,
    Iterator,
    Judgement,
    NotApplicable,
    Rule,
    Severity,
    Unknown,
)

RULE = Rule(
    id="LKG001",
    name="preprocess-before-split",
    severity=Severity.CRITICAL,
    reliability="A",
    check=Check.DENSITY,
    archetypes="PRNTS",
    effort=Effort("30m", "1h"),
    each=Effort("15m", "30m"),
    unit="evaluated fits",
    checklist=("C2",),
    references=("Yang et al. 2022", "Kapoor & Narayanan 2023"),
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
    if leaks.analysed and not leaks.preprocessing:
        yield Clean(
            leaks.analysed, f"{leaks.analysed} of {leaks.pairs} trained and evaluated models followed row by row"
        )
    if leaks.cut:
        yield Unknown(f"not followed to the end: {'; '.join(leaks.cut)}", len(leaks.cut))
    elif leaks.pairs and not leaks.analysed:
        yield Unknown("the rows that models are trained and evaluated on could not be followed")
    elif not leaks.pairs and not leaks.preprocessing:
        yield NotApplicable("no model is trained and evaluated here")
