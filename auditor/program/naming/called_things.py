"""What a call stands for: the object it makes, what the function returns, the document or command line that it reads."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from msgspec.structs import replace

from auditor.model.ir import Attr, Call, Const, Expr, Group, Item, Name, Table
from auditor.program.configuration import configs
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
    Options,
    Partial,
    Shown,
)
from auditor.program.running.invocations import argument

if TYPE_CHECKING:
    from auditor.program.naming.denote import Denoter
    from auditor.program.symbolic.evaluate import Evaluator

SAME_OBJECT = frozenset({"functools.wraps", "copy.copy", "copy.deepcopy", "contextlib.closing"})
_SAME_DISPLAY = frozenset(f"builtins.{name}" for name in ("list", "tuple", "dict", "sorted", "set", "reversed", "vars"))
_SUPPLYING = frozenset({"fastapi.Depends", "fastapi.Security", "fastapi.params.Depends"})
"""They call what they are given, and hand on what it returns."""
DEEPEST_CALL = 6


class CalledThings:
    """Answers what calls stand for."""

    def __init__(self, code: Code, denoter: Denoter, evaluator: Evaluator) -> None:
        self.code = code
        self.denoter = denoter
        self.evaluator = evaluator

    def denote(self, expr: Call, frame: Frame) -> Denotation | None:
        """What a call gives: an object, what a function returns, a document, options, a part of a display."""
        callee = self.denoter.denote(expr.func, frame)
        match callee:
            case Library(dotted):
                return self._library_call(expr, dotted, frame)
            case Local(path, number):
                if self.code.scope(path, number).kind == "class":
                    return Instance(callee, Made(expr, frame))
                return self._returned(callee, expr, frame)
            case Config() if type(expr.func) is Attr:
                return self._config_call(expr, callee, frame)
            case Partial(function, call, where):
                if isinstance(function, Library):
                    return self._library_call(expr, function.dotted, frame)
                return self._returned(function, call, where)
        if type(expr.func) is Attr and expr.func.name in ("get", "copy"):
            return self._display_call(expr, expr.func, frame)
        return self._promised(expr.func, frame) if type(expr.func) is Name and callee is None else None

    def _promised(self, name: Name, frame: Frame) -> Denotation | None:
        """What a parameter gives that is annotated as `Callable[..., Pipeline]`."""
        params = self.code.scope(frame.path, frame.scope).params if name.version == 1 else ()
        said = next((param.annotation for param in params if param.name == name.id), None)
        if type(said) is not Item or type(said.base) not in (Name, Attr) or type(said.key) is not Group:
            return None
        kind = said.base.id if type(said.base) is Name else said.base.name  # type: ignore[union-attr]  # narrowed above
        return self.denoter.annotations.of_function(said.key.items[-1], frame) if kind == "Callable" else None

    def is_supplied(self, default: Expr, frame: Frame) -> bool:
        """Whether a web framework calls what stands in the place of a default: `model=Depends(loaded)`."""
        around = frame.within(max(self.code.scope(frame.path, frame.scope).parent, 0))
        return type(default) is Call and self.denoter.dotted(default.func, around) in _SUPPLYING

    def annotated(self, said: Iterable[Expr], frame: Frame) -> Denotation | None:
        """What a parameter is that is annotated with a type and more: what is called to supply it, else an object of that type."""
        given = tuple(said)
        around = frame.within(max(self.code.scope(frame.path, frame.scope).parent, 0))
        supplied = self.denoter.first((each for each in given[1:] if self.is_supplied(each, frame)), around)
        return supplied or (self.denoter.annotations.of_function(given[0], frame) if given else None)

    def _display_call(self, expr: Call, func: Attr, frame: Frame) -> Denotation | None:
        """`table.get(key)` and `table.copy()` of a dict that is written out."""
        base = self.denoter.denote(func.base, frame)
        if type(base) is not Shown or func.name == "copy":
            return base if func.name == "copy" else None
        for value, where in self.evaluator.displays.lookup(base, expr.args[0], frame) if expr.args else ():
            found = self.denoter.denote(value, where)
            if found is not None:
                return found
        return None

    def _library_call(self, expr: Call, dotted: str, frame: Frame) -> Denotation | None:
        options = self.evaluator.options.parsed(expr, dotted, frame)
        if options is not None:
            return options
        if dotted == "functools.partial" and expr.args:
            function = self.denoter.denote(expr.args[0], frame)
            if type(function) in (Library, Local):
                return Partial(function, expr, frame)  # type: ignore[arg-type]  # narrowed by type()
            return function
        if dotted in _SUPPLYING and expr.args:
            asked = self.code.keep(Call(expr.args[0], (), (), expr.line, expr.end_line))
            return self.denoter.denote(asked, frame)
        if (dotted in SAME_OBJECT or dotted in configs.WRAPPERS) and expr.args:
            return self.denoter.denote(expr.args[0], frame)
        if dotted in _SAME_DISPLAY and expr.args:
            inner = self.denoter.denote(expr.args[0], frame)
            return inner if type(inner) in (Shown, Config, Options, Argv) else None
        if dotted == "builtins.super":
            return self._super(frame)
        if dotted == "builtins.dict" and expr.keywords:
            keys = tuple(Const(name) if name else None for name, _ in expr.keywords)
            return Shown(self.code.keep(Table(keys, tuple(value for _, value in expr.keywords))), frame)
        config = self.evaluator.configs.read_by(expr, dotted, frame) or self._option_of_parser(expr, frame)
        if config is not None:
            return config
        if dotted in configs.WRAPPERS and expr.keywords and not expr.keywords[0][0]:
            return self.denoter.denote(expr.keywords[0][1], frame)  # Box(**config)
        return self._made_by_library(expr, dotted, frame)

    def _option_of_parser(self, expr: Call, frame: Frame) -> Config | None:
        """`parser.get("section", "option")` of a `ConfigParser`."""
        if type(expr.func) is not Attr or not expr.func.name.startswith("get") or len(expr.args) < 2:
            return None
        parser = self.denoter.denote(expr.func.base, frame)
        document = self.evaluator.configs.of_parser(parser) if type(parser) is Instance else None
        names = [self.evaluator.displays.key(arg, frame) for arg in expr.args[:2]]
        return Config(document, ".".join(map(str, names))) if document is not None and None not in names else None

    def _made_by_library(self, expr: Call, dotted: str, frame: Frame) -> Denotation | None:
        of = self.code.knowledge.returns(self.narrowed(dotted, expr, frame))
        made = Made(expr, frame)
        if of == "self":
            return Instance(dotted.rpartition(".")[0], made)
        if of is not None:
            return Instance(of, made)
        last = dotted.rpartition(".")[2]
        # By convention a capitalised callable is a class.
        return Instance(dotted, made) if last[:1].isupper() and not last.isupper() else None

    def narrowed(self, dotted: str, call: Call, frame: Frame) -> str:
        """The name of a call with its literal argument, as `boto3.client('s3')`, where the knowledge base tells such calls apart."""
        knowledge = self.code.knowledge
        path = entry.path if knowledge.tells_apart(dotted) and (entry := knowledge.lookup(dotted)) else None
        given = argument(call, path.arg, path.pos) if path is not None else None
        for value in self.evaluator.values(given, frame)[:1] if given is not None else ():
            called = f"{dotted}('{value.text()}')"
            if value.exact and knowledge.knows(called):
                return called
        return dotted

    def _super(self, frame: Frame) -> Denotation | None:
        scope = self.code.scope(frame.path, frame.scope)
        if not scope.params:
            return None
        own = self.denoter.denote(self.code.keep(Name(scope.params[0].name, 1)), frame)
        if type(own) is not Instance or type(own.of) is not Local:
            return None
        for base in self.denoter.bases(Local(frame.path, self.code.owner(frame.path, frame.scope) or own.of.scope)):
            if type(base) is Local:
                return Instance(base, own.made)
            if type(base) is Library:
                return Instance(base.dotted)
        return None

    def _config_call(self, expr: Call, config: Config, frame: Frame) -> Denotation | None:
        """`config.get("key")` and `config.copy()`: the method's name was taken for a key."""
        above, _, method = config.key.rpartition(".")
        if method in ("get", "getboolean", "getint", "getfloat", "get_config", "pop", "setdefault") and expr.args:
            outer = replace(config, key=above)
            keys = [self.evaluator.displays.key(arg, frame) for arg in expr.args[: 2 if not above else 1]]
            names = [key for key in keys if key is not None]
            if len(names) == 2 and self.evaluator.configs.has(config.path, ".".join(names)):
                return Config(config.path, ".".join(names))  # a section and an option
            return self.denoter.under(outer, expr.args[0], frame)
        same = ("copy", "to_dict", "as_dict", "model_dump", "dict", "toDict", "items", "values", "keys")
        return replace(config, key=above) if method in same else None

    def _returned(self, callee: Local, expr: Call, frame: Frame) -> Denotation | None:
        if frame.depth >= DEEPEST_CALL:
            return None
        inner = self.evaluator.objects.entered(callee, expr, frame)
        found = self.denoter.first(self.code.index(callee.path, callee.scope).returns, inner)
        said = self.code.scope(callee.path, callee.scope).returns
        return self.denoter.annotations.of_function(said, inner) if found is None and said is not None else found
