"""CFG005: settings that are read from a plain dictionary, and that nothing checks at the start."""

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
    Place,
    Rule,
    Severity,
    plural,
)

RULE = Rule(
    id="CFG005",
    name="unvalidated-config",
    severity=Severity.LOW,
    reliability="A",
    check=Check.DENSITY,
    archetypes="PSA",
    effort=Effort("4h", "1d"),
    each=Effort("2h", "4h"),
    unit="documents with many settings",
    references=("Sculley et al. 2015",),
)


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    found, large = graph.raw_settings()
    if not large:
        yield NotApplicable("no document of which code reads fifteen settings or more by name")
        return
    for document in found:
        yield Finding(
            f"{plural(document.keys, 'setting')} of {document.path} are read from a plain dictionary, and nothing checks "
            "their names, types or ranges at the start",
            document.first,
            entity=document.path,
            remedy="read the document once into a type that refuses unknown keys and wrong values",
            related=tuple(Place(program, 1).says("reads it too") for program in document.programs[1:6]),
        )
    if len(found) < large:
        yield Clean(large - len(found), says="settings are checked, or read into types, where they are read")
