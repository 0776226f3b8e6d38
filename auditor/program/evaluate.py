"""What text an expression can have: constants, joins, f-strings and path algebra, across names, objects and modules."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
    Text,
    Walrus,
)
from auditor.program import configs, fixtures, paths
from auditor.program.branches import reach
from auditor.program.code import Argv, Code, Config, Frame, Instance, Library, Local, Module, Options, Partial, Shown
from auditor.program.configs import Configs
from auditor.program.denote import DEEPEST_CALL, DEEPEST_MODULES, SAME_OBJECT, Denoter
from auditor.program.displays import ELEMENT, Displays
from auditor.program.invocations import Invocations
from auditor.program.objects import Objects
from auditor.program.options import CommandLines
from auditor.program.scopes import Binding, integer
from auditor.program.values import (
    CUT,
    MOST_ALTERNATIVES,
    UNKNOWN,
    Hole,
    Value,
    Values,
    concat,
    distinct,
    go_together,
    hole,
    join,
    literal,
    of_word,
)

DEEPEST = 40
FUEL = 1500
"""Steps one question may take: what branches further stays unknown."""


class Evaluator:
    """Answers which texts an expression can have, at most 20 of them."""

    def __init__(self, code: Code) -> None:
        self.code = code
        self.invocations = Invocations(code.importers)
        self.denoter = Denoter(code, self)
        self.objects = Objects(code, self)
        self.displays = Displays(code, self)
        self.configs = Configs(code, self)
        self.options = CommandLines(code, self)
        self._collections: dict[tuple[int, str, int, int], int] = {}
        self._fuel = 0
        self._busy = False
        self._memo: dict[tuple[int, str, int, int], Values] = {}
        self._active: set[tuple[int, str, int, int]] = set()
        self._cut = False
        # What one search has asked of modules: modules that import all of each other would be asked without end.
        self._searching: dict[tuple[str, str], Values] = {}
        self._modules = 0

    def values(self, expr: Expr, frame: Frame) -> Values:
        """The texts an expression can have; `(UNKNOWN,)` when nothing is known."""
        if self._busy:
            return self._values(expr, frame) or (UNKNOWN,)
        self._fuel, self._busy, self._cut = FUEL, True, False
        try:
            return self._values(expr, frame) or (UNKNOWN,)
        finally:
            self._busy = False

    def _values(self, expr: Expr, frame: Frame) -> Values:
        handler = _HANDLERS.get(type(expr))
        if handler is None:
            return (UNKNOWN,)
        key = (id(expr), *frame.key)
        known = self._memo.get(key)
        if known is not None:
            return known
        self._fuel -= 1
        if len(self._active) > DEEPEST or self._fuel <= 0 or key in self._active:
            self._cut = True
            return (UNKNOWN if key in self._active else CUT,)
        before, self._cut = self._cut, False
        self._active.add(key)
        try:
            found = distinct(handler(self, expr, frame))
        finally:
            self._active.discard(key)
        # An answer that was cut short holds for this question alone, unless it is the question itself.
        if not self._cut or not self._active:
            self._memo[key] = found
        self._cut = self._cut or before
        return found

    # --- names ---

    def _const(self, expr: Const, frame: Frame) -> Values:
        if expr.value is None:
            return ()
        return (literal(expr.value if isinstance(expr.value, str) else str(expr.value)),)

    def _name(self, expr: Name, frame: Frame) -> Values:
        if expr.id == "__file__":
            return (literal(frame.path, anchored=True),)
        if not expr.version and frame.bound is not None and expr.id in frame.bound.items:
            return self._values(*frame.bound.items[expr.id])
        bindings = self.denoter.bindings(expr, frame)
        found = self._of_bindings(expr.id, self._reaching(bindings))
        if not bindings:
            home = self.denoter.denote(expr, frame)
            if type(home) is not Library:
                return (hole("unknown", expr.id),)
            starred = self._starred(expr.id, frame.path)
            return starred or (hole("unknown", expr.id),)
        return tuple(value if value.how != "literal" else value.weakened(0.9, "constant") for value in found)

    def _reaching(self, bindings: list[tuple[Binding, Frame]]) -> list[tuple[Binding, Frame]]:
        """Those of several bindings that can happen in the call of their frame: `if test:` is decided by what it gives."""
        if len(bindings) < 2 or all(where.bound is None or not where.block for _, where in bindings):
            return bindings
        left = [(b, where) for b, where in bindings if where.bound is None or reach(self, where).possible]
        return left or bindings

    def _of_bindings(self, name: str, bindings: list[tuple[Binding, Frame]]) -> list[Value]:
        """The texts of all bindings; `+=` appends to what the earlier ones say."""
        found: list[Value] = []
        for position, (binding, where) in enumerate(bindings):
            if binding.how == "augment":
                earlier = self._of_bindings(name, bindings[position + 1 :])
                return found + self._augmented(name, binding, where, tuple(earlier))
            found.extend(self._bound(name, binding, where))
        return found

    def _augmented(self, name: str, binding: Binding, frame: Frame, earlier: Values) -> list[Value]:
        if binding.op != "+" or binding.value is None or not earlier:
            return [hole("unknown", name)]
        added = self._values(binding.value, frame)
        return list(self._product([earlier, added], concat))

    def _starred(self, name: str, path: str) -> Values:
        """A constant that the `from module import *` of a file bring in."""
        home = self.code.starred(path, name)
        return self._defined(home, name) if home is not None else ()

    def _defined(self, home: str, name: str) -> Values:
        """The texts that a module itself binds a name to."""
        frame = Frame(home, 0)
        bindings = [(binding, frame.at(binding.block)) for binding in self.code.index(home, 0).final(name)]
        return tuple(self._of_bindings(name, bindings))

    def _member(self, home: str, name: str) -> Values:
        """A constant of another module."""
        key = (home, name)
        if home.endswith("/") or key in self._searching or self._modules > DEEPEST_MODULES:
            return self._searching.get(key, ())
        self._searching[key] = ()
        self._modules += 1
        try:
            values = self._searching[key] = self._defined(home, name) or self._starred(name, home)
        finally:
            self._modules -= 1
            if not self._modules:
                self._searching.clear()
        return values

    def _bound(self, name: str, binding: Binding, frame: Frame) -> Values:
        how, value = binding.how, binding.value
        if how == "import" and binding.imported is not None and binding.imported.name:
            imported = binding.imported
            home = self.code.modules.resolve(frame.path, imported.module, binding.level)
            return self._member(home, imported.name) if home else ()
        if how == "param":
            return self._parameter(name, frame)
        if value is None:
            return ()
        if how == "value":
            return self._values(value, frame)
        if how == "element":
            return self._element(name, value, binding.way, frame)
        if how == "unpack":
            return self._unpacked(name, value, binding.way, frame)
        return (hole("unknown", name),)

    def _unpacked(self, name: str, value: Expr, way: tuple[int, ...], frame: Frame) -> Values:
        part = self.displays.part(value, frame, way)
        if part is not None:
            return self._values(*part)
        split = paths.part_of_call(value, way, lambda inner: self._values(inner, frame), self._dotted(value, frame))
        return split or (hole("unknown", name),)

    def _dotted(self, expr: Expr, frame: Frame) -> str:
        return (self.denoter.dotted(expr.func, frame) or "") if type(expr) is Call else ""

    def _parameter(self, name: str, frame: Frame) -> Values:
        bound = frame.bound
        if bound is not None and name in bound.params:
            return self._values(*bound.params[name])
        given = self.options.of_parameter(frame, name)
        if given is not None:
            return given
        if bound is not None and self._has_default(name, frame):
            return self.default(name, frame)
        if fixtures.is_temporary(self, name, frame):
            return (hole("temporary", name),)
        return (Value((Hole("param", name, (frame.path, frame.scope)),), confidence=0.3, how="param"),)

    def _has_default(self, name: str, frame: Frame) -> bool:
        params = self.code.scope(frame.path, frame.scope).params
        return any(param.name == name and param.default is not None for param in params)

    def default(self, name: str, frame: Frame) -> Values:
        """The texts of a parameter's default value; empty without one."""
        for param in self.code.scope(frame.path, frame.scope).params:
            if param.name == name and param.default is not None:
                where = frame.within(max(self.code.scope(frame.path, frame.scope).parent, 0))
                return tuple(value.weakened(0.8, "default") for value in self._values(param.default, where))
        return ()

    def _element(self, name: str, source: Expr, way: tuple[int, ...], frame: Frame) -> Values:
        """What a loop variable takes: the items of a display that is written out, or files that a pattern finds."""
        shown = self.displays.elements(source, frame)
        if not shown:
            inner, where = self.displays.listing(source, frame)
            listed = paths.listed(inner, lambda part: self._values(part, where), self._dotted(inner, where), way)
            return listed or (hole("loop", name),)
        found: list[Value] = []
        collection = self._collection(source, frame)
        for number, (item, where) in enumerate(shown[: MOST_ALTERNATIVES + 1]):
            part = self.displays.part(item, where, way)
            if part is None:
                return (hole("loop", name),)
            found.extend(value._replace(picks=value.picks | {(collection, number)}) for value in self._values(*part))
        return tuple(found) if len(found) <= MOST_ALTERNATIVES else (hole("loop", name),)

    def _collection(self, source: Expr, frame: Frame) -> int:
        """A number for what a loop goes over, the same for all targets of that loop."""
        return self._collections.setdefault((id(source), *frame.key), len(self._collections))

    # --- attributes and items ---

    def _attr(self, expr: Attr, frame: Frame) -> Values:
        outside = self.objects.stored_outside(expr, frame)
        if outside:
            return tuple(value for inner, where in outside for value in self._values(inner, where))
        base = self.denoter.denote(expr.base, frame)
        match base:
            case Options():
                return self.options.values(base, expr.name)
            case Config():
                return self.configs.leaf(base.at(expr.name))
            case Module(path):
                return self._member(path, expr.name) or (hole("unknown", expr.name),)
            case Local() as cls:
                return self._of_class(cls, expr, None, frame)
            case Instance(of, made) if isinstance(of, Local):
                return self._of_class(of, expr, made, frame)
        changed = paths.attribute(expr.name, lambda: self._values(expr.base, frame))
        if changed is not None:
            return changed
        return self._hanging(expr.base, expr.name, frame) or (hole("unknown", expr.name),)

    def _hanging(self, base: Expr, name: str, frame: Frame) -> Values:
        """A part of a parameter that only a caller can tell."""
        if type(base) not in (Name, Attr, Item):
            return ()
        for value in self._values(base, frame):
            if len(value.parts) == 1 and isinstance(part := value.parts[0], Hole) and part.kind == "param":
                return (value._replace(parts=(part._replace(name=f"{part.name}.{name}"),)),)
        return ()

    def _of_class(self, cls: Local, expr: Attr, made: object, frame: Frame) -> Values:
        """What an attribute of a class or an object holds, or a property of it gives."""
        objects = self.objects
        method = objects.method(cls, expr.name)
        if type(method) is Local and objects.is_property(method):
            inner = objects.frame_of_method(method, made)  # type: ignore[arg-type]  # Made or None
            returns = self.code.index(method.path, method.scope).returns
            return tuple(value for each in returns for value in self._values(each, inner))
        found: list[Value] = []
        for value, where in objects.fields(cls, expr.name, made):  # type: ignore[arg-type]  # as above
            found.extend(self._values(value, where))
        caller = self._hanging(expr.base, expr.name, frame) if made is None else ()
        if found:
            # Of an object that a caller hands over, the class tells no more than the defaults.
            default = bool(caller) and not self._is_receiver(expr.base, frame)
            sure = 0.5 if default else 0.8
            return (*(value.weakened(sure, value.how) for value in found), *(caller if default else ()))
        if caller:
            return caller
        changed = paths.attribute(expr.name, lambda: self._values(expr.base, frame)) if made is None else None
        if changed is not None and any(value.known for value in changed):
            return changed
        return (hole("unknown", expr.name),)

    def _is_receiver(self, base: Expr, frame: Frame) -> bool:
        """Whether an expression is the object of the method that it stands in."""
        scope = self.code.scope(frame.path, frame.scope)
        method = self.code.owner(frame.path, frame.scope) is not None
        return type(base) is Name and method and bool(scope.params) and scope.params[0].name == base.id

    def _item(self, expr: Item, frame: Frame) -> Values:
        if expr.key is ELEMENT:
            return self._element("element", expr.base, (), frame)
        whole = self.denoter.denote(expr, frame)
        if type(whole) is Config:
            return self.configs.leaf(whole)
        base = self.denoter.denote(expr.base, frame)
        key = self.displays.key(expr.key, frame)
        match base:
            case Library("os.environ") if key is not None:
                return (hole("env", key),)
            case Argv(start):
                return self._argv(start, key, frame)
            case Options() if key is not None and not key.isdigit():
                return self.options.values(base, key)
            case Shown():
                placed = self.displays.lookup(base, expr.key, frame)
                found = tuple(value for item in placed for value in self._values(*item))
                return found if key is not None else tuple(value.weakened(0.5, "alternative") for value in found)
        return self._item_of_text(expr, frame) or self._hanging(expr.base, key or "?", frame) or (UNKNOWN,)

    def _item_of_text(self, expr: Item, frame: Frame) -> Values:
        """`path.parents[n]`, `name.split("/")[-1]`, `os.path.splitext(p)[0]`, `text[:-4]`."""

        def ask(inner: Expr) -> Values:
            return self._values(inner, frame)

        above = paths.ancestor(expr, ask)
        if above is not None:
            return above
        position = integer(expr.key)
        if position is not None:
            part = paths.part_of_call(expr.base, (position,), ask, self._dotted(expr.base, frame))
            return part or (() if type(expr.base) is Call else paths.listed_item(ask(expr.base)))
        return paths.sliced(expr, ask) or ()

    def _argv(self, start: int, key: str | None, frame: Frame) -> Values:
        """A word of the command line, by the starts that are known."""
        if key is None or not key.lstrip("-").isdigit():
            return (hole("cli", "argv"),)
        position = start + int(key) - 1
        found = []
        for invocation in self.invocations.of(frame.path):
            if 0 <= position < len(invocation.words) and int(key) >= 0:
                value = of_word(invocation.words[position], shown=invocation.shown)
                found.append(value._replace(runs=frozenset({invocation.number})))
        return tuple(found) or (hole("cli", f"argv{start + int(key)}"),)

    # --- operators ---

    def _op(self, expr: Op, frame: Frame) -> Values:
        if expr.op == "or":
            found = tuple(v for operand in expr.operands for v in self._values(operand, frame))
            return tuple(v for v in found if v.known) or tuple(v for v in found if v is not UNKNOWN)
        if expr.op == "%" and len(expr.operands) == 2:
            return self._percent(expr, frame)
        combine: Callable[[list[Value]], Value] | None = {"+": concat, "/": lambda values: join(*values)}.get(expr.op)
        if combine is None:
            return (UNKNOWN,)
        return self._product([self._values(operand, frame) for operand in expr.operands], combine)

    def _percent(self, expr: Op, frame: Frame) -> Values:
        given = expr.operands[1].items if type(expr.operands[1]) is Group else (expr.operands[1],)
        filled = [self._values(item, frame) for item in given]
        templates = self._values(expr.operands[0], frame)
        return tuple(value for t in templates for value in self._product(filled, lambda vs, t=t: paths.percent(t, vs)))  # type: ignore[misc]  # t is bound early on purpose

    def _text(self, expr: Text, frame: Frame) -> Values:
        parts = [self._values(part, frame) or (UNKNOWN,) for part in expr.parts]
        return self._product(parts, lambda values: concat(values, "f-string"))

    @staticmethod
    def _product(choices: Sequence[Values], combine: Callable[[list[Value]], Value]) -> Values:
        """All combinations that one start can have, as long as there are few; else the unknown factors stay holes."""
        rows: list[list[Value]] = [[]]
        for values in choices:
            usable = values or (UNKNOWN,)
            if len(rows) * len(usable) > MOST_ALTERNATIVES:
                usable = (UNKNOWN,)
            rows = [[*row, value] for row in rows for value in usable if go_together((*row, value))]
        return tuple(combine(row) for row in rows)

    def _choice(self, expr: Choice, frame: Frame) -> Values:
        return (*self._values(expr.then, frame), *self._values(expr.otherwise, frame))

    # --- calls ---

    def _call(self, expr: Call, frame: Frame) -> Values:
        callee = self.denoter.denote(expr.func, frame)
        if type(callee) is Config and type(expr.func) is Attr:
            return self._config_call(expr, frame)
        if type(callee) is Library:
            if callee.dotted == "builtins.getattr" and len(expr.args) > 1 and type(expr.args[1]) is Const:
                return self._values(self.code.keep(Attr(expr.args[0], str(expr.args[1].value))), frame)
            known = paths.call(callee.dotted, expr, lambda inner: self._values(inner, frame))
            if known is not None:
                return known
            if (callee.dotted in configs.WRAPPERS or callee.dotted in SAME_OBJECT) and expr.args:
                return self._values(expr.args[0], frame)
            if type(whole := self.denoter.denote(expr, frame)) is Config and whole.key:
                return self.configs.leaf(whole)
            pending = self.configs.pending(expr, callee.dotted, frame)
            if pending is not None:
                return (pending,)
        if type(expr.func) is Attr:
            known = self._method(expr, expr.func, frame)
            if known is not None:
                return known
        if type(callee) is Local and frame.depth < DEEPEST_CALL and self.code.scope(*callee).kind == "function":
            return self._returned(callee, expr, frame)
        if type(callee) is Local:
            return self._as_text(expr, frame)
        if type(callee) is Partial and type(callee.function) is Local:
            return self._returned(callee.function, callee.call, callee.frame)
        return (UNKNOWN,)

    def _as_text(self, expr: Call, frame: Frame) -> Values:
        """An object of a class that is text itself: of an enumeration, the member's value."""
        return self._values(expr.args[0], frame) if len(expr.args) == 1 and not expr.keywords else (UNKNOWN,)

    def _config_call(self, expr: Call, frame: Frame) -> Values:
        """`config.get("key", default)`."""
        whole = self.denoter.denote(expr, frame)
        found = self.configs.leaf(whole) if type(whole) is Config else ()
        if (
            (found and found[0].exact)
            or len(expr.args) < 2
            or (type(expr.args[1]) is Const and expr.args[1].value is None)
        ):
            return found or (UNKNOWN,)
        return self._values(expr.args[1], frame)

    def _method(self, expr: Call, func: Attr, frame: Frame) -> Values | None:
        if func.name == "get" and expr.args:
            base = self.denoter.denote(func.base, frame)
            if type(base) is Shown:
                placed = self.displays.lookup(base, expr.args[0], frame)
                found = tuple(value for item in placed for value in self._values(*item))
                return found or (self._values(expr.args[1], frame) if len(expr.args) > 1 else (UNKNOWN,))
            if type(base) is Options and (key := self.displays.key(expr.args[0], frame)) is not None:
                return self.options.values(base, key)
            return self._hanging(func.base, str(self.displays.key(expr.args[0], frame)), frame) or None
        return paths.method(
            func.name,
            expr,
            lambda: self._values(func.base, frame),
            lambda inner: self._values(inner, frame),
            lambda inner: [self._values(*item) for item in self.displays.elements(inner, frame) or ()],
        )

    def _returned(self, callee: Local, expr: Call, frame: Frame) -> Values:
        """The texts a local function returns for these arguments."""
        inner = self.objects.entered(callee, expr, frame)
        found: list[Value] = []
        for value in self.code.index(callee.path, callee.scope).returns:
            found.extend(self._values(value, inner))
        return tuple(value.weakened(0.8, "folded") for value in found)

    def _walrus(self, expr: Walrus, frame: Frame) -> Values:
        return self._values(expr.value, frame)

    def _opaque(self, expr: Opaque, frame: Frame) -> Values:
        return self._values(expr.value, frame) if expr.why == "await" and expr.value is not None else (UNKNOWN,)

    def _star(self, expr: Star, frame: Frame) -> Values:
        return (UNKNOWN,)

    # --- handles ---

    def opened(self, expr: Expr, frame: Frame) -> tuple[Expr, Frame]:
        """The path expression behind a file handle or a `read_text()`; anything else as it is."""
        return self._handle(expr, frame) or (expr, frame)

    def _handle(self, expr: Expr, frame: Frame, depth: int = 0) -> tuple[Expr, Frame] | None:
        if depth > DEEPEST_CALL:
            return None
        if type(expr) is Name:
            for binding, where in self.denoter.bindings(expr, frame):
                if binding.how in ("context", "value") and type(binding.value) is Call:
                    return self._handle(binding.value, where, depth + 1)
                if binding.how == "param" and where.bound is not None and expr.id in where.bound.params:
                    return self._handle(*where.bound.params[expr.id], depth + 1)
        if type(expr) is not Call:
            return None
        dotted = self.denoter.dotted(expr.func, frame)
        if dotted in _OPENERS:
            return (expr.args[0], frame) if expr.args else None
        if dotted in _WRAPPED and expr.args:
            return self._handle(expr.args[0], frame, depth + 1)
        if type(expr.func) is Attr and expr.func.name in ("open", "read", "read_text", "read_bytes"):
            base = expr.func.base
            return self._handle(base, frame, depth + 1) or (None if expr.func.name == "read" else (base, frame))
        return None


_OPENERS = frozenset({"builtins.open", "io.open", "codecs.open", "gzip.open", "bz2.open", "lzma.open", "fsspec.open", "smart_open.open", "tensorflow.io.gfile.GFile"})  # fmt: skip
_WRAPPED = frozenset({"io.TextIOWrapper", "io.BufferedReader", "csv.reader", "csv.DictReader", "csv.writer", "csv.DictWriter", "contextlib.closing"})  # fmt: skip

_HANDLERS: dict[type, Callable[[Evaluator, Any, Frame], Values]] = {
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
