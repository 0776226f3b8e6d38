"""Objects of the repository's classes: their constructors, fields and methods, and the frames in which methods run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from auditor.model.ir import Assign, Attr, Call, Const, Expr, Group, Item, Lambda, Name, Param, Star, Table
from auditor.program.naming.code import Code, Config, Frame, Instance, Library, Local, Made, Options, Shown
from auditor.program.naming.scopes import SHARED

if TYPE_CHECKING:
    from auditor.program.symbolic.evaluate import Evaluator

DEEPEST_BASES = 8
_FIELD_CALLS = frozenset({"dataclasses.field", "pydantic.Field", "attr.ib", "attrs.field", "attr.field"})
_APPLICATIONS = ("fastapi.", "starlette.")
_PROPERTIES = frozenset({"property", "cached_property", "computed_field", "hybrid_property"})


class Objects:
    """Answers what an attribute of an object can be, by how its class was constructed."""

    def __init__(self, code: Code, evaluator: Evaluator) -> None:
        self.code = code
        self.evaluator = evaluator
        self._declared: dict[Local, tuple[str, ...]] = {}
        self._stored: dict[Local, Mapping[str, list[tuple[Expr, int]]]] = {}
        self._items: dict[tuple[int, object], Item] = {}
        self._methods: dict[tuple[Local, str], Local | Library | None] = {}
        self._adjusted: dict[Local, bool] = {}
        self._by_text: dict[Local, bool] = {}
        self._outside: dict[tuple[str, int], dict[tuple[str, str], list[tuple[Expr, Frame]]]] = {}

    # --- calls ---

    def arguments(
        self, callee: Local, expr: Call, frame: Frame, *, constructed: bool = False
    ) -> dict[str, tuple[Expr, Frame]]:
        """The parameters of a local function that a call supplies, the receiver included.

        `constructed`: the call constructs an object, and the function is its `__init__`.
        """
        scope = self.code.scope(callee.path, callee.scope)
        params = [p for p in scope.params if p.kind in ("positional", "plain")]
        given: dict[str, tuple[Expr, Frame]] = {}
        method = self.code.owner(callee.path, callee.scope) is not None
        if (
            params
            and (constructed or (method and type(expr.func) is Attr))
            and not _decorated(scope.decorators, "staticmethod")
        ):
            receiver = expr if constructed else expr.func.base if type(expr.func) is Attr else expr
            own = params.pop(0)
            # `Base.__init__(self, …)`: the class is the receiver and the object the first argument.
            if (
                not constructed
                and type(self.evaluator.denoter.denote(receiver, frame)) is Local
                and not _decorated(scope.decorators, "classmethod")
            ):
                params.insert(0, own)
            else:
                given[own.name] = (receiver, frame)
        rest = self._positional(params, expr, frame, given)
        names = {p.name for p in scope.params if p.kind in ("plain", "keyword")}
        extra = [(name, value) for name, value in expr.keywords if name and name not in names]
        given.update({name: (value, frame) for name, value in expr.keywords if name in names})
        for name, value in expr.keywords:
            if not name and type(self.evaluator.denoter.denote(value, frame)) in (Config, Options, Shown):
                for missing in sorted(names - set(given)):
                    given[missing] = (self._item(value, Const(missing)), frame)
        for param in scope.params:
            if param.kind == "args" and rest:
                given[param.name] = (self.code.keep(Group("tuple", tuple(rest))), frame)
            if param.kind == "kwargs" and extra:
                table = Table(tuple(Const(name) for name, _ in extra), tuple(value for _, value in extra))
                given[param.name] = (self.code.keep(table), frame)
        return given

    def _positional(
        self, params: list[Param], expr: Call, frame: Frame, given: dict[str, tuple[Expr, Frame]]
    ) -> list[Expr]:
        """Match positional arguments; returns those beyond the parameters."""
        for position, value in enumerate(expr.args):
            if type(value) is Star:
                for offset, param in enumerate(params[position:]):
                    given[param.name] = (self._item(value.value, Const(offset)), frame)
                return []
            if position >= len(params):
                return list(expr.args[position:])
            given[params[position].name] = (value, frame)
        return []

    def _item(self, base: Expr, key: Const) -> Expr:
        """`base[key]`, made once for each pair so that answers about it can be remembered."""
        made = self._items.get((id(base), key.value))
        if made is None:
            made = self._items[id(base), key.value] = self.code.keep(Item(base, key))
        return made

    def entered(self, callee: Local, expr: Call, frame: Frame) -> Frame:
        """The frame of a local function when this call runs it."""
        inner = Frame(callee.path, callee.scope, None, frame.depth + 1)
        return self.code.bind(inner, self.arguments(callee, expr, frame))

    # --- members ---

    def method(self, cls: Local, name: str, depth: int = 0) -> Local | Library | None:
        """The function that a class or its bases define under a name; of a library's base, the name there.

        A name that the class assigns is no method; a base outside the repository may have it.
        """
        if depth:
            return self._method(cls, name, depth)
        key = (cls, name)
        if key in self._methods:
            return self._methods[key]
        denoter = self.evaluator.denoter
        before = denoter.cuts
        found = self._method(cls, name, 0)
        if denoter.cuts == before:
            self._methods[key] = found
        return found

    def _method(self, cls: Local, name: str, depth: int) -> Local | Library | None:
        for binding in self.code.index(cls.path, cls.scope).final(name):
            if binding.how == "define":
                return Local(cls.path, binding.scope)
            return None
        if self._stores(cls, name):
            return None
        library: Library | None = None
        for base in self.evaluator.denoter.bases(cls) if depth < DEEPEST_BASES else ():
            if type(base) is Local and base != cls:
                found = self.method(base, name, depth + 1)
                if type(found) is Local or self.assigns(base, name):
                    return found
                library = library or (found if type(found) is Library else None)
            elif type(base) is Library:
                library = library or Library(f"{base.dotted}.{name}")
        return library

    def assigns(self, cls: Local, name: str, depth: int = 0) -> bool:
        """Whether a class or its bases in the repository assign an attribute."""
        if self.code.index(cls.path, cls.scope).final(name) or self._stores(cls, name):
            return True
        bases = self.evaluator.denoter.bases(cls) if depth < DEEPEST_BASES else ()
        return any(type(base) is Local and base != cls and self.assigns(base, name, depth + 1) for base in bases)

    def is_property(self, method: Local) -> bool:
        """Whether reading the attribute calls the method."""
        return any(
            (type(d) is Name and d.id in _PROPERTIES) or (type(d) is Attr and d.name in _PROPERTIES)
            for d in self.code.scope(method.path, method.scope).decorators
        )

    def frame_of_method(self, method: Local, made: Made | None) -> Frame:
        """The frame of a method of an object constructed there; its other parameters stay open."""
        frame = Frame(method.path, method.scope)
        scope = self.code.scope(method.path, method.scope)
        if made is None or not scope.params:
            return frame
        inner = replace(frame, depth=made.frame.depth)
        return self.code.bind(inner, {scope.params[0].name: (made.call, made.frame)})

    def fields(self, cls: Local, name: str, made: Made | None, depth: int = 0) -> list[tuple[Expr, Frame]]:
        """What an attribute can be: a constructor's argument, what methods assign to `self`, a value of the class body."""
        given = self._constructed_with(cls, name, made)
        if given is not None:
            return [given]
        found = [(value, self._frame_of_store(cls, number, made)) for value, number in self._stores(cls, name)]
        if found:
            return found
        for binding in self.code.index(cls.path, cls.scope).final(name):
            if binding.how in ("value", "import") and binding.value is not None:
                frame = Frame(cls.path, cls.scope, block=binding.block)
                found.append(self._default(binding.value, frame))
        if found or depth >= DEEPEST_BASES:
            return found
        for base in self.evaluator.denoter.bases(cls):
            if type(base) is Local and base != cls:
                found += self.fields(base, name, self._made_as(base, cls, made), depth + 1)
        return found

    def adjusted(self, cls: Local) -> bool:
        """Whether what an object is made with is not what it holds: validators, `__post_init__`, attributes set by text."""
        found = self._adjusted.get(cls)
        if found is None:
            self._adjusted[cls] = True
            found = self._adjusts(cls) or any(
                type(base) is Local and base != cls and self.adjusted(base)
                for base in self.evaluator.denoter.bases(cls)
            )
            self._adjusted[cls] = found
        return found

    def _adjusts(self, cls: Local) -> bool:
        for number in self.code.nested(cls.path, cls.scope):
            scope = self.code.scope(cls.path, number)
            if scope.name.endswith(("__post_init__", "__attrs_post_init__", "__setattr__", "__getattribute__")):
                return True
            if any(self._validates(decorator, Frame(cls.path, cls.scope)) for decorator in scope.decorators):
                return True
        return self.sets_by_text(cls)

    def sets_by_text(self, cls: Local) -> bool:
        """Whether a method of a class sets attributes whose names the text does not tell."""
        found = self._by_text.get(cls)
        if found is None:
            methods = ((self.code.scope(cls.path, n), n) for n in self.code.nested(cls.path, cls.scope))
            found = self._by_text[cls] = any(
                _sets_by_text(site.call, scope.params)
                for scope, number in methods
                for site in self.code.index(cls.path, number).calls
            )
        return found

    def _validates(self, decorator: Expr, frame: Frame) -> bool:
        func = decorator.func if type(decorator) is Call else decorator
        dotted = self.evaluator.denoter.dotted(func, frame) or ""
        return dotted.startswith("pydantic.") or (dotted.startswith("attr") and dotted.endswith(".validator"))

    def _default(self, value: Expr, frame: Frame) -> tuple[Expr, Frame]:
        """The default inside `field(default=…)`, `Field(…)` and the like; another value as it is."""
        if type(value) is not Call or self.evaluator.denoter.dotted(value.func, frame) not in _FIELD_CALLS:
            return value, frame
        named = dict(value.keywords)
        factory = named.get("default_factory", named.get("factory"))
        if type(factory) is Lambda:
            return factory.body, frame
        chosen = named.get("default", value.args[0] if value.args else None)
        return (chosen, frame) if chosen is not None else (value, frame)

    def _constructed_with(self, cls: Local, name: str, made: Made | None) -> tuple[Expr, Frame] | None:
        """The argument that a generated constructor (dataclass, NamedTuple, pydantic) gives to a field."""
        if made is None or (self.method(cls, "__init__") is not None and type(self.method(cls, "__init__")) is Local):
            return None
        declared = self.declared(cls)
        if name not in declared:
            return None
        for keyword, value in made.call.keywords:
            if keyword == name:
                return value, made.frame
        position = declared.index(name)
        plain = [value for value in made.call.args if type(value) is not Star]
        if position < len(plain) and len(plain) == len(made.call.args):
            return plain[position], made.frame
        for keyword, value in made.call.keywords:
            if not keyword and type(self.evaluator.denoter.denote(value, made.frame)) in (Config, Options, Shown):
                return self._item(value, Const(name)), made.frame
        return None

    def declared(self, cls: Local) -> tuple[str, ...]:
        """The annotated names of a class body, those of its bases first: the fields of a generated constructor."""
        found = self._declared.get(cls)
        if found is None:
            self._declared[cls] = ()
            names: list[str] = []
            for base in self.evaluator.denoter.bases(cls):
                if type(base) is Local and base != cls:
                    names += self.declared(base)
            for statement in self.code.scope(cls.path, cls.scope).body:
                if type(statement) is Assign and statement.annotation is not None:
                    names += [target.id for target in statement.targets if type(target) is Name]
            found = self._declared[cls] = tuple(dict.fromkeys(names))
        return found

    def _stores(self, cls: Local, name: str) -> list[tuple[Expr, int]]:
        """What the methods of a class assign to `self.name`, with the scope of the method."""
        table = self._stored.get(cls)
        if table is None:
            table = self._stored[cls] = self.code.stores(cls.path, cls.scope)
        return table.get(name, [])

    def kept(self, cls: Local) -> list[tuple[Expr, Frame]]:
        """Everything that the methods of a class assign to attributes of the object."""
        table = self.code.stores(cls.path, cls.scope)
        return [(value, Frame(cls.path, number)) for name in sorted(table) for value, number in table[name]]

    def _frame_of_store(self, cls: Local, number: int, made: Made | None) -> Frame:
        """The frame of a method that assigns: of the constructor with the arguments of the construction."""
        method = Local(cls.path, number)
        if made is not None and self.code.scope(cls.path, number).name.endswith(".__init__"):
            inner = Frame(cls.path, number, None, made.frame.depth + 1)
            return self.code.bind(
                inner, self.arguments(method, made.call, made.frame, constructed=self._constructs(made))
            )
        return self.frame_of_method(method, made)

    def _constructs(self, made: Made) -> bool:
        """Whether the call of a construction is one, and not a `super().__init__(…)` on the way to it."""
        return not (type(made.call.func) is Attr and made.call.func.name == "__init__")

    def _made_as(self, base: Local, cls: Local, made: Made | None) -> Made | None:
        """The construction as a base sees it: the same arguments, or those that the class's own constructor hands up."""
        own = next((b for b in self.code.index(cls.path, cls.scope).final("__init__") if b.how == "define"), None)
        if made is None or own is None:
            return made
        frame = self._frame_of_store(cls, own.scope, made)
        for site in self.code.index(cls.path, own.scope).calls:
            func = site.call.func
            if type(func) is Attr and func.name == "__init__":
                target = self.evaluator.denoter.denote(func.base, frame)
                named = target.of if type(target) is Instance else target
                if named == base:
                    return Made(site.call, frame)
        return made

    def stored_outside(self, expr: Attr, frame: Frame) -> Sequence[tuple[Expr, Frame]]:
        """What the same scope assigns to an attribute of a name: `cfg.path = "x"` (not `self`); what a file keeps in an application."""
        if type(expr.base) is not Name:
            return self._shared(expr, frame) if type(expr.base) is Attr and expr.base.name == "state" else ()
        key = (frame.path, frame.scope)
        table = self._outside.get(key)
        if table is None:
            table = self._outside[key] = self._stored_in(key)
        if not table or (expr.base.id, expr.name) not in table:  # hardly any scope assigns to one
            return ()
        return [
            (value, replace(where, bound=frame.bound, depth=frame.depth))
            for value, where in table[expr.base.id, expr.name]
            if value is not expr
        ]

    def _shared(self, expr: Attr, frame: Frame) -> Sequence[tuple[Expr, Frame]]:
        """What functions of the same file keep in `app.state` of a web application, for its handlers."""
        held = self.evaluator.denoter.dotted(expr.base, frame) or ""
        if not held.startswith(_APPLICATIONS):
            return ()
        sites = ((frame.path, number) for number in self.code.scopes(frame.path))
        return [
            (value, Frame(*site, block=block))
            for site in sites
            for receiver, attribute, value, block, _ in self.code.index(*site).attributes
            if receiver == SHARED and attribute == expr.name
        ]

    def _stored_in(self, site: tuple[str, int]) -> dict[tuple[str, str], list[tuple[Expr, Frame]]]:
        """What a scope assigns to attributes of names, by name and attribute."""
        table: dict[tuple[str, str], list[tuple[Expr, Frame]]] = {}
        attributes = self.code.index(*site).attributes
        own = self.code.receiver(*site) if attributes else ""
        for receiver, attribute, value, block, _ in attributes:
            if receiver not in (own, SHARED):
                table.setdefault((receiver, attribute), []).append((value, Frame(*site, block=block)))
        return table


def _sets_by_text(call: Call, params: tuple[Param, ...]) -> bool:
    """`self.__dict__.update(…)`, `vars(self).update(…)`, `setattr(self, name, …)`."""
    own, func = params[0].name if params else "", call.func
    if type(func) is Name and func.id == "setattr" and call.args:
        return type(call.args[0]) is Name and call.args[0].id == own
    base = func.base if type(func) is Attr and func.name == "update" else None
    if type(base) is Call and type(base.func) is Name and base.func.id == "vars" and base.args:
        return type(base.args[0]) is Name and base.args[0].id == own
    return type(base) is Attr and base.name == "__dict__" and type(base.base) is Name and base.base.id == own


def _decorated(decorators: tuple[Expr, ...], name: str) -> bool:
    return any(type(d) is Name and d.id == name for d in decorators)
