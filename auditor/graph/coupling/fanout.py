"""Questions about shared features: which models one feature table or one piece of feature code feeds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator

import msgspec

from auditor.graph import places
from auditor.graph.coupling.computed import Columns
from auditor.graph.coupling.sides import models, product_trainings
from auditor.graph.data.sharing import LEAST
from auditor.graph.observed.flows import features, labels
from auditor.graph.world import World
from auditor.model.artefact import Role
from auditor.model.place import Place
from auditor.model.regex import regex
from auditor.program.calls.effects import Site
from auditor.program.calls.origins import Origin, through
from auditor.program.naming.code import Local

_UNTOLD = ""
_UNREADABLE = "?\N{REPLACEMENT CHARACTER} "
"""What is left of a name that was written down in an encoding without its letters."""
_NUMBERED = regex(r"\d+|\{[^}]*\}")


class Fed(msgspec.Struct, frozen=True):
    """One model that is trained on a shared feature: its training program, where it fits, and what it learns."""

    program: str
    trained: Place
    learns: str


class Shared(msgspec.Struct, frozen=True):
    """A feature table or function with the models it feeds. `contract` is a check on the way, if there is one."""

    name: str
    kind: str
    place: Place
    models: tuple[Fed, ...]
    contract: Place | None


def shared_features(world: World, owned: Callable[[str], bool]) -> list[Shared]:
    """Every feature table and feature function of a component that goes into a fit, with the distinct models it feeds."""
    if len(product_trainings(world)) < 2:
        return []
    fed = {t.program: told for t in product_trainings(world) if (told := _fed(world, t.program, t.place)) is not None}
    behind = {program: _behind(world, program) for program in fed}
    columns = Columns(world)
    found = [*_tables(world, owned, columns, fed, behind), *_functions(world, owned, columns, fed, behind)]
    return sorted(found, key=lambda shared: (-len(shared.models), shared.name))


def _behind(world: World, program: str) -> list[Origin]:
    """The calls that the features of a program's fits come from."""
    return [
        origin
        for site in sorted(world.lineage.sites_of_program(program, Role.FIT))
        for effect in world.resolved.effects.own.get(site, ())
        if world.trains(effect) and (given := features(effect)) is not None
        for origin in world.flows.behind(given, effect, loosely=True).calls
    ]


def _tables(
    world: World,
    owned: Callable[[str], bool],
    columns: Columns,
    fed: dict[str, Fed],
    behind: dict[str, list[Origin]],
) -> Iterator[Shared]:
    """Files that a program with feature code writes and that fits take their features from."""
    takers: dict[str, set[str]] = defaultdict(set)
    for program, origins in behind.items():
        calls = through(origins)
        for touch in world.lineage.of_program(program):
            if touch.way == "read" and touch.confidence >= LEAST and id(touch.effect.call) in calls:
                takers[touch.artefact.id].add(program)
    told: set[str] = set()
    for program in world.lineage.entries:
        if not places.is_product(program) or not owned(program):
            continue
        for touch in world.lineage.of_program(program):
            name = touch.artefact.path or touch.artefact.id
            readers = takers[touch.artefact.id] - {program}
            if touch.way == "write" and readers and name not in told and _makes_features(world, columns, program):
                told.add(name)
                place = world.lineage.place(touch)
                yield Shared(name, "table", place, _distinct(fed, readers), _check(world, {program, *readers}))


def _functions(
    world: World,
    owned: Callable[[str], bool],
    columns: Columns,
    fed: dict[str, Fed],
    behind: dict[str, list[Origin]],
) -> Iterator[Shared]:
    """Functions with feature code that several fits take their features from."""
    users: dict[Site, set[str]] = defaultdict(set)
    for program, origins in behind.items():
        for origin in origins:
            callee = world.resolved.evaluator.denoter.denote(origin.call.func, origin.frame)
            if type(callee) is Local and columns.of((callee.path, callee.scope)):
                users[callee.path, callee.scope].add(program)
    for site, programs in sorted(users.items()):
        scope = world.resolved.code.scope(*site)
        if scope.kind == "function" and owned(site[0]) and places.is_product(site[0]):
            place = world.resolved.code.place(site[0], scope.line, scope.end_line)
            name = f"{scope.name}() of {site[0]}"
            yield Shared(name, "function", place, _distinct(fed, programs), _check(world, programs))


def _makes_features(world: World, columns: Columns, program: str) -> bool:
    return any(columns.works(site) for site in world.lineage.reached(program))


def _fed(world: World, program: str, place: Place) -> Fed | None:
    """What a training learns: the column it predicts, else the model it writes under a name without numbers."""
    fitting = world.lineage.sites_of_program(program, Role.FIT)
    labelled = {name for site in fitting for name in _learnt(world, site)}
    if labelled:
        targets = sorted(labelled - {_UNTOLD})
        return Fed(program, place, f"target {', '.join(targets)}") if targets else None
    written = sorted(
        {
            _NUMBERED.sub("", t.artefact.path or t.artefact.id)
            for t in models(world, world.lineage.reached(program), "write")
        }
    )
    return Fed(program, place, f"model {', '.join(written)}") if written else None


def _learnt(world: World, site: Site) -> Iterator[str]:
    """The column that each fit of a scope is given as labels, as far as any is seen."""
    for effect in world.resolved.effects.own.get(site, ()):
        given = labels(effect) if world.trains(effect) and features(effect) is not None else None
        if given is not None and (columns := world.flows.origins.picked(given, effect.frame, effect.line)):
            yield _target(columns)


def _target(columns: Collection[str]) -> str:
    """The one column that is learnt. Several are what callers of the fit, or a whole frame, have between them."""
    name, *others = columns
    return _UNTOLD if others or not name.strip(_UNREADABLE) else name


def _distinct(fed: dict[str, Fed], programs: set[str]) -> tuple[Fed, ...]:
    """One training for each thing that is learnt: variants and sweeps of a model are one model."""
    kept: dict[str, Fed] = {}
    for program in sorted(programs):
        kept.setdefault(fed[program].learns, fed[program])
    return tuple(kept[key] for key in sorted(kept))


def _check(world: World, programs: set[str]) -> Place | None:
    """A check of the data in any of some programs: a schema, a suite of expectations, a feature view."""
    for program in sorted(programs):
        for effect in world.lineage.effects_of_program(program, Role.VALIDATE, Role.FEATURE):
            if effect.domain != "ml" and not effect.dead:
                return world.resolved.code.place(effect.site[0], effect.line)
    return None
