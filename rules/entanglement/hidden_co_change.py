"""ENT008: files that change together although nothing in them says so."""

from __future__ import annotations

from auditor.rulekit import (
    ArtefactGraph,
    Check,
    Clean,
    Effort,
    Finding,
    Iterator,
    Judgement,
    NotApplicable,
    Place,
    Rule,
    Severity,
    Unknown,
)

RULE = Rule(
    id="ENT008",
    name="hidden-co-change",
    severity=Severity.MEDIUM,
    reliability="A",
    check=Check.DENSITY,
    archetypes="PRSAL",
    effort=Effort("1d", "3d"),
    unit="groups of files that change together without a tie",
    references=("Zimmermann et al. 2004", "Barrak, Eghan & Adams 2021"),
)
FEWEST_COMMITS = 50
MOST = 5


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    mined = graph.co_changes()
    if mined.unread:
        yield Unknown(mined.unread)
        return
    if mined.commits < FEWEST_COMMITS:
        yield NotApplicable(f"{mined.commits} usable commits in 24 months; mining needs {FEWEST_COMMITS}")
        return
    groups = mined.untied()
    for group in groups[:MOST]:
        files = sorted({name for pair in group for name in (pair.one, pair.other)})
        first = group[0]
        more = f", and {len(files) - 2} more with them" if len(files) > 2 else ""
        twins = all(pair.twins for pair in group)
        # Neighbours in one folder are hardly hidden from each other.
        beside = all(pair.one.rpartition("/")[0] == pair.other.rpartition("/")[0] for pair in group)
        yield Finding(
            f"{first.one} and {first.other} changed together in {first.together} commits{more}; "
            + ("they are kept alike by hand" if twins else "nothing in the code ties them"),
            Place(first.one, None),
            entity="\n".join(files),
            remedy="make what they share explicit: one constant, schema or template that both take, or one file",
            related=tuple(
                Place(pair.other, None).says(
                    f"with {pair.one} in {pair.together} of its {pair.changes[1]} and the other's {pair.changes[0]} changes"
                )
                for pair in group[:6]
            ),
            milder=1 if twins or beside else 0,
        )
    yield Clean(
        says=f"{mined.commits} commits of 24 months, {len(mined.pairs)} strong pairs, {len(groups)} groups of them untied"
    )
