"""ENT002: one feature feeds many models, and nothing agrees on what it is."""

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
    id="ENT002",
    name="shared-feature-blast-radius",
    severity=Severity.HIGH,
    reliability="B",
    check=Check.PRACTICE,
    archetypes="PS",
    effort=Effort("1d", "3d"),
    needs_paths=True,
    ml_test_score=("Data 1", "Data 2"),
    references=("Sculley et al. 2015", "Rules of ML 11"),
)
MODELS = 3


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    shared = [feature for feature in graph.shared_features() if len(feature.models) > 1]
    for feature in shared:
        if len(feature.models) < MODELS:
            yield Clean(says=f"{feature.name} feeds two models")
        elif feature.contract is not None:
            yield Clean(says=f"{feature.name} feeds {len(feature.models)} models and is checked on the way")
        else:
            yield Finding(
                f"{feature.name} feeds {len(feature.models)} models without a schema, a check or a feature view between",
                feature.place,
                entity=feature.name,
                remedy="put a versioned schema or feature view between it and the models, and give each model a feature list of its own",
                related=tuple(
                    fed.trained.says(f"{fed.program} learns {fed.learns} from it") for fed in feature.models[:6]
                ),
            )
    if not shared:
        yield NotApplicable(f"no feature feeds two models ({plural(len(graph.trainings()), 'training program')})")
