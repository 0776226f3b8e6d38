"""Tables that cannot be what a program reads: it asks for a column that they lack."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.graph.observed.lineage import Touch
from auditor.graph.observed.written import is_changed, name_of
from auditor.graph.world import World
from auditor.model.ir import Assign, Attr, Call, Const, Expr, Group, Item, Loop, Name, Table
from auditor.program.calls.effects import Site
from auditor.program.naming.scopes import ScopeIndex
from auditor.program.naming.statements import heads, placed, within

_FRAME = "DataFrame"
_RENAMING = frozenset({"names", "header", "columns", ""})
"""Arguments by which a reader calls the columns as it likes."""


def may_feed(world: World, written: Touch, read: Touch) -> bool:
    """Whether a table that one call writes may be what another reads: as far as the columns of one and the needs of the other
    are written out, none is lacking."""
    columns = _columns(world, written)
    return columns is None or columns >= _asked(world, read)


def _place(touch: Touch) -> Site:
    return touch.effect.origin[0] if touch.effect.origin else touch.effect.site


def _columns(world: World, written: Touch) -> frozenset[str] | None:
    """The columns of a frame that is made of a display of named columns, and of nothing more; None for any other."""
    func = written.effect.at.call.func
    index = world.resolved.code.index(*_place(written))
    if type(func) is not Attr or not func.name.startswith("to_") or type(func.base) is not Name:
        return None
    made = _bound(index, func.base, written)
    if type(made) is not Call or name_of(made.func).rpartition(".")[2] != _FRAME or not made.args:
        return None
    given = made.args[0]
    shown = _bound(index, given, written) if type(given) is Name else given
    if is_changed(index, func.base.id) or (type(given) is Name and is_changed(index, given.id)):
        return None
    if type(shown) is not Table or not all(type(key) is Const and isinstance(key.value, str) for key in shown.keys):
        return None
    return frozenset(key.value for key in shown.keys if type(key) is Const and isinstance(key.value, str))


def _bound(index: ScopeIndex, expr: Expr, touch: Touch) -> Expr | None:
    """What a name is bound to, if by one assignment alone."""
    found = index.reaching(expr.id, expr.version, touch.effect.at.block) if type(expr) is Name else []
    return found[0].value if len(found) == 1 and found[0].how == "value" else None


def _asked(world: World, read: Touch) -> frozenset[str]:
    """The columns that a scope takes of the frame that it reads, itself or row by row, and does not make before."""
    site, call = _place(read), read.effect.at.call
    index = world.resolved.code.index(*site)
    body = [each.statement for each in placed(world.resolved.code.scope(*site).body)]
    named = {
        (target.id, target.version)
        for each in body
        if type(each) is Assign and each.value == call
        for target in each.targets
        if type(target) is Name
    }
    renamed = any(
        receiver == name and attribute == "columns" for receiver, attribute, *_ in index.attributes for name, _ in named
    )
    in_place = (each.call for each in index.calls if "inplace" in dict(each.call.keywords))
    renamed = renamed or any(name_of(each.func).partition(".")[0] in dict(named) for each in in_place)
    if renamed or _RENAMING & {name for name, _ in call.keywords}:
        return frozenset()
    made = {item.key for item, _, _ in index.items if type(item) is Item}
    named |= {name for each in body if type(each) is Loop for name in _rows(each, named)}
    return frozenset(
        node.key.value
        for each in body
        for head in heads(each)
        for node in within(head)
        if type(node) is Item and type(node.base) is Name and (node.base.id, node.base.version) in named
        if type(node.key) is Const and isinstance(node.key.value, str) and node.key not in made
    )


def _rows(loop: Loop, frames: set[tuple[str, int]]) -> Iterator[tuple[str, int]]:
    """The name of a row in a loop over the rows of a frame: `for number, row in frame.iterrows()`."""
    over = [node.base for node in within(loop.source) if type(node) is Attr and node.name == "iterrows"]
    if any(type(base) is Name and (base.id, base.version) in frames for base in over) and type(loop.target) is Group:
        last = loop.target.items[-1]
        if type(last) is Name:
            yield last.id, last.version
