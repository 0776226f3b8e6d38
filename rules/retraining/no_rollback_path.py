"""OPS003: the model in operation is overwritten, and no earlier one is left."""

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
    id="OPS003",
    name="no-rollback-path",
    severity=Severity.MEDIUM,
    reliability="A",
    check=Check.PRACTICE,
    archetypes="S",
    effort=Effort("1d", "2d"),
    unit="models that a service loads",
    serves=True,
    checklist=("C18",),
    ml_test_score=("Infra 7",),
    references=("Breck et al. 2017", "SE4ML practices"),
)
SEARCHED = (
    "registries and model stores",
    "git, LFS, DVC and locks",
    "versioned buckets",
    "image tags of their own",
)


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    overwritten, kept = graph.overwritten()
    tagged, untagged = graph.image_tags()
    for each in overwritten:
        if tagged:
            yield Clean(says=f"{tagged[0]}: each image has a tag of its own")
            continue
        images = f"; the image is pushed under one tag ({untagged[0]})" if untagged else ""
        yield Finding(
            f"{each.service} loads {each.model}, which every run of {each.training} overwrites, and nothing keeps the one before{images}",
            each.loaded,
            entity=f"rollback|{each.model}",
            remedy="write each model under a version of its own (a registry, a key with the date, a tag per build), let the service load by an alias, and rehearse going back",
            related=(each.written.says("overwritten here"),),
            searched=SEARCHED,
        )
    if kept:
        yield Clean(kept, "earlier models can be loaded again")
    if not overwritten and not kept:
        yield NotApplicable("no service here loads a model whose place is known")
