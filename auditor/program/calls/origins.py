"""Where a value comes from: the calls that contribute to it, followed backwards.

Through names and what is stored in them before, columns of frames as far as they are written out, attributes, what callers
supply and what functions of the repository return. What cannot be followed is left out and told, never guessed.
"""

from __future__ import annotations

import re
from collections import defaultdict, deque
from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

import msgspec

from auditor.model.ir import Attr, Call, Const, Each, Expr, Group, Item, Lambda, Name, Op, Slice, Star, Text
from auditor.model.regex import regex
from auditor.program.calls.records import Site
from auditor.program.calls.seen import SomeEffects
from auditor.program.naming.code import Frame, Instance, Library, Local, Module, Shown
from auditor.program.naming.scopes import Binding, children

MOST_STEPS = 1_500
MOST_CALLERS = 8
DEEPEST = 5

_ADDING = frozenset({"append", "extend", "insert", "update", "add", "setdefault", "appendleft"})
_COMPUTING = frozenset(
    {
        "transform", "fit_transform", "inverse_transform", "predict", "predict_proba", "fit_predict", "decision_function",
        "score", "texts_to_sequences", "texts_to_matrix", "apply", "map",
    }
)  # fmt: skip
"""Methods whose result does not hold the object that computed it."""
_LOCATED = frozenset({"loc", "iloc", "at", "iat"})
_JUDGING = regex(r"^([xy]_)?(val|valid|validation|evals?|evaluation|dev|test|hold_?out)(_|$)", re.I)
"""Names of arguments that take what a model is judged by while it learns: `eval_set`, `validation_data`, `test_dataset`."""


class Origin(msgspec.Struct, frozen=True):
    """A call that contributes to a value, with the frame it stands in."""

    call: Call
    frame: Frame


class Traced(msgspec.Struct, frozen=True):
    """The calls behind a value, the nearest first. `whole` is false where something on the way could not be followed.

    `scopes` are those that the way led through.
    """

    calls: tuple[Origin, ...]
    whole: bool
    scopes: frozenset[Site] = frozenset()


class _Wanted(msgspec.Struct, frozen=True, cache_hash=True):
    """Which columns of a frame matter: `only` these (None: all), and none of `but`."""

    only: frozenset[str] | None = None
    but: frozenset[str] = frozenset()

    def takes(self, names: frozenset[str] | None, *, loosely: bool) -> bool:
        """Whether a store into columns of these names (None: not known) can matter."""
        if names is None:
            return self.only is None or loosely
        left = names - self.but
        return bool(left if self.only is None else left & self.only)


class _Spot(msgspec.Struct, frozen=True):
    """An expression still to be followed: where it stands, and up to which line of its scope stores count (0: all)."""

    expr: Expr
    frame: Frame
    line: int
    wanted: _Wanted
    way: tuple[int, ...] = ()


class _Stored(msgspec.Struct, frozen=True):
    """Something put into a name: under `key` (None: as a part of it, by an attribute or a method)."""

    key: Expr | None
    value: Expr
    line: int
    column: str = ""


_ALL = _Wanted()
Names: TypeAlias = frozenset[str]


