"""What an expression stands for: a library name, a local definition, an object, a configuration document.

Assignment-based: a name stands for what its reaching binding stands for. What cannot be told is None, never a guess.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from auditor.model.ir import Attr, Call, Choice, Const, Expr, Imported, Item, Name, Op, Opaque, Walrus
from auditor.program.code import Code, Config, Denotation, Frame, Instance, Library, Local, Module, Options
from auditor.program.scopes import Binding

DEEPEST = 24
DEEPEST_CALL = 3

_PARSERS = frozenset({"argparse.ArgumentParser.parse_args", "argparse.ArgumentParser.parse_known_args"})
_PASS_THROUGH = frozenset({"functools.partial", "functools.wraps", "copy.copy", "copy.deepcopy", "contextlib.closing"})


class Denoter:
    """Follows names, attributes and calls to what they stand for."""

    def __init__(self, code: Code, config_of: Callable[[Call, str, Frame], Config | None]) -> None:
        self.code = code
        self._config_of = config_of
        self._memo: dict[tuple[int, str, int], Denotation | None] = {}
        self._outer: dict[tuple[str, str, int], Denotation | None] = {}
        self._active: set[tuple[int, str, int]] = set()
        # What one search has asked of modules: modules that import all of each other would be asked without end.
        self._searching: dict[tuple[str, str], Denotation | None] = {}

    def denote(self, expr: Expr, frame: Frame, depth: int = 0) -> Denotation | None:
        """What an expression stands for, or None."""
        handler = _HANDLERS.get(type(expr))
        if handler is None or depth > DEEPEST:
            return None
        if frame.args:
            return handler(self, expr, frame, depth)
        key = (id(expr), frame.path, frame.scope)
        if key in self._memo:
            return self._memo[key]
        if key in self._active:
            return None
        self._active.add(key)
        try:
            found = self._memo[key] = handler(self, expr, frame, depth)
        finally:
            self._active.discard(key)
        return found

    def dotted(self, expr: Expr, frame: Frame) -> str | None:
        """The qualified name of a library callable, or None."""
        found = self.denote(expr, frame)
        return found.dotted if type(found) is Library else None

    # --- kinds of expression ---

    def _name(self, expr: Name, frame: Frame, depth: int) -> Denotation | None:
        if expr.version or frame.args or not frame.scope:
            return self._looked_up(expr, frame, depth)
        # A name of the scopes around means the same wherever it is read in this scope.
        key = (expr.id, frame.path, frame.scope)
        if key not in self._outer:
            self._outer[key] = self._looked_up(expr, frame, depth)
        return self._outer[key]

    def _looked_up(self, expr: Name, frame: Frame, depth: int) -> Denotation | None:
        for binding, where in self.bindings(expr, frame):
            found = self._bound(expr.id, binding, where, depth + 1)
            if found is not None:
                return found
        if self.is_bound(expr, frame):
            return None
        starred = self._starred(expr.id, frame, depth)
        return starred or Library(f"builtins.{expr.id}")

    def is_bound(self, expr: Name, frame: Frame) -> bool:
        """Whether any scope around binds the name."""
        return next(iter(self.bindings(expr, frame)), None) is not None

    def bindings(self, expr: Name, frame: Frame) -> list[tuple[Binding, Frame]]:
        """The bindings a name may have here, newest first, each with the frame it stands in."""
        code = self.code
        number = frame.scope
        if expr.version:
            found = code.index(frame.path, number).reaching(expr.id, expr.version, frame.block)
            return [(binding, frame.at(binding.block)) for binding in found]
        while True:
            number = code.scope(frame.path, number).parent
            if number < 0:
                own = code.index(frame.path, frame.scope).final(expr.id) if frame.scope == 0 else []
                return [(binding, frame.at(binding.block)) for binding in own]
            if code.scope(frame.path, number).kind == "class" and number != frame.scope:
                continue
            found = code.index(frame.path, number).final(expr.id)
            if found:
                where = frame.within(number)
                return [(binding, where.at(binding.block)) for binding in found]

    def _bound(self, name: str, binding: Binding, frame: Frame, depth: int) -> Denotation | None:
        how = binding.how
        if how == "import" and binding.imported is not None:
            return self.imported(binding.imported, binding.level, frame.path, depth)
        if how == "define":
            return Local(frame.path, binding.scope)
        if how == "param":
            return self._parameter(name, binding, frame, depth)
        if how in ("value", "context") and binding.value is not None:
            return self.denote(binding.value, frame, depth)
        if how == "augment" and binding.value is not None:
            return None
        return None

    def _parameter(self, name: str, binding: Binding, frame: Frame, depth: int) -> Denotation | None:
        if frame.args and name in frame.args:
            value, where = frame.args[name]
            return self.denote(value, where, depth)
        scope = self.code.scope(frame.path, frame.scope)
        owner = self.code.owner(frame.path, frame.scope)
        if owner is not None and binding.at == 0 and not _is_static(scope.decorators):
            cls = Local(frame.path, owner)
            return cls if _is_classmethod(scope.decorators) else Instance(cls)
        annotation = next((p.annotation for p in scope.params if p.name == name), None)
        if annotation is not None:
            return self._annotated(annotation, frame, depth)
        return None

    def _annotated(self, annotation: Expr, frame: Frame, depth: int) -> Denotation | None:
        if type(annotation) is Op and annotation.op == "|":
            annotation = annotation.operands[0]
        if type(annotation) is Item and type(annotation.base) in (Name, Attr):
            base = annotation.base
            last = base.id if type(base) is Name else base.name if type(base) is Attr else ""
            if last in ("Optional", "Annotated", "Final", "ClassVar"):
                annotation = annotation.key
        where = frame.within(max(self.code.scope(frame.path, frame.scope).parent, 0))
        found = self.denote(annotation, where, depth)
        if type(found) is Library:
            return None if found.dotted.startswith(("builtins.", "typing.")) else Instance(found.dotted)
        return Instance(found) if type(found) is Local else None

    def imported(self, imported: Imported, level: int, path: str, depth: int = 0) -> Denotation | None:
        """What one name of an import statement stands for."""
        modules = self.code.modules
        module = imported.module
        if not imported.name:
            whole = module if imported.bound.id != module.partition(".")[0] else module.partition(".")[0]
            found = modules.resolve(path, whole, level)
            return Module(found) if found else Library(whole)
        home = modules.resolve(path, module, level)
        if home is None:
            return Library(f"{module}.{imported.name}") if module and not level else None
        return self.member(home, imported.name, depth + 1)

    def member(self, home: str, name: str, depth: int) -> Denotation | None:
        """A name of a module of the repository: a definition, a re-export or a submodule."""
        key = (home, name)
        if depth > DEEPEST or key in self._searching:
            return self._searching.get(key)
        outermost = not self._searching
        self._searching[key] = None
        try:
            found = self._searching[key] = self._member(home, name, depth)
        finally:
            if outermost:
                self._searching.clear()
        return found

    def _member(self, home: str, name: str, depth: int) -> Denotation | None:
        if not home.endswith("/"):
            frame = Frame(home, 0)
            for binding in self.code.index(home, 0).final(name):
                found = self._bound(name, binding, frame, depth + 1)
                if found is not None:
                    return found
        folder = home if home.endswith("/") else home.rpartition("/")[0]
        if home.endswith(("/", "__init__.py")):
            submodule = self.code.modules.file(folder.rstrip("/"), name)
            if submodule is not None and submodule != home:
                return Module(submodule)
        return None if home.endswith("/") else self._starred(name, Frame(home, 0), depth + 1)

    def _starred(self, name: str, frame: Frame, depth: int) -> Denotation | None:
        """A name that a `from module import *` of the repository brings in."""
        if depth > DEEPEST:
            return None
        for statement, _, _ in self.code.index(frame.path, 0).imports:
            for imported in statement.names:
                if imported.name == "*":
                    home = self.code.modules.resolve(frame.path, imported.module, statement.level)
                    if home is not None and home != frame.path and not home.endswith("/"):
                        found = self.member(home, name, depth + 1)
                        if found is not None:
                            return found
        return None

    def _attr(self, expr: Attr, frame: Frame, depth: int) -> Denotation | None:
        base = self.denote(expr.base, frame, depth + 1)
        return None if base is None else self.attribute(base, expr.name, frame, depth + 1)

    def attribute(self, base: Denotation, name: str, frame: Frame, depth: int) -> Denotation | None:
        """What `base.name` stands for."""
        match base:
            case Library(dotted):
                return Library(f"{dotted}.{name}")
            case Module(path):
                return self.member(path, name, depth)
            case Config(path, key):
                return Config(path, f"{key}.{name}" if key else name)
            case Instance(of) if isinstance(of, str):
                return Library(f"{of}.{name}")
            case Local() as cls:
                return self._class_member(cls, name, depth)
            case Instance(of) if isinstance(of, Local):
                return self._class_member(of, name, depth)
        return None

    def _class_member(self, cls: Local, name: str, depth: int) -> Denotation | None:
        if depth > DEEPEST or self.code.scope(cls.path, cls.scope).kind != "class":
            return None
        frame = Frame(cls.path, cls.scope)
        for binding in self.code.index(cls.path, cls.scope).final(name):
            found = self._bound(name, binding, frame, depth + 1)
            if found is not None:
                return found
        for value, where in self.stores(cls, name):
            found = self.denote(value, where, depth + 1)
            if found is not None:
                return found
        for base in self.bases(cls, depth + 1):
            match base:
                case Local():
                    found = self._class_member(base, name, depth + 2)
                    if found is not None:
                        return found
                case Library(dotted):
                    return Library(f"{dotted}.{name}")
        return None

    def stores(self, cls: Local, name: str) -> list[tuple[Expr, Frame]]:
        """What the methods of a class assign to `self.name`."""
        found = []
        for number in self.code.index(cls.path, cls.scope).nested:
            scope = self.code.scope(cls.path, number)
            if scope.kind != "function" or not scope.params:
                continue
            for receiver, attribute, value, _, _ in self.code.index(cls.path, number).attributes:
                if attribute == name and receiver == scope.params[0].name:
                    found.append((value, Frame(cls.path, number)))
        return found

    def bases(self, cls: Local, depth: int = 0) -> list[Denotation]:
        """What the bases of a class stand for, as far as they are known."""
        scope = self.code.scope(cls.path, cls.scope)
        where = Frame(cls.path, max(scope.parent, 0))
        found = (self.denote(base, where, depth) for base in scope.bases)
        return [base for base in found if base is not None]

    def ancestry(self, cls: Local) -> list[str]:
        """Qualified names of the library classes that a class derives from, nearest first."""
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

    def _call(self, expr: Call, frame: Frame, depth: int) -> Denotation | None:
        callee = self.denote(expr.func, frame, depth + 1)
        match callee:
            case Library(dotted):
                return self._library_call(expr, dotted, frame, depth)
            case Local(path, number):
                if self.code.scope(path, number).kind == "class":
                    return Instance(callee)
                return self._returned(callee, expr, frame, depth)
            case Config(path, key) if type(expr.func) is Attr:
                return self._config_call(expr, Config(path, key))
        return None

    def _library_call(self, expr: Call, dotted: str, frame: Frame, depth: int) -> Denotation | None:
        if dotted in _PARSERS:
            return Options(frame.path, frame.scope)
        if dotted in _PASS_THROUGH and expr.args:
            return self.denote(expr.args[0], frame, depth + 1)
        config = self._config_of(expr, dotted, frame)
        if config is not None:
            return config
        of = self.code.knowledge.returns(dotted)
        if of == "self":
            return Instance(dotted.rpartition(".")[0])
        if of is not None:
            return Instance(of)
        last = dotted.rpartition(".")[2]
        # By convention a capitalised callable is a class.
        return Instance(dotted) if last[:1].isupper() and not last.isupper() else None

    @staticmethod
    def _config_call(expr: Call, config: Config) -> Denotation | None:
        """`config.get("key")` and `config.copy()`: the method's name was taken for a key."""
        above, _, method = config.key.rpartition(".")
        if method == "get" and expr.args and type(expr.args[0]) is Const:
            key = str(expr.args[0].value)
            return Config(config.path, f"{above}.{key}" if above else key)
        return Config(config.path, above) if method in ("copy", "to_dict", "as_dict") else None

    def _returned(self, callee: Local, expr: Call, frame: Frame, depth: int) -> Denotation | None:
        if frame.depth >= DEEPEST_CALL:
            return None
        inner = Frame(callee.path, callee.scope, self.arguments(callee, expr, frame), frame.depth + 1)
        for value in self.code.index(callee.path, callee.scope).returns:
            found = self.denote(value, inner, depth + 1)
            if found is not None:
                return found
        return None

    def arguments(
        self, callee: Local, expr: Call, frame: Frame, bound: bool | None = None
    ) -> dict[str, tuple[Expr, Frame]]:
        """The parameters of a local function that a call supplies."""
        scope = self.code.scope(callee.path, callee.scope)
        params = [p for p in scope.params if p.kind in ("positional", "plain")]
        if bound is None:
            bound = self.code.owner(callee.path, callee.scope) is not None and type(expr.func) is Attr
        if bound and not _is_static(scope.decorators):
            params = params[1:]
        given: dict[str, tuple[Expr, Frame]] = {}
        for param, value in zip(params, expr.args, strict=False):
            if type(value).__name__ == "Star":
                break
            given[param.name] = (value, frame)
        names = {p.name for p in scope.params}
        for name, value in expr.keywords:
            if name in names:
                given[name] = (value, frame)
        return given

    def _item(self, expr: Item, frame: Frame, depth: int) -> Denotation | None:
        base = self.denote(expr.base, frame, depth + 1)
        match base:
            case Config(path, key) if type(expr.key) is Const:
                name = str(expr.key.value)
                return Config(path, f"{key}.{name}" if key else name)
            case Instance(of) if isinstance(of, str) and self.code.knowledge.method(of, "__getitem__") is not None:
                return base
            case Instance(of) if isinstance(of, str) and of.endswith(("DataFrame", "Series", "ndarray")):
                return base
        return None

    def _either(self, expr: Choice, frame: Frame, depth: int) -> Denotation | None:
        return self.denote(expr.then, frame, depth + 1) or self.denote(expr.otherwise, frame, depth + 1)

    def _op(self, expr: Op, frame: Frame, depth: int) -> Denotation | None:
        if expr.op not in ("or", "/", "+", "-", "*"):
            return None
        for operand in expr.operands:
            found = self.denote(operand, frame, depth + 1)
            if found is not None and (expr.op == "or" or type(found) is Instance):
                return found
        return None

    def _opaque(self, expr: Opaque, frame: Frame, depth: int) -> Denotation | None:
        return self.denote(expr.value, frame, depth + 1) if expr.why == "await" and expr.value is not None else None

    def _walrus(self, expr: Walrus, frame: Frame, depth: int) -> Denotation | None:
        return self.denote(expr.value, frame, depth + 1)


_HANDLERS: dict[type, Callable[[Denoter, Any, Frame, int], Denotation | None]] = {
    Name: Denoter._name,
    Attr: Denoter._attr,
    Call: Denoter._call,
    Item: Denoter._item,
    Choice: Denoter._either,
    Op: Denoter._op,
    Opaque: Denoter._opaque,
    Walrus: Denoter._walrus,
}


def _is_static(decorators: tuple[Expr, ...]) -> bool:
    return any(type(d) is Name and d.id == "staticmethod" for d in decorators)


def _is_classmethod(decorators: tuple[Expr, ...]) -> bool:
    return any(type(d) is Name and d.id == "classmethod" for d in decorators)
