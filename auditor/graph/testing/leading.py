"""Where each scope of a file leads when it runs, as far as the file itself says: its calls, and what a test names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator

import msgspec

from auditor.graph import places
from auditor.model.artefact import Role
from auditor.model.ir import Attr
from auditor.program.calls.effects import Site
from auditor.program.calls.file_effects import FileEffects
from auditor.program.calls.named import Named
from auditor.program.naming.code import Code, Local


class Leads(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What a scope leads to: scopes, classes whose objects it makes, the constructors among what it calls.

    Of a test also what it names, and the names of its parameters, which fixtures fill. `asked` are the methods, named by
    several words, that it calls of objects of which nothing is known: such as come out of a file.
    """

    sites: frozenset[Site]
    made: tuple[Local, ...] = ()
    constructors: tuple[Site, ...] = ()
    named: Named = ()
    params: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()


def leads(file: FileEffects, code: Code, path: str) -> tuple[Leads, ...]:
    """By scope of a file, what it leads to."""
    sites, constructors = _called(file)
    made: dict[int, list[Local]] = defaultdict(list)
    for (_, number), cls in file.made:  # also those without a constructor of their own
        made[number].append(cls)
    known = {id(edge.call) for edge in file.calls} | {id(effect.call) for effect in file.own}
    found, test = [], places.is_test(path)
    for number in code.scopes(path):
        to = sites[number].union(_beside(code, path, number)) if test else sites[number]
        named, params = (file.named[number], _params(code, path, number)) if test else ((), ())
        asked = tuple(dict.fromkeys(_asked(code, path, number, known)))
        found.append(Leads(to, tuple(made[number]), tuple(constructors[number]), named, params, asked))
    return tuple(found)


def _called(file: FileEffects) -> tuple[dict[int, frozenset[Site]], dict[int, list[Site]]]:
    """What scopes call or hand on, and the constructors among it; what is only handed to a framework as a step is not called."""
    steps = {id(each.call) for each in file.own if each.role in (Role.PIPELINE, Role.PIPELINE_STEP)}
    sites: dict[int, set[Site]] = defaultdict(set)
    constructors: dict[int, list[Site]] = defaultdict(list)
    for edge in file.calls:
        if not edge.guarded and (edge.direct or id(edge.call) not in steps):
            callee = (edge.callee.path, edge.callee.scope)
            sites[edge.caller[1]].add(callee)
            if edge.constructs:
                constructors[edge.caller[1]].append(callee)
    return defaultdict(frozenset, {number: frozenset(called) for number, called in sites.items()}), constructors


def _asked(code: Code, path: str, number: int, known: Collection[int]) -> Iterator[str]:
    for at in code.index(path, number).calls:
        func = at.call.func
        if type(func) is Attr and "_" in func.name.strip("_") and id(at.call) not in known:
            yield func.name


def _beside(code: Code, path: str, number: int) -> Iterator[Site]:
    """The functions within a test, and the methods that set its class up."""
    for inner in code.nested(path, number):
        if code.scope(path, inner).kind == "function":
            yield path, inner
    owner = code.owner(path, number)
    for other in code.nested(path, owner) if owner is not None else ():
        if code.scope(path, other).name.rpartition(".")[2].lower().startswith(("setup", "teardown")):
            yield path, other


def _params(code: Code, path: str, number: int) -> tuple[str, ...]:
    return tuple(param.name for param in code.scope(path, number).params)
