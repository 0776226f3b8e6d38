"""LLM003: nothing evaluates what a language model answers."""

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
    id="LLM003",
    name="no-llm-evaluation",
    severity=Severity.HIGH,
    reliability="A",
    check=Check.PRACTICE,
    archetypes="AS",
    effort=Effort("1d", "3d"),
    unit="components that ask language models",
    serves=True,
    checklist=("C31",),
    ml_test_score=("Model 2", "Infra 4"),
    references=("Breck et al. 2017", "SpecDetect4LLM 2025"),
)


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    asks = [ask for ask in graph.asks if not ask.place.path.endswith(".ipynb")]
    if not asks:
        yield NotApplicable("nothing here asks a language model")
        return
    watched = graph.answer_evaluation()
    if watched.evidence:
        first = watched.evidence[0]
        yield Clean(says=f"{first.place} {first.says}")
    elif watched.hints:
        first = watched.hints[0]
        yield NotEvidenced(f"no evaluation of answers was found; {first.place} {first.says}", searched=watched.searched)
    else:
        calls, clients = ([ask for ask in asks if ask.answers is answers] for answers in (True, False))
        says = f"{plural(len(calls), 'call asks', 'calls ask')} a language model" if calls else ""
        of = "one" if calls else "a language model"
        more = f"{plural(len(clients), f'client of {of} is', f'clients of {of} are')} made" if clients else ""
        yield Finding(
            f"{' and '.join(filter(None, (says, more)))}, and nothing in the repository evaluates the answers",
            Place(graph.root or "."),
            entity="evaluation",
            remedy="keep 30 to 100 questions with what their answers must hold, and run them before each change of prompt or model",
            related=tuple(
                ask.place.says("asks here" if ask.answers else "what asks is made here")
                for ask in (calls + clients)[:6]
            ),
            searched=watched.searched,
        )
