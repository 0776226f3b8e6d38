"""CFG001: a setting stands in a file, and code writes its value out itself."""

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
    id="CFG001",
    name="scattered-hyperparameters",
    severity=Severity.MEDIUM,
    reliability="A",
    check=Check.DENSITY,
    archetypes="PRSN",
    effort=Effort("1h", "2h"),
    each=Effort("15m", "30m"),
    unit="settings that stand in a file and in code",
    ml_test_score=("Model 3",),
    references=("Sculley et al. 2015", "Zhang, Cruz & van Deursen 2022", "OBrien et al. 2022"),
)


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    documents = graph.settings_read()
    if not documents:
        yield NotApplicable("code here reads no document of settings")
        return
    found = graph.shadowed()
    for setting in found:
        place, _, says = setting.literals[0]
        other = "another value" if setting.differs else "the same value today"
        yield Finding(
            f"{setting.document} sets {setting.key.name} to {setting.value!r}, which no code reads; {place} has {says}, {other}: "
            "a change of the file changes nothing",
            place,
            entity=f"{setting.document}: {setting.key.name}",
            remedy="read the value from the file where it is written out, so that it has one place",
            related=(
                setting.key.place.says("set here"),
                *(where.says(said) for where, _, said in setting.literals[1:8]),
            ),
        )
    again = graph.repeated()
    for each in again:
        first, *others = each.places
        yield Finding(
            f"{each.document} holds the list {each.key.name}, and {first} writes the same list out again: a change of the file "
            "changes one of them",
            first,
            entity=f"{each.document}: {each.key.name} again",
            remedy="read the list from the file where it is written out",
            related=(each.key.place.says("held here"), *(place.says("written out here too") for place in others[:8])),
            milder=1,
        )
    for document in documents:
        if document.open:
            yield Unknown(f"{document.path}: {document.open}")
    if not found and not again and not all(document.open for document in documents):
        yield Clean(says="no setting of a file is written out in code besides")
