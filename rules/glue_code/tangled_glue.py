"""GLU001: functions that train or predict also do the plumbing."""

from __future__ import annotations

from auditor.rulekit import (
    ArtefactGraph,
    Check,
    Effort,
    Finding,
    Iterator,
    Judgement,
    Measure,
    ModelScope,
    NotApplicable,
    Rule,
    Severity,
    plural,
)

RULE = Rule(
    id="GLU001",
    name="tangled-glue",
    severity=Severity.MEDIUM,
    reliability="A",
    check=Check.METRIC,
    archetypes="PSR",
    effort=Effort("4h", "3d"),
    each=Effort("30m", "1h"),
    unit="share of scopes that call a model and also do I/O",
    warn=0.40,
    fail=0.60,
    ml_test_score=("Infra 2",),
    references=("Sculley et al. 2015", "Tang et al. 2021"),
)
FEWEST = 5
SURE = 0.6


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    scopes = graph.model_scopes()
    if len(scopes) < FEWEST:
        yield NotApplicable(f"{len(scopes)} scopes call a model; the index needs {FEWEST}")
        return
    tangled = [scope for scope in scopes if scope.plumbing]
    index = len(tangled) / len(scopes)
    yield Measure(
        index, f"{len(tangled)} of {len(scopes)} scopes that fit or predict also do I/O or parse the command line"
    )
    # A lesson shows all of it in one place; the measure stands, the accusation does not.
    if RULE.warn is None or index < RULE.warn or graph.confidence("T") >= SURE:
        return
    families: dict[tuple[object, ...], list[ModelScope]] = {}
    for scope in tangled:
        families.setdefault(scope.family, []).append(scope)
    for scope, *copies in families.values():
        more = f", as {plural(len(copies), 'copy', 'copies')} of it do" if copies else ""
        yield Finding(
            f"{scope.name} fits or predicts and also {scope.plumbing[0].says}{more}",
            scope.place,
            entity=scope.name,
            remedy="move loading, saving and option parsing to the edges; hand data and settings to a function that only fits or predicts",
            related=(
                scope.modelling[0].place.says(scope.modelling[0].says),
                *(step.place.says(step.says) for step in scope.plumbing[:4]),
                *(copy.place.says("a copy") for copy in copies[:6]),
            ),
            milder=0 if index >= (RULE.fail or 1) else 1,
            instances=1 + len(copies),
        )
