"""Lists, tuples, dicts and comprehensions that are written out: their elements, their parts, what a key holds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, TypeAlias

from auditor.model.ir import Attr, Call, Choice, Const, Each, Expr, Group, Item, Name, Op, Opaque, Slice, Star, Table
from auditor.program.naming.code import Argv, Code, Config, Frame, Options, Shown
from auditor.program.symbolic.values import MOST_ALTERNATIVES

if TYPE_CHECKING:
    from auditor.program.symbolic.evaluate import Evaluator

Placed: TypeAlias = tuple[Expr, Frame]
Entry: TypeAlias = tuple[Expr | None, Expr, Frame]
"""A key of a dict, None where something is spread into it, with the value and where both stand."""

DEEPEST = 8
ELEMENT = Opaque("element")
"""As a key: any element of a collection, one at a time."""
_SAME = frozenset(f"builtins.{name}" for name in ("list", "tuple", "sorted", "set", "frozenset", "reversed", "iter")) | {
    "tqdm.tqdm", "tqdm.auto.tqdm", "tqdm.notebook.tqdm", "rich.progress.track", "natsort.natsorted"
}  # fmt: skip


class Displays:
    """Answers what a collection holds where it is written out, and nothing where it is not."""

    def __init__(self, code: Code, evaluator: Evaluator) -> None:
        self.code = code
        self.evaluator = evaluator
        self._items: dict[tuple[object, ...], Expr] = {}

    # --- elements ---

    def elements(self, source: Expr, frame: Frame, depth: int = 0) -> list[Placed] | None:
        """What iterating over an expression gives, at most one more than 20; None when that is not written out."""
        if depth > DEEPEST:
            return None
        if type(source) is Call and (found := self._of_call(source, frame, depth)) is not None:
            return found
        if type(source) is Choice:
            return self._either([(source.then, frame), (source.otherwise, frame)], depth)
        if type(source) is Name:
            return self._of_name(source, frame, depth)
        if type(source) is Op and source.op == "+":
            parts = [self.elements(operand, frame, depth + 1) for operand in source.operands]
            return None if None in parts else [item for part in parts for item in part or ()][: MOST_ALTERNATIVES + 1]
        return self._of_denoted(source, frame, depth)

    def _of_denoted(self, source: Expr, frame: Frame, depth: int) -> list[Placed] | None:
        shown = self.evaluator.denoter.denote(source, frame)
        if type(shown) is Shown:
            return self._of_display(shown, depth)
        if type(shown) is Config:
            count = self.evaluator.configs.length(shown)
            if count is None:  # iterating over a mapping gives its keys
                return [(self._const(name), frame) for name in self.evaluator.configs.names(shown)] or None
            return [(self._item(source, n), frame) for n in range(count)]
        return None

    def _of_name(self, name: Name, frame: Frame, depth: int) -> list[Placed] | None:
        """The elements of all that a name may be bound to."""
        if not name.version and frame.bound is not None and name.id in frame.bound.items:
            return self.elements(*frame.bound.items[name.id], depth + 1)
        sources: list[Placed] = []
        for binding, where in self.evaluator.denoter.bindings(name, frame):
            if binding.how == "value" and binding.value is not None:
                sources.append((binding.value, where))
            elif binding.how == "param" and where.bound is not None and name.id in where.bound.params:
                sources.append(where.bound.params[name.id])
        return self._either(sources, depth) if sources else self._of_denoted(name, frame, depth)

    def _either(self, sources: list[Placed], depth: int) -> list[Placed] | None:
        """The elements of several collections, of which one is meant; of those that are written out."""
        found = [items for source in sources if (items := self.elements(*source, depth + 1)) is not None]
        return [item for items in found for item in items][: MOST_ALTERNATIVES + 1] if found else None

    def _of_display(self, shown: Shown, depth: int) -> list[Placed] | None:
        display, frame = shown.display, shown.frame
        if type(display) is Each:
            return self._of_comprehension(display, frame, depth)
        if type(display) is Table:
            return [(key, frame) for key in display.keys[: MOST_ALTERNATIVES + 1] if key is not None]
        found: list[Placed] = []
        for item in display.items if type(display) is Group else ():
            if type(item) is Star:
                found += self.elements(item.value, frame, depth + 1) or ()
            else:
                found.append((item, frame))
            if len(found) > MOST_ALTERNATIVES:
                break
        return found

    def _of_comprehension(self, each: Each, frame: Frame, depth: int) -> list[Placed] | None:
        """The elements for each item of the first source; a further loop stays open."""
        frames = self._rounds(each, frame, depth)
        return [(each.elements[0], inner) for inner in frames] if frames is not None and each.elements else None

    def _rounds(self, each: Each, frame: Frame, depth: int = 0) -> list[Frame] | None:
        """The frames of a comprehension, one for each item of its first source; None where that is not written out."""
        target, source, _ = each.loops[0]
        sources = self.elements(source, frame, depth + 1)
        names = [self._named(target, *placed) for placed in sources or ()]
        return None if sources is None or None in names else [self._bound(frame, named or {}) for named in names]

    def frames_within(self, loops: tuple[Each, ...], frame: Frame) -> list[Frame]:
        """The frames of an expression inside comprehensions, one for each element of their sources where those are written out."""
        frames = [frame]
        for each in loops:
            for target, source, _ in each.loops:
                frames = [inner for outer in frames for inner in self._for_each(target, source, outer)]
                if len(frames) > MOST_ALTERNATIVES:
                    return [self._for_any(loops, frame)]
        return frames

    def _for_each(self, target: Expr, source: Expr, frame: Frame) -> list[Frame]:
        items = self.elements(source, frame)
        named = [self._named(target, *item) for item in items or ()]
        if not named or None in named or len(named) > MOST_ALTERNATIVES:
            return [self._bound(frame, self._any(target, self._element(source), frame))]
        return [self._bound(frame, names or {}) for names in named]

    def _for_any(self, loops: tuple[Each, ...], frame: Frame) -> Frame:
        for each in loops:
            for target, source, _ in each.loops:
                frame = self._bound(frame, self._any(target, self._element(source), frame))
        return frame

    def _any(self, target: Expr, element: Expr, frame: Frame) -> dict[str, Placed]:
        """The names of a target for an element that is not told."""
        if type(target) is Name:
            return {target.id: (element, frame)}
        found: dict[str, Placed] = {}
        for position, inner in enumerate(target.items if type(target) is Group else ()):
            found.update(self._any(inner, self._item(element, position), frame))
        return found

    def _element(self, source: Expr) -> Expr:
        made = self._items.get(("element", id(source)))
        if made is None:
            made = self._items["element", id(source)] = self.code.keep(Item(source, ELEMENT))
        return made

    def _bound(self, frame: Frame, names: dict[str, Placed]) -> Frame:
        outer = frame.bound
        params, items = (outer.params, outer.items) if outer is not None else ({}, {})
        return self.code.bind(frame, params, {**items, **names})

    def _named(self, target: Expr, item: Expr, frame: Frame) -> dict[str, Placed] | None:
        """What the names of a loop's target are for one item."""
        if type(target) is Name:
            return {target.id: (item, frame)}
        if type(target) is not Group:
            return None
        found: dict[str, Placed] = {}
        for position, inner in enumerate(target.items):
            part = self.part(item, frame, (position,))
            names = self._named(inner, *part) if part is not None else None
            if names is None:
                return None
            found.update(names)
        return found

    def _of_call(self, source: Call, frame: Frame, depth: int) -> list[Placed] | None:
        func = source.func
        if type(func) is Attr and func.name in ("items", "values", "keys") and not source.args:
            return self._of_mapping(func, frame)
        dotted = self.evaluator.denoter.dotted(func, frame)
        if dotted in _SAME and source.args:
            return self.elements(source.args[0], frame, depth + 1)
        if dotted == "builtins.enumerate" and source.args:
            inner = self.elements(source.args[0], frame, depth + 1)
            return None if inner is None else [self._pair(Const(n), frame, *placed) for n, placed in enumerate(inner)]
        if dotted == "builtins.zip" and source.args:
            return self._zipped([self.elements(arg, frame, depth + 1) for arg in source.args])
        if dotted == "builtins.range" and source.args:
            bounds = [arg.value for arg in source.args if type(arg) is Const and isinstance(arg.value, int)]
            few = len(bounds) == len(source.args) and 0 < len(range(*bounds)) <= MOST_ALTERNATIVES
            return [(self._const(n), frame) for n in range(*bounds)] if few else None
        return None

    def _of_mapping(self, func: Attr, frame: Frame) -> list[Placed] | None:
        shown = self.evaluator.denoter.denote(func.base, frame)
        if type(shown) is Config:
            names = self.evaluator.configs.names(shown)
            pairs = [(self._const(name), frame, self._item(func.base, name), frame) for name in names]
        elif type(shown) is Shown and type(shown.display) is Table:
            table, where = shown.display, shown.frame
            pairs = [(k, where, v, where) for k, v in zip(table.keys, table.values, strict=True) if k is not None]
        else:
            return None
        pairs = pairs[: MOST_ALTERNATIVES + 1]
        if func.name == "items":
            return [self._pair(k, kf, v, vf) for k, kf, v, vf in pairs]
        return [(k, kf) if func.name == "keys" else (v, vf) for k, kf, v, vf in pairs]

    def _zipped(self, columns: list[list[Placed] | None]) -> list[Placed] | None:
        if None in columns:
            return None
        rows = list(zip(*[column or () for column in columns], strict=False))[: MOST_ALTERNATIVES + 1]
        found: list[Placed] = []
        for row in rows:
            where = row[0][1]
            if any(frame.key != where.key for _, frame in row):
                return None
            found.append((self._made(Group("tuple", tuple(expr for expr, _ in row))), where))
        return found

    def _pair(self, key: Expr, key_frame: Frame, value: Expr, frame: Frame) -> Placed:
        """A tuple of two; a key that stands elsewhere than its value is a constant, or left open."""
        usable = key if type(key) is Const or key_frame.key == frame.key else Const(None)
        return self._made(Group("tuple", (usable, value))), frame

    def _made(self, group: Group) -> Group:
        """The same group for the same items, kept so that answers about it can be remembered."""
        key = tuple(item.value if type(item) is Const else id(item) for item in group.items)
        made = self._items.get(key)
        if type(made) is not Group:
            made = self._items[key] = self.code.keep(group)
        return made

    def _item(self, base: Expr, key: str | int) -> Expr:
        made = self._items.get(("item", id(base), key))
        if made is None:
            made = self._items["item", id(base), key] = self.code.keep(Item(base, Const(key)))
        return made

    def _const(self, value: str | int) -> Expr:
        made = self._items.get(("const", value))
        if made is None:
            made = self._items["const", value] = self.code.keep(Const(value))
        return made

    def listing(self, source: Expr, frame: Frame, depth: int = 0) -> Placed:
        """The call that lists files behind names, sorting and filtering; anything else as it is."""
        if depth > DEEPEST:
            return source, frame
        if type(source) is Name:
            for binding, where in self.evaluator.denoter.bindings(source, frame):
                if binding.how == "value" and binding.value is not None:
                    return self.listing(binding.value, where, depth + 1)
        if type(source) is Call and source.args and self.evaluator.denoter.dotted(source.func, frame) in _SAME:
            return self.listing(source.args[0], frame, depth + 1)
        if type(source) is Each and len(source.loops) == 1:
            target, inner, _ = source.loops[0]
            element = source.elements[0] if source.elements else None
            if type(target) is Name and type(element) is Name and element.id == target.id:
                return self.listing(inner, frame, depth + 1)
        return source, frame

    # --- parts ---

    def part(self, expr: Expr, frame: Frame, way: tuple[int, ...]) -> Placed | None:
        """The element that a way through nested tuples leads to; None when it is not written out."""
        for position in way:
            shown = self.evaluator.denoter.denote(expr, frame)
            if type(shown) in (Config, Argv, Options):
                expr = self._item(expr, position)
                continue
            items = self.elements(expr, frame) if type(shown) is Shown else None
            if items is None or position >= len(items):
                return None
            expr, frame = items[position]
        return expr, frame

    # --- keys ---

    def key(self, expr: Expr, frame: Frame) -> str | None:
        """A key as text, when it is exactly one."""
        if type(expr) is Const:
            return None if expr.value is None else str(expr.value)
        if type(expr) is Slice:
            return None
        values = self.evaluator.values(expr, frame)
        return values[0].text() if len(values) == 1 and values[0].exact else None

    def lookup(self, shown: Shown, key: Expr, frame: Frame) -> list[Placed]:
        """What `display[key]` can be; all values of a dict whose key is not known. A dict may be spread into itself: `d = {**d}`."""
        if type(shown.display) is not Table:
            return self._of_other(shown, key, frame)
        wanted = self._keys(key, frame)
        found: list[Placed] = []
        for name, value, where in self._entries(shown):
            if len(found) >= MOST_ALTERNATIVES:
                break
            if name is None:
                inner = self.evaluator.denoter.denote(value, where)
                found += self._of_other(inner, key, frame) if type(inner) is Shown else ()
            elif wanted is None or (self.key(name, where) or "") in wanted:
                found.append((value, where))
        return found[:MOST_ALTERNATIVES]

    def _entries(self, shown: Shown) -> Iterator[Entry]:
        """The entries of a dict and of the dicts that are spread into it, in order, each dict once; what else is spread without a key."""
        todo, seen = _written(shown), {_mark(shown)}
        while todo:
            name, value, where = todo.pop()
            inner = self.evaluator.denoter.denote(value, where) if name is None else None
            if type(inner) is not Shown or type(inner.display) is not Table:
                yield name, value, where
            elif _mark(inner) not in seen:
                seen.add(_mark(inner))
                todo += _written(inner)

    def _of_other(self, shown: Shown, key: Expr, frame: Frame) -> list[Placed]:
        """What a display that is no dict holds under a key."""
        if type(shown.display) is Each and len(shown.display.elements) == 2:
            return self._under(shown.display, shown.frame, key, frame)
        return self._at(shown, key)

    def _under(self, each: Each, where: Frame, key: Expr, frame: Frame) -> list[Placed]:
        """What a dict comprehension holds under a key, as far as the keys that it makes are known."""
        wanted, (made, value) = self._keys(key, frame), each.elements
        rounds = self._rounds(each, where) or ()
        found = [(value, inner) for inner in rounds if wanted is None or (self.key(made, inner) or "") in wanted]
        return found[:MOST_ALTERNATIVES]

    def _keys(self, key: Expr, frame: Frame) -> set[str] | None:
        """The texts that a key can be; None when it can be anything."""
        if type(key) is Const:
            return {str(key.value)}
        values = self.evaluator.values(key, frame)
        return {value.text() for value in values} if all(value.exact for value in values) else None

    def _at(self, shown: Shown, key: Expr) -> list[Placed]:
        items = self.elements(shown.display, shown.frame)
        if items is None or len(items) > MOST_ALTERNATIVES:
            return []
        position = integer(key)
        if position is not None:
            return items[position : position + 1 or None] if -len(items) <= position < len(items) else []
        return [] if type(key) is Slice else items


def integer(expr: Expr | None) -> int | None:
    """The number that is written, with its sign; None for any other expression."""
    if type(expr) is Op and expr.op == "neg":
        inner = integer(expr.operands[0])
        return None if inner is None else -inner
    return expr.value if type(expr) is Const and type(expr.value) is int else None


def _written(shown: Shown) -> list[Entry]:
    """The entries that a dict is written with, the last first; none of another display."""
    table = shown.display
    if type(table) is not Table:
        return []
    return [(key, value, shown.frame) for key, value in zip(table.keys, table.values, strict=True)][::-1]


def _mark(shown: Shown) -> tuple[object, ...]:
    """What tells a display from others, and from itself in another frame."""
    return (id(shown.display), *shown.frame.key)
