"""ENT004: a hub that mixes concerns."""

from __future__ import annotations

from auditor.rulekit import ArtefactGraph, Check, Clean, Effort, Finding, Iterator, Judgement, Place, Rule, Severity

RULE = Rule(
    id="ENT004",
    name="god-module",
    severity=Severity.MEDIUM,
    reliability="A",
    check=Check.DENSITY,
    archetypes="PRSA",
    effort=Effort("1d", "2d"),
    unit="modules of three and more concerns that many others import",
    ml_test_score=("Infra 2",),
    references=("Sculley et al. 2015", "Amershi et al. 2019", "Tang et al. 2021"),
)
CONCERNS, LINES, IMPORTERS, SHARE = 3, 200, 5, 0.3


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    hubs, modules = graph.hubs()
    least = max(IMPORTERS, SHARE * modules)
    for hub in hubs:
        if len(hub.concerns) < CONCERNS or hub.logical < LINES or hub.fan_in < least:
            continue
        names = ", ".join(name for name, _, _ in hub.concerns)
        yield Finding(
            f"{hub.path} mixes {len(hub.concerns)} concerns ({names}) in {hub.logical} logical lines, and {hub.fan_in} of {modules} modules import it",
            Place(hub.path, 1),
            entity=hub.path,
            remedy="split it by concern (data access, features, model, evaluation) and keep imports one-way",
            related=tuple(place.says(f"{name}: {example}") for name, place, example in hub.concerns),
        )
    if modules:
        yield Clean(says=f"{modules} modules looked at")
