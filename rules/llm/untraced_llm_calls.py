"""LLM007: calls of language models leave no trace."""

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
    Place,
    Rule,
    Severity,
    plural,
)

RULE = Rule(
    id="LLM007",
    name="untraced-llm-calls",
    severity=Severity.LOW,
    reliability="A",
    check=Check.PRACTICE,
    archetypes="AS",
    effort=Effort("4h", "1d"),
    unit="components that ask language models",
    serves=True,
    ml_test_score=("Monitor 7",),
    references=("SpecDetect4LLM 2025",),
)

SURE = 0.6


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    asks = [ask for ask in graph.asks if not ask.place.path.endswith(".ipynb")]
    if not asks:
        yield NotApplicable("nothing here asks a language model")
        return
    traces = graph.call_traces()
    says = f"{plural(len(asks), 'call asks', 'calls ask')} a language model, and nothing records prompt, model, tokens and time"
    if traces.evidence:
        yield Clean(says=f"{traces.evidence[0].place} {traces.evidence[0].says}")
    elif graph.confidence("S") < SURE or traces.hints:
        yield NotEvidenced(f"{says}; whether anything is deployed is not seen", searched=traces.searched)
    else:
        yield Finding(
            says,
            Place(graph.root or "."),
            entity="traces",
            remedy="trace each call with the id of its prompt, the model, tokens and time",
            related=tuple(ask.place.says("asks here") for ask in asks[:6]),
            searched=traces.searched,
        )
