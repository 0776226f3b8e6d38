"""PIP011: a step that reports success although its work failed."""

from __future__ import annotations

from auditor.rulekit import ArtefactGraph, Check, Clean, Effort, Finding, Iterator, Judgement, Rule, Severity, plural

RULE = Rule(
    id="PIP011",
    name="failure-hiding-step",
    severity=Severity.HIGH,
    reliability="B",
    check=Check.DENSITY,
    archetypes="PSR",
    effort=Effort("30m", "1h"),
    each=Effort("15m", "30m"),
    unit="places that hide a failure",
    checklist=("C32",),
    ml_test_score=("Infra 3", "Monitor 2"),
    references=("Reading of public repositories",),
)

SAYS = {
    "handler": (
        "{step} {work} in a block whose every error is caught, told and forgotten: it ends as if all were well",
        "raise the error again after telling it, or end with a code other than 0",
    ),
    "exit": (
        "{step} {work} in a block whose every error ends the program with success",
        "end with a code other than 0",
    ),
    "part": (
        "{step} goes on when this fails, and the service with what was there before: it {work}",
        "raise the error again, or let the service know that what it reads is old",
    ),
    "command": ("{step} goes on if this command fails: {work}", "let the command's failure stop the step"),
    "chain": ("{step} runs the next command when this one fails: {work}", "begin the script with `set -euo pipefail`"),
    "pipe": (
        "{step} means to stop at a failure, and a pipe hides that of this command: {work}",
        "begin the script with `set -euo pipefail`",
    ),
    "launch": (
        "{step} starts the next program whether or not this one failed: {work}",
        "check how it ended (`check=True`)",
    ),
}


TOLD = frozenset({"handler", "exit"})
"""What tells a failure on the terminal: whoever starts by hand what nothing else starts is told."""
BESIDE = {"handler": "the work", "exit": "the work", "part": "the work", "pipe": "what its output goes to"}


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    hidden = graph.hidden_failures()
    for each in hidden:
        message, remedy = SAYS[each.kind]
        more = "; only its missing outputs tell" if each.missed else ""
        more += f"; so it does with {plural(len(each.others), 'other command')}" if each.others else ""
        beside = (each.worked.says(BESIDE.get(each.kind, "what runs next")),) if each.worked else ()
        yield Finding(
            message.format(step=each.step, work=each.work) + more,
            each.place,
            entity=f"{each.kind}|{each.step}",
            remedy=remedy,
            related=(*beside, *each.others[:6]),
            milder=(each.missed or each.idle or each.last or each.endless) + (each.idle and each.kind in TOLD),
            instances=1 + len(each.others),
        )
    if not hidden:
        yield Clean(says="no step that hides a failure of its work")
