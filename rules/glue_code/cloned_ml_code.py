"""GLU005: copied code."""

from __future__ import annotations

from auditor.rulekit import (
    ArtefactGraph,
    Check,
    Clones,
    Effort,
    Finding,
    Iterator,
    Judgement,
    Measure,
    NotApplicable,
    Place,
    Rule,
    Severity,
    plural,
)

RULE = Rule(
    id="GLU005",
    name="cloned-ml-code",
    severity=Severity.MEDIUM,
    reliability="A",
    check=Check.METRIC,
    archetypes="PRSAN",
    effort=Effort("1d", "3d"),
    each=Effort("1h", "3h"),
    unit="share of statements that repeat others",
    warn=0.10,
    fail=0.25,
    ml_test_score=("Data 7",),
    references=("Tang et al. 2021", "van Oort et al. 2021"),
)
FEWEST, MOST, LEAST, FEW = 100, 10, 10, 25
REMEDY = "keep one copy as a tested function, with what differs as its parameters"
SURE = 0.6


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    if graph.confidence("T") >= SURE:
        yield NotApplicable("the lessons of a tutorial repeat each other: that is their method")
        return
    clones = graph.clones()
    for same in clones.same:
        yield Finding(
            f"{', '.join(same[:-1])} and {same[-1]} are one file, kept {len(same)} times",
            Place(same[-1]),
            entity=f"same {' '.join(same)}",
            remedy="keep one of them and import it",
            related=tuple(Place(path).says("the same content") for path in same),
            milder=1,
        )
    if clones.statements < FEWEST:
        yield NotApplicable(f"{clones.statements} statements; the share needs {FEWEST}")
        return
    cut = " of those that were looked at" if clones.cut else ""
    yield Measure(
        clones.share, f"{clones.redundant} of {clones.statements} statements{cut} repeat others ({clones.share:.0%})"
    )
    if RULE.warn is not None and clones.share >= RULE.warn:
        yield from _pairs(clones)
    else:
        yield from _spread(clones)


def _pairs(clones: Clones) -> Iterator[Finding]:
    """Where much is copied: the pairs of files that hold most of it."""
    for pair in clones.pairs()[:MOST]:
        if pair.statements < LEAST:
            continue
        first = pair.runs[0]
        yield Finding(
            f"{plural(pair.statements, 'statement')} of {pair.copy} repeat {pair.source if pair.source != pair.copy else 'others of the same file'}, in {plural(len(pair.runs), 'run')}",
            first.copy,
            entity=f"{pair.source} {pair.copy}",
            remedy=REMEDY,
            related=tuple(
                place
                for run in pair.runs[:3]
                for place in (
                    run.source.says(f"{run.source_name}: {run.statements} statements"),
                    run.copy.says(f"again in {run.copy_name}"),
                )
            ),
            milder=int(clones.drafts or clones.share < (RULE.fail or 1) or pair.statements < FEW or pair.taken),
        )


def _spread(clones: Clones) -> Iterator[Finding]:
    """Where little is copied: what stands in three and more files all the same."""
    for spread in clones.spread()[:MOST]:
        first = spread.runs[0]
        yield Finding(
            f"{first.source_name} of {spread.source} stands again, in part, in {plural(len(spread.runs), 'other file')}",
            first.source,
            entity=f"spread {spread.source}",
            remedy=REMEDY,
            related=tuple(
                run.copy.says(f"{plural(run.statements, 'statement')}, in {run.copy_name}") for run in spread.runs[:6]
            ),
            milder=1,
        )
