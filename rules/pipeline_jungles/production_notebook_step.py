"""PIP009: a notebook runs as a step, without parameters and without a test."""

from __future__ import annotations

from auditor.rulekit import (
    ArtefactGraph,
    Check,
    Clean,
    Effort,
    Finding,
    Iterator,
    Judgement,
    Place,
    Rule,
    Severity,
    plural,
)

RULE = Rule(
    id="PIP009",
    name="production-notebook-step",
    severity=Severity.MEDIUM,
    reliability="A",
    check=Check.PRACTICE,
    archetypes="PS",
    effort=Effort("4h", "1d"),
    each=Effort("2h", "4h"),
    unit="notebooks that run as steps",
    ml_test_score=("Infra 2",),
    references=("Google, MLOps level 0", "Pimentel et al. 2019"),
)


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    bare: dict[str, list[tuple[str, Place]]] = {}
    for step in graph.notebook_steps():
        if step.parametrised or step.tested:
            yield Clean(says=f"{step.notebook} is {'given parameters' if step.parametrised else 'tested'}")
        else:
            bare.setdefault(step.by, []).append((step.notebook, step.place))
    for by, ran in bare.items():
        (notebook, place), *others = sorted(ran, key=lambda each: each[1])
        more = f" and {plural(len(others), 'other')}" if others else ""
        yield Finding(
            f"{by} runs the notebook {notebook}{more}, without parameters and without a test",
            place,
            entity=notebook,
            remedy="move its logic into a module with tests, and keep the notebook as a thin runner with parameters",
            related=tuple(at.says(f"runs {name}") for name, at in others),
            instances=len(ran),
        )
