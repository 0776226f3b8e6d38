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
    Pinning,
    Place,
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


def _content(pinning: Pinning) -> tuple[tuple[str, ...], int]:
    """What a file leaves open, as it writes it, and how much it pins: the same in its copies."""
    return tuple(f"{asked.requirement.name}{asked.requirement.specifier}" for asked in pinning.loose), pinning.pinned


def _is_told(pinning: Pinning) -> bool:
    """Whether a file leaves so much open that it is told."""
    return pinning.share < (RULE.warn or 1)


def _moving(pinning: Pinning) -> Finding:
    """What a list that pins nearly all takes from the branches of repositories."""
    path, moving = pinning.path, pinning.moving
    shown = ", ".join(asked.requirement.name for asked in moving[:SHOWN])
    more = ", …" if len(moving) > SHOWN else ""
    return Finding(
        f"{path} takes {shown}{more} from {'a branch' if len(moving) == 1 else 'branches'} of a repository, which moves with each push",
        moving[0].place,
        entity=f"{path}|branch",
        remedy="name a commit (`@` and its hash) or a release",
        milder=1,
        instances=len(moving),
    )


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    loose = graph.installed_loosely()
    if not graph.pinnings and not loose:
        yield NotApplicable("no file of this component asks for packages")
    copies: dict[tuple[tuple[str, ...], int], list[Place]] = {}
    for pinning in sorted(filter(_is_told, graph.pinnings), key=lambda each: (each.path.count("/"), each.path)):
        copies.setdefault(_content(pinning), []).append(pinning.loose[0].place)
    for pinning in graph.pinnings:
        if not _is_told(pinning):
            if pinning.moving:
                yield _moving(pinning)
            yield Clean(
                len(pinning.loose) + pinning.pinned - len(pinning.moving),
                f"{pinning.path}: {pinning.share:.0%} of the packages are pinned or locked",
            )
            continue
        first, *others = copies[_content(pinning)]
        if first != pinning.loose[0].place:
            continue  # a copy, told with the first
        if pinning.pinned:
            yield Clean(pinning.pinned, f"{pinning.path}: {plural(pinning.pinned, 'package')} pinned or locked")
        shown = ", ".join(dict.fromkeys(a.requirement.name for a in pinning.loose[:SHOWN]))
        yield Finding(
            f"{pinning.path} leaves {len(pinning.loose)} of {plural(len(pinning.loose) + pinning.pinned, 'package')} open to newer "
            f"versions ({shown}{', …' if len(pinning.loose) > SHOWN else ''}), and no lock file holds them",
            first,
            entity=pinning.path,
            remedy="pin exact versions, or add a lock or constraints file that does",
            related=tuple(place.says("and in this copy of it") for place in others[:5]),
            milder=int(pinning.share >= (RULE.fail or 0) or pinning.patches_only) + pinning.unused,
            instances=len(pinning.loose),
        )
    files = {each.place.path: each for each in reversed(loose)}
    for path, installed in sorted(files.items()):
        names = list(dict.fromkeys(each.requirement.name for each in loose if each.place.path == path))
        lost = next((each.lost for each in loose if each.place.path == path and each.lost), "")
        meant = f": without quotes {lost} is no bound, its shell writes a file {lost[1:]}" if lost else ""
        yield Finding(
            f"{path} installs {', '.join(names[:SHOWN])}{', …' if len(names) > SHOWN else ''} without a version{meant}",
            installed.place,
            entity=f"{path}|install",
            remedy=f"{'put each name and its bound in quotes, ' * bool(lost)}name exact versions, or install from a file that does",
            milder=1,
            instances=len(names),
        )
