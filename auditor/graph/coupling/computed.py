"""Which columns a scope computes, from what, and by what code."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from auditor.graph.world import World
from auditor.model.artefact import Role
from auditor.model.ir import Assign, Attr, Call, Const, Expr, Group, Item, Name, Table
from auditor.model.regex import regex
from auditor.program.calls.effects import Site
from auditor.program.naming.code import Frame, Local
from auditor.program.naming.scopes import children, last_name
from auditor.program.naming.shapes import shapes, written
from auditor.program.naming.statements import placed

_FEATURE_ROLES = frozenset({Role.TRANSFORM, Role.FIT_TRANSFORM, Role.TRANSFORMER, Role.FEATURE, Role.FEATURE_SELECT})
_FEATURE_NAME = regex(r"featur|transform|preproc|prepar|encod|tokeni|clean|normali[sz]|extract|engineer|impute", re.I)
_CASTS = frozenset({
    "to_datetime", "to_numeric", "astype", "int", "float", "str", "bool", "list", "tuple", "copy", "get", "array", "asarray",
})  # fmt: skip
_BINDING = frozenset({"execute", "executemany"})
"""Methods that are handed the parameters of a query, and no rows."""
_KEYED = regex(r"\['(?!\w*(?:PATH|HOME|KEY|PROFILE|ENV|URI|TOKEN)')")
LETTERS = 6
"""Tokens from which a statement says enough to be recognised."""


class Computed(msgspec.Struct, frozen=True):
    """A column computed from others: its code without the names of variables, and the names it is computed from."""

    column: str
    text: str
    inputs: frozenset[str]
    line: int
    site: Site


class Columns:
    """The computed columns of scopes, each scope read once."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._known: dict[Site, list[Computed]] = {}
        self._letters: dict[Site, frozenset[str]] = {}

    def of(self, site: Site) -> list[Computed]:
        """The columns that a scope computes."""
        found = self._known.get(site)
        if found is None:
            found = self._known[site] = list(_computed(self.world, site))
        return found

    def letters(self, site: Site) -> frozenset[str]:
        """The statements of a scope that read or write named parts of data, without the names of variables.

        Where a scope fits a model itself, what follows its last fit prepares nothing for one, nor does taking apart what a
        function of the repository made.
        """
        found = self._letters.get(site)
        if found is None:
            body = self.world.resolved.code.scope(*site).body
            last = max(
                (e.line for e in self.world.resolved.effects.own.get(site, ()) if self.world.trains(e)), default=0
            )
            unpacking = _unpacking(self.world, site)
            told = (
                s
                for s in shapes(body, exact=True)
                if s.tokens >= LETTERS and (not last or s.line <= last) and s.line not in unpacking
            )
            found = frozenset(s.text for s in told if not s.text.startswith(("print(", "_.info(", "_.debug(")))
            self._letters[site] = found
        return found

    def works(self, site: Site) -> bool:
        """Whether a scope does feature work: by what it calls, computes, or is called."""
        effects = self.world.resolved.effects.own.get(site, ())
        name = self.world.resolved.code.scope(*site).name.rpartition(".")[2]
        return (
            any(effect.role in _FEATURE_ROLES for effect in effects)
            or bool(_FEATURE_NAME.search(name))
            or len(self.of(site)) > 1
        )


def _computed(world: World, site: Site) -> Iterator[Computed]:
    index = world.resolved.code.index(*site)
    for target, value, line in index.items:
        key = _key(target) if type(target) is Item else None
        if key is not None:
            yield from _one(key, value, line, site)
    for call_site in index.calls:
        call = call_site.call
        if type(call.func) is Attr and call.func.name == "assign":
            for name, value in call.keywords:
                yield from _one(name, value, call.line, site)
    for line, table in _tables(world, site):
        for key_expr, value in zip(table.keys, table.values, strict=True):
            if type(key_expr) is Const and isinstance(key_expr.value, str):
                yield from _one(key_expr.value, value, line, site)


def _tables(world: World, site: Site) -> Iterator[tuple[int, Table]]:
    """Dicts that a scope binds or returns: rows written out."""
    index = world.resolved.code.index(*site)
    for versions in index.bindings.values():
        for binding in versions.values():
            if binding.how == "value" and type(binding.value) is Table:
                yield binding.line, binding.value
    for call_site in index.calls:
        func = call_site.call.func
        if type(func) is Attr and func.name in _BINDING:
            continue
        for arg in call_site.call.args:
            if type(arg) is Table:
                yield call_site.call.line, arg


def _one(column: str, value: Expr, line: int, site: Site) -> Iterator[Computed]:
    """A computed column; copies, casts and constants compute nothing."""
    inner = _uncast(value)
    inputs = _inputs(inner)
    if inputs and type(inner) not in (Item, Attr, Name, Const):
        yield Computed(column, written(inner), inputs, line, site)


def _uncast(value: Expr) -> Expr:
    """What is inside of conversions of type."""
    while type(value) is Call:
        func = value.func
        name = last_name(func)
        if name not in _CASTS:
            return value
        if type(func) is Attr and name in ("astype", "copy", "get"):
            value = func.base
        elif value.args:
            value = value.args[0]
        else:
            return value
    return value


def _inputs(value: Expr) -> frozenset[str]:
    """The names of columns, keys and fields that an expression is computed from."""
    found: set[str] = set()
    todo = [value]
    while todo:
        expr = todo.pop()
        if type(expr) is Item and type(expr.key) is Const and isinstance(expr.key.value, str):
            found.add(expr.key.value)
        elif type(expr) is Attr and type(expr.base) is Name:
            found.add(expr.name)
        if type(expr) is Call and type(expr.func) is Attr:
            # The method of a name is no field of it.
            todo.append(expr.func.base)
            todo += [*expr.args, *(v for _, v in expr.keywords)]
            if expr.func.name == "get" and expr.args and type(expr.args[0]) is Const:
                found.add(str(expr.args[0].value))
        else:
            todo += children(expr)
    return frozenset(found)


def keyed(text: str) -> bool:
    """Whether a statement names a part of data (`row["age"]`), and not a setting of the environment."""
    return bool(_KEYED.search(text)) and "environ" not in text


def _key(target: Item) -> str | None:
    key = target.key
    if type(target.base) is Attr and target.base.name in ("loc", "at") and type(key) is Group and key.items:
        key = key.items[-1]
    return key.value if type(key) is Const and isinstance(key.value, str) else None


def _unpacking(world: World, site: Site) -> frozenset[int]:
    """The lines of statements that take a part, by its name, out of what a function of the repository handed back."""
    index, denoter = world.resolved.code.index(*site), world.resolved.evaluator.denoter
    found: set[int] = set()
    for each in placed(world.resolved.code.scope(*site).body):
        match each.statement:
            case Assign(
                targets=[Name()], value=Item(base=Name(id=name, version=version), key=Const()), op="", line=line
            ):
                bound = [binding.value for binding in index.reaching(name, version, each.block)]
                calls = [value for value in bound if type(value) is Call]
                made = (denoter.denote(call.func, Frame(*site, block=each.block)) for call in calls)
                if bound and len(calls) == len(bound) and all(type(by) is Local for by in made):
                    found.add(line)
    return frozenset(found)
