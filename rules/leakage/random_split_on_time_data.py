"""LKG006: rows that are ordered in time are split at random."""

from __future__ import annotations

from auditor.rulekit import (
    ArtefactGraph,
    Check,
    Clean,
    Effort,
    Iterator,
    Judgement,
    NotApplicable,
    Rule,
    Severity,
    doubted,
)

RULE = Rule(
    id="LKG006",
    name="random-split-on-time-data",
    severity=Severity.HIGH,
    reliability="B",
    check=Check.DENSITY,
    archetypes="PRNS",
    effort=Effort("1h", "2h"),
    each=Effort("30m", "1h"),
    unit="splits",
    checklist=("C2",),
    references=("Kapoor & Narayanan 2023",),
)


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    found = graph.splits_against_time
    yield from doubted(graph, found, "split at a cutoff date, or fold in the order of time")
    splits = graph.splits_followed
    if splits and not found:
        yield Clean(splits, f"{splits} splits, none at random over rows with two signs of an order in time")
    elif not splits:
        yield NotApplicable("no rows are split here")
