"""GLU003: a supplier's client is called from everywhere."""

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
    id="GLU003",
    name="vendor-api-sprawl",
    severity=Severity.MEDIUM,
    reliability="A",
    check=Check.DENSITY,
    archetypes="PSA",
    effort=Effort("1d", "3d"),
    unit="suppliers whose client is called from everywhere",
    references=("Sculley et al. 2015", "Bogner et al. 2021"),
)

SURE = 0.6


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    if graph.confidence("T") >= SURE:
        yield NotApplicable("a tutorial shows the supplier bare: that is its subject")
        return
    spreads = graph.vendors()
    for spread in spreads:
        if not spread.sprawls:
            continue
        first, place = spread.modules[0]
        between = f"all but {spread.bypassed} go past it" if spread.bypassed else "no module stands between"
        yield Finding(
            f"{len(spread.modules)} of {spread.among} modules call the client of {spread.vendor} themselves; {between}",
            place,
            entity=spread.vendor,
            remedy=f"let {spread.bypassed or 'one module of yours'} call {spread.vendor}, and the others call that module",
            related=tuple(where.says(f"{path} imports it") for path, where in spread.modules[1:7] if path != first),
        )
    if spreads:
        widest = spreads[0]
        through = f", the rest through {widest.adapter}" if widest.adapter else ""
        yield Clean(says=f"{widest.vendor}: {len(widest.modules)} of {widest.among} modules{through}")
