"""Rows that reading or converting drops without a count."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import msgspec

from auditor.graph import places
from auditor.graph.world import World
from auditor.model.artefact import Role
from auditor.model.ir import Attr, Call, Const, Expr, Group, Item, Name, Stmt
from auditor.model.place import Place
from auditor.program.calls.effects import Site
from auditor.program.naming.code import Code
from auditor.program.naming.scopes import ScopeIndex, children, last_name
from auditor.program.naming.statements import parts, within

_SKIPPING = {
    "on_bad_lines": ("skip",),
    "error_bad_lines": (False,),
    "ignore_errors": (True,),
    "mode": ("DROPMALFORMED",),
}
_CONVERTING = frozenset({"to_numeric", "to_datetime", "to_timedelta"})
_COUNTING = frozenset({"shape", "size", "isna", "isnull", "notna", "notnull", "len", "count", "value_counts"})


class Dropped(msgspec.Struct, frozen=True):
    """A place where rows are lost unseen. `kind`: `malformed` (lines that do not parse) or `coerced` (values that do not)."""

    kind: str
    name: str
    place: Place
    dropped: Place | None = None


def dropped_rows(world: World, owned: Callable[[str], bool]) -> list[Dropped]:
    """Rows that product code loses on the way from a file to a model or a product, notebooks to look around in left out."""
    found: list[Dropped] = []
    code = world.resolved.code
    for path in code.paths:
        if owned(path) and places.is_product(path) and not places.is_exploratory(path):
            for number in code.scopes(path):
                found += _malformed(world, (path, number))
            for name, turned, dropped in code.of_program(path, _coerced, tuple[tuple[str, int, int], ...]):
                found.append(Dropped("coerced", name, code.place(path, turned), code.place(path, dropped)))
    return sorted(set(found), key=lambda each: each.place)


def _malformed(world: World, site: Site) -> Iterator[Dropped]:
    for effect in world.resolved.effects.own.get(site, ()):
        if effect.role is not Role.READ or effect.dead:
            continue
        given = {name: value.value for name, value in effect.call.keywords if type(value) is Const}
        for name, value in given.items():
            if name == "error_bad_lines" and given.get("warn_bad_lines", True):
                continue  # the library then prints each line that it skips
            if name in _SKIPPING and value in _SKIPPING[name]:
                yield Dropped("malformed", f"{name}={value!r}", world.resolved.code.place(site[0], effect.line))


def _coerced(code: Code, path: str) -> tuple[tuple[str, int, int], ...]:
    """`frame[c] = to_numeric(…, errors="coerce")` and then `frame.dropna(…)`, where nothing in the scope counts rows: by which
    call, and the lines of both. Where one row of what is left is all that is taken, nobody reckons with the others."""
    found: list[tuple[str, int, int]] = []
    for number in code.scopes(path):
        told = [*_coerced_in(code.index(path, number))]
        single = _single(code.scope(path, number).body) if told else frozenset()
        found += [(name, turned, dropped) for frame, name, turned, dropped in told if frame not in single]
    return tuple(found)


def _single(body: Iterable[Stmt]) -> frozenset[str]:
    """The frames of which a row is taken by its number: `frame.sort_values(…).iloc[0]`."""
    rows = (
        part for part in parts(body) if type(part) is Item and type(part.key) is Const and type(part.key.value) is int
    )
    taken = (row.base for row in rows if type(row.base) is Attr and row.base.name in ("iloc", "iat"))
    return frozenset(inner.id for base in taken for inner in within(base) if type(inner) is Name)


def _coerced_in(index: ScopeIndex) -> Iterator[tuple[str, str, int, int]]:
    turned: dict[str, list[tuple[int, str, frozenset[str]]]] = {}
    for target, value, line in index.items:
        if type(target) is Item and type(target.base) is Name and _coerces(value):
            made = line, _last(value), _columns(index, target.key)
            turned.setdefault(target.base.id, []).append(made)
    if not turned or any(_counts(call.call) for call in index.calls):
        return
    for call_site in index.calls:
        call = call_site.call
        if (
            type(call.func) is Attr
            and call.func.name == "dropna"
            and type(call.func.base) is Name
            and not call_site.dead
        ):
            asked = _columns(index, next((value for name, value in call.keywords if name == "subset"), None))
            for line, name, columns in turned.get(call.func.base.id, ()):
                if line < call.line and not (asked and columns and asked.isdisjoint(columns)):
                    yield call.func.base.id, name, line, call.line
                    break


def _columns(index: ScopeIndex, value: Expr | None) -> frozenset[str]:
    """The columns that are written out: a text, a list of them, or each of a list in a loop; empty where any is unknown."""
    if type(value) is Name:
        bound = [*index.bindings.get(value.id, {}).values()]
        if len(bound) != 1 or bound[0].how not in ("value", "element") or type(bound[0].value) is not Group:
            return frozenset()
        value = bound[0].value
    items = value.items if type(value) is Group else (value,)
    names = [each.value for each in items if type(each) is Const and isinstance(each.value, str)]
    return frozenset(names) if len(names) == len(items) else frozenset()


def _coerces(value: Expr) -> bool:
    return (
        type(value) is Call
        and _last(value) in _CONVERTING
        and any(name == "errors" and type(v) is Const and v.value == "coerce" for name, v in value.keywords)
    )


def _last(value: Expr) -> str:
    func = value.func if type(value) is Call else value
    return last_name(func)


def _counts(call: Call) -> bool:
    """Whether a call counts rows or missing values, or tells somebody of them."""
    if _last(call) in _COUNTING:
        return True
    stack: list[Expr] = [*call.args, *(value for _, value in call.keywords)]
    told = _last(call) in ("print", "info", "warning", "log", "debug", "log_metric")
    while stack:
        node = stack.pop()
        if type(node) is Attr and node.name in _COUNTING:
            return True
        stack.extend(children(node))
    return told and bool(call.args) and any(type(arg) is not Const for arg in call.args)
