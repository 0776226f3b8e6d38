"""DAT006: tables enter training without any expectation of what they hold."""

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
    id="DAT006",
    name="no-schema-contract",
    severity=Severity.MEDIUM,
    reliability="A",
    check=Check.PRACTICE,
    archetypes="PS",
    effort=Effort("4h", "1d"),
    serves=True,
    unit="tables that training starts from",
    checklist=("C3",),
    ml_test_score=("Data 1", "Monitor 2"),
    references=("Breck et al. 2017", "Zhang, Cruz & van Deursen 2022", "SE4ML practices"),
)
SHARE, SURE = 0.5, 0.6
SEARCHED = (
    "arguments dtype, names, usecols, schema of the read",
    "validation libraries",
    "declared checks",
    "tests on columns that fail",
)


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    found = graph.contracts()
    tables = len(found.kept) + len(found.missing) + len(found.elsewhere)
    if not tables:
        yield NotApplicable("training starts from no table without types of its own")
        return
    if found.kept:
        says = found.by or f"{found.kept[0].artefact} is read with columns or types"
        yield Clean(len(found.kept), f"{len(found.kept)} of {tables} tables with expectations ({says})")
    if found.elsewhere:
        yield NotEvidenced(
            f"{found.elsewhere[0].artefact} comes from elsewhere, where its schema may be kept",
            len(found.elsewhere),
            SEARCHED,
        )
    if not found.missing or len(found.missing) + len(found.elsewhere) < SHARE * tables:
        return
    if graph.confidence("T") >= SURE:
        yield NotEvidenced("a lesson takes its tables as they come", len(found.missing), SEARCHED)
        return
    first, *others = found.missing
    more = f" and {plural(len(others), 'other table')}" if others else ""
    yield Finding(
        f"training takes {first.artefact}{more} as it comes: no columns or types are expected and nothing checks them",
        first.place,
        entity="\n".join(root.artefact for root in found.missing),
        remedy="declare columns and types where the table enters, and let a check fail the run",
        related=tuple(root.place.says(f"{root.artefact} is read here") for root in found.missing[:12]),
        certainty=first.confidence,
        milder=bool(graph.coursework) or first.tried,
        searched=SEARCHED,
    )
