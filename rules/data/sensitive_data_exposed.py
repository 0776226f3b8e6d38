"""DAT010: a committed table holds personal data."""

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
    id="DAT010",
    name="sensitive-data-exposed",
    severity=Severity.HIGH,
    reliability="B",
    check=Check.DENSITY,
    archetypes="PSRN",
    effort=Effort("1d", "2d"),
    each=Effort("1h", "4h"),
    unit="committed tables with personal data",
    checklist=("C5",),
    ml_test_score=("Data 5",),
    references=("Breck et al. 2017", "EU AI Act, Article 10"),
)


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    by_table: dict[str, list[tuple[str, str, int]]] = {}
    for each in graph.personal_data():
        by_table.setdefault(each.path, []).append((each.column, each.holds, each.values))
    for path, columns in by_table.items():
        told = ", ".join(
            f"{holds} in column {column} ({values} in the rows looked at)" for column, holds, values in columns
        )
        yield Finding(
            f"{path} is committed with {told}",
            Place(path, 1),
            entity=path,
            remedy="take the table out of the repository and its history; keep masked or tokenised columns where the rows are needed",
        )
    if not by_table and (looked := len(graph.kept_tables())):
        yield Clean(says=f"{plural(looked, 'committed table')} without columns that are personal by name and by value")
