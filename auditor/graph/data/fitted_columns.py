"""Which columns of which frame a model is fitted on: those that are written out, or all but those that are left out."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from auditor.graph.observed.flows import features, labels
from auditor.graph.world import World
from auditor.model.ir import Attr, Call, Const, Expr, Group, Item, Name, Op
from auditor.program.calls.effects import Effect, Site
from auditor.program.naming.code import Frame, Shown
from auditor.program.naming.scopes import Binding

DEEPEST = 8
_SAME = frozenset({"copy", "to_numpy", "astype", "ravel", "reset_index", "head"})
"""What leaves the rows and columns of a frame as they are."""
_FEWER_ROWS = frozenset({"dropna", "sort_values", "sample", "query", "drop_duplicates", "fillna", *_SAME})
_LOCATORS = frozenset({"loc", "iloc"})


class Columns(msgspec.Struct, frozen=True):
    """Columns of a frame by its name, in the version that it is picked from; all but those named where `left_out`.

    `line` is where they are picked; 0 where that is in another scope than the fit's. `order` are the names as they are written.
    """

    frame: Name
    names: frozenset[str]
    left_out: bool = False
    line: int = 0
    order: tuple[str, ...] = ()

    def holds(self, column: str) -> bool:
        """Whether a column of the frame is among them."""
        return (column in self.names) is not self.left_out


def fitted_columns(world: World, effect: Effect) -> tuple[Columns, str] | None:
    """The columns that a fit is given and the name of its target, where both are written out, of one frame."""
    given, target = features(effect), labels(effect)
    if given is None or target is None:
        return None
    taken, aimed = (picked(world, expr, effect.frame, effect.line) for expr in (given, target))
    if taken is None or aimed is None or aimed.left_out or len(aimed.names) != 1 or taken.frame.id != aimed.frame.id:
        return None
    (name,) = aimed.names
    if taken.left_out and taken.holds(name) and taken.frame != aimed.frame:
        return None  # the frame was bound anew in between, perhaps without the target
    return taken, name


def stores(world: World, site: Site, frame: str = "") -> Iterator[tuple[str, Expr, int]]:
    """Columns that a scope writes into a frame, or into any, by name, with what they are given."""
    for target, value, line in world.resolved.code.index(*site).items:
        if type(target) is not Item or type(target.key) is not Const or not isinstance(target.key.value, str):
            continue
        if not frame or (type(target.base) is Name and target.base.id == frame):
            yield target.key.value, value, line


def picked(world: World, expr: Expr, frame: Frame, line: int, depth: int = 0) -> Columns | None:
    """The last pick of columns behind a value, with nothing on the way that is not surely the same rows of them."""
    if depth > DEEPEST:
        return None
    match expr:
        case Name():
            bindings = world.resolved.evaluator.denoter.bindings(expr, frame)
            if len(bindings) != 1:
                return None
            binding, where = bindings[0]
            here = binding.line if line and (where.path, where.scope) == (frame.path, frame.scope) else 0
            value = binding.value if binding.how == "value" else _part(world, binding, where)
            return picked(world, value, where, here, depth + 1) if value is not None else None
        case Attr(base=base, name="values"):
            return picked(world, base, frame, line, depth + 1)
        case Call(func=Attr(base=base, name=name)) if name in _SAME:
            return picked(world, base, frame, line, depth + 1)
        case Call(func=Attr(base=base, name="drop")):
            return _left(world, expr, base, frame, line)
        case Item(base=base, key=key) if (names := names_in(world, key, frame)) is not None:
            held = frame_of(base)
            return Columns(held, frozenset(names), line=line, order=names) if held is not None else None
        case _:
            return None


def _left(world: World, call: Call, base: Expr, frame: Frame, line: int) -> Columns | None:
    """`frame.drop(columns=[…])`: what it leaves."""
    named = dict(call.keywords)
    axis, given = named.get("axis", call.args[1] if len(call.args) > 1 else None), named.get("columns")
    if given is None and type(axis) is Const and axis.value in (1, "columns"):
        given = call.args[0] if call.args else named.get("labels")
    names = names_in(world, given, frame) if given is not None else None
    held = frame_of(base)
    return Columns(held, frozenset(names), left_out=True, line=line) if held is not None and names is not None else None


def frame_of(expr: Expr) -> Name | None:
    """The name of the frame that an expression takes rows of, if it takes all of its columns."""
    match expr:
        case Name():
            return expr
        case Call(func=Attr(base=base, name=name)) if name in _FEWER_ROWS:
            return frame_of(base)
        case Item(base=Attr(base=base, name=name), key=key) if name in _LOCATORS and type(key) is not Group:
            return frame_of(base)
        case Item(base=base, key=key) if type(key) is Op:
            return frame_of(base)
        case _:
            return None


def _part(world: World, binding: Binding, frame: Frame) -> Expr | None:
    """What a part of a split is a part of."""
    call = binding.value
    if binding.how != "unpack" or type(call) is not Call or len(binding.way) > 1:
        return None
    dotted = world.resolved.evaluator.denoter.dotted(call.func, frame) or ""
    position = binding.at // 2
    known = dotted.endswith(".train_test_split") and 0 <= position < len(call.args)
    return call.args[position] if known else None


def names_in(world: World, key: Expr, frame: Frame) -> tuple[str, ...] | None:
    """The column names that a key writes out, here or where its only name was bound."""
    if type(key) is Name:
        bindings = world.resolved.evaluator.denoter.bindings(key, frame)
        if len(bindings) == 1 and bindings[0][0].how == "import":
            shown = world.resolved.evaluator.denoter.denote(key, frame)
            return names_in(world, shown.display, shown.frame) if type(shown) is Shown else None
        value = bindings[0][0].value if len(bindings) == 1 and bindings[0][0].how == "value" else None
        return names_in(world, value, frame) if type(value) in (Const, Group) and value is not None else None
    if type(key) is Const:
        return (key.value,) if isinstance(key.value, str) else None
    if type(key) is Group:
        items = tuple(item.value for item in key.items if type(item) is Const and isinstance(item.value, str))
        return items if len(items) == len(key.items) else None
    return None
