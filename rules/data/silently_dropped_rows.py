"""DAT011: rows are dropped and nobody counts them."""

from __future__ import annotations

from auditor.rulekit import (
    ArtefactGraph,
    Check,
    Clean,
    Dropped,
    Effort,
    Finding,
    Iterator,
    Judgement,
    Rule,
    Severity,
    plural,
)

RULE = Rule(
    id="DAT011",
    name="silently-dropped-rows",
    severity=Severity.MEDIUM,
    reliability="B",
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
    habits: dict[tuple[str, str, str], list[Dropped]] = {}
    for each in dropped:
        habits.setdefault((each.place.path, each.kind, each.name), []).append(each)
    for (_, kind, name), (first, *others) in habits.items():
        says = (
            f"rows that do not parse are skipped, uncounted ({name})"
            if kind == "malformed"
            else f"values that {name} cannot convert become empty and their rows are dropped, uncounted"
        )
        more = f" (and {plural(len(others), 'more place')})" if others else ""
        yield Finding(
            f"{says}{more}",
            first.place,
            entity=f"{kind}|{name}",
            remedy="count what is dropped, tell it, and fail above a limit",
            related=(
                *((first.dropped.says("dropped here"),) if first.dropped is not None else ()),
                *(other.place.says("the same here") for other in others),
            ),
        )
    if not dropped:
        yield Clean(says="no read or conversion that drops rows unseen")
