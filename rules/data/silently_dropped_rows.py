"""DAT011: rows are dropped and nobody counts them."""

from __future__ import annotations

from auditor.rulekit import ArtefactGraph, Check, Clean, Effort, Finding, Iterator, Judgement, Rule, Severity

RULE = Rule(
    id="DAT011",
    name="silently-dropped-rows",
    severity=Severity.MEDIUM,
    reliability="A",
    check=Check.DENSITY,
    archetypes="PSR",
    effort=Effort("30m", "1h"),
    each=Effort("15m", "30m"),
    unit="places that drop rows unseen",
    ml_test_score=("Data 1", "Monitor 2"),
    references=("Reading of public repositories",),
)


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    dropped = graph.dropped_rows()
    for each in dropped:
        says = (
            f"rows that do not parse are skipped without a word ({each.name})"
            if each.kind == "malformed"
            else f"values that {each.name} cannot convert become empty and their rows are dropped, uncounted"
        )
        yield Finding(
            says,
            each.place,
            entity=f"{each.kind}|{each.name}",
            remedy="count what is dropped, tell it, and fail above a limit",
            related=(each.dropped.says("dropped here"),) if each.dropped is not None else (),
        )
    if not dropped:
        yield Clean(says="no read or conversion that drops rows unseen")
