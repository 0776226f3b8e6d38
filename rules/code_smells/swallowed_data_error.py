"""COD004: an error of work on data is swallowed without a word."""

from __future__ import annotations

from auditor.rulekit import ArtefactGraph, Check, Clean, Effort, Finding, Iterator, Judgement, Rule, Severity, plural

RULE = Rule(
    id="COD004",
    name="swallowed-data-error",
    severity=Severity.MEDIUM,
    reliability="A",
    check=Check.DENSITY,
    archetypes="PSARL",
    effort=Effort("15m", "1h"),
    each=Effort("15m", "30m"),
    unit="handlers that swallow errors",
    ml_test_score=("Monitor 2",),
    references=("Zinkevich, Rules of Machine Learning, rule 10",),
)

DOES = {"pass": "passes over it", "continue": "goes on with the next", "break": "stops there"}


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    found, looked = graph.swallowed_errors()
    if looked > len(found):
        yield Clean(says=f"{plural(looked - len(found), 'handler')} around work on data tell or handle what went wrong")
    for each in found:
        yield Finding(
            f"any error of {each.work} is swallowed: the handler {DOES.get(each.does, each.does)} and tells nobody",
            each.place,
            entity=each.work,
            remedy="catch what is expected, log and count it, and let the rest fail",
            related=(each.worked.says(f"{each.work} here"),),
            milder=int(each.idle or each.shows),
        )
    for error in graph.unraised_errors():
        returned = error.by >= 0
        yield Finding(
            f"{error.name} is {'returned' if returned else 'made'} here and never raised: the check that found something wrong "
            f"{'hands it on like a result' if returned else 'says nothing'}",
            error.place,
            entity=f"{'returned' if returned else 'unraised'}|{error.name}",
            remedy=f"raise {error.name}",
        )