class Origins:
    """Answers where values come from, over the effects of a program."""

    def __init__(self, effects: SomeEffects) -> None:
        self.effects = effects
        self.code = effects.code
        self.evaluator = effects.evaluator
        self._stores: dict[Site, dict[str, list[_Stored]]] = {}

    def of(
        self,
        expr: Expr,
        frame: Frame,
        line: int = 0,
        *,
        loosely: bool = False,
        held: bool = False,
        learnt: bool = False,
    ) -> Traced:
        """The calls that a value comes from, as it is at a line of its scope.

        `loosely`: stores into columns that are not known count too. `held`: only the objects that the value is or contains, in
        displays, constructors and the attributes of the repository's objects, and not those it was merely computed by.
        `learnt`: without what arguments take that are named for judging a model.
        """
        walk = _Walk(self, loosely=loosely, held=held, learnt=learnt)
        walk.run(_Spot(expr, frame, line, _ALL))
        return Traced(tuple(walk.found), walk.whole, frozenset(walk.scopes))

    def picked(self, expr: Expr, frame: Frame, line: int = 0) -> Names:
        """The columns that a value was last picked by (`frame["price"]`), as far as they are written out."""
        walk = _Walk(self, loosely=False, held=False, learnt=False)
        walk.picking = True
        walk.run(_Spot(expr, frame, line, _ALL))
        return frozenset(walk.picked)

    def stored(self, site: Site) -> dict[str, list[_Stored]]:
        """What a scope puts into its names, beside binding them."""
        table = self._stores.get(site)
        if table is None:
            table = self._stores[site] = defaultdict(list)
            index = self.code.index(*site)
            for target, value, line in index.items:
                if type(target) is Item and (name := _root(target.base)):
                    table[name].append(_Stored(_last(target), value, line))
            for receiver, attribute, value, _, line in index.attributes:
                table[receiver].append(_Stored(None, value, line, attribute))
            for call_site in index.calls:
                func = call_site.call.func
                if type(func) is Attr and func.name in _ADDING and (name := _root(func.base)):
                    for value in call_site.call.args:
                        table[name].append(_Stored(None, value, call_site.call.line))
        return table

    def columns(self, key: Expr, frame: Frame) -> Names | None:
        """The column names that a key writes out, directly or in a constant; None where it says none."""
        if type(key) is Const:
            return frozenset({key.value}) if isinstance(key.value, str) else None
        if type(key) in (Op, Slice, Text, Each, Call):
            return None
        shown = self.evaluator.denoter.denote(key, frame)
        if type(shown) is Shown and type(shown.display) is Group:
            items = self.evaluator.displays.elements(shown.display, shown.frame)
            names = [self.evaluator.displays.key(item, where) for item, where in items or ()]
            return frozenset(name for name in names if name) if names and all(names) else None
        name = self.evaluator.displays.key(key, frame) if type(key) in (Name, Attr) else None
        return frozenset({name}) if name else None


