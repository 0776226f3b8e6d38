"""What an expression is known to be where its caller is known: a constant, None, or some object.

What a default or a constant says today, a caller that is not seen may say otherwise: only in the frame of a call that is
seen, and for options of the command line in the starts that are known, is it settled.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, TypeAlias

import msgspec

from auditor.model.ir import Attr, Call, Const, Each, Expr, Group, Item, Lambda, Name, Table, Text
from auditor.program.naming.code import Frame, Instance, Library, Local, Options, Shown

if TYPE_CHECKING:
    from auditor.program.naming.scopes import Binding
    from auditor.program.symbolic.evaluate import Evaluator

_DEEPEST = 8


class Thing(msgspec.Struct, frozen=True):
    """What an expression is in some starts of the program (none named: in all). `constant` is None for an object too."""

    constant: str | float | bool | None
    is_object: bool = False
    runs: frozenset[int] = frozenset()

    @property
    def truth(self) -> bool | None:
        """Whether it counts as true; None where nobody can tell."""
        return None if self.is_object else bool(self.constant)

    @property
    def is_none(self) -> bool:
        """Whether it is None."""
        return self.constant is None and not self.is_object


Things: TypeAlias = list[Thing] | None


def known(evaluator: Evaluator, expr: Expr, frame: Frame) -> Things:
    """All that an expression can be in a frame; None where something of it is not known, or its caller is not.

    What hangs on itself (a test on a name that is bound under that test, a field that is made of itself) is not known.
    """
    key = (id(expr), *frame.key)
    if key in evaluator.deciding or len(evaluator.deciding) > _DEEPEST:
        return None
    evaluator.deciding.add(key)
    try:
        things = settled(evaluator, expr, frame)
    finally:
        evaluator.deciding.discard(key)
    decided = things is not None and (frame.bound is not None or any(thing.runs for thing in things))
    return things if decided else None


def settled(evaluator: Evaluator, expr: Expr, frame: Frame, depth: int = 0) -> Things:
    """All that an expression can be; None where something of it is not known."""
    if type(expr) is Const:
        return [Thing(expr.value)]
    if type(expr) in (Lambda, Text, Group, Table, Each):
        return [Thing(None, is_object=True)]
    if type(expr) is Call:
        return _made(evaluator, expr, frame)
    if depth > _DEEPEST:
        return None
    if type(expr) is Name:
        return _of_name(evaluator, expr, frame, depth)
    if type(expr) is Attr:
        return _of_attribute(evaluator, expr, frame, depth)
    if type(expr) is Item:
        return _of_item(evaluator, expr, frame, depth)
    return None


def _made(evaluator: Evaluator, expr: Call, frame: Frame) -> Things:
    """An object that is made on the spot: certainly not None, whatever else it is."""
    meant = evaluator.denoter.denote(expr.func, frame)
    if type(meant) is Local:
        constructs = evaluator.code.scope(meant.path, meant.scope).kind == "class"
    else:  # by convention a capitalised callable is a class
        constructs = type(meant) is Library and meant.dotted.rpartition(".")[2][:1].isupper()
    return [Thing(None, is_object=True)] if constructs else None


def _all(evaluator: Evaluator, places: Iterable[tuple[Expr, Frame]], depth: int) -> Things:
    """All that any of some expressions can be."""
    found: list[Thing] = []
    for expr, frame in places:
        things = settled(evaluator, expr, frame, depth + 1)
        if things is None:
            return None
        found += things
    return found or None


def _of_name(evaluator: Evaluator, name: Name, frame: Frame, depth: int) -> Things:
    if not name.version and frame.bound is not None and name.id in frame.bound.items:
        return settled(evaluator, *frame.bound.items[name.id], depth + 1)
    bindings = evaluator.names.reaching(evaluator.denoter.bindings(name, frame))
    found: list[Thing] = []
    for binding, where in bindings:
        things = _bound(evaluator, name.id, binding, where, depth)
        if things is None:
            return None
        found += things
    return found or None


def _bound(evaluator: Evaluator, name: str, binding: Binding, frame: Frame, depth: int) -> Things:
    if binding.how == "value" and binding.value is not None:
        return settled(evaluator, binding.value, frame, depth + 1)
    if binding.how != "param":
        return None
    bound = frame.bound
    if bound is not None and name in bound.params:
        return settled(evaluator, *bound.params[name], depth + 1)
    if evaluator.options.of_function(frame.path, frame.scope) is not None and bound is None:
        return evaluator.options.settled_parameter(frame, name)
    scope = evaluator.code.scope(frame.path, frame.scope)
    default = next((param.default for param in scope.params if param.name == name), None)
    if bound is None or default is None:
        return None
    return settled(evaluator, default, frame.within(max(scope.parent, 0)), depth + 1)


def _of_attribute(evaluator: Evaluator, attr: Attr, frame: Frame, depth: int) -> Things:
    if evaluator.objects.stored_outside(attr, frame):
        return None  # before or after, nobody can tell
    base = evaluator.denoter.denote(attr.base, frame)
    if type(base) is Options:
        return evaluator.options.settled(base, attr.name)
    if type(base) is Instance and type(base.of) is Local and base.made is not None:
        if type(evaluator.objects.method(base.of, attr.name)) is Local or evaluator.objects.adjusted(base.of):
            return None
        if evaluator.code.rebinds(attr.name):
            return None
        return _all(evaluator, evaluator.objects.fields(base.of, attr.name, base.made), depth)
    return None


def _of_item(evaluator: Evaluator, item: Item, frame: Frame, depth: int) -> Things:
    base = evaluator.denoter.denote(item.base, frame)
    key = evaluator.displays.key(item.key, frame)
    if type(base) is Options and key is not None:
        return evaluator.options.settled(base, key)
    if type(base) is Shown and key is not None:
        return _all(evaluator, evaluator.displays.lookup(base, item.key, frame), depth)
    return None
