"""OPS009: the model's code is known to one person."""

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
    Unknown,
    plural,
)

RULE = Rule(
    id="OPS009",
    name="knowledge-silo",
    severity=Severity.MEDIUM,
    reliability="A",
    check=Check.PRACTICE,
    archetypes="PSA",
    effort=Effort("2d", "5d"),
    unit="component",
    checklist=("C7",),
    ml_test_score=("Model 1",),
    references=("Rules of ML 11", "SE4ML practice 02-doc_features"),
)

UNTOLD = {
    "short": "fewer than 50 commits tell who knows what",
    "mirrored": "its commits are carried over from another repository by one account",
}


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    silo = graph.silo()
    if silo.untold:
        yield Unknown("the clone is shallow") if silo.untold == "shallow" else NotApplicable(UNTOLD[silo.untold])
        return
    if silo.critical < 3:
        yield NotApplicable("fewer than three files that train changed more than once")
        return
    if silo.people < 2:
        yield NotApplicable("one person writes this repository: nobody is left out")
        return
    if graph.has_owners:
        yield Clean(says="CODEOWNERS names who knows what")
    elif silo.gone and len(silo.files) * 2 >= silo.critical:
        yield Finding(
            f"{len(silo.files)} of {plural(silo.critical, 'file')} that train the model were changed by one person alone, who has not been seen for {silo.gone} days",
            Place(graph.root or "."),
            entity="knowledge-silo",
            remedy="let a second person change these files soon, and name owners in CODEOWNERS",
            related=tuple(Place(path, 1).says("known to one person") for path in silo.files[:6]),
        )
    elif len(silo.files) * 2 >= silo.critical:
        yield Finding(
            f"{len(silo.files)} of {plural(silo.critical, 'file')} that train the model were changed by one person alone, of {silo.people} who work here",
            Place(graph.root or "."),
            entity="knowledge-silo",
            remedy="let a second person change these files soon, and name owners in CODEOWNERS",
            milder=1,
            related=tuple(Place(path, 1).says("known to one person") for path in silo.files[:6]),
        )
    else:
        yield Clean(says="several people have changed the files that train")