class _Walk:
    """One walk back from a value."""

    def __init__(self, origins: Origins, *, loosely: bool, held: bool, learnt: bool) -> None:
        self.origins = origins
        self.code = origins.code
        self.denoter = origins.evaluator.denoter
        self.objects = origins.evaluator.objects
        self.loosely = loosely
        self.held = held
        self.learnt = learnt
        self.found: list[Origin] = []
        self.picking = False
        self.picked: set[str] = set()
        self.whole = True
        self.scopes: set[Site] = set()
        self._todo: deque[_Spot] = deque()
        self._seen: set[tuple[object, ...]] = set()
        self._entered: dict[tuple[str, int, int], int] = {}

    def run(self, start: _Spot) -> None:
        self._todo.append(start)
        steps = 0
        while self._todo:
            spot = self._todo.popleft()
            key = (id(spot.expr), spot.frame.key, spot.wanted, spot.way)
            if key in self._seen:
                continue
            self._seen.add(key)
            self.scopes.add((spot.frame.path, spot.frame.scope))
            steps += 1
            if steps > MOST_STEPS:
                self.whole = False
                return
            handler = _HANDLERS.get(type(spot.expr))
            if handler is not None:
                handler(self, spot)
            else:
                for child in children(spot.expr):
                    self._push(child, spot.frame, spot.line)

    def _push(self, expr: Expr, frame: Frame, line: int, wanted: _Wanted = _ALL, way: tuple[int, ...] = ()) -> None:
        if type(expr) is not Const:
            self._todo.append(_Spot(expr, frame, line, wanted, way))

    # --- names ---

    def name(self, at: _Spot) -> None:
        expr: Any = at.expr
        if self.held:
            self._contents(at)
        bindings = self.denoter.bindings(expr, at.frame)
        own = not bindings or bindings[0][1].scope == at.frame.scope
        home = at.frame.scope if own else bindings[0][1].scope
        since = min((binding.line for binding, _ in bindings), default=0)  # what was stored before is in another object
        self._put_into(expr.id, at, (at.frame.path, home), own=own, since=since)
        if not bindings and (starred := self.code.starred(at.frame.path, expr.id)):
            self._member(starred, expr.id, at)
        for binding, where in bindings:
            # An element of another frame than the one asked from is read when that scope has run to its end.
            self._bound(expr.id, binding, where if not own else at.frame.at(binding.block), at)

    def _put_into(self, name: str, at: _Spot, site: Site, *, own: bool, since: int) -> None:
        for stored in self.origins.stored(site).get(name, ()):
            if own and ((at.line and stored.line >= at.line) or stored.line < since):
                continue
            frame = at.frame if own else Frame(*site)
            names = self.origins.columns(stored.key, frame) if stored.key is not None else None
            names = frozenset({stored.column}) if stored.column else names
            if (stored.key is None and not stored.column) or at.wanted.takes(names, loosely=self.loosely):
                self._push(stored.value, frame, stored.line)

    def _bound(self, name: str, binding: Binding, frame: Frame, at: _Spot) -> None:
        if binding.how == "param":
            self._parameter(name, binding, frame, at)
        elif binding.how == "import" and binding.imported is not None:
            home = self.code.modules.resolve(frame.path, binding.imported.module, binding.level)
            if home is not None and not home.endswith("/") and binding.imported.name:
                self._member(home, binding.imported.name, at)
        elif binding.value is not None:
            way = (*binding.way, *at.way) if binding.how == "unpack" else at.way
            self._push(binding.value, frame, binding.line, at.wanted if not binding.way else _ALL, way)

    def _member(self, home: str, name: str, at: _Spot) -> None:
        """What a module of the repository binds under a name."""
        for binding in self.code.index(home, 0).final(name):
            if binding.value is not None:
                self._push(binding.value, Frame(home, 0, None, at.frame.depth + 1), 0, at.wanted)

    def _parameter(self, name: str, binding: Binding, frame: Frame, at: _Spot) -> None:
        bound = frame.bound
        if bound is not None and name in bound.params:
            value, where = bound.params[name]
            self._push(value, where, self._entered.get(frame.key, 0), at.wanted, at.way)
            return
        if bound is not None:
            return  # the call that is known leaves it at its default
        site = (frame.path, frame.scope)
        edges = [edge for edge in self.origins.effects.callers.get(site, ()) if edge.direct]
        if not edges or frame.depth >= DEEPEST:
            self.whole = self.whole and binding.at == 0 and self.code.owner(*site) is not None
            return
        for edge in edges[:MOST_CALLERS]:
            caller = Frame(*edge.caller, None, frame.depth + 1, edge.site.block)
            given = self.objects.arguments(edge.callee, edge.call, caller, constructed=edge.constructs).get(name)
            if given is not None:
                self._push(given[0], given[1], edge.line, at.wanted, at.way)

    def _contents(self, at: _Spot) -> None:
        """What the methods of an object of the repository keep in it."""
        found = self.denoter.denote(at.expr, at.frame)
        if type(found) is Instance and type(found.of) is Local:
            for value, where in self.objects.kept(found.of):
                self._push(value, where, 0)

    # --- parts ---

    def attribute(self, at: _Spot) -> None:
        expr: Any = at.expr
        base = self.denoter.denote(expr.base, at.frame)
        if type(base) is Module:
            if not base.path.endswith("/"):
                self._member(base.path, expr.name, at)
        elif type(base) is Instance and type(base.of) is Local:
            fields = self.objects.fields(base.of, expr.name, base.made)
            for value, where in fields:
                self._push(value, where, 0, at.wanted, at.way)
            if not fields:
                self.whole = False
                if self.learnt:  # a method that is handed on brings its object along
                    self._push(expr.base, at.frame, at.line)
        else:
            self._push(expr.base, at.frame, at.line, at.wanted)

    def item(self, at: _Spot) -> None:
        expr: Any = at.expr
        key = _last(expr)
        if type(key) is Const and isinstance(key.value, int):
            self._push(expr.base, at.frame, at.line, at.wanted, (key.value, *at.way))
            return
        rows = type(key) in (Slice, Op) or _root(expr.base) is None
        names = None if rows else self.origins.columns(key, at.frame)
        if names is None and not rows and not self.loosely:
            names = frozenset()  # columns that are not known: no store is known to be among them
        if self.picking and names:
            self.picked |= names
            return
        wanted = at.wanted if names is None else _Wanted(names, at.wanted.but)
        self._push(expr.base, at.frame, at.line, wanted)

    def group(self, at: _Spot) -> None:
        expr: Any = at.expr
        items = expr.items
        if at.way and at.way[0] < len(items):
            self._push(items[at.way[0]], at.frame, at.line, at.wanted, at.way[1:])
            return
        for item in items:
            self._push(item, at.frame, at.line)

    # --- calls ---

    def call(self, at: _Spot) -> None:
        expr: Any = at.expr
        self.found.append(Origin(expr, at.frame))
        callee = self.denoter.denote(expr.func, at.frame)
        if type(callee) is Local and self.code.scope(callee.path, callee.scope).kind == "function":
            self._into(callee, at)
            return
        if self.held:
            self._contents(at)
        method = type(expr.func) is Attr and type(callee) is not Local
        if method and not (self.held and expr.func.name in _COMPUTING):
            self._push(expr.func.base, at.frame, at.line, self._without_dropped(expr, at))
        elif type(expr.func) not in (Name, Attr):
            self._push(expr.func, at.frame, at.line)
        if self.held and not _contains(callee):
            return
        for value in self._parted(expr, callee, at):
            self._push(value, at.frame, at.line, at.wanted if type(callee) is Library else _ALL)

    def _parted(self, expr: Call, callee: object, at: _Spot) -> Iterable[Expr]:
        """The arguments behind a value: of a split only the one whose part is asked for."""
        if at.way and type(callee) is Library and callee.dotted.endswith(".train_test_split"):
            position = at.way[0] // 2
            if position < len(expr.args) and not any(type(arg) is Star for arg in expr.args):
                return (expr.args[position],)
        return (*expr.args, *(value for name, value in expr.keywords if not (self.learnt and judges(name))))

    def _into(self, callee: Local, at: _Spot) -> None:
        """What a function of the repository returns when this call runs it."""
        expr: Any = at.expr
        index = self.code.index(callee.path, callee.scope)
        returns = [*index.returns, *index.yields]
        if at.frame.depth >= DEEPEST or not returns:
            self.whole = self.whole and bool(returns)
            for value in (*expr.args, *(value for _, value in expr.keywords)):
                self._push(value, at.frame, at.line)
            return
        frame = self.objects.entered(callee, expr, at.frame)
        self._entered.setdefault(frame.key, at.line or expr.line)
        for value in returns:
            self._push(value, frame, 0, at.wanted, at.way)

    def _without_dropped(self, expr: Call, at: _Spot) -> _Wanted:
        """Which columns of the receiver still matter after `drop` of columns that are written out, or a `pop` of one."""
        func: Any = expr.func
        if func.name == "pop" and expr.args:
            names = self.origins.columns(expr.args[0], at.frame)
            return _Wanted(names, at.wanted.but) if names else at.wanted
        if func.name != "drop":
            return at.wanted
        named = dict(expr.keywords)
        rows = type(axis := named.get("axis")) is not Const or axis.value not in (1, "columns")
        chosen = named.get("columns") or (None if rows else named.get("labels") or next(iter(expr.args), None))
        names = self.origins.columns(chosen, at.frame) if chosen is not None else None
        return msgspec.structs.replace(at.wanted, but=at.wanted.but | names) if names else at.wanted

    def expression(self, at: _Spot) -> None:
        """The body of a lambda: what it computes with belongs to the value."""
        expr: Any = at.expr
        self._push(expr.body, at.frame, at.line)


