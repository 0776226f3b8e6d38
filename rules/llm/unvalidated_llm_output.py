"""LLM005: an answer of a language model is run or parsed on trust."""

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
    Rule,
    Severity,
    plural,
)

RULE = Rule(
    id="LLM005",
    name="unvalidated-llm-output",
    severity=Severity.HIGH,
    reliability="A",
    check=Check.DENSITY,
    archetypes="ASP",
    effort=Effort("1h", "3h"),
    each=Effort("1h", "2h"),
    unit="answers that nothing checks",
    checklist=("C31",),
    ml_test_score=("Monitor 2",),
    references=("SpecDetect4LLM 2025", "OWASP Top 10 for LLM Applications, LLM05"),
)

SAYS = {
    "run": "{name} runs what a language model answers",
    "query": "{name} sends what a language model answers to a database",
    "parse": "{name} parses an answer of a language model that no schema holds it to, and nothing catches a failure",
    "agent": "{name} lets a language model write code and run it here",
}
REMEDIES = {
    "run": "let the model choose among functions of your own, and check its arguments",
    "query": "let the model fill in parameters of fixed queries, with rights to read only",
    "parse": "ask for structured output, check it against a schema, and ask again when it fails",
    "agent": "run generated code in a sandbox without rights, or give the model functions of your own",
}


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    if not graph.asks:
        yield NotApplicable("no language model is asked here")
        return
    outputs = graph.outputs()
    for each in outputs.bare:
        yield Finding(
            SAYS[each.kind].format(name=each.name),
            each.place,
            entity=f"{each.kind}|{each.name}",
            remedy=REMEDIES[each.kind],
            related=(each.asked.says("asked here"),) if each.asked is not None else (),
            milder=1 if each.kind == "parse" else 0,
        )
    if outputs.followed and not outputs.bare:
        yield Clean(says=f"{plural(outputs.followed, 'use')} of answers, each checked")
