"""DAT009: nothing tells where the training data come from and what they mean."""

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
    NotEvidenced,
    Rule,
    Severity,
    plural,
)

RULE = Rule(
    id="DAT009",
    name="undocumented-dataset",
    severity=Severity.MEDIUM,
    reliability="B",
    check=Check.PRACTICE,
    archetypes="PRS",
    effort=Effort("2h", "4h"),
    serves=True,
    unit="named data that training starts from",
    checklist=("C30",),
    ml_test_score=("Data 4",),
    references=("Gebru et al. 2021", "EU AI Act, Annex IV", "SE4ML practices"),
)
SURE = 0.6
SEARCHED = (
    "README and other documents",
    "data cards and dictionaries",
    "descriptions in data pointers",
    "hubs and libraries",
)


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    found = graph.described()
    if not (found.described or found.silent):
        yield NotApplicable("training starts from no data that the code names")
        return
    if found.described:
        yield Clean(len(found.described), f"{found.described[0].artefact} is described")
    if not found.silent:
        return
    if graph.confidence("T") >= SURE:
        yield NotEvidenced("a lesson tells of its data where it is taught", len(found.silent), SEARCHED)
        return
    first, *others = sorted(found.silent, key=lambda root: root.tried)
    more = f" and {plural(len(others), 'other source')}" if others else ""
    yield Finding(
        f"training starts from {first.artefact}{more}, and no document tells their origin, licence or meaning",
        first.place,
        entity="\n".join(root.artefact for root in found.silent),
        remedy="add a page on the data: origin, licence, how they were collected, columns, known gaps",
        related=tuple(root.place.says(f"{root.artefact} is read here") for root in found.silent[:12]),
        certainty=first.confidence,
        milder=bool(first.tried),
        searched=SEARCHED,
    )
