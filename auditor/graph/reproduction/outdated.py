"""Questions about what libraries do not have any more: where product code uses it, while the environment lets newer ones in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from posixpath import dirname
from typing import NamedTuple

import msgspec

from auditor.graph import places
from auditor.graph.artefacts.identity import above
from auditor.graph.declared.environments import Asked, python_versions
from auditor.graph.reproduction.packages import Environment, environments
from auditor.graph.reproduction.roots import guarded
from auditor.graph.sight import Look, Sight, concerns
from auditor.graph.started import Started
from auditor.graph.world import World
from auditor.knowledge.gone import Gone, Lost, gone, of_roots, roots
from auditor.language.specifier import keeps
from auditor.model.ir import Attr, Expr, If, Imported, Name, Try
from auditor.model.place import Place
from auditor.model.regex import regex
from auditor.program.naming.code import Code, Frame, Instance
from auditor.program.naming.scopes import last_name
from auditor.program.naming.statements import heads, placed, within

_ASKS = regex(r"version|hasattr|find_spec|has_", re.I)
"""What stands in a test of whether a library has something."""
_HOLDS = regex(r"[<~^*]|(?<![>!])=")
"""What stands in a specifier that does not let in every newer release."""
DEEPEST = 3
"""Levels of what distributions bring that are followed."""


class Use(msgspec.Struct, frozen=True):
    """A use of something that a library does not have any more: its name in the table, the keyword ("" for none) and the line."""

    name: str
    keyword: str
    line: int


class Outdated(msgspec.Struct, frozen=True):
    """What one release has taken from product code: all uses of a component, and one environment that lets the release in.

    `sure`: the environments allow no release that still has it; else they leave it to chance. `idle`: nothing runs any of the
    places, or nothing starts or names the programs.
    """

    gone: Gone
    names: tuple[str, ...]
    places: tuple[Place, ...]
    asked: Asked | None
    sure: bool
    idle: bool
    noted: bool


def outdated(world: World, owned: Callable[[str], bool]) -> list[Outdated]:
    """What product code of a component uses of libraries that releases without it may be installed of, by release.

    Nothing is said of a library that no environment asks for, that a lock or an older Python holds, or that a distribution may
    hold which brings it and is held itself."""
    found: dict[tuple[tuple[str, ...], str], list[tuple[Use, Gone, str]]] = {}
    for path in world.resolved.code.paths:
        if owned(path) and places.is_product(path) and not places.is_exploratory(path):
            for use in world.seen(USES, path):
                one = gone()[use.name, use.keyword]
                if not world.resolved.code.rebinds(one.tail):
                    found.setdefault((one.distributions, one.version), []).append((use, one, path))
    made = (_judged(world, uses) for uses in found.values())
    return sorted(
        (each for each in made if each is not None), key=lambda each: (each.places[0].path, each.places[0].line or 0)
    )


def _judged(world: World, uses: list[tuple[Use, Gone, str]]) -> Outdated | None:
    """What is to be said of the uses of what one release took away; None where it may not be installed, or cannot be told."""
    told = [(use, path, let) for use, one, path in uses if (let := _let_in(world, path, one)) is not None]
    if not told:
        return None
    code = world.resolved.code
    told.sort(key=lambda each: (world.is_notebook(each[1]), each[1], each[0].line))
    idle = all(not world.once(Started).needs(path) or world.uncalled.at(path, use.line) for use, path, _ in told)
    names = dict.fromkeys(f"{use.name}({use.keyword}=)" if use.keyword else use.name for use, _, _ in told)
    return Outdated(
        uses[0][1],
        tuple(names),
        tuple(code.place(path, use.line) for use, path, _ in told),
        told[0][2].asked,
        all(let.sure for _, _, let in told),
        idle,
        all(world.is_notebook(path) for _, path, _ in told),
    )


# --- what may be installed ---


class _Let(NamedTuple):
    """That a release may be installed: by a requirement (None: by the versions of Python that are named), and whether no older one may."""

    asked: Asked | None
    sure: bool


def _let_in(world: World, path: str, one: Gone) -> _Let | None:
    """Whether the environments of a program let a release in; None where any of them may hold an older one, or none is told."""
    pythons = [each.version for each in python_versions(world.files)]
    if one.distributions == ("python",):
        return _Let(None, True) if pythons and all(keeps(each, least=one.version) for each in pythons) else None
    asking = [each for each in environments(world, lambda _: True) if any(_asks(a, one) for a in each.asked)]
    folders = {"", *above(path)}
    near = [each for each in asking if dirname(each.path) in folders] or asking
    if not near or any(keeps(version, below=one.python) for version in pythons):
        return None
    found = [let for each in near if (let := _allowed(world, each, one)) is not None]
    return _Let(found[0].asked, all(let.sure for let in found)) if len(found) == len(near) else None


def _asks(asked: Asked, one: Gone) -> bool:
    return asked.requirement.name in one.distributions


def _allowed(world: World, environment: Environment, one: Gone) -> _Let | None:
    """The requirement by which an environment lets the release in, and whether it lets in no older one; None where it may not."""
    asked = [each for each in environment.asked if _asks(each, one)]
    if any(each.requirement.marker or each.requirement.source not in ("pypi", "conda") for each in asked):
        return None
    sure = any(keeps(each.requirement.specifier, least=one.version) for each in asked)
    if any(keeps(each.requirement.specifier, below=one.version) for each in asked):
        return None
    held = environment.locked or _is_held_beside(world, environment, one)
    if not sure and (held or any(_may_hold(world, each, one) for each in environment.asked)):
        return None
    return _Let(asked[0], sure)


def _is_held_beside(world: World, environment: Environment, one: Gone) -> bool:
    """Whether any other file of the repository names an exact version of the library: it may be installed by that."""
    return any(
        requirement.name in one.distributions and requirement.pinned
        for path, facts in world.files.items()
        if path != environment.path
        for requirement in facts.requirements
    )


def _may_hold(world: World, asked: Asked, one: Gone) -> bool:
    """Whether a requirement is held to releases that may need an older release of the library."""
    requirement = asked.requirement
    if _asks(asked, one) or not _HOLDS.search(requirement.specifier):
        return False
    knowledge = world.resolved.knowledge
    if not knowledge.knows_distribution(requirement.name):
        return True
    level, seen = {requirement.name}, {requirement.name}
    for _ in range(DEEPEST):
        level = {each for name in level for each in knowledge.brings(name)} - seen
        seen |= level
    return not seen.isdisjoint(one.distributions)


# --- where it is used ---


def _uses(sight: Sight, path: str) -> tuple[Use, ...]:
    if not concerns(sight, path, roots()):
        return ()
    code = sight.resolved.code
    libraries = code.roots(path) & roots()
    here, words = of_roots(libraries), code.words(path)
    every = [each for statement in code.statements(path) if not statement.level for each in statement.names]
    bound = frozenset(each.bound.id for each in every if each.module.partition(".")[0] in libraries)
    found = [*_imported(sight, path, here)] if any(_parts(each) & here.named.keys() for each in every) else []
    called = not words.members.isdisjoint(here.called) or not words.free.isdisjoint(here.called)
    named = not words.members.isdisjoint(here.named)
    for number in code.scopes(path) if called or named else ():
        nodes = list(_called(sight, path, number, here)) if called else []
        nodes += _named(sight, path, number, here, bound) if named else []
        found += [use for node, use in nodes if not _is_asked_for(code, path, number, node)]
    return tuple(dict.fromkeys(found))


USES = Look("gone", _uses, tuple[Use, ...])
"""The uses of what libraries do not have any more, but for those whose failure is caught and those that ask for it before."""


def _parts(imported: Imported) -> set[str]:
    """The names that the path of an import is made of."""
    return {imported.name, *imported.module.split(".")}


def _imported(sight: Sight, path: str, here: Lost) -> Iterator[Use]:
    """What a program imports of it, be it by what lies in it."""
    code = sight.resolved.code
    for number in code.scopes(path):
        imports = code.index(path, number).imports
        caught = guarded(code.scope(path, number).body) if imports else frozenset[int]()
        for statement, block, dead in imports:
            if statement.level or dead or block or statement.line in caught:
                continue
            for each in statement.names:
                if code.modules.resolve(path, each.module, 0) is None:
                    parts = f"{each.module}.{each.name}".rstrip(".").split(".")
                    wholes = (".".join(parts[:end]) for end in range(2, len(parts) + 1))
                    yield from (
                        Use(whole, "", statement.line)
                        for whole in wholes
                        for one in here.named.get(whole.rpartition(".")[2], ())
                        if one.name == whole
                    )


def _called(sight: Sight, path: str, number: int, here: Lost) -> Iterator[tuple[Expr, Use]]:
    """The calls of a scope of what is gone, or by a keyword that is."""
    denoter = sight.resolved.evaluator.denoter
    for site in sight.resolved.code.index(path, number).calls:
        func, given = site.call.func, {keyword for keyword, _ in site.call.keywords}
        several = here.called.get(last_name(func), ())
        if several and any(not each.keyword or each.keyword in given for each in several):
            frame = Frame(path, number, block=site.conditions)
            name = denoter.dotted(func, frame)
            for each in several:
                if each.name == name and (not each.keyword or each.keyword in given) and _is_sure(sight, func, frame):
                    yield func, Use(each.name, each.keyword, site.call.line)


def _named(sight: Sight, path: str, number: int, here: Lost, bound: frozenset[str]) -> Iterator[tuple[Expr, Use]]:
    """The reads in a scope of what is gone from a module, by one of the names under which imports bind any."""
    denoter = sight.resolved.evaluator.denoter
    for at in placed(sight.resolved.code.scope(path, number).body):
        for head in heads(at.statement):
            for node in within(head):
                if type(node) is Attr and type(node.base) is Name and node.base.id in bound and node.name in here.named:
                    name = denoter.dotted(node, Frame(path, number, block=at.block))
                    if any(each.name == name for each in here.named[node.name]):
                        yield node, Use(name or "", "", at.line)


def _is_sure(sight: Sight, expr: Expr, frame: Frame) -> bool:
    """Whether a name is one of a module or class, or of an object that is the same wherever its name is bound."""
    base = expr.base if type(expr) is Attr else expr
    denoter = sight.resolved.evaluator.denoter
    known = denoter.denote(base, frame)
    if type(known) is not Instance:
        return True
    if type(base) is not Name:
        return False
    bound = [denoter.bound(binding, where) for binding, where in denoter.bindings(base, frame)]
    return bool(bound) and all(each == known for each in bound)


def _is_asked_for(code: Code, path: str, number: int, node: Expr) -> bool:
    """Whether a failure where a node stands is caught, or its statement or a test before that asks for the library's version or
    what it has."""
    for at in placed(code.scope(path, number).body):
        own = heads(at.statement)
        if any(each is node for head in own for each in within(head)):
            tests = (around.test for around in at.around if type(around) is If)
            asked = any(_ASKS.search(_word(each)) for expr in (*tests, *own) for each in within(expr))
            return asked or any(type(around) is Try and around.handlers for around in at.around)
    return False


def _word(node: Expr) -> str:
    return node.id if type(node) is Name else node.name if type(node) is Attr else ""
