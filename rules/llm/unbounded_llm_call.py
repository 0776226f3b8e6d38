"""LLM004: a language model is asked without a limit of tokens or time."""

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
    Unknown,
)

RULE = Rule(
    id="LLM004",
    name="unbounded-llm-call",
    severity=Severity.LOW,
    reliability="A",
    check=Check.PRACTICE,
    archetypes="ASP",
    effort=Effort("10m", "30m"),
    each=Effort("10m", "15m"),
    unit="calls of language models",
    ml_test_score=("Monitor 6",),
    references=("SpecDetect4LLM 2025",),
)


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    open_: dict[str, list[Place]] = {}
    unknown = 0
    for ask in graph.asks:
        if ask.place.path.endswith(".ipynb") or not (ask.answers or ask.models is not None):
            continue
        if ask.limited is None:
            unknown += ask.answers
        elif ask.limited:
            yield Clean(says=f"{ask.place} sets a limit")
        else:
            open_.setdefault(ask.place.path, []).append(ask.place)
    if unknown:
        yield Unknown("limits may be set where the framework is configured", unknown)
    for path, places in sorted(open_.items()):
        yield Finding(
            "a language model is asked with no limit of tokens, and time is left to the default of the client",
            places[0],
            entity=path,
            remedy="set a limit of tokens at the call, and timeout and retries at the client",
            related=tuple(place.says("asked here too") for place in places[1:8]),
        )
