"""DAT007: columns are made and no model gets them."""

from __future__ import annotations

from auditor.rulekit import ArtefactGraph, Check, Effort, Finding, Iterator, Judgement, Rule, Severity, plural

RULE = Rule(
    id="DAT007",
    name="underutilised-feature",
    severity=Severity.LOW,
    reliability="B",
    check=Check.DENSITY,
    archetypes="PS",
    effort=Effort("1h", "2h"),
    each=Effort("15m", "30m"),
    unit="bodies that make columns no model gets",
    ml_test_score=("Data 2", "Data 3"),
    references=("Sculley et al. 2015", "Zinkevich, Rules of ML"),
)
MANY, SHARE = 3, 0.1


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    for unused in graph.unused_columns():
        if len(unused.columns) < MANY and len(unused.columns) < SHARE * unused.made:
            continue
        names = ", ".join(name for name, _ in unused.columns[:5])
        yield Finding(
            f"{plural(len(unused.columns), 'column')} of {unused.frame} made here are in no list of features and named nowhere again: {names}",
            unused.columns[0][1],
            entity=names,
            remedy="drop the column, or give it to the model and see what it adds",
            related=(
                *(place.says(f"{name} is made here") for name, place in unused.columns[:12]),
                unused.fit.says("fitted on other columns"),
            ),
        )
