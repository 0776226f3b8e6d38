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
    Unknown,
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
    tags = graph.image_tags()
    for each in overwritten:
        if tags.own:
            yield Clean(says=f"{tags.own[0]}: each image has a tag of its own")
            continue
        if tags.open:
            yield Unknown(f"{tags.open[0]} pushes an image whose tag is not known")
            continue
        images = f"; the image is pushed under one tag ({tags.same[0]})" if tags.same else ""
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
