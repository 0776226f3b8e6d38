"""TST001: code that makes features, and no test that reaches it."""

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
    NotEvidenced,
    Rule,
    Severity,
    plural,
)

RULE = Rule(
    id="TST001",
    name="untested-feature-code",
    severity=Severity.HIGH,
    reliability="A",
    check=Check.PRACTICE,
    archetypes="PSL",
    effort=Effort("1d", "3d"),
    each=Effort("1h", "3h"),
    unit="functions that make features",
    serves=True,
    checklist=("C8",),
    ml_test_score=("Data 7",),
    references=("Breck et al. 2017", "SE4ML practices"),
)
ENOUGH, LITTLE = 0.5, 0.2
"""Shares of feature code that tests reach: at half the score of Breck et al. begins; under a fifth it is as good as none."""
FEW = 3
SEARCHED = (
    "test functions and methods that can fail, with their fixtures, helpers and the programs they start",
    "doctests",
)


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    excused = graph.excused()
    if excused and not graph.built_upon:
        yield NotApplicable(excused)
        return
    subjects = graph.feature_code()
    if not subjects:
        yield NotApplicable("no code here makes features for a model")
        return
    tested = [subject for subject in subjects if subject.tested]
    if tested:
        yield Clean(len(tested), f"tests reach {len(tested)} of {plural(len(subjects), 'piece')} of feature code")
    share = len(tested) / len(subjects)
    if share >= ENOUGH:
        return
    if excused:
        untested = len(subjects) - len(tested)
        yield NotEvidenced(
            f"no test seen that reaches {untested} of {plural(len(subjects), 'piece')} of feature code",
            untested,
            SEARCHED,
        )
        return
    first, *others = [subject for subject in subjects if not subject.tested]
    idle = sum(subject.touched for subject in subjects) - len(tested)
    # What no pipeline declares and nothing serves is run by somebody who looks at each figure.
    by_hand = not graph.serving() and not graph.rehearsals().pipelines
    yield Finding(
        f"{'only ' if tested else ''}{len(tested) or 'none'} of {plural(len(subjects), 'piece')} of feature code "
        f"{'is' if len(tested) < 2 else 'are'} reached by a test that can fail; not {first.name}"
        + (f" ({idle} are run by tests that are skipped or assert nothing)" if idle else ""),
        first.place,
        entity="feature-code",
        remedy="test each transform on a small frame with nulls, unseen categories and limits, and assert values, not only shapes",
        related=tuple(other.place.says(f"{other.name}: no test either") for other in others[:12]),
        milder=(share >= LITTLE) + (len(subjects) < FEW) + graph.taught + by_hand,
        searched=SEARCHED,
    )
