"""How many I/O calls name an artefact, and what hid the names of the rest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator

import msgspec

from auditor.graph.observed.lineage import Lineage
from auditor.graph.world import World
from auditor.model.export import Resolution, Unresolved
from auditor.program.calls.effects import Effect
from auditor.program.symbolic.values import Hole

REASONS = {
    "cli": "comes from the command line; no default and no command of the repository gives it",
    "env": "comes from an environment variable without a default",
    "config": "comes from a configuration key whose value is not in the repository",
    "param": "comes from a parameter that no caller in the repository supplies",
    "callers": "comes from a parameter, and what its callers pass cannot be followed",
    "loop": "is taken from a loop over what is known only at run time",
    "clock": "is made of the date or time of the run",
    "temporary": "is a temporary file",
    "limit": "was not followed to its end: too deep, or more ways than are followed",
    "query": "is a query whose table is not written out",
    "outside": "leads out of the repository, or is the folder that the program is started in",
    "computed": "is computed in a way that is not followed",
}
"""What hides the name of an artefact, the most telling first. Each sentence goes on from the call's path or name."""

_RANK = {cause: rank for rank, cause in enumerate(REASONS)}


class _Hidden(msgspec.Struct, frozen=True):
    """Why one value names nothing: a key of REASONS, and the parameter, option, variable or key behind it."""

    cause: str
    name: str


def rate(lineage: Lineage, owned: Callable[[str], bool]) -> tuple[int, float | None]:
    """How many I/O calls stand in the owned files, and the share of them whose artefact could be named."""
    every, named = lineage.sites
    calls = sum(1 for (path, _), _, _ in every if owned(path))
    found = sum(1 for (path, _), _, _ in named if owned(path))
    return calls, round(found / calls, 4) if calls else None


def resolution(world: World, component: str, owned: Callable[[str], bool]) -> Resolution:
    """The rate of a component, with every call whose artefact could not be named, in the order of the files."""
    calls, resolved = rate(world.lineage, owned)
    return Resolution(component, calls, resolved, tuple(sorted(_unresolved(world, owned), key=_order)))


def _order(call: Unresolved) -> tuple[str, int, int, str, str, str]:
    cell = call.cell if call.cell is not None else -1
    return (call.path, cell, call.line or 0, call.call, call.cause, call.name)


def _unresolved(world: World, owned: Callable[[str], bool]) -> Iterator[Unresolved]:
    every, named = world.lineage.sites
    missing = {key for key in every - named if owned(key[0][0])}
    carried = _carried(world.lineage)
    for key in missing:
        site, line, name = key
        standing = [e for e in world.resolved.effects.own[site] if (e.line, e.name) == (line, name) and e.targets]
        reasons = list(_reasons(world.lineage, [*standing, *carried[key]]))
        if site in world.resolved.effects.cut:
            reasons = [_Hidden("limit", "")]
        hidden = min(reasons, key=lambda h: (_RANK[h.cause], h.name), default=_Hidden("computed", ""))
        place = world.resolved.code.place(site[0], line)
        yield Unresolved(place.path, place.line, place.cell, name, hidden.cause, REASONS[hidden.cause], hidden.name)


def _carried(lineage: Lineage) -> dict[tuple[tuple[str, int], int, str], list[Effect]]:
    """The effects that arrived at callers, by the call in the library that they come from."""
    found: dict[tuple[tuple[str, int], int, str], list[Effect]] = defaultdict(list)
    for effects in lineage.resolved.effects.lifted.values():
        for effect in effects:
            if effect.origin is not None:
                found[*effect.origin, effect.name].append(effect)
    return found


def _reasons(lineage: Lineage, effects: Iterable[Effect]) -> Iterator[_Hidden]:
    """What hid each value of a call: where it stands, and what its callers supply."""
    for effect in effects:
        for value in effect.targets:
            found = [_hidden(lineage, hole) for hole in value.holes()]
            telling = next((hidden for hidden in found if hidden.cause != "computed"), None)
            if effect.entry.parse_as == "sql":
                yield _Hidden("query", "")
            elif telling is not None:
                yield telling
            elif value.known or not found:
                yield _Hidden("outside", value.text()[:80])
            else:
                yield found[0]


def _hidden(lineage: Lineage, hole: Hole) -> _Hidden:
    name = hole.name.strip("?")
    if hole.kind == "param" and hole.owner is not None:
        supplied = any(call.direct for call in lineage.resolved.effects.callers.get(hole.owner, ()))
        return _Hidden("callers" if supplied else "param", name)
    return _Hidden(hole.kind if hole.kind in REASONS else "computed", name)
