"""What a step of a Metaflow flow does to `self` and to the branches it joins, in the order of its statements."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import msgspec

from auditor.model.ir import (
    Assign,
    Attr,
    Call,
    Const,
    Define,
    Do,
    Each,
    Expr,
    Group,
    If,
    Item,
    Lambda,
    Loop,
    Name,
    Op,
    Raise,
    Return,
    Star,
    Stmt,
    Table,
    Try,
    With,
)
from auditor.program.naming.code import Code, Local
from auditor.program.naming.scopes import children

DEEPEST = 6
_PICKERS = frozenset({"max", "min", "sorted", "filter", "map"})
_OWN = frozenset({"next", "merge_artifacts", "input", "index", "name", "foreach_stack", "cmd"})


class Access(msgspec.Struct, frozen=True):
    """One touch of an artefact: `read`, `write`, `merge` (a join hands it on; `*` for all), `drop` (all but this one), or
    `next` for a step that follows.

    `sure` is false under a condition. `how` tells a `next` apart: `condition`, "", or `foreach` with the name of what is
    split. An `input` is one element of that.
    """

    kind: str
    name: str
    line: int
    sure: bool
    how: str = ""


class Walker:
    """Walks the body of one method; methods that it calls on `self` are walked where it calls them."""

    def __init__(self, code: Code, methods: Mapping[str, Local]) -> None:
        self.code = code
        self.methods = methods
        self.found: list[Access] = []
        self.remote: list[tuple[Expr, str, int]] = []  # `run.data.x`: what leads to the run, x, the line
        self._self = ""
        self._inputs = ""
        self._branches: set[str] = set()  # names of single branches of a join
        self._path = ""
        self._line = 0
        self._doubt = 0
        self._stack: list[Local] = []

    def walk(self, local: Local, around: Iterable[Local] = ()) -> list[Access]:
        """Everything that a method does, in order; first what the decorators `around` it do to the flow."""
        for decorator in around:
            self._enter(decorator, receiver=1)
        self._enter(local, joins=True)
        return self.found

    def _enter(self, local: Local, *, joins: bool = False, receiver: int = 0) -> None:
        if local in self._stack or len(self._stack) >= DEEPEST:
            return
        scope = self.code.scope(*local)
        held = (self._self, self._inputs, self._path, self._line)
        self._self = scope.params[receiver].name if len(scope.params) > receiver else ""
        self._inputs = scope.params[1].name if joins and len(scope.params) > 1 else ""
        self._path = local.path
        self._stack.append(local)
        self._body(scope.body)
        self._stack.pop()
        self._self, self._inputs, self._path, self._line = held

    # --- statements ---

    def _body(self, statements: tuple[Stmt, ...]) -> None:
        for statement in statements:
            self._line = getattr(statement, "line", self._line)
            handler = _STATEMENTS.get(type(statement))
            if handler is not None:
                handler(self, statement)

    def _maybe(self, statements: tuple[Stmt, ...]) -> None:
        self._doubt += 1
        self._body(statements)
        self._doubt -= 1

    def assign(self, s: Assign) -> None:
        """`self.x = …`: the value first, then the target."""
        if s.value is None:
            return
        self._expression(s.value)
        if s.op:
            self._expression(s.targets[0])
        for target in s.targets:
            self._target(target)
            if type(target) is Name and self._is_branch(s.value):
                self._branches.add(target.id)

    def loop(self, s: Loop) -> None:
        """`for i in inputs`: the target is a branch."""
        self._expression(s.source)
        if s.target is not None:
            self._over_branches(s.target, s.source)
            self._target(s.target)
        self._maybe(s.body)
        self._maybe(s.orelse)

    def branch(self, s: If) -> None:
        """Both arms, neither of them sure."""
        self._expression(s.test)
        self._maybe(s.body)
        self._maybe(s.orelse)

    def within(self, s: With) -> None:
        """`with open(…) as self.f`."""
        for value, target in s.items:
            self._expression(value)
            if target is not None:
                self._target(target)
        self._body(s.body)

    def attempt(self, s: Try) -> None:
        """What is tried counts as done."""
        self._body(s.body)
        for handler in s.handlers:
            self._maybe(handler.body)
        self._maybe(s.orelse)
        self._body(s.final)

    def value(self, s: Do | Return | Raise) -> None:
        """An expression of its own."""
        if s.value is not None:
            self._expression(s.value)

    def define(self, s: Define) -> None:
        """A function inside the step sees `self` as well."""
        if self._stack:
            scope = self.code.scope(self._path, s.scope)
            if scope.kind == "function" and all(param.name != self._self for param in scope.params):
                self._maybe(scope.body)

    def _target(self, target: Expr) -> None:
        if type(target) is Attr and self._is_self(target.base):
            self._note("write", target.name)
        elif type(target) is Group:
            for part in target.items:
                self._target(part)
        elif type(target) is Star:
            self._target(target.value)
        elif type(target) is Item and type(target.base) is Attr and self._is_self(target.base.base):
            self._expression(target.key)
            self._note("read", target.base.name)
            self._note("write", target.base.name)
        elif type(target) is not Name:
            self._expression(target)

    # --- expressions ---

    def _expression(self, expr: Expr) -> None:
        if type(expr) is Call and self._call(expr):
            return
        if type(expr) is Attr:
            if self._is_self(expr.base):
                self._note("read", expr.name)
                return
            if self._is_branch(expr.base):
                self._note("read", expr.name)
                return
            if type(expr.base) is Attr and expr.base.name == "data" and not self._is_self(expr.base.base):
                self.remote.append((expr.base.base, expr.name, self._line))
        if type(expr) is Each:
            for target, source, _ in expr.loops:
                self._over_branches(target, source)
        for part in children(expr):
            self._expression(part)

    def _call(self, expr: Call) -> bool:
        """Calls with a meaning of their own; whether this was one."""
        func = expr.func
        if type(func) is Attr and self._is_self(func.base):
            if func.name == "next":
                self._next(expr)
                return True
            if func.name == "merge_artifacts":
                self._merge(expr)
                return True
            method = self.methods.get(func.name)
            if method is not None:
                for part in (*expr.args, *(value for _, value in expr.keywords)):
                    self._expression(part)
                self._enter(method)
                return True
        if type(func) is Name and func.id in ("getattr", "setattr") and len(expr.args) > 1:
            named = expr.args[1]
            if self._is_self(expr.args[0]) and type(named) is Const and isinstance(named.value, str):
                for part in expr.args[2:]:
                    self._expression(part)
                self._note("read" if func.id == "getattr" else "write", named.value)
                return True
        if type(func) is Name and func.id in _PICKERS:
            for part in (*expr.args, *(value for _, value in expr.keywords)):
                if type(part) is Lambda and any(self._is_inputs(arg) for arg in expr.args):
                    self._branches |= {param.name for param in part.params}
        return False

    def _next(self, expr: Call) -> None:
        """`self.next(self.a, self.b, foreach="xs")`."""
        given = dict(expr.keywords)
        split = given.get("foreach")
        over = split.value if type(split) is Const and isinstance(split.value, str) else ""
        how = "condition" if "condition" in given else ""
        how = f"foreach {over}" if "foreach" in given or "num_parallel" in given else how
        for arg in expr.args:
            for step in self._steps_in(arg):
                self._note("next", step, how)
        for key in ("foreach", "condition"):
            named = given.get(key)
            if type(named) is Const and isinstance(named.value, str):
                self._note("read", named.value)

    def _merge(self, expr: Call) -> None:
        """`self.merge_artifacts(inputs, include=["x"])`."""
        given = dict(expr.keywords)
        included = given.get("include")
        for part in included.items if type(included) is Group else ():
            if type(part) is Const and isinstance(part.value, str):
                self._note("merge", part.value)
        if included is None:
            self._note("merge", "*")
        excluded = given.get("exclude")
        for part in excluded.items if type(excluded) is Group else ():
            if type(part) is Const and isinstance(part.value, str):
                self._note("drop", part.value)

    def _steps_in(self, expr: Expr) -> Iterator[str]:
        if type(expr) is Attr and self._is_self(expr.base):
            yield expr.name
        elif type(expr) in (Group, Table, Op, Call) or children(expr):
            for part in children(expr):
                yield from self._steps_in(part)

    # --- self and branches ---

    def _is_self(self, expr: Expr) -> bool:
        return type(expr) is Name and expr.id == self._self

    def _is_inputs(self, expr: Expr) -> bool:
        return bool(self._inputs) and type(expr) is Name and expr.id == self._inputs

    def _is_branch(self, expr: Expr) -> bool:
        """`inputs[0]`, `inputs.left`, a name that stands for one of them, or the best of them."""
        if type(expr) is Name:
            return expr.id in self._branches
        if type(expr) in (Item, Attr):
            return self._is_inputs(expr.base)  # type: ignore[union-attr]  # both have a base
        if type(expr) is Call and type(expr.func) is Name and expr.func.id in ("max", "min", "next"):
            return any(self._is_inputs(arg) for arg in expr.args)
        return False

    def _over_branches(self, target: Expr, source: Expr) -> None:
        inside = source.args[0] if type(source) is Call and source.args else source
        if not (self._is_inputs(source) or self._is_inputs(inside)):
            return
        for part in target.items if type(target) is Group else (target,):
            if type(part) is Name:
                self._branches.add(part.id)

    def _note(self, kind: str, name: str, how: str = "") -> None:
        if name == "input":
            self.found.append(Access("input", name, self._line, self._doubt == 0))
        elif kind == "next" or name not in _OWN:
            self.found.append(Access(kind, name, self._line, self._doubt == 0, how))


_STATEMENTS: dict[type, Callable[[Walker, Any], None]] = {
    Assign: Walker.assign,
    Loop: Walker.loop,
    If: Walker.branch,
    With: Walker.within,
    Try: Walker.attempt,
    Do: Walker.value,
    Return: Walker.value,
    Raise: Walker.value,
    Define: Walker.define,
}
