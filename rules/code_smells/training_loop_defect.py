"""COD001: a training loop forgets to clear gradients or to change the mode."""

from __future__ import annotations

from auditor.rulekit import ArtefactGraph, Check, Clean, Effort, Finding, Iterator, Judgement, Rule, Severity, plural

RULE = Rule(
    id="COD001",
    name="training-loop-defect",
    severity=Severity.HIGH,
    reliability="A",
    check=Check.DENSITY,
    archetypes="PRSTNLA",
    effort=Effort("15m", "1h"),
    each=Effort("15m", "30m"),
    unit="defects of training loops",
    ml_test_score=("Infra 2",),
    references=("Zhang, Cruz & van Deursen 2022, smells 18 and 20", "dslinter"),
)

SAYS = {
    "gradients": "{name} takes a step in each round and nothing clears the gradients, so that each adds to all before it",
    "stays": "{name} is put into evaluation mode in the loop that trains it, and never back: all later rounds train so",
    "validates": "{name} is validated in training mode: its dropout and batch statistics stay on",
    "kept": "{name} keeps the weights of a round by reference: all later rounds change them, and what is used in the end is the last",
    "clips": "gradients are clipped where there are none: after they were cleared or used, and before they are made",
}
REMEDIES = {
    "gradients": "call {name}.zero_grad() in each round",
    "stays": "call {name}.train() before each round of training",
    "validates": "call {name}.eval() before validation and {name}.train() after it",
    "kept": "keep a copy: copy.deepcopy(…) of the weights, or save them to a file",
    "clips": "clip between backward() and step()",
}
OTHER = {
    "gradients": "gradients are made here",
    "stays": "trained here",
    "validates": "trained here",
    "kept": "used here",
    "clips": "made or used here",
}


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    defects, looked = graph.training_defects()
    for each in defects:
        yield Finding(
            SAYS[each.kind].format(name=each.name),
            each.place,
            entity=f"{each.kind}|{each.name}",
            remedy=REMEDIES[each.kind].format(name=each.name),
            related=(each.other.says(OTHER[each.kind]),),
        )
    if looked and not defects:
        yield Clean(says=f"{plural(looked, 'body', 'bodies')} with a training loop, in order")
