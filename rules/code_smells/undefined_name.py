"""COD008: a program uses a name that nothing defines."""

from __future__ import annotations

from auditor.rulekit import ArtefactGraph, Check, Clean, Effort, Finding, Iterator, Judgement, Rule, Severity, plural

RULE = Rule(
    id="COD008",
    name="undefined-name",
    severity=Severity.MEDIUM,
    reliability="A",
    check=Check.DENSITY,
    archetypes="PSARNL",
    effort=Effort("15m", "1h"),
    each=Effort("15m", "30m"),
    unit="names that nothing defines",
    ml_test_score=("Infra 3",),
    references=("Reading of public repositories", "pyflakes"),
)


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    names, looked = graph.undefined_names()
    # What a notebook that was run lacks is told as its hidden state (REP008).
    told = {(each.path, each.name) for each in graph.notebooks().hidden if each.kind == "undefined"}
    for each in names:
        if (each.place.path, each.name) in told:
            continue
        times = f" ({each.uses} times)" if each.uses > 1 else ""
        yield Finding(
            f"{each.name} is used{times}, and nothing in this file defines or imports it",
            each.place,
            entity=each.name,
            remedy="define or import it, and let CI run this program",
            milder=int(each.idle),
        )
    if looked and not names:
        yield Clean(says=f"every name of {plural(looked, 'program')} is defined somewhere in its file")
