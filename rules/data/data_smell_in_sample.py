"""DAT008: a committed table shows odd rows."""

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
    id="DAT008",
    name="data-smell-in-sample",
    severity=Severity.LOW,
    reliability="A",
    check=Check.DENSITY,
    archetypes="PRN",
    effort=Effort("1h", "4h"),
    each=Effort("30m", "1h"),
    unit="committed tables with odd rows",
    ml_test_score=("Data 1", "Monitor 2"),
    references=("Foidl, Felderer & Ramler 2022",),
)
SHOWN = 4


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    smells, looked = graph.data_smells()
    by_table: dict[str, list[str]] = {}
    about: dict[str, list[str]] = {}
    used = {smell.path for smell in smells if smell.used}
    for smell in smells:
        by_table.setdefault(smell.path, []).append(smell.says)
        about.setdefault(smell.path, []).append(smell.about)
    alike: dict[tuple[str, ...], list[str]] = {}
    for path, what in about.items():
        alike.setdefault(tuple(what), []).append(path)
    for paths in alike.values():
        path = next((path for path in paths if path in used), paths[0])
        said, others = by_table[path], [other for other in paths if other != path]
        name = f"{path} (and {plural(len(others), 'table')} alike)" if others else path
        more = f"; and {plural(len(said) - SHOWN, 'more oddity', 'more oddities')}" if len(said) > SHOWN else ""
        yield Finding(
            f"{name}: {'; '.join(said[:SHOWN])}{more}",
            Place(path, 1),
            entity=path,
            remedy="clean the table at its source, or write down as a check what is expected of it",
            related=tuple(Place(other, 1).says("the same here") for other in others),
            # A table that no program reads spoils nothing.
            milder=0 if path in used else 1,
        )
    if looked > len(by_table):
        yield Clean(says=f"{plural(looked - len(by_table), 'committed table')} without odd rows")
