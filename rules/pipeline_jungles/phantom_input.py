"""PIP004: a program reads a file that nothing provides."""

from __future__ import annotations

from auditor.rulekit import (
    ArtefactGraph,
    Check,
    Clean,
    Effort,
    Finding,
    Iterator,
    Judgement,
    Phantom,
    Rule,
    Severity,
    plural,
)

RULE = Rule(
    id="PIP004",
    name="phantom-input",
    severity=Severity.MEDIUM,
    reliability="B",
    check=Check.DENSITY,
    archetypes="PRNT",
    effort=Effort("1h", "4h"),
    each=Effort("15m", "30m"),
    unit="local inputs",
    checklist=("C32",),
    ml_test_score=("Infra 1",),
    references=("ML code completeness checklist 2020",),
)

SURE = 0.6


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    phantoms, looked_at = graph.phantom_inputs()
    if looked_at > len(phantoms):
        yield Clean(looked_at - len(phantoms), f"{looked_at - len(phantoms)} local inputs have a source")
    # Files of one folder that one program needs are one thing that is missing.
    missing: dict[tuple[str, str], list[Phantom]] = {}
    for phantom in phantoms:
        missing.setdefault((phantom.reader, phantom.artefact.rpartition("/")[0]), []).append(phantom)
    for (reader, _), (first, *others) in missing.items():
        more = f" and {plural(len(others), 'other file')} beside it" if others else ""
        yield Finding(
            f"{reader} reads {first.artefact}{more}, which nothing here writes, tracks, downloads or documents",
            first.place,
            entity=first.artefact,
            remedy=f"track {first.artefact} with the data versioning tool, add a step that fetches it with a checksum, or make it a required argument and document it",
            related=tuple(each.place.says(f"{each.artefact} is read here") for each in others[:12]),
            certainty=first.confidence,
            # What only a notebook for looking around needs stops nobody else; the readers of a lesson are told what to fetch,
            # those of a comment to put their own file there.
            milder=1 if first.exploratory or first.replaced or graph.confidence("T") >= SURE else 0,
        )
