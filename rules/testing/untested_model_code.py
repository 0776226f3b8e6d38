"""TST002: a network of one's own, and no test that builds it."""

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
    Unknown,
    plural,
)

RULE = Rule(
    id="TST002",
    name="untested-model-code",
    severity=Severity.MEDIUM,
    reliability="B",
    check=Check.PRACTICE,
    archetypes="PSLR",
    effort=Effort("4h", "2d"),
    unit="model definitions",
    serves=True,
    ml_test_score=("Infra 2",),
    references=("Breck et al. 2017",),
)
SEARCHED = ("test functions and methods that can fail, with their fixtures, helpers and the programs they start",)


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    excused = graph.excused()
    if excused and not graph.built_upon:
        yield NotApplicable(excused)
        return
    found = graph.model_code()
    # What nobody names is to be deleted, and not tested, unless all that is here is for others.
    models = [model for model in found if not model.idle] or found
    if not models:
        yield NotApplicable("no network is defined here: estimators off the shelf need no test of their definition")
        return
    tested = [model for model in models if model.tested]
    if tested:
        yield Clean(len(tested), f"tests reach {len(tested)} of {plural(len(models), 'model definition')}")
        return
    if graph.suites.imports_by_name:
        yield Unknown("tests run code that imports modules by names which are only known when it runs")
        return
    if excused:
        yield NotEvidenced(f"no test seen that builds any of {plural(len(models), 'model definition')}", 1, SEARCHED)
        return
    first, *others = models
    more = f" and {plural(len(others), 'other model definition')}" if others else ""
    # A pass forward through a network fails where its shapes do not fit, whatever is asserted of it.
    run = sum(model.touched for model in models)
    tried = f" ({run} {'is' if run == 1 else 'are'} run by tests that are skipped or assert nothing)" if run else ""
    yield Finding(
        f"{first.name}{more}: no test that {'asserts anything' if run else 'can fail'} builds {'it' if not others else 'any of them'}{tried}",
        first.place,
        entity="model-code",
        remedy="test the shapes of the output, that one step lowers the loss, and that the model overfits one batch",
        related=tuple(other.place.says(other.name) for other in others[:12]),
        milder=bool(run),
        searched=SEARCHED,
    )
