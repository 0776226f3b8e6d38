"""TST006: features computed once for each side of a model, and no test that compares the two."""

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
    Rule,
    Severity,
)

RULE = Rule(
    id="TST006",
    name="no-train-serve-parity-test",
    severity=Severity.MEDIUM,
    reliability="B",
    check=Check.PRACTICE,
    archetypes="SP",
    effort=Effort("4h", "1d"),
    unit="services with feature code of their own",
    serves=True,
    ml_test_score=("Monitor 3", "Infra 4"),
    references=("Breck et al. 2017", "Rules of ML"),
)
SEARCHED = ("tests that can fail and run feature code of both sides",)


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    if excused := graph.excused():
        yield NotApplicable(excused)
        return
    found = graph.parity()
    if not found.twice:
        shared = f"; both run {found.shared[0]}()" if found.shared else ""
        yield NotApplicable(f"no feature is computed once for training and again for serving{shared}")
        return
    if found.tests or all(twice.tested for twice in found.twice):
        yield Clean(says=f"{found.tests[0] if found.tests else 'a test'} runs code of both sides")
        return
    first = found.twice[0]
    yield Finding(
        f"{first.served_name} computes for serving what {first.trained_name} computes for training, and no test compares them",
        first.served,
        entity="parity",
        remedy="feed one golden row through both paths in a test, or let both call one function",
        related=first.trained[:6],
        searched=SEARCHED,
    )
