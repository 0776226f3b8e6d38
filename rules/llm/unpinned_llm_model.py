"""LLM001: a language model is asked by a name that moves."""

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
    id="LLM001",
    name="unpinned-llm-model",
    severity=Severity.MEDIUM,
    reliability="A",
    check=Check.PRACTICE,
    archetypes="ASP",
    effort=Effort("15m", "1h"),
    each=Effort("15m", "30m"),
    unit="models that are named",
    root_cause="unpinned-llm",
    checklist=("C31",),
    ml_test_score=("Monitor 1", "Infra 1"),
    references=("SpecDetect4LLM 2025",),
)


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    named: dict[str, list[Place]] = {}
    defaults: set[str] = set()
    for ask in graph.asks:
        for model in ask.models or ():
            named.setdefault(model, []).append(ask.place)
            defaults |= {model} if ask.default else set()
    unknown = [ask for ask in graph.asks if ask.models is None and ask.effect.entry.pin is not None]
    if unknown:
        yield Unknown(f"which model {unknown[0].place} asks is decided elsewhere", len(unknown))
    for model, places in sorted(named.items()):
        if not graph.moves(model):
            yield Clean(says=f"{model} stands still, or its provider keeps no snapshots")
            continue
        says = "which model is asked is left to the default of the library, which moves with it"
        yield Finding(
            says if model in defaults else f"{model} is asked: an alias that its provider points at newer models",
            places[0],
            entity=model,
            remedy="name a dated snapshot, and move on when an evaluation says so",
            related=tuple(place.says("asked here too") for place in places[1:8]),
            milder=1 if places[0].path.endswith(".ipynb") else 0,
        )
