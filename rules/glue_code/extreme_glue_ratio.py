"""GLU002: how much of the code carries data, and how much models it. Context, never a debt of its own."""

from __future__ import annotations

from auditor.rulekit import (
    ArtefactGraph,
    Check,
    Effort,
    Finding,
    Iterator,
    Judgement,
    Measure,
    NotApplicable,
    Place,
    Rule,
    Severity,
)

RULE = Rule(
    id="GLU002",
    name="extreme-glue-ratio",
    severity=Severity.INFO,
    reliability="A",
    check=Check.METRIC,
    archetypes="PS",
    effort=Effort("30m", "1h"),
    unit="share of classed library calls that only carry data",
    warn=0.90,
    fail=0.99,
    references=("Sculley et al. 2015",),
)
FEWEST = 30
SURE = 0.6


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    if not graph.trainings() or graph.confidence("L") >= SURE:
        yield NotApplicable("nothing is trained here: to carry data is what this code is for")
        return
    mix = graph.call_mix()
    if mix.glue + mix.kernel < FEWEST:
        yield NotApplicable(f"{mix.glue + mix.kernel} library calls of known purpose; the ratio needs {FEWEST}")
        return
    says = (
        f"{mix.glue} of {mix.glue + mix.kernel} library calls of known purpose carry data in and out ({mix.ratio:.0%})"
    )
    yield Measure(mix.ratio, says)
    if RULE.warn is not None and mix.ratio >= RULE.warn:
        yield Finding(
            f"{says}; the rest models, makes features and judges",
            Place(graph.root or "."),
            entity="glue-ratio",
            remedy="nothing to do about the ratio itself: tangled scopes, vendor sprawl and chains of processes are its causes",
        )
