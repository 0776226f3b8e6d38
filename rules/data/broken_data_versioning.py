"""DAT004: data versioning that is set up and does not work for anybody else."""

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
    plural,
)

RULE = Rule(
    id="DAT004",
    name="broken-data-versioning",
    severity=Severity.HIGH,
    reliability="A",
    check=Check.DENSITY,
    archetypes="PRSN",
    effort=Effort("1h", "3h"),
    each=Effort("15m", "30m"),
    unit="ways in which versioning fails",
    checklist=("C1",),
    ml_test_score=("Infra 1",),
    references=("mllint", "Barrak, Eghan & Adams 2021"),
)

# What is said, the way out, and by how many steps it is milder than a store that nobody can reach.
KINDS = {
    "no-remote": (
        "{subject} names data by its hash, but no remote is configured: the tool can fetch it for nobody else",
        "add a remote that all who train can reach and push the data there",
        0,
    ),
    "no-remote-outputs": (
        "{subject} records outputs by their hash, but no remote is configured: they can be made anew, never fetched",
        "add a remote that all who train can reach and push the outputs there",
        2,
    ),
    "local-remote": (
        "the remote that data are pushed to is {subject}, which one machine alone can reach",
        "make a shared store the default remote and push the data there",
        0,
    ),
    "raw-in-lfs": (
        "{subject} matches a pattern of large-file storage but is kept in git itself",
        "migrate the file (`git lfs migrate import`), or drop the pattern",
        1,
    ),
    "ignored-pointers": (
        "git ignores `{subject}`: pointers and records of data never reach anybody else",
        "take the line out and commit the pointers",
        1,
    ),
    "uncached": (
        "{subject} is declared as an output that the store does not keep, and git does not have it: no version survives",
        "let the store keep it, or commit it if it is small",
        1,
    ),
    "twice": (
        "{subject} is tracked by git and by a data pointer at once",
        "take the file out of git (`git rm --cached`) and keep the pointer",
        1,
    ),
}


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    found, locks = graph.versioning(), graph.locks()
    for broken in found.broken:
        message, remedy, milder = KINDS[broken.kind]
        more = f" (and {broken.cases - 1} more)" if broken.cases > 1 else ""
        yield Finding(
            message.format(subject=broken.subject) + more,
            broken.place,
            entity=f"{broken.kind}|{broken.subject}",
            remedy=remedy,
            related=tuple(place.says("kept here") for place in broken.others),
            milder=milder + broken.eased,
        )
    for path, place, stages in locks.unlocked:
        yield Finding(
            f"{path} declares {plural(stages, 'stage')}, and no record of a run is committed: which data made which result is not known",
            place,
            entity=f"no-lock|{path}",
            remedy="run the pipeline and commit its lock file",
            milder=1,
        )
    for stale in locks.stale:
        more = f" (and {stale.others} more of {stale.place.path})" if stale.others else ""
        yield Finding(
            f"stage {stale.step}{more} is not the one that was last run: {'; '.join(stale.says[:3])}",
            stale.place,
            entity=f"stale|{stale.place.path if stale.others else stale.step}",
            remedy=f"run {plural(stale.others + 1, 'stage')} again and commit the lock file",
            related=stale.related,
            # Programs that were only edited may still do the same.
            milder=1 if stale.settings else 2,
        )
    if found.shown is not None and not found.remotes:
        yield NotEvidenced(
            f"no remote is configured; {found.shown} tells readers to add one", searched=(".dvc/config", "commands")
        )
    if not found.broken and found.pointers:
        yield Clean(
            says=f"{plural(found.pointers, 'pointer')} to {', '.join(found.remotes) or 'a remote set up by a command'}"
        )
    if not (found.pointers or found.broken or locks.unlocked or locks.stale or locks.agreeing):
        yield NotApplicable("no data versioning tool is set up here")
