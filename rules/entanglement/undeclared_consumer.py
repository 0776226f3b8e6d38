"""ENT007: a component reads what another one writes, and nothing says so."""

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
)

RULE = Rule(
    id="ENT007",
    name="undeclared-consumer",
    severity=Severity.HIGH,
    reliability="B",
    check=Check.PRACTICE,
    archetypes="PS",
    effort=Effort("4h", "2d"),
    needs_paths=True,
    ml_test_score=("Monitor 1",),
    references=("Sculley et al. 2015", "Recupito et al. 2024"),
)


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    if graph.alone:
        yield NotApplicable("one component; whoever reads its outputs outside the repository cannot be seen")
        return
    taken = graph.consumers()
    for one in taken:
        if one.agreed is not None:
            yield Clean(says=f"{one.artefact}: {one.agreed}")
            continue
        yield Finding(
            f"{one.reader} of another component reads {one.artefact}, which {one.writer} writes; only the name ties them",
            one.read,
            entity=f"{one.reader} {one.artefact}",
            remedy="declare it as an input of the reader and an output of the writer, or publish it through a contract that both name",
            related=(one.written.says(f"{one.writer} writes it"),),
            certainty=one.confidence,
            milder=3 if one.reader.endswith(".ipynb") else int(one.waived),
        )
    if not taken:
        yield NotApplicable("nothing that is written here is read by another component of the repository")
