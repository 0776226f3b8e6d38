"""What text an expression can have: constants, joins, f-strings and path algebra, across names and modules."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from auditor.model.ir import (
    Attr,
    Call,
    Choice,
    Const,
    Each,
    Expr,
    Group,
    Item,
    Name,
    Op,
    Opaque,
    Star,
    Table,
    Text,
    Walrus,
)
from auditor.program import paths
from auditor.program.code import Code, Config, Frame, Instance, Library, Local, Module, Options
from auditor.program.denote import DEEPEST_CALL, Denoter
from auditor.program.options import option
from auditor.program.scopes import Binding
from auditor.program.values import MOST_ALTERNATIVES, UNKNOWN, Hole, Value, concat, hole, join, literal

DEEPEST = 22
FUEL = 600
"""Steps one question may take: what branches further stays unknown."""

Values = tuple[Value, ...]


class Evaluator:
    """Answers which texts an expression can have, at most 20 of them."""

    def __init__(self, code: Code) -> None:
        self.code = code
        self.denoter = Denoter(code, self._config_of)
        self._fuel = 0
        self._memo: dict[tuple[int, str, int], Values] = {}
        # What one search has asked of modules: modules that import all of each other would be asked without end.
        self._searching: dict[tuple[str, str], Values] = {}

    def values(self, expr: Expr, frame: Frame) -> Values:
        """The texts an expression can have; `(UNKNOWN,)` when nothing is known."""
        key = (id(expr), frame.path, frame.scope)
        if frame.args is None and key in self._memo:
            return self._memo[key]
        self._fuel = FUEL
        found = self._values(expr, frame, 0) or (UNKNOWN,)
        if frame.args is None:
            self._memo[key] = found
        return found

    def _values(self, expr: Expr, frame: Frame, depth: int) -> Values:
        self._fuel -= 1
        handler = _HANDLERS.get(type(expr))
        if handler is None or depth > DEEPEST or self._fuel <= 0:
            return (UNKNOWN,)
        return _distinct(handler(self, expr, frame, depth + 1))

    def _const(self, expr: Const, frame: Frame, depth: int) -> Values:
        if expr.value is None:
            return ()
        return (literal(expr.value if isinstance(expr.value, str) else str(expr.value)),)

    def _name(self, expr: Name, frame: Frame, depth: int) -> Values:
        if expr.id == "__file__":
            return (literal(frame.path, anchored=True),)
        found: list[Value] = []
        bindings = self.denoter.bindings(expr, frame)
        for binding, where in bindings:
            found.extend(self._bound(expr.id, binding, where, depth))
        if not bindings:
            home = self.denoter.denote(expr, frame)
            if type(home) is not Library:
                return (hole("unknown", expr.id),)
            starred = self._starred(expr.id, frame, depth)
            return starred or (hole("unknown", expr.id),)
        return tuple(value if value.how != "literal" else value.weakened(0.9, "constant") for value in found)

    def _starred(self, name: str, frame: Frame, depth: int) -> Values:
        for statement, _, _ in self.code.index(frame.path, 0).imports:
            for imported in statement.names:
                if imported.name == "*":
                    home = self.code.modules.resolve(frame.path, imported.module, statement.level)
                    if home is not None and home != frame.path and not home.endswith("/"):
                        found = self._member(home, name, depth)
                        if found:
                            return found
        return ()

    def _member(self, home: str, name: str, depth: int) -> Values:
        """A constant of another module."""
        key = (home, name)
        if home.endswith("/") or depth > DEEPEST or key in self._searching:
            return self._searching.get(key, ())
        outermost = not self._searching
        self._searching[key] = ()
        try:
            values = self._searching[key] = self._constants(home, name, depth)
        finally:
            if outermost:
                self._searching.clear()
        return values

    def _constants(self, home: str, name: str, depth: int) -> Values:
        frame = Frame(home, 0)
        found: list[Value] = []
        for binding in self.code.index(home, 0).final(name):
            found.extend(self._bound(name, binding, frame.at(binding.block), depth + 1))
        return tuple(found) or self._starred(name, frame, depth + 1)

    def _bound(self, name: str, binding: Binding, frame: Frame, depth: int) -> Values:
        how, value = binding.how, binding.value
        if how == "import" and binding.imported is not None and binding.imported.name:
            imported = binding.imported
            home = self.code.modules.resolve(frame.path, imported.module, binding.level)
            return self._member(home, imported.name, depth) if home else ()
        if how == "param":
            return self._parameter(name, frame, depth)
        if value is None:
            return ()
        if how == "value":
            return self._values(value, frame, depth)
        if how == "element":
            return self._element(name, value, binding.at, frame, depth)
        if how == "unpack":
            if type(value) is Group and binding.at < len(value.items):
                return self._values(value.items[binding.at], frame, depth)
            return (hole("unknown", name),)
        if how == "augment":
            return (hole("unknown", name),)
        return (hole("unknown", name),)

    def _parameter(self, name: str, frame: Frame, depth: int) -> Values:
        if frame.args and name in frame.args:
            value, where = frame.args[name]
            return self._values(value, where, depth)
        return (Value((Hole("param", name, (frame.path, frame.scope)),), confidence=0.3, how="param"),)

    def default(self, name: str, frame: Frame) -> Values:
        """The texts of a parameter's default value; empty without one."""
        for param in self.code.scope(frame.path, frame.scope).params:
            if param.name == name and param.default is not None:
                where = frame.within(max(self.code.scope(frame.path, frame.scope).parent, 0))
                return tuple(value.weakened(0.8, "default") for value in self.values(param.default, where))
        return ()

    def _element(self, name: str, source: Expr, at: int, frame: Frame, depth: int) -> Values:
        """What a loop variable takes: the items of a display that is written out."""
        shown = self._display(source, frame, depth)
        if shown is None:
            return (hole("loop", name),)
        found: list[Value] = []
        for item in shown[: MOST_ALTERNATIVES + 1]:
            chosen = item
            if at >= 0:
                if type(item) is not Group or at >= len(item.items):
                    return (hole("loop", name),)
                chosen = item.items[at]
            found.extend(self._values(chosen, frame, depth))
        return tuple(found) if len(found) <= MOST_ALTERNATIVES else (hole("loop", name),)

    def _display(self, source: Expr, frame: Frame, depth: int) -> Sequence[Expr] | None:
        if type(source) is Group:
            return source.items
        if type(source) is Table:
            return [key for key in source.keys if key is not None]
        if type(source) is Call and type(source.func) is Attr and source.func.name == "items" and not source.args:
            table = self.table(source.func.base, frame)
            if table is not None:
                return [Group("tuple", (k, v)) for k, v in zip(table.keys, table.values, strict=True) if k is not None]
        if type(source) is Name and depth < DEEPEST:
            for binding, where in self.denoter.bindings(source, frame):
                if binding.how == "value" and binding.value is not None and type(binding.value) in (Group, Table, Name):
                    return self._display(binding.value, where, depth + 1)
        return None

    def table(self, expr: Expr, frame: Frame, depth: int = 0) -> Table | None:
        """The dict display that an expression stands for, if it is written out."""
        if type(expr) is Table:
            return expr
        if depth > 6:
            return None
        if type(expr) is Name:
            for binding, where in self.denoter.bindings(expr, frame):
                if binding.how == "value" and binding.value is not None:
                    return self.table(binding.value, where, depth + 1)
                if binding.how == "import" and binding.imported is not None and binding.imported.name:
                    home = self.code.modules.resolve(where.path, binding.imported.module, binding.level)
                    if home and not home.endswith("/"):
                        for other in self.code.index(home, 0).final(binding.imported.name):
                            if other.how == "value" and other.value is not None:
                                return self.table(other.value, Frame(home, 0), depth + 1)
        return None

    def _attr(self, expr: Attr, frame: Frame, depth: int) -> Values:
        base = self.denoter.denote(expr.base, frame)
        match base:
            case Options(path, scope):
                return option(self, path, scope, expr.name)
            case Config(path, key):
                return self.leaf(path, f"{key}.{expr.name}" if key else expr.name)
            case Module(path):
                return self._member(path, expr.name, depth) or (hole("unknown", expr.name),)
            case Local() as cls:
                return self._of_class(cls, expr.name, depth)
            case Instance(of) if isinstance(of, Local):
                return self._of_class(of, expr.name, depth)
        changed = paths.attribute(expr.name, lambda: self._values(expr.base, frame, depth))
        return changed if changed is not None else (hole("unknown", expr.name),)

    def _of_class(self, cls: Local, name: str, depth: int) -> Values:
        """A class attribute, or what the methods assign to `self.name`."""
        if depth > DEEPEST:
            return ()
        found: list[Value] = []
        for binding in self.code.index(cls.path, cls.scope).final(name):
            if binding.how == "value" and binding.value is not None:
                found.extend(self._values(binding.value, Frame(cls.path, cls.scope), depth))
        if not found:
            for value, where in self.denoter.stores(cls, name):
                found.extend(self._values(value, where, depth))
        if not found:
            for base in self.denoter.bases(cls):
                if type(base) is Local and base != cls:
                    found.extend(self._of_class(base, name, depth + 2))
        return tuple(value.weakened(0.8, value.how) for value in found) or (hole("unknown", name),)

    def leaf(self, path: str, key: str) -> Values:
        """The value of a configuration key, as text."""
        leaves = self.code.leaves(path)
        if key in leaves and leaves[key][0] is not None:
            return (literal(str(leaves[key][0])).weakened(0.8, "config"),)
        return (hole("config", key),)

    def _item(self, expr: Item, frame: Frame, depth: int) -> Values:
        whole = self.denoter.denote(expr, frame)
        if type(whole) is Config:
            return self.leaf(whole.path, whole.key)
        base = self.denoter.denote(expr.base, frame)
        if base == Library("os.environ") and type(expr.key) is Const:
            return (hole("env", str(expr.key.value)),)
        if base == Library("sys.argv") and type(expr.key) is Const:
            return (hole("cli", f"argv{expr.key.value}"),)
        above = paths.ancestor(expr, lambda inner: self._values(inner, frame, depth))
        if above is not None:
            return above
        table = self.table(expr.base, frame)
        if table is not None:
            wanted = {value.text() for value in self._values(expr.key, frame, depth) if value.exact}
            chosen = [
                v for k, v in zip(table.keys, table.values, strict=True) if type(k) is Const and str(k.value) in wanted
            ]
            return tuple(value for item in chosen for value in self._values(item, frame, depth))
        return (UNKNOWN,)

    def _op(self, expr: Op, frame: Frame, depth: int) -> Values:
        if expr.op == "or":
            return tuple(v for operand in expr.operands for v in self._values(operand, frame, depth) if v.known)
        if expr.op == "%" and len(expr.operands) == 2:
            return self._percent(expr, frame, depth)
        combine = {"+": concat, "/": lambda values: join(*values)}.get(expr.op)
        if combine is None:
            return (UNKNOWN,)
        return self._product([self._values(operand, frame, depth) for operand in expr.operands], combine)

    def _percent(self, expr: Op, frame: Frame, depth: int) -> Values:
        given = expr.operands[1].items if type(expr.operands[1]) is Group else (expr.operands[1],)
        filled = [self._values(item, frame, depth) for item in given]
        templates = self._values(expr.operands[0], frame, depth)
        return tuple(value for t in templates for value in self._product(filled, lambda vs, t=t: paths.percent(t, vs)))  # type: ignore[misc]  # t is bound early on purpose

    def _text(self, expr: Text, frame: Frame, depth: int) -> Values:
        parts = [self._values(part, frame, depth) or (UNKNOWN,) for part in expr.parts]
        return self._product(parts, lambda values: concat(values, "f-string"))

    @staticmethod
    def _product(choices: Sequence[Values], combine: Callable[[list[Value]], Value]) -> Values:
        """All combinations, as long as there are few; else the unknown factors stay holes."""
        rows: list[list[Value]] = [[]]
        for values in choices:
            usable = values or (UNKNOWN,)
            if len(rows) * len(usable) > MOST_ALTERNATIVES:
                usable = (UNKNOWN,)
            rows = [[*row, value] for row in rows for value in usable]
        return tuple(combine(row) for row in rows)

    def _choice(self, expr: Choice, frame: Frame, depth: int) -> Values:
        return (*self._values(expr.then, frame, depth), *self._values(expr.otherwise, frame, depth))

    def _call(self, expr: Call, frame: Frame, depth: int) -> Values:
        callee = self.denoter.denote(expr.func, frame)
        if type(callee) is Config and type(expr.func) is Attr and expr.func.name == "get":
            whole = self.denoter.denote(expr, frame)
            found = self.leaf(whole.path, whole.key) if type(whole) is Config else ()
            if (found and found[0].exact) or len(expr.args) < 2:
                return found
            return self._values(expr.args[1], frame, depth)
        if type(callee) is Library:
            known = paths.call(callee.dotted, expr, lambda inner: self._values(inner, frame, depth))
            if known is not None:
                return known
        if type(expr.func) is Attr:
            func = expr.func
            known = paths.method(
                func.name,
                expr,
                lambda: self._values(func.base, frame, depth),
                lambda inner: self._values(inner, frame, depth),
            )
            if known is not None:
                return known
        if (
            type(callee) is Local
            and frame.depth < DEEPEST_CALL
            and self.code.scope(callee.path, callee.scope).kind == "function"
        ):
            return self._returned(callee, expr, frame, depth)
        return (UNKNOWN,)

    def _returned(self, callee: Local, expr: Call, frame: Frame, depth: int) -> Values:
        """The texts a local function returns for these arguments."""
        args = self.denoter.arguments(callee, expr, frame)
        for param in self.code.scope(callee.path, callee.scope).params:
            if param.name not in args and param.default is not None:
                args[param.name] = (param.default, Frame(callee.path, 0))
        inner = Frame(callee.path, callee.scope, args, frame.depth + 1)
        found: list[Value] = []
        for value in self.code.index(callee.path, callee.scope).returns:
            found.extend(self._values(value, inner, depth))
        return tuple(value.weakened(0.8, "folded") for value in found)

    def _walrus(self, expr: Walrus, frame: Frame, depth: int) -> Values:
        return self._values(expr.value, frame, depth)

    def _opaque(self, expr: Opaque, frame: Frame, depth: int) -> Values:
        return self._values(expr.value, frame, depth) if expr.why == "await" and expr.value is not None else (UNKNOWN,)

    def _star(self, expr: Star, frame: Frame, depth: int) -> Values:
        return (UNKNOWN,)

    def _config_of(self, expr: Call, dotted: str, frame: Frame) -> Config | None:
        """The configuration document that a call reads, when its path is one file of the tree."""
        source = paths.config_source(dotted, expr, self.code.knowledge)
        if source is None:
            return None
        if isinstance(source, str):
            return Config(source, "") if source in self.code.files else None
        behind, where = self.opened(source, frame)
        for value in self._values(behind, where, 0):
            if value.exact:
                found = paths.locate(value, frame.path, self.code.files)
                if found is not None and self.code.files[found].leaves:
                    return Config(found, "")
        return None

    def opened(self, expr: Expr, frame: Frame) -> tuple[Expr, Frame]:
        """The path expression behind a file handle or a `read_text()`; anything else as it is."""
        return self._handle(expr, frame, 0) or (expr, frame)

    def _handle(self, expr: Expr, frame: Frame, depth: int) -> tuple[Expr, Frame] | None:
        if type(expr) is Name and depth < 5:
            for binding, where in self.denoter.bindings(expr, frame):
                if binding.how in ("context", "value") and type(binding.value) is Call:
                    return self._handle(binding.value, where, depth + 1)
        if type(expr) is not Call:
            return None
        if self.denoter.dotted(expr.func, frame) in _OPENERS:
            return (expr.args[0], frame) if expr.args else None
        if type(expr.func) is Attr and expr.func.name in ("open", "read", "read_text", "read_bytes"):
            base = expr.func.base
            return self._handle(base, frame, depth + 1) or (None if expr.func.name == "read" else (base, frame))
        return None


_OPENERS = frozenset({"builtins.open", "io.open", "codecs.open", "gzip.open", "bz2.open", "lzma.open", "fsspec.open"})

_HANDLERS: dict[type, Callable[[Evaluator, Any, Frame, int], Values]] = {
    Const: Evaluator._const,
    Name: Evaluator._name,
    Attr: Evaluator._attr,
    Item: Evaluator._item,
    Op: Evaluator._op,
    Text: Evaluator._text,
    Choice: Evaluator._choice,
    Call: Evaluator._call,
    Walrus: Evaluator._walrus,
    Opaque: Evaluator._opaque,
    Star: Evaluator._star,
    Each: Evaluator._star,
}


def _distinct(values: Iterable[Value]) -> Values:
    seen: dict[tuple[object, ...], Value] = {}
    for value in values:
        key = (value.parts, value.anchored)
        if key not in seen or seen[key].confidence < value.confidence:
            seen[key] = value
    return tuple(seen.values())[:MOST_ALTERNATIVES]
