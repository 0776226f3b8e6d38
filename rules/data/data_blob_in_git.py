"""DAT003: large or churning data in git."""

from __future__ import annotations

from auditor.rulekit import (
    ArtefactGraph,
    Check,
    Clean,
    Effort,
    Finding,
    Iterator,
    Judgement,
    Place,
    Rule,
    Severity,
    Unknown,
    plural,
)

RULE = Rule(
    id="DAT003",
    name="data-blob-in-git",
    severity=Severity.MEDIUM,
    reliability="B",
    check=Check.DENSITY,
    archetypes="PRSNLT",
    effort=Effort("2h", "4h"),
    each=Effort("15m", "30m"),
    unit="files of 5 MB and more, or of 1 MB and more in five versions",
    ml_test_score=("Infra 1",),
    references=("mllint",),
)


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    blobs = graph.blobs()
    if blobs.unknown:
        files = plural(len(blobs.unknown), "data file")
        yield Unknown(f"the size of {files} is not in this clone (first: {blobs.unknown[0]})", len(blobs.unknown))
    elif not blobs.found:
        yield Clean(
            says=f"{blobs.total / 1e6:.1f} MB of data and models in git, no file of them large or often changed"
        )
    for blob in blobs.found:
        often = f" and has had {blob.versions} contents" if blob.versions > 1 else ""
        yield Finding(
            f"{blob.path} is kept in git with {blob.size / 1e6:.1f} MB{often}",
            Place(blob.path),
            entity=blob.path,
            remedy="move it to a data versioning tool or large-file storage and keep the pointer in git; rewrite history only if its size hurts",
        )
