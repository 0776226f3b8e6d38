"""Models in git that are older than what they are made of, and files that one person alone knows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import msgspec

from auditor.graph import places
from auditor.graph.coupling.cochange import Changed, change_sets
from auditor.graph.coupling.sides import product_trainings
from auditor.graph.data.grouping import GROUPING, fits_only
from auditor.graph.observed.lineage import Touch
from auditor.graph.operation.integrating import mirrored
from auditor.graph.world import World
from auditor.model.artefact import NodeKind
from auditor.model.changes import History
from auditor.model.place import Place

DAYS = 90
COMMITS = 5
FEWEST = 50
_DAY = 86_400


class Stale(msgspec.Struct, frozen=True):
    """A model that was last written long before what it is made of changed: by so many days and commits."""

    model: str
    program: str
    place: Place
    days: int
    commits: int
    latest: str


class Ages(msgspec.Struct, frozen=True):
    """The stale models of a component, how many are fresh, and why history tells nothing, if so (`shallow`, `short`)."""

    stale: tuple[Stale, ...]
    fresh: int
    untold: str = ""


def ages(world: World, owned: Callable[[str], bool]) -> Ages:
    """The models in git that product code writes and reads, held against the history of their sources."""
    made = _made(world, owned)
    if not made:
        return Ages((), 0)
    untold = _untold(world.history)
    if untold:
        return Ages((), 0, untold)
    stale, fresh = [], 0
    for model, (program, touch) in sorted(made.items()):
        sources = {site[0] for site in world.lineage.reached(program)}
        sources |= {t.artefact.path for t in world.lineage.of_program(program) if t.way == "read" and t.artefact.path}
        found = _age(world, model, frozenset(path for path in sources if path != model and places.is_product(path)))
        if found is None:
            continue
        days, commits, latest = found
        if days >= DAYS and commits >= COMMITS:
            stale.append(Stale(model, program, world.lineage.place(touch), days, commits, latest))
        else:
            fresh += 1
    return Ages(tuple(stale), fresh)


def _made(world: World, owned: Callable[[str], bool]) -> dict[str, tuple[str, Touch]]:
    """The models of the tree that a training writes and some other program reads, with the training."""
    kept = {entry.path for entry in world.listing.entries if entry.tracked}
    written: dict[str, tuple[str, Touch]] = {}
    for training in product_trainings(world):
        for touch in world.lineage.of_program(training.program) if owned(training.program) else ():
            path = touch.artefact.path
            if touch.way == "write" and touch.kind is NodeKind.MODEL and path in kept and touch.confidence >= 0.55:
                written.setdefault(path or "", (training.program, touch))
    read = {
        touch.artefact.path
        for program in world.lineage.entries
        if places.is_product(program)
        for touch in world.lineage.of_program(program)
        if touch.way == "read"
    }
    return {path: made for path, made in written.items() if path in read}


def _untold(history: History) -> str:
    if history.state == "shallow":
        return "shallow"
    return "short" if history.state not in ("full", "partial") or len(history.commits) < FEWEST else ""


def _age(world: World, model: str, sources: frozenset[str]) -> tuple[int, int, str] | None:
    """Days from the model's last change to that of its sources, how many commits to them since, and the file of the last."""
    sets = change_sets(world.history, world.work, frozenset((*sources, model)))
    last = next((each.time for each in sets if model in each.names), None)
    later: list[Changed] = [each for each in sets if last is not None and each.time > last and each.names & sources]
    if last is None:
        return None
    if not later:
        return 0, 0, ""
    return (later[0].time - last) // _DAY, len(later), sorted(later[0].names & sources)[0]


# --- who knows what ---

MOST = 0.9
INACTIVE = 180
ACTIVE = 0.05


class Silo(msgspec.Struct, frozen=True):
    """Files of a model that one person alone has changed. `gone`: so many days that person has not been seen, 0 if active. `untold`: `shallow`, `short` or `mirrored`."""

    files: tuple[str, ...]
    critical: int
    people: int
    gone: int
    untold: str = ""


def silo(world: World, owned: Callable[[str], bool]) -> Silo:
    """Whether one person alone knows the files that train and serve."""
    untold = _untold(world.history) or ("mirrored" if mirrored(world) else "")
    if untold:
        return Silo((), 0, 0, 0, untold)
    critical = _critical(world, owned)
    commits = world.work
    by = Counter(commit.author for commit in commits)
    people = {author for author, count in by.items() if count >= ACTIVE * len(commits) and count >= 3}
    changed: dict[str, Counter[int]] = {path: Counter() for path in critical}
    for commit in commits:
        for path in commit.names & critical:
            changed[path][commit.author] += 1
    known = {path: counts for path, counts in changed.items() if counts.total() >= 2}
    alone = {
        path: counts.most_common(1)[0][0]
        for path, counts in known.items()
        if counts.most_common(1)[0][1] >= MOST * counts.total()
    }
    main = Counter(alone.values()).most_common(1)
    last = max((commit.time for commit in commits if main and commit.author == main[0][0]), default=0)
    gone = (commits[0].time - last) // _DAY if main else 0
    files = tuple(sorted(path for path, author in alone.items() if main and author == main[0][0]))
    return Silo(files, len(known), len(people), gone if gone >= INACTIVE else 0)


def _critical(world: World, owned: Callable[[str], bool]) -> frozenset[str]:
    """The files that run when a model of the component is trained, and work on data or models themselves."""
    programs = [
        training.program
        for training in product_trainings(world)
        if owned(training.program)
        and not training.program.endswith(".ipynb")
        and not fits_only(world, training.program, GROUPING)
    ]
    files = {path for path, _ in world.lineage.reached_by_any(programs)}
    return frozenset(path for path in files if places.is_product(path) and _works_on_data(world, path))


def _works_on_data(world: World, path: str) -> bool:
    """Whether a file does anything with data or models; registries, hooks and settings of a framework do not."""
    return any(
        effect.domain in ("ml", "data") and not effect.dead
        for number in world.resolved.code.scopes(path)
        for effect in world.resolved.effects.own.get((path, number), ())
    )
