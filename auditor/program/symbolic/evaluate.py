"""What text an expression can have: constants, joins, f-strings and path algebra, across names, objects and modules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

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
from auditor.program.calls.branches import ALWAYS, limited, of_test, reach
from auditor.program.configuration import configs
from auditor.program.configuration.configs import Configs
from auditor.program.configuration.options import CommandLines
from auditor.program.naming.called_things import DEEPEST_CALL, SAME_OBJECT
from auditor.program.naming.code import (
    Argv,
    Code,
    Config,
    Frame,
    Instance,
    Library,
    Local,
    Module,
    Options,
    Partial,
    Shown,
)
from auditor.program.naming.denote import Denoter
from auditor.program.naming.displays import ELEMENT, Displays, integer
from auditor.program.naming.objects import Objects
from auditor.program.running.invocations import Invocations
from auditor.program.symbolic import paths
from auditor.program.symbolic.name_texts import NameTexts
from auditor.program.symbolic.values import (
    ALTERNATIVE,
    CUT,
    UNKNOWN,
    Hole,
    Value,
    Values,
    concat,
    distinct,
    hole,
    join,
    literal,
    of_word,
    product,
)

DEEPEST = 40
FUEL = 1500
"""Steps one question may take: what branches further stays unknown."""


class Evaluator:
    """Answers which texts an expression can have, at most 20 of them."""

    def __init__(self, code: Code, first_pick: int = 0) -> None:
        """`first_pick`: where it begins to number the choices in loops, which two evaluators must number apart."""
        self.code = code
        self.invocations = Invocations(lambda: code.importing)
        self.denoter = Denoter(code, self)
        self.objects = Objects(code, self)
        self.displays = Displays(code, self)
        self.configs = Configs(code, self)
        self.options = CommandLines(code, self)
        self.names = NameTexts(code, self, first_pick)
        self.steps = 0
        """Steps that all questions so far have taken."""
        self._fuel = 0
        self._busy = False
        self._memo: dict[tuple[int, str, int, int], Values] = {}
        self._active: set[tuple[int, str, int, int]] = set()
        self._cut = False
        self.deciding: set[tuple[int, str, int, int]] = set()
        """Tests that are being decided: what hangs on itself is not followed."""

    def values(self, expr: Expr, frame: Frame) -> Values:
        """The texts an expression can have; `(UNKNOWN,)` when nothing is known."""
        if self._busy:
            return self.texts(expr, frame) or (UNKNOWN,)
        self._fuel, self._busy, self._cut = FUEL, True, False
        try:
            return self.texts(expr, frame) or (UNKNOWN,)
        finally:
            self._busy = False
            self.steps += FUEL - self._fuel

    def texts(self, expr: Expr, frame: Frame) -> Values:
        """The same as one step of a question that is being asked: empty where an expression is no text at all."""
        handler = _HANDLERS.get(type(expr))
        if handler is None:
            return (UNKNOWN,)
        bound = frame.bound  # this is `frame.key`, asked more often than all else
        key = (id(expr), frame.path, frame.scope, 0 if bound is None else bound.number)
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

    def _const(self, expr: Const, frame: Frame) -> Values:
        if expr.value is None:
            return ()
        return (literal(expr.value if isinstance(expr.value, str) else str(expr.value)),)

    def dotted_call(self, expr: Expr, frame: Frame) -> str:
        """The qualified name of the library function that a call calls; "" for anything else."""
        return (self.denoter.dotted(expr.func, frame) or "") if type(expr) is Call else ""

    # --- attributes and items ---

    def _attr(self, expr: Attr, frame: Frame) -> Values:
        outside = self.objects.stored_outside(expr, frame)
        if outside:
            return tuple(value for inner, where in outside for value in self.texts(inner, where))
        base = self.denoter.denote(expr.base, frame)
        match base:
            case Options():
                return self.options.values(base, expr.name)
            case Config():
                return self.configs.leaf(base.at(expr.name))
            case Module(path):
                return self.names.member(path, expr.name) or (hole("unknown", expr.name),)
            case Library(path) if (text := paths.CONSTANTS.get(f"{path}.{expr.name}")) is not None:
                return (literal(text),)
            case Local() as cls:
                return self._of_class(cls, expr, None, frame)
            case Instance(of, made) if isinstance(of, Local):
                return self._of_class(of, expr, made, frame)
        changed = paths.attribute(expr.name, lambda: self.texts(expr.base, frame))
        if changed is not None:
            return changed
        return self._hanging(expr.base, expr.name, frame) or (hole("unknown", expr.name),)

    def _hanging(self, base: Expr, name: str, frame: Frame) -> Values:
        """A part of a parameter that only a caller can tell."""
        if type(base) not in (Name, Attr, Item):
            return ()
        for value in self.texts(base, frame):
            if len(value.parts) == 1 and isinstance(part := value.parts[0], Hole) and part.kind == "param":
                return (replace(value, parts=(replace(part, name=f"{part.name}.{name}"),)),)
        return ()

    def _of_class(self, cls: Local, expr: Attr, made: object, frame: Frame) -> Values:
        """What an attribute of a class or an object holds, or a property of it gives."""
        objects = self.objects
        method = objects.method(cls, expr.name)
        if type(method) is Local and objects.is_property(method):
            inner = objects.frame_of_method(method, made)  # type: ignore[arg-type]  # Made or None
            returns = self.code.index(method.path, method.scope).returns
            return tuple(value for each in returns for value in self.texts(each, inner))
        found: list[Value] = []
        replaced = objects.sets_by_text(cls)
        for value, where in objects.fields(cls, expr.name, made):  # type: ignore[arg-type]  # as above
            if not (replaced and type(value) is Const):  # a default that the settings replace
                found.extend(self.texts(value, where))
        caller = self._hanging(expr.base, expr.name, frame) if made is None else ()
        if found:
            # Of an object that a caller hands over, the class tells no more than the defaults.
            default = bool(caller) and not self._is_receiver(expr.base, frame)
            if default and objects.adjusted(cls):
                return caller
            sure = 0.5 if default else 0.8
            return (*(value.weakened(sure, value.how) for value in found), *(caller if default else ()))
        if caller:
            return caller
        changed = paths.attribute(expr.name, lambda: self.texts(expr.base, frame)) if made is None else None
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
            return self.names.element("element", expr.base, (), frame)
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
                found = tuple(value for item in placed for value in self.texts(*item))
                return found if key is not None else tuple(value.weakened(0.5, ALTERNATIVE) for value in found)
        return self._item_of_text(expr, frame) or self._hanging(expr.base, key or "?", frame) or (UNKNOWN,)

    def _item_of_text(self, expr: Item, frame: Frame) -> Values:
        """`path.parents[n]`, `name.split("/")[-1]`, `os.path.splitext(p)[0]`, `text[:-4]`."""

        def ask(inner: Expr) -> Values:
            return self.texts(inner, frame)

        above = paths.ancestor(expr, ask)
        if above is not None:
            return above
        position = integer(expr.key)
        if position is not None:
            part = paths.part_of_call(expr.base, (position,), ask, self.dotted_call(expr.base, frame))
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
                found.append(replace(value, runs=frozenset({invocation.number})))
        return tuple(found) or (hole("cli", f"argv{start + int(key)}"),)

    # --- operators ---

    def _op(self, expr: Op, frame: Frame) -> Values:
        if expr.op == "or":
            return self._or(expr, frame)
        if expr.op == "%" and len(expr.operands) == 2:
            return self._percent(expr, frame)
        combine: Callable[[list[Value]], Value] | None = {"+": concat, "/": lambda values: join(*values)}.get(expr.op)
        if combine is None:
            return (UNKNOWN,)
        if any(type(operand) is Const and not isinstance(operand.value, str) for operand in expr.operands):
            return self._counted(expr, frame)
        return product([self.texts(operand, frame) for operand in expr.operands], combine)

    def _counted(self, expr: Op, frame: Frame) -> Values:
        """A sum of whole numbers that are known; what else is made of a number stays open."""
        named = next((part.id for part in expr.operands if type(part) is Name), "?")
        values = [self.texts(operand, frame) for operand in expr.operands]
        if expr.op != "+" or not all(len(v) == 1 and v[0].exact and v[0].text().isdecimal() for v in values):
            return (hole("unknown", named),)
        return (literal(str(sum(int(v[0].text()) for v in values))).weakened(0.8, "folded"),)

    def _or(self, expr: Op, frame: Frame) -> Values:
        """The first of some texts that is there: what is known to be None is passed over, and what comes after a text too."""
        found: list[Value] = []
        for operand in expr.operands:
            left = of_test(self, operand, frame, wanted=True)
            if left.possible:
                found.extend(limited(self.texts(operand, frame), left))
            if not of_test(self, operand, frame, wanted=False).possible:
                break
        known = tuple(v for v in found if v.known)
        if known and not all(map(_is_given, found)):  # a constant that is taken for want of better
            return tuple(v.weakened(0.4, ALTERNATIVE) for v in known)
        sure = 0.8 if len(known) == len(found) else 0.5
        return tuple(v.weakened(sure, v.how) for v in known) or tuple(v for v in found if v is not UNKNOWN)

    def _percent(self, expr: Op, frame: Frame) -> Values:
        given = expr.operands[1].items if type(expr.operands[1]) is Group else (expr.operands[1],)
        filled = [self.texts(item, frame) for item in given]
        templates = self.texts(expr.operands[0], frame)
        return tuple(value for t in templates for value in product(filled, lambda vs, t=t: paths.percent(t, vs)))  # type: ignore[misc]  # t is bound early on purpose

    def _text(self, expr: Text, frame: Frame) -> Values:
        parts = [self.texts(part, frame) or (UNKNOWN,) for part in expr.parts]
        return product(parts, lambda values: concat(values, "f-string"))

    def _choice(self, expr: Choice, frame: Frame) -> Values:
        found: list[Value] = []
        for arm, wanted in ((expr.then, True), (expr.otherwise, False)):
            left = of_test(self, expr.test, frame, wanted=wanted)
            if left.possible:
                found.extend(limited(self.texts(arm, frame), left))
        return tuple(found)

    # --- calls ---

    def _call(self, expr: Call, frame: Frame) -> Values:
        callee = self.denoter.denote(expr.func, frame)
        if type(callee) is Config and type(expr.func) is Attr:
            return self._config_call(expr, frame)
        if type(callee) is Library:
            if callee.dotted == "builtins.getattr" and len(expr.args) > 1 and type(expr.args[1]) is Const:
                return self.texts(self.code.keep(Attr(expr.args[0], str(expr.args[1].value))), frame)
            known = paths.call(callee.dotted, expr, lambda inner: self.texts(inner, frame))
            if known is not None:
                return known
            if (callee.dotted in configs.WRAPPERS or callee.dotted in SAME_OBJECT) and expr.args:
                return self.texts(expr.args[0], frame)
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
        return self.texts(expr.args[0], frame) if len(expr.args) == 1 and not expr.keywords else (UNKNOWN,)

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
        return self.texts(expr.args[1], frame)

    def _method(self, expr: Call, func: Attr, frame: Frame) -> Values | None:
        if func.name == "get" and expr.args:
            base = self.denoter.denote(func.base, frame)
            if type(base) is Shown:
                placed = self.displays.lookup(base, expr.args[0], frame)
                found = tuple(value for item in placed for value in self.texts(*item))
                return found or (self.texts(expr.args[1], frame) if len(expr.args) > 1 else (UNKNOWN,))
            if type(base) is Options and (key := self.displays.key(expr.args[0], frame)) is not None:
                return self.options.values(base, key)
            return self._hanging(func.base, str(self.displays.key(expr.args[0], frame)), frame) or None
        return paths.method(
            func.name,
            expr,
            lambda: self.texts(func.base, frame),
            lambda inner: self.texts(inner, frame),
            lambda inner: [self.texts(*item) for item in self.displays.elements(inner, frame) or ()],
        )

    def _returned(self, callee: Local, expr: Call, frame: Frame) -> Values:
        """The texts a local function returns for these arguments."""
        inner = self.objects.entered(callee, expr, frame)
        found: list[Value] = []
        index = self.code.index(callee.path, callee.scope)
        for value, block in zip(index.returns, index.returned_in, strict=True):
            left = reach(self, inner.at(block)) if block and len(index.returns) > 1 else ALWAYS
            if left.possible:
                found.extend(limited(self.texts(value, inner), left))
        return tuple(value.weakened(0.8, "folded") for value in found)

    def _walrus(self, expr: Walrus, frame: Frame) -> Values:
        return self.texts(expr.value, frame)

    def _opaque(self, expr: Opaque, frame: Frame) -> Values:
        return self.texts(expr.value, frame) if expr.why == "await" and expr.value is not None else (UNKNOWN,)

    def _star(self, expr: Star, frame: Frame) -> Values:
        return (UNKNOWN,)


def _is_given(value: Value) -> bool:
    """Whether a text is known, or is what a caller, a command or a setting may give and may leave out."""
    return value.known or any(hole.kind in ("param", "cli", "env", "config") for hole in value.holes())


_HANDLERS: dict[type, Callable[[Evaluator, Any, Frame], Values]] = {
    Const: Evaluator._const,
    Name: lambda evaluator, expr, frame: evaluator.names.of(expr, frame),
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
