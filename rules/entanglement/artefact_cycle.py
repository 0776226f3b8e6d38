"""ENT005: a dependency cycle through files or imports."""

from __future__ import annotations

from auditor.rulekit import ArtefactGraph, Check, Clean, Effort, Finding, Iterator, Judgement, Rule, Severity

RULE = Rule(
    id="ENT005",
    name="artefact-cycle",
    severity=Severity.HIGH,
    reliability="A",
    check=Check.DENSITY,
    archetypes="PRSAL",
    effort=Effort("4h", "2d"),
    unit="cycles",
    references=("MacCormack, Rusnak & Baldwin 2006",),
)


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    cycles = graph.cycles()
    for cycle in cycles:
        walk = " → ".join([*(tie[0] for tie in cycle.ties), cycle.ties[0][0]])
        through = "files" if cycle.kind == "files" else "imports"
        more = f" (part of a group of {len(cycle.members)})" if len(cycle.members) > len(cycle.ties) else ""
        yield Finding(
            f"cycle through {through}: {walk}{more}",
            cycle.ties[0][2],
            entity="\n".join(cycle.members),
            remedy="make the order of the steps definite: turn the fed-back file into an explicit, versioned input"
            if cycle.kind == "files"
            else "move what the modules share into one that imports none of them",
            related=tuple(place.says(f"{source} {says}") for source, _, place, says in cycle.ties),
            milder=0 if cycle.kind == "files" else 2,
        )
    if not cycles:
        yield Clean(says="no cycle through files or imports")
