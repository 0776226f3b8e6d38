"""Features that a function of the repository computes from the target before target and features are taken apart."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import msgspec

from auditor.graph import places
from auditor.graph.data.fitted_columns import Columns, picked, stores
from auditor.graph.world import World
from auditor.model.ir import Attr, Call, Choice, Const, Expr, Group, Item, Name, Program, Return
from auditor.model.place import Place
from auditor.model.regex import regex
from auditor.program.calls.effects import Site
from auditor.program.naming.code import Frame, Local
from auditor.program.naming.statements import heads, placed, within

_TARGET = regex(r"(y|target|labels?)(_\w+)?", re.IGNORECASE)


class Prepared(msgspec.Struct, frozen=True):
    """A column that a function (`made`) adds to a frame of which its caller takes the target away and keeps the rest."""

    column: str
    target: str
    value: Expr
    line: int
    made: Site
    taken: Place


def prepared(world: World, path: str) -> Iterator[Prepared]:
    """Columns that the callers in a program take for features, and that some program lists as such."""
    code = world.resolved.code
    for number in code.scopes(path) if "drop" in code.words(path).members else ():
        site = (path, number)
        for name, taken, target in _apart(world, site):
            made = _maker(world, taken.frame, Frame(*site))
            if made is None or _is_picked_from(world, site, name):
                continue
            for column, value, line in _kept(world, made, target):
                if column != target and not _is_dropped(world, site, column) and _is_listed(world, column, target):
                    yield Prepared(column, target, value, line, made, code.place(path, taken.line))


def _apart(world: World, site: Site) -> Iterator[tuple[str, Columns, str]]:
    """The name and columns that `X = frame.drop(columns=[T])` leaves of a frame, and the target, where `y = frame[T]` is taken in the same scope."""
    bound = [
        (name, binding)
        for name, versions in world.resolved.code.index(*site).bindings.items()
        for binding in versions.values()
        if binding.how == "value" and binding.value is not None
    ]
    labels = {
        (item.base.id, item.base.version, item.key.value)
        for name, binding in bound
        if _TARGET.fullmatch(name)
        for item in _either(binding.value)
        if type(item) is Item and type(item.base) is Name and type(item.key) is Const
    }
    for name, binding in bound:
        call = binding.value
        if type(call) is not Call or type(call.func) is not Attr or call.func.name != "drop":
            continue
        taken = picked(world, call, Frame(*site, block=binding.block), binding.line)
        if taken is None or not taken.left_out or len(taken.names) != 1:
            continue
        (target,) = taken.names
        if (taken.frame.id, taken.frame.version, target) in labels:
            yield name, taken, target


def _either(expr: Expr | None) -> tuple[Expr | None, ...]:
    return (expr.then, expr.otherwise) if type(expr) is Choice else (expr,)


def _maker(world: World, name: Name, frame: Frame) -> Site | None:
    """The function of the repository whose result a name holds, where that is sure."""
    denoter = world.resolved.evaluator.denoter
    bindings = denoter.bindings(name, frame)
    call = bindings[0][0].value if len(bindings) == 1 and bindings[0][0].how == "value" else None
    made = denoter.denote(call.func, bindings[0][1]) if type(call) is Call else None
    return (
        (made.path, made.scope)
        if type(made) is Local and world.resolved.code.scope(made.path, made.scope).kind == "function"
        else None
    )


def _is_picked_from(world: World, site: Site, name: str) -> bool:
    """Whether a scope takes columns out of what a name holds by a list: which ones it keeps then is another question."""
    return any(
        type(node) is Item and type(node.base) is Name and node.base.id == name and type(node.key) in (Name, Group)
        for at in placed(world.resolved.code.scope(*site).body)
        for head in heads(at.statement)
        for node in within(head)
    )


def _kept(world: World, made: Site, target: str) -> Iterator[tuple[str, Expr, int]]:
    """The columns that a function writes once into the one frame that it returns, and never drops; none where it writes the target."""
    body = world.resolved.code.scope(*made).body
    returned = {
        at.statement.value.id if type(at.statement.value) is Name else ""
        for at in placed(body)
        if type(at.statement) is Return
    }
    if len(returned) != 1 or "" in returned:
        return
    written = list(stores(world, made, returned.pop()))
    times = Counter(column for column, _, _ in written)
    for column, value, line in written if target not in times else ():
        if times[column] == 1 and not _is_dropped(world, made, column):
            yield column, value, line


def _is_dropped(world: World, site: Site, column: str) -> bool:
    """Whether a scope drops or picks columns by names that are not written out, or drops this one."""
    for call_site in world.resolved.code.index(*site).calls:
        func = call_site.call.func
        if type(func) is not Attr or func.name not in ("drop", "filter", "select_dtypes", "reindex", "pop"):
            continue
        given = [*call_site.call.args, *(value for _, value in call_site.call.keywords)]
        texts = {node.value for value in given for node in within(value) if type(node) is Const}
        if column in texts or func.name != "drop" or any(type(value) in (Name, Call) for value in given):
            return True
    return False


def _is_listed(world: World, column: str, target: str) -> bool:
    """Whether a program lists a column among others of which the target is none: as features."""
    code = world.resolved.code
    return any(
        column in group and target not in group
        for path in code.paths
        if column in code.texts(path) and places.is_product(path)
        for group in _lists(code.programs[path])
    )


def _lists(program: Program) -> Iterator[frozenset[str]]:
    """The lists of texts that a program writes out, of two and more."""
    for scope in program.scopes:
        for at in placed(scope.body):
            for node in (node for head in heads(at.statement) for node in within(head) if type(node) is Group):
                texts = [item.value for item in node.items if type(item) is Const and isinstance(item.value, str)]
                if len(texts) == len(node.items) > 1:
                    yield frozenset(texts)
