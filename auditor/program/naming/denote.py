"""What an expression stands for: a library name, a local definition, an object, a configuration document, a display.

Assignment-based: a name stands for what its reaching binding stands for. What cannot be told is None, never a guess.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

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
    Slice,
    Table,
    Walrus,
)
from auditor.program.naming.annotations import Annotations
from auditor.program.naming.called_things import CalledThings
from auditor.program.naming.code import (
    Argv,
    Code,
    Config,
    Denotation,
    Frame,
    Instance,
    Library,
    Local,
    Made,
    Module,
    Options,
    Partial,
    Shown,
)
from auditor.program.naming.members import Members
from auditor.program.naming.scopes import Binding

if TYPE_CHECKING:
    from auditor.program.symbolic.evaluate import Evaluator

DEEPEST = 40
_NEW: Any = object()
_ASKED: Any = object()
"""In the place of an answer: not asked yet; being asked."""


_SUPPLIED: Mapping[str, Denotation] = {
    "spark": Instance("pyspark.sql.SparkSession"),
    "sc": Instance("pyspark.SparkContext"),
    "sqlContext": Instance("pyspark.sql.SQLContext"),
    "dbutils": Library("dbutils"),
}
"""What names mean that no program binds: the notebooks of data platforms have them from the start."""


_SLICED = ("DataFrame", "Series", "ndarray", "datasets.Dataset")
"""Types of which a part is of the same type."""


class Denoter:
    """Follows names, attributes and calls to what they stand for."""

    def __init__(self, code: Code, evaluator: Evaluator) -> None:
        self.code = code
        self.evaluator = evaluator
        self.calls = CalledThings(code, self, evaluator)
        self.modules = Members(code, self)
        self.annotations = Annotations(code, self)
        self._memo: dict[tuple[str, int, int], dict[object, Any]] = defaultdict(dict)  # by frame: answers, or _ASKED
        self._frame: Frame | None = None
        self._answers: dict[object, Any] = {}
        self._depth = 0
        self.cuts = 0
        """How often an answer was cut short because its own question was being asked: what was found meanwhile may miss it."""
        self._bases: dict[Local, list[Denotation]] = {}
        self._ancestries: dict[Local, list[str]] = {}

    def denote(self, expr: Expr, frame: Frame) -> Denotation | None:
        """What an expression stands for, or None."""
        handler = _HANDLERS.get(type(expr))
        if handler is None:
            return None
        if frame is not self._frame:  # one frame is asked many things in turn
            self._frame, self._answers = frame, self._memo[frame.key]
        answers, number = self._answers, id(expr)
        found: Denotation | None = answers.get(number, _NEW)
        if found is not _NEW and found is not _ASKED:
            return found
        if found is _ASKED or self._depth > DEEPEST:
            self.cuts += 1
            return None
        answers[number] = _ASKED
        self._depth += 1
        try:
            found = handler(self, expr, frame)
        except BaseException:
            del answers[number]
            raise
        finally:
            self._depth -= 1
        answers[number] = found
        return found

    def dotted(self, expr: Expr, frame: Frame) -> str | None:
        """The qualified name of a library callable, or None."""
        found = self.denote(expr, frame)
        if type(found) is Partial:
            found = found.function
        return found.dotted if type(found) is Library else None

    # --- names ---

    def _name(self, expr: Name, frame: Frame) -> Denotation | None:
        bound, block = frame.bound, frame.block
        known = self._answers  # those of this frame: expressions stand in them by their identity, names as such
        key: object
        if expr.version:
            # The same version read in the same block is the same binding, however often it is read.
            key = (expr.id, expr.version, block)
        else:
            if bound is not None and expr.id in bound.items:
                value, where = bound.items[expr.id]
                return self.denote(value, where)
            if not frame.scope:
                return self._looked_up(expr, frame)
            key = expr.id  # a name of the scopes around means the same wherever and however this one is run
            if bound is not None:
                known = self._memo[frame.path, frame.scope, 0]
        found: Denotation | None = known.get(key, _NEW)
        if found is _NEW:
            found = known[key] = self._looked_up(expr, frame)
        return found

    def _looked_up(self, expr: Name, frame: Frame) -> Denotation | None:
        bindings, around = self._reaching(expr, frame)
        for binding in bindings:
            # What is imported or defined is told by the file alone: most bindings need no frame of their own.
            where = around if binding.how in ("import", "define") else around.at(binding.block)
            found = self.bound(binding, where)
            if found is not None:
                return found
        if bindings:
            return None if around.scope else self.modules.filled(expr.id, bindings, around.path)
        return self.modules.starred(expr.id, frame.path) or _SUPPLIED.get(expr.id) or Library(f"builtins.{expr.id}")

    def bindings(self, expr: Name, frame: Frame) -> list[tuple[Binding, Frame]]:
        """The bindings a name may have here, newest first, each with the frame it stands in."""
        found, around = self._reaching(expr, frame)
        return [(binding, around.at(binding.block)) for binding in found]

    def _reaching(self, expr: Name, frame: Frame) -> tuple[list[Binding], Frame]:
        """The same, with the frame of the scope that they all stand in."""
        code, path, number = self.code, frame.path, frame.scope
        if expr.version:
            return code.index(path, number).reaching(expr.id, expr.version, frame.block), frame
        while True:
            number = code.scope(path, number).parent
            if number < 0:
                return (code.index(path, 0).final(expr.id) if frame.scope == 0 else []), frame
            if code.scope(path, number).kind == "class" and number != frame.scope:
                continue
            found = code.index(path, number).final(expr.id)
            if found:
                return found, frame.within(number)

    def bound(self, binding: Binding, frame: Frame) -> Denotation | None:
        """What a binding binds its name to; `frame` is the one it stands in."""
        how, value = binding.how, binding.value
        if how == "import" and binding.imported is not None:
            return self.modules.brought(binding.imported, binding.level, frame.path)
        if how == "define":
            return Local(frame.path, binding.scope)
        if how == "param":
            return self._parameter(binding, frame)
        if value is None or how == "augment":
            return None
        if how in ("value", "context"):
            return self.denote(value, frame)
        displays = self.evaluator.displays
        if how == "unpack":
            inner = displays.part(value, frame, binding.way)
            return self.denote(*inner) if inner is not None else None
        if how == "element":
            for item, where in displays.elements(value, frame) or ():
                part = displays.part(item, where, binding.way)
                found = self.denote(*part) if part is not None else None
                if found is not None:
                    return found
        return None

    def _parameter(self, binding: Binding, frame: Frame) -> Denotation | None:
        bound, scope = frame.bound, self.code.scope(frame.path, frame.scope)
        param = scope.params[binding.at]
        if bound is not None and param.name in bound.params:
            value, where = bound.params[param.name]
            return self.denote(value, where)
        owner = self.code.owner(frame.path, frame.scope)
        if owner is not None and binding.at == 0 and not _is_static(scope.decorators):
            cls = Local(frame.path, owner)
            return cls if _is_classmethod(scope.decorators) else Instance(cls)
        if param.default is not None and (bound is not None or self.calls.is_supplied(param.default, frame)):
            found = self.denote(param.default, frame.within(max(scope.parent, 0)))
            if found is not None:
                return found
        if binding.at == 0 and (document := self.evaluator.configs.composed_for(frame)) is not None:
            return document
        return self.annotations.of_function(param.annotation, frame) if param.annotation is not None else None

    # --- attributes and items ---

    def _attr(self, expr: Attr, frame: Frame) -> Denotation | None:
        base = self.denote(expr.base, frame)
        for value, where in self.evaluator.objects.stored_outside(expr, frame):
            stored = self.denote(value, where)
            if stored is not None:
                return stored
        return None if base is None else self.attribute(base, expr.name, frame)

    def attribute(self, base: Denotation, name: str, frame: Frame) -> Denotation | None:
        """What `base.name` stands for."""
        match base:
            case Library(dotted):
                whole = f"{dotted}.{name}"
                return Argv(0) if whole == "sys.argv" else self.evaluator.options.absl(whole, frame) or Library(whole)
            case Module(path):
                found = self.modules.member(path, name)
                bare = found is None and path.endswith("/")
                return Library(f"{path.rstrip('/').rpartition('/')[2]}.{name}") if bare else found
            case Config():
                return base.at(name)
            case Local():
                return self._of_class(base, name, None)
            case Instance(of, made):
                if isinstance(of, str):
                    return Library(f"{of}.{name}")
                return self._of_class(of, name, made)
            case Options(_, _, (cls,)):
                return self._of_class(cls, name, None)
        return None

    def _of_class(self, cls: Local, name: str, made: Made | None) -> Denotation | None:
        """A method, a property's value, or what is assigned to an attribute of a class or of an object of it."""
        if self.code.scope(cls.path, cls.scope).kind != "class":
            return None
        objects = self.evaluator.objects
        method = objects.method(cls, name)
        if isinstance(method, Library):
            return self.annotations.of_attribute(cls, name) or method
        if method is not None:
            if not objects.is_property(method):
                return method
            frame = objects.frame_of_method(method, made)
            return self.first(self.code.index(method.path, method.scope).returns, frame)
        for value, where in objects.fields(cls, name, made):
            found = self.denote(value, where)
            if found is not None:
                return found
        return self.annotations.of_attribute(cls, name)

    def first(self, values: Iterable[Expr], frame: Frame) -> Denotation | None:
        """What the first of some expressions that is known stands for."""
        for value in values:
            found = self.denote(value, frame)
            if found is not None:
                return found
        return None

    def bases(self, cls: Local) -> list[Denotation]:
        """What the bases of a class stand for, as far as they are known."""
        known = self._bases.get(cls)
        if known is None:
            scope = self.code.scope(cls.path, cls.scope)
            where = Frame(cls.path, max(scope.parent, 0))
            before = self.cuts
            found = (self.denote(base, where) for base in scope.bases)
            known = [base for base in found if base is not None]
            if self.cuts == before:
                self._bases[cls] = known
        return known

    def ancestry(self, cls: Local) -> list[str]:
        """Qualified names of the library classes that a class derives from, nearest first."""
        known = self._ancestries.get(cls)
        if known is None:
            before = self.cuts
            known = self._ancestry(cls)
            if self.cuts == before:
                self._ancestries[cls] = known
        return known

    def _ancestry(self, cls: Local) -> list[str]:
        found: list[str] = []
        todo, seen = [cls], {cls}
        while todo:
            for base in self.bases(todo.pop(0)):
                if type(base) is Library:
                    found.append(base.dotted)
                elif type(base) is Local and base not in seen:
                    seen.add(base)
                    todo.append(base)
        return found

    def _item(self, expr: Item, frame: Frame) -> Denotation | None:
        base = self.denote(expr.base, frame)
        match base:
            case Config():
                return self.under(base, expr.key, frame)
            case Argv(start) if type(expr.key) is Slice:
                first = expr.key.start
                return Argv(start + first.value) if type(first) is Const and isinstance(first.value, int) else base
            case Shown():
                for value, where in self.evaluator.displays.lookup(base, expr.key, frame):
                    found = self.denote(value, where)
                    if found is not None:
                        return found
            case Options(file, scope, classes) if type(expr.key) is Const and isinstance(expr.key.value, int):
                return Options(file, scope, classes[expr.key.value : expr.key.value + 1])
            case Options() if (name := self.evaluator.displays.key(expr.key, frame)) is not None:
                return self.attribute(base, name, frame)
            case Instance(of, made) if isinstance(of, str):
                if made is not None and (document := self.evaluator.configs.of_parser(base)) is not None:
                    name = self.evaluator.displays.key(expr.key, frame)
                    return Config(document, name) if name is not None else None
                if self.code.knowledge.method(of, "__getitem__") is not None:
                    return base
                if of == "datasets.DatasetDict":
                    return Instance("datasets.Dataset", made)
                return base if of.endswith(_SLICED) else None
        return None

    def under(self, config: Config, key: Expr, frame: Frame) -> Config | None:
        """The place of a document that a key leads to; the key may be one of several."""
        name = self.evaluator.displays.key(key, frame)
        if name is not None:
            return config.at(name)
        names = tuple(value for value in self.evaluator.values(key, frame) if value.exact)
        return config.at_one_of(names) if names and type(key) is not Slice else None

    # --- the rest ---

    def _display(self, expr: Group | Table | Each, frame: Frame) -> Denotation | None:
        return Shown(expr, frame)

    def _either(self, expr: Choice, frame: Frame) -> Denotation | None:
        return self.denote(expr.then, frame) or self.denote(expr.otherwise, frame)

    def _op(self, expr: Op, frame: Frame) -> Denotation | None:
        if expr.op not in ("or", "/", "+", "-", "*"):
            return None
        for operand in expr.operands:
            found = self.denote(operand, frame)
            if found is not None and (expr.op == "or" or type(found) is Instance):
                return found
        return None

    def _opaque(self, expr: Opaque, frame: Frame) -> Denotation | None:
        return self.denote(expr.value, frame) if expr.why == "await" and expr.value is not None else None

    def _walrus(self, expr: Walrus, frame: Frame) -> Denotation | None:
        return self.denote(expr.value, frame)


_HANDLERS: dict[type, Callable[[Denoter, Any, Frame], Denotation | None]] = {
    Name: Denoter._name,
    Attr: Denoter._attr,
    Call: lambda denoter, expr, frame: denoter.calls.denote(expr, frame),
    Item: Denoter._item,
    Choice: Denoter._either,
    Op: Denoter._op,
    Opaque: Denoter._opaque,
    Walrus: Denoter._walrus,
    Group: Denoter._display,
    Table: Denoter._display,
    Each: Denoter._display,
}


def _is_static(decorators: tuple[Expr, ...]) -> bool:
    return bool(decorators) and any(type(d) is Name and d.id == "staticmethod" for d in decorators)


def _is_classmethod(decorators: tuple[Expr, ...]) -> bool:
    return bool(decorators) and any(type(d) is Name and d.id == "classmethod" for d in decorators)
