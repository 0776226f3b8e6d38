"""PIP009: a notebook runs as a step, without parameters and without a test."""

from __future__ import annotations

from auditor.rulekit import ArtefactGraph, Check, Clean, Effort, Finding, Iterator, Judgement, Rule, Severity

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
    for step in graph.notebook_steps():
        if step.parametrised or step.tested:
            yield Clean(says=f"{step.notebook} is {'given parameters' if step.parametrised else 'tested'}")
            continue
        yield Finding(
            f"{step.by} runs the notebook {step.notebook}, which takes no parameters and has no test",
            step.place,
            entity=step.notebook,
            remedy="move its logic into a module with tests, and keep the notebook as a thin runner with parameters",
        )
