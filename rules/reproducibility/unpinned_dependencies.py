"""REP002: what is installed at run time is not held to a version."""

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
    id="REP002",
    name="unpinned-dependencies",
    severity=Severity.MEDIUM,
    reliability="A",
    check=Check.PRACTICE,
    archetypes="PRSAN",
    effort=Effort("1h", "2h"),
    each=Effort("15m", "30m"),
    unit="packages that are asked for",
    warn=0.8,
    fail=0.4,
    root_cause="loose-environment",
    ml_test_score=("Infra 1",),
    references=("van Oort et al. 2021", "mllint"),
)
SHOWN = 4


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    loose = graph.installed_loosely()
    if not graph.pinnings and not loose:
        yield NotApplicable("no file of this component asks for packages")
    for pinning in graph.pinnings:
        if pinning.share >= (RULE.warn or 1):
            yield Clean(
                len(pinning.loose) + pinning.pinned,
                f"{pinning.path}: {pinning.share:.0%} of the packages are pinned or locked",
            )
            continue
        if pinning.pinned:
            yield Clean(pinning.pinned, f"{pinning.path}: {plural(pinning.pinned, 'package')} pinned or locked")
        first = pinning.loose[0]
        shown = ", ".join(dict.fromkeys(a.requirement.name for a in pinning.loose[:SHOWN]))
        yield Finding(
            f"{pinning.path} leaves {len(pinning.loose)} of {plural(len(pinning.loose) + pinning.pinned, 'package')} open to newer "
            f"versions ({shown}{', …' if len(pinning.loose) > SHOWN else ''}), and no lock file holds them",
            first.place,
            entity=pinning.path,
            remedy="pin exact versions, or add a lock or constraints file that does",
            milder=int(pinning.share >= (RULE.fail or 0)),
            instances=len(pinning.loose),
        )
    files = {each.place.path: each for each in reversed(loose)}
    for path, installed in sorted(files.items()):
        names = list(dict.fromkeys(each.requirement.name for each in loose if each.place.path == path))
        yield Finding(
            f"{path} installs {', '.join(names[:SHOWN])}{', …' if len(names) > SHOWN else ''} without a version",
            installed.place,
            entity=f"{path}|install",
            remedy="name exact versions, or install from a file that does",
            milder=1,
            instances=len(names),
        )
