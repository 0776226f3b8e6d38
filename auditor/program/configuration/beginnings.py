"""Where configuration documents come from: the scopes that read one, and the calls that may supply the path of one."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from itertools import groupby
from operator import itemgetter

from auditor.model.artefact import Role
from auditor.model.ir import Attr, Call, Const, Expr
from auditor.program.calls.carrying import hangs
from auditor.program.calls.effects import Effect, Effects, Site
from auditor.program.calls.records import LocalCall
from auditor.program.calls.seen import SeenEffects
from auditor.program.configuration.configs import COMPOSING
from auditor.program.naming.code import Code, Config, Frame, Instance, Module
from auditor.program.symbolic import paths

CALLERS = 3
"""Levels of callers of a function that reads a document, to which it may return it."""


class Beginnings:
    """Where following the documents of a tree begins.

    A function that reads from a path that a caller supplies reads a document only where what the caller supplies names
    one. That is told by where its effect lands; of functions with more callers than are followed it is not told of all.
    """

    def __init__(self, effects: Effects) -> None:
        self._effects = effects
        self._code = effects.code
        self._evaluator = effects.evaluator
        reading = effects.playing(Role.CONFIG_READ)
        self._reading = {effect.site for effect in reading if self._reads(effect)}
        self._cut: dict[Site, bool] = {}
        for effect in filter(hangs, reading):
            self._cut[effect.site] = self._cut.get(effect.site, False) or _home(effect) in effects.cut

    @cached_property
    def sites(self) -> dict[str, tuple[Site, ...]]:
        """By file where documents can be known without arguments: the scopes that read one, what calls them, shares their
        module's names or their object, and the files that import from such modules."""
        reading = {*self._reading, *self._composing(), *(site for site, cut in self._cut.items() if cut)}
        for _ in range(CALLERS):
            reading |= {edge.caller for site in reading for edge in self._effects.callers.get(site, ()) if edge.direct}
        modules = {path for path, number in reading if not number}
        importing = {
            path
            for path in self._code.paths
            if not modules.isdisjoint(self._code.imports(path)) and self._imports_document(path, modules)
        }
        for path in sorted(modules | importing):
            reading |= {(path, number) for number in self._code.scopes(path)}
        for path, number in sorted(reading):
            cls = self._code.owner(path, number)
            reading |= {(path, method) for method in self._code.nested(path, cls)} if cls is not None else set()
        return {path: tuple(sites) for path, sites in groupby(sorted(reading), itemgetter(0))}

    def waits(self, site: Site) -> bool | None:
        """Whether a function waits for the path of a document; None where it has callers of which it is not told whether they
        name one."""
        cut = self._cut.get(site)
        return False if cut is None else None if cut else True

    def _reads(self, effect: Effect) -> bool:
        """Whether a call reads a document of the tree, itself or through what it calls; an environment variable is none."""
        if effect.role is not Role.CONFIG_READ:
            return False
        if effect.via:
            return names_document(self._code, effect)
        return bool(effect.targets) and (names_document(self._code, effect) or id(effect) in self._effects.documents)

    def _composing(self) -> Iterator[Site]:
        """The functions that are given a composed document."""
        for path in self._code.paths:
            for number in self._code.of_program(path, _decorated_by_calls, tuple[int, ...]):
                if self._evaluator.configs.composed_for(Frame(path, number)):
                    yield path, number

    def _imports_document(self, path: str, reading: set[str]) -> bool:
        """Whether a file, wherever in it, imports a document, an object that was constructed, or a whole module that reads one."""
        if not reading.isdisjoint(self._code.stars(path)):
            return True
        imports = (each for n in self._code.scopes(path) for each, _, _ in self._code.index(path, n).imports)
        named = ((each, statement.level) for statement in imports for each in statement.names if each.name != "*")
        found = (self._evaluator.denoter.modules.imported(each, level, path) for each, level in named)
        return any(
            type(each) is Config
            or (type(each) is Module and each.path in reading)
            or (type(each) is Instance and each.made is not None)
            for each in found
        )


def _decorated_by_calls(code: Code, path: str) -> tuple[int, ...]:
    """The scopes of a program that the result of some call decorates."""
    scopes = enumerate(code.programs[path].scopes)
    return tuple(number for number, scope in scopes if any(type(each) is Call for each in scope.decorators))


class Supplies:
    """Which calls may supply the path of a document, as an answer about one file sees them."""

    def __init__(self, effects: SeenEffects, beginnings: Beginnings) -> None:
        self._effects = effects
        self._beginnings = beginnings
        self._naming: dict[Site, frozenset[int]] = {}
        self.waits: dict[Site, bool | None] = {}
        """Of the functions that were asked for, whether they wait for a path."""

    def may(self, edge: LocalCall, frame: Frame) -> bool:
        """Whether a call may supply the path of a document to a function that waits for one: it names a document, or hands
        over something that was read from one, where its scope stands for itself; of what the scope was given all may be."""
        callee = (edge.callee.path, edge.callee.scope)
        if callee not in self.waits:
            self.waits[callee] = self._beginnings.waits(callee)
        waits = self.waits[callee]
        if waits is False:
            return False
        if waits is None:
            return gives(self._effects.code, edge)
        if frame.bound is not None or id(edge.call) in self._calls_naming(edge.caller):
            return True
        where = frame.at(edge.site.block)
        return any(self._is_read(given, where) for given in given_to(edge.call))

    def _calls_naming(self, caller: Site) -> frozenset[int]:
        """The calls of a scope by which a document is named."""
        if caller not in self._naming:
            landed = self._effects.lifted.get(caller, ())
            naming = (id(effect.chain[0].call) for effect in landed if effect.chain and self._reads(effect))
            self._naming[caller] = frozenset(naming)
        return self._naming[caller]

    def _reads(self, landed: Effect) -> bool:
        return landed.role is Role.CONFIG_READ and names_document(self._effects.code, landed)

    def _is_read(self, expr: Expr, frame: Frame) -> bool:
        """Whether an expression stands for a place of a document, or for a parser that read one."""
        evaluator = self._effects.evaluator
        found = evaluator.denoter.denote(expr, frame)
        return type(found) is Config or (type(found) is Instance and bool(evaluator.configs.of_parser(found)))


def names_document(code: Code, effect: Effect) -> bool:
    """Whether an effect surely names a document, seen from its scope or from where the reading call stands."""
    if effect.name in COMPOSING:
        return True  # only composing tells which
    homes = {effect.site[0], _home(effect)[0]}
    located = (paths.locate(value, home, code.files) for value in effect.targets if value.exact for home in homes)
    return any(path is not None and code.files[path].leaves for path in located)


def given_to(call: Call) -> Iterator[Expr]:
    """The receiver of a call and its arguments, but for those that are written out."""
    if type(call.func) is Attr:
        yield call.func.base
    for value in (*call.args, *(value for _, value in call.keywords)):
        if type(value) is not Const:
            yield value


def gives(code: Code, edge: LocalCall) -> bool:
    """Whether a call gives its function anything, be it the object of a method: else the function has its defaults alone."""
    call, callee = edge.call, edge.callee
    return bool(call.args or call.keywords) or code.owner(callee.path, callee.scope) is not None


def _home(effect: Effect) -> Site:
    """The scope in which the call of the library stands."""
    return effect.origin[0] if effect.origin is not None else effect.site