_HANDLERS: dict[type, Callable[[_Walk, _Spot], None]] = {
    Name: _Walk.name,
    Attr: _Walk.attribute,
    Item: _Walk.item,
    Group: _Walk.group,
    Call: _Walk.call,
    Lambda: _Walk.expression,
}


def judges(name: str) -> bool:
    """Whether an argument of this name takes what a model is judged by, not what it learns."""
    return bool(_JUDGING.search(name))


def _contains(callee: object) -> bool:
    """Whether the result of a call holds its arguments: constructors, and the builtins that make containers."""
    if type(callee) is Local:
        return True
    last = callee.dotted.rpartition(".")[2] if type(callee) is Library else ""
    return last[:1].isupper() or last.startswith("make_") or last in ("dict", "list", "tuple", "zip", "set", "deepcopy")


def _root(expr: Expr) -> str | None:
    """The name of the frame or container that a target belongs to: `df` of `df.loc` and of `df["a"]`."""
    while type(expr) in (Attr, Item):
        if type(expr) is Attr and expr.name not in _LOCATED:
            return None
        expr = expr.base  # type: ignore[union-attr]  # narrowed by the loop's condition
    return expr.id if type(expr) is Name else None


def _last(target: Item) -> Expr:
    """The key that names columns: the last of `loc[rows, columns]`."""
    located = type(target.base) is Attr and target.base.name in _LOCATED
    if located and type(target.key) is Group and target.key.kind == "tuple" and target.key.items:
        return target.key.items[-1]
    return target.key


def through(origins: Iterable[Origin]) -> set[int]:
    """The identities of the calls, to compare two values by."""
    return {id(origin.call) for origin in origins}
