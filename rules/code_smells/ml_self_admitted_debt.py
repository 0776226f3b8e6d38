"""COD006: comments admit debt about data, models, evaluation or configuration."""

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
    plural,
)

RULE = Rule(
    id="COD006",
    name="ml-self-admitted-debt",
    severity=Severity.INFO,
    reliability="A",
    check=Check.DENSITY,
    archetypes="PRSALN",
    effort=Effort("30m", "4h"),
    each=Effort("15m", "2h"),
    unit="admissions in a thousand statements",
    references=("OBrien et al. 2022", "Bhatia et al. 2023"),
)

MANY = 2.0
"""Admissions in a thousand statements from which they are told (judgement; Bhatia et al. find twice as many in ML as elsewhere)."""
YEAR = 365
SHOWN = 12


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    admitted = graph.admitted_debt(graph.touches(YEAR) if graph.history_state in ("full", "partial") else None)
    old = [each for each in admitted.found if each.old]
    if not admitted.found or (admitted.density < MANY and not old):
        yield Clean(
            says=f"{plural(len(admitted.found), 'comment')} of this kind in {plural(admitted.statements, 'statement')}"
        )
        return
    kinds = ", ".join(f"{kind} {count}" for kind, count in admitted.kinds)
    since = f"; {len(old)} in files that nobody has touched for a year" if old else ""
    yield Finding(
        f"{plural(len(admitted.found), 'comment admits', 'comments admit')} unfinished work ({kinds}): {admitted.density:.1f} in a thousand statements{since}",
        Place(graph.root or "."),
        entity="admitted",
        remedy="turn each into an issue with an owner and a date, or do it",
        related=tuple(each.place.says(f"about {each.kind}") for each in admitted.found[:SHOWN]),
    )
