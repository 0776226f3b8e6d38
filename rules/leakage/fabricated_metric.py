"""LKG013: a number that nothing measured is recorded as a metric."""

from __future__ import annotations

from auditor.rulekit import (
    ArtefactGraph,
    Check,
    Clean,
    Effort,
    Finding,
    Invented,
    Iterator,
    Judgement,
    Rule,
    Severity,
    doubted,
    plural,
)

RULE = Rule(
    id="LKG013",
    name="fabricated-metric",
    severity=Severity.HIGH,
    reliability="A",
    check=Check.DENSITY,
    archetypes="PSR",
    effort=Effort("30m", "1h"),
    each=Effort("30m", "1h"),
    unit="recorded metrics",
    ml_test_score=("Model 6",),
    references=("Breck et al. 2017",),
)


def _says(each: Invented) -> str:
    if each.given:
        return f"what a request to {each.route} does not hold is drawn by chance ({each.draw}), and the model is asked about it"
    if each.name:
        return f"the {each.name} in the answer of {each.route} is a random number ({each.draw})"
    return f"{each.route} may answer with a random number ({each.draw}) where its model does not"


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    found, total = graph.fabricated
    yield from doubted(graph, found, "record what the evaluation computed; remove the placeholder")
    for each in graph.invented():
        yield Finding(
            _says(each),
            each.place,
            entity=each.function,
            remedy="answer with an error that says so, and count how often: nobody can tell chance from a model",
            related=(each.asked.says("asked here"),),
        )
    if total > len(found):
        yield Clean(total - len(found), f"{plural(total - len(found), 'recorded metric')} computed")
