"""ENT009: a feature is computed once for training and again, by other code, for serving."""

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
    Twice,
    plural,
)

RULE = Rule(
    id="ENT009",
    name="divergent-feature-logic",
    severity=Severity.HIGH,
    reliability="B",
    check=Check.PRACTICE,
    archetypes="SP",
    effort=Effort("2d", "5d"),
    ml_test_score=("Monitor 3",),
    references=("Rules of ML 32", "Breck et al. 2017", "Sculley et al. 2015"),
)


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    skew = graph.skew()
    trains, serves = skew.sides
    if not (trains and serves):
        yield NotApplicable(
            "no code here answers with a model" if not serves else "what trains the model is not in the repository"
        )
        return
    for twice in skew.twice:
        if twice.tested:
            yield Clean(says=f"a test holds {twice.served_name} and {twice.trained_name} together")
            continue
        yield Finding(
            f"{_what(twice)} by {twice.served_name} for serving and by {twice.trained_name} for training",
            twice.served,
            entity=f"{twice.served_name} {twice.trained_name}",
            remedy="keep it in one function that both import, or persist it inside the model; add a test that holds both sides together",
            related=twice.trained[:6],
            certainty=0.9 if twice.linked else 0.7,
            milder=0 if twice.differing and twice.linked else 1,
        )
    for name in skew.shared[:10]:
        yield Clean(says=f"both sides run {name}")


def _what(twice: Twice) -> str:
    """What is done twice, in words."""
    if twice.differing:
        return f"{_names(twice.differing)} computed twice, by code of its own each time,"
    if twice.alike:
        return f"{_names(twice.alike)} computed twice, by copied code,"
    if twice.letters:
        return f"the input is prepared twice ({plural(twice.letters, 'statement')} to the letter the same)"
    return f"{plural(twice.copied, 'statement')} of feature code copied"


def _names(columns: tuple[str, ...]) -> str:
    shown = ", ".join(columns[:4]) + (", …" if len(columns) > 4 else "")
    return f"{shown} {'is' if len(columns) == 1 else 'are'}"
