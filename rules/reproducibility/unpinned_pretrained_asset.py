"""REP009: a model or data set of a hub is loaded by a name whose content can change."""

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
    plural,
)

RULE = Rule(
    id="REP009",
    name="unpinned-pretrained-asset",
    severity=Severity.HIGH,
    reliability="A",
    check=Check.PRACTICE,
    archetypes="PSARL",
    effort=Effort("15m", "30m"),
    each=Effort("15m", "15m"),
    unit="pretrained assets",
    ml_test_score=("Infra 1", "Monitor 1"),
    references=("MLScent 2025", "Sculley et al. 2015"),
)
TRIED = 0.5
"""Confidence in a pipeline or service from which what only notebooks load beside it is a try."""


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    assets = graph.assets()
    if not assets.unpinned and not assets.pinned:
        yield NotApplicable("nothing is loaded by name from a hub that keeps revisions")
    if assets.pinned:
        yield Clean(assets.pinned, f"{plural(assets.pinned, 'asset')} loaded at a revision")
    for asset in assets.unpinned:
        code = ", and its own code is run" if asset.trusted else ""
        tried = asset.tried and not asset.trusted and graph.confidence("PS") >= TRIED
        how = f"from the branch {asset.branch}, which moves" if asset.branch else "without a revision"
        more = f" (and {plural(len(asset.others), 'other')} by the same call)" if asset.others else ""
        yield Finding(
            f"the {asset.what} {asset.name}{more} is loaded {how}{code}: what its name means can change",
            asset.places[0],
            entity=asset.name,
            remedy="keep an own copy, or move to a version of the library that takes a revision"
            if asset.old
            else "name the revision (the commit of the hub), and keep an own copy of what the product cannot do without",
            related=tuple(place.says("loaded here, too") for place in asset.places[1:6]),
            certainty=asset.certainty,
            milder=(not asset.trusted) + (asset.idle or asset.old or tried),
        )
