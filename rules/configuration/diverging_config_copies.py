"""CFG004: settings files that are copies of each other, changed here and there."""

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
    plural,
)

RULE = Rule(
    id="CFG004",
    name="diverging-config-copies",
    severity=Severity.LOW,
    reliability="A",
    check=Check.DENSITY,
    archetypes="PRS",
    effort=Effort("4h", "1d"),
    unit="groups of settings files that are copies",
    references=("Sculley et al. 2015",),
)
MANY = 4


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    groups, files = graph.copied_settings()
    if files < MANY:
        yield NotApplicable("hardly any settings files here")
        return
    large = [group for group in groups if len(group.paths) >= MANY]
    for group in large:
        named = ", ".join(group.differing[:3]) + (" …" if len(group.differing) > 3 else "")
        yield Finding(
            f"{plural(len(group.paths), 'settings file')} repeat {plural(group.shared, 'key')}"
            + (f" and differ in {named}" if named else " and differ in which keys they add"),
            Place(group.paths[0], 1),
            entity="\n".join(group.paths),
            remedy="keep what is the same once, and let each file say only what is its own",
            related=tuple(Place(path, 1).says("a near-copy") for path in group.paths[1:9]),
            milder=int(graph.confidence("R") > graph.confidence("PS") or group.recorded),
        )
    if not large:
        yield Clean(says=f"{plural(files, 'settings file')}, no four of them copies of each other")
