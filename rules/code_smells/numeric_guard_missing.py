"""COD003: a logarithm or a softmax runs into infinity for outputs that a model may have."""

from __future__ import annotations

from auditor.rulekit import ArtefactGraph, Check, Clean, Effort, Finding, Iterator, Judgement, Rule, Severity

RULE = Rule(
    id="COD003",
    name="numeric-guard-missing",
    severity=Severity.LOW,
    reliability="A",
    check=Check.DENSITY,
    archetypes="PRSLNA",
    effort=Effort("10m", "30m"),
    each=Effort("10m", "15m"),
    unit="computations without a guard",
    ml_test_score=("Monitor 5",),
    references=("Zhang, Cruz & van Deursen 2022, smell 15", "Breck et al. 2017, Monitor 5"),
)

SAYS = {
    "log": "{name} is taken of a probability that may be 0, and then gives minus infinity",
    "softmax": "a softmax is written out without taking the maximum off first: large inputs give infinity over infinity",
}
REMEDIES = {
    "log": "use the logarithmic form (log_softmax, logsigmoid, predict_log_proba), or clip before",
    "softmax": "use the softmax of the library, or subtract the maximum before",
}


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    found = graph.unguarded_numerics()
    for each in found:
        yield Finding(
            SAYS[each.kind].format(name=each.name),
            each.place,
            entity=f"{each.kind}|{each.name}",
            remedy=REMEDIES[each.kind],
        )
    if not found:
        yield Clean(says="no logarithm of a bare probability and no softmax written by hand")
