"""DAT001: training reads data that no version pins."""

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
)

RULE = Rule(
    id="DAT001",
    name="unversioned-training-data",
    severity=Severity.CRITICAL,
    reliability="B",
    check=Check.PRACTICE,
    archetypes="PRS",
    effort=Effort("4h", "2d"),
    each=Effort("30m", "1h"),
    root_cause="unpinned-data",
    unit="data roots of training",
    warn=0.8,
    fail=0.5,
    checklist=("C1",),
    ml_test_score=("Infra 1",),
    references=("Sculley et al. 2015", "Amershi et al. 2019"),
)

MOST_NAMED = 3
"""Sources of one call that are named."""


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    roots = graph.training_roots()
    if not roots:
        yield NotApplicable("no training code with a data source was found")
        return
    pinned = [root for root in roots if root.state == "pinned"]
    # What made no model tells nothing of how the data of those are kept that did.
    counted = [root for root in roots if not root.tried and not root.revised]
    known = [root for root in counted if root.state in ("pinned", "unpinned")]
    coverage = sum(root.state == "pinned" for root in known) / len(known) if known else 1.0
    if pinned:
        yield Clean(
            len(pinned),
            f"{len(pinned)} of {len(roots)} data roots pinned (first: {pinned[0].artefact}, {pinned[0].pin})",
        )
    # A model that nobody is served by can be trained again before it harms anybody.
    serves = bool(graph.serving())
    for root in roots:
        if root.state == "supplied":
            yield NotEvidenced(
                f"{root.artefact} is named by whoever starts training; its version is not recorded here",
                searched=("command-line options, environment variables and parameters",),
            )
        elif root.state == "asked":
            yield NotEvidenced(
                f"{root.artefact} answers a question; which state of the data it answered from is not recorded here",
                searched=("addresses that name a file, dates and versions in them",),
            )
        elif root.state == "unpinned" and root.revised:
            yield NotEvidenced(
                f"{root.artefact} is a data set of a hub; its revision is asked for by itself (REP009)",
                searched=("revisions",),
            )
        elif root.state == "unresolved":
            yield Unknown(f"what {root.place} reads could not be named")
    for first, *others in graph.unpinned_reads():
        named = ", ".join(root.artefact for root in (first, *others[: MOST_NAMED - 1]))
        more = f" and {len(others) + 1 - MOST_NAMED} more" if len(others) >= MOST_NAMED else ""
        yield Finding(
            f"training reads {named}{more}, of which no version is pinned",
            first.place,
            entity=first.artefact,
            remedy="pin it: a data versioning tool, an object version or snapshot id, a dated address, or a checksum that the loader verifies",
            related=(
                *(
                    place.says("read here")
                    for place in list(dict.fromkeys(root.place for root in (first, *others)))[:MOST_NAMED]
                ),
                first.trained.says("a model is fitted here"),
            ),
            certainty=first.confidence,
            # What only a notebook tries, or a program that nothing starts, did not make the model where others did.
            milder=max(
                (0 if serves and graph.may_answer(first.training) else 2) + first.named,
                2 * (first.kept or graph.is_exploratory(first.training)),
                3 * (first.tried or first.own),
                (coverage >= (RULE.fail or 0)) + first.findable,
                int(first.guessed),
            ),
        )
