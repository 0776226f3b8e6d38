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
    anywhere=True,
)


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    by_table: dict[str, list[tuple[str, str, int]]] = {}
    published: dict[str, bool] = {}
    for each in graph.personal_data():
        by_table.setdefault(each.path, []).append((each.column, each.holds, each.values))
        published[each.path] = published.get(each.path, True) and each.published
    alike: dict[tuple[tuple[str, str], ...], list[str]] = {}
    for path, columns in by_table.items():
        alike.setdefault(tuple((column, holds) for column, holds, _ in columns), []).append(path)
    for path, *others in alike.values():
        told = ", ".join(
            f"{holds} in column {column} ({values} in the rows looked at)" for column, holds, values in by_table[path]
        )
        more = f" (and {plural(len(others), 'table')} alike)" if others else ""
        yield Finding(
            f"{path}{more} is committed with {told}",
            Place(path, 1),
            entity=path,
            remedy="take the table out of the repository and its history; keep masked or tokenised columns where the rows are needed",
            related=tuple(Place(other, 1).says("the same columns here") for other in others),
            milder=2 if published[path] else 0,
        )
    if not by_table and (looked := len(graph.kept_tables())):
        yield Clean(says=f"{plural(looked, 'committed table')} without columns that are personal by name and by value")
