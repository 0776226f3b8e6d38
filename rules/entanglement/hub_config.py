"""ENT003: one file of settings that most steps load whole."""

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
    Place,
    Rule,
    Severity,
)

RULE = Rule(
    id="ENT003",
    name="hub-config",
    severity=Severity.MEDIUM,
    reliability="B",
    check=Check.DENSITY,
    archetypes="PSA",
    effort=Effort("4h", "2d"),
    unit="files of settings that most steps load whole",
    references=("Sculley et al. 2015",),
)
FEWEST = 5


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    configs, steps = graph.hub_configs()
    if steps < FEWEST:
        yield NotApplicable(f"{steps} steps; a hub needs {FEWEST}")
        return
    for config in configs:
        if not config.is_hub:
            continue
        whole = config.whole
        yield Finding(
            f"{len(whole)} of {config.steps} steps load all of {config.path}, and the median one uses {config.used:.0%} of its {config.keys} keys",
            Place(config.path, 1),
            entity=config.path,
            remedy="split it by step, or let each step declare the keys it takes (params of a stage, groups of settings)",
            related=tuple(
                load.place.says(f"{load.step} loads it and uses {len(load.keys)} keys") for load in whole[:6]
            ),
        )
    yield Clean(says=f"{len(configs)} files of settings looked at")
