"""Options of a command line whose value is made by `bool`, which takes every text but the empty one for true."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec

from auditor.graph import places
from auditor.graph.sight import Look, Sight
from auditor.graph.world import World
from auditor.model.ir import Call, Const, Name
from auditor.model.place import Place
from auditor.program.naming.scopes import last_name
from auditor.program.running.invocations import argument

_PARSERS = frozenset({"argparse", "configargparse"})


class AlwaysTrue(msgspec.Struct, frozen=True):
    """An option that is true whatever it is given; `stuck`: it is also where it is not given."""

    flag: str
    place: Place
    stuck: bool


def always_true(world: World, owned: Callable[[str], bool]) -> list[AlwaysTrue]:
    """Such options of the programs of a component, those first that cannot be false at all."""
    found = [
        AlwaysTrue(flag, world.resolved.code.place(path, line), stuck)
        for path in world.resolved.code.paths
        if owned(path) and places.is_product(path)
        for flag, line, stuck in world.seen(ALWAYS_TRUE, path)
    ]
    return sorted(found, key=lambda each: (not each.stuck, each.place))


def _always_true(sight: Sight, path: str) -> tuple[tuple[str, int, bool], ...]:
    code = sight.resolved.code
    parses = places.is_product(path) and not _PARSERS.isdisjoint(code.roots(path))
    own = parses and "bool" in code.index(path, 0).bindings
    return tuple(_made_by_bool(call for _, call in code.calls(path))) if parses and not own else ()


def _made_by_bool(calls: Iterator[Call]) -> Iterator[tuple[str, int, bool]]:
    """The flag, the line, and whether it is true where it is not given."""
    for call in calls:
        flag, kind, default = argument(call, None, 0), argument(call, "type", None), argument(call, "default", None)
        if last_name(call.func) != "add_argument" or type(flag) is not Const or type(kind) is not Name:
            continue
        if kind.id == "bool" and str(flag.value).startswith("-"):
            yield str(flag.value), call.line, type(default) is Const and default.value is True


ALWAYS_TRUE = Look("always-true", _always_true, tuple[tuple[str, int, bool], ...], rare=True)
"""The options that a program makes by `bool`."""
