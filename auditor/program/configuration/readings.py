"""Which keys of which configuration documents are read where.

Documents are followed forwards: from the calls that read them, through names, arguments and constructors, into the functions
that use their keys. A part of a document that is handed to code which is not known counts as read, key by key.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec
from msgspec.structs import replace

from auditor.model.ir import Assign, Attr, Call, Const, Expr, Item, Name, Record, Return
from auditor.model.ordered import Ordered
from auditor.program.calls.effects import Effects, Site
from auditor.program.configuration.beginnings import Beginnings, given_to
from auditor.program.naming.code import Config, Frame, Instance, Local, Made, Module, Options, Shown
from auditor.program.naming.scopes import children

MOST_FRAMES = 3_000
MOST_OF_ONE = 12
"""Callers whose documents are followed into one function."""


_METHODS = frozenset({"items", "keys", "values", "copy", "update", "get", "pop", "to_dict", "as_dict", "model_dump"})

_GETTERS = frozenset({"get", "select", "getint", "getfloat", "getboolean"})


class Reading(Ordered, frozen=True):
    """One place that reads a key; `whole` where everything under the key is handed on, `optional` where it has a fallback."""

    document: str
    key: str
    site: Site
    line: int
    whole: bool
    optional: bool = False


class Readings:
    """All places of a tree that read configuration keys."""

    def __init__(self, effects: Effects) -> None:
        self.effects = effects
        self.code = effects.code
        self.evaluator = effects.evaluator
        self._seen: set[tuple[str, int, int]] = set()
        self._entered: dict[Site, int] = {}
        self._found: dict[tuple[str, str, Site, int], bool] = {}
        self._optional: set[tuple[str, str, Site, int]] = set()
        self._uses: dict[Site, list[Use]] = {}
        self._handed: set[tuple[Site, frozenset[object]]] = set()
        self._holding: dict[tuple[int, str, int, int], bool] = {}
        self._beginnings = Beginnings(effects)
        self._follow()

    def all(self) -> list[Reading]:
        """Every reading, in the order of documents and places."""
        return sorted(Reading(*key, whole, key in self._optional) for key, whole in self._found.items())

    # --- following documents ---

    def _follow(self) -> None:
        todo = list(self._beginnings.frames())
        while todo and len(self._seen) < MOST_FRAMES:
            frame = todo.pop()
            if frame.key in self._seen:
                continue
            self._seen.add(frame.key)
            self._read(frame)
            todo += self._onward(frame)

    def _onward(self, frame: Frame) -> list[Frame]:
        """The frames of the functions that calls of this one hand documents to, or the paths of documents."""
        found: list[Frame] = []
        for edge in self.effects.calls.get((frame.path, frame.scope), ()):
            where = frame.at(edge.site.block)
            callee = (edge.callee.path, edge.callee.scope)
            if not edge.direct or self._entered.get(callee, 0) >= MOST_OF_ONE:
                continue
            handed = frozenset(doc for arg in given_to(edge.call) if (doc := self._document(arg, where)) is not None)
            supplied = self._beginnings.supplies(edge, frame)
            if not (handed or supplied) or (callee, handed) in self._handed:
                continue
            self._handed.add((callee, frozenset({id(edge)}) if supplied else handed))
            self._entered[callee] = self._entered.get(callee, 0) + 1
            args = self.evaluator.objects.arguments(edge.callee, edge.call, where, constructed=edge.constructs)
            found.append(self.code.bind(Frame(*callee, None, frame.depth + 1), args))
            if edge.constructs:
                found += self._methods(edge.callee, edge.call, where)
        return found

    def _methods(self, init: Local, call: Call, frame: Frame) -> Iterator[Frame]:
        """The methods of an object that holds a document."""
        cls = self.code.owner(init.path, init.scope)
        for number in self.code.index(init.path, cls).nested if cls is not None else ():
            scope = self.code.scope(init.path, number)
            if scope.params and number != init.scope:
                inner = Frame(init.path, number, None, frame.depth + 1)
                yield self.code.bind(inner, {scope.params[0].name: (call, frame)})

    def _document(self, expr: Expr, frame: Frame) -> object | None:
        """The part of a document that an expression is, or the construction of an object that holds one; else None."""
        if type(expr) not in (Name, Attr, Item, Call):
            return None
        found = self.evaluator.denoter.denote(expr, frame)
        if type(found) is Config:
            return found if not found.key or found.choices or self.evaluator.configs.names(found) else None
        if type(found) is Instance and found.made is not None and type(found.of) is Local and self._holds(found.made):
            return (id(found.made.call), *found.made.frame.key)
        return None

    def _holds(self, made: Made) -> bool:
        """Whether an object was constructed with a document, or with an object that was."""
        call, where = made.call, made.frame
        key = (id(call), *where.key)
        if key not in self._holding:
            self._holding[key] = False
            given = (*call.args, *(value for _, value in call.keywords))
            self._holding[key] = any(self._document(v, where) is not None for v in given)
        return self._holding[key]

    # --- reading one scope ---

    def _read(self, frame: Frame) -> None:
        site = (frame.path, frame.scope)
        uses = self._uses.get(site)
        if uses is None:
            uses = self._uses[site] = uses_in(self.code.scope(*site).body)
        leading: dict[tuple[str, int], bool] = {}
        position = 0
        while position < len(uses):
            use = uses[position]
            position += 1
            name = (use.root.id, use.root.version)
            if name not in leading:
                leading[name] = self._leads(use.root, frame)
            found = self.evaluator.denoter.denote(use.node, frame) if leading[name] else None
            if type(found) is Config:
                position += use.inner
                renames = (
                    use.alias
                    or (use.returned and self._is_called(site))
                    or (use.call is not None and self._calls_local(use.call, frame))
                )
                self._note(self._without_methods(found), frame, use.line, renames, optional=_falls_back(use.node))

    def _without_methods(self, key: Config) -> Config:
        """The key without names that are methods of what it holds: `config.items`, `config.name.lower`."""
        configs = self.evaluator.configs
        above, _, last = key.key.rpartition(".")
        if configs.has(key.path, key.key) or key.choices:
            return key
        if last in _METHODS or (above and configs.origin(replace(key, key=above)) is not None):
            return self._without_methods(replace(key, key=above)) if above else replace(key, key="")
        return key

    def _leads(self, root: Name, frame: Frame) -> bool:
        """Whether a name can lead to a document."""
        found = self.evaluator.denoter.denote(root, frame)
        return type(found) in (Config, Instance, Shown, Options, Module)

    def _is_called(self, site: Site) -> bool:
        """Whether the repository calls a function itself, and nobody else is seen to: what it returns is followed there."""
        callers = self.effects.callers.get(site, ())
        return bool(callers) and all(edge.direct for edge in callers)

    def _calls_local(self, call: Call, frame: Frame) -> bool:
        return type(self.evaluator.denoter.denote(call.func, frame)) is Local

    def _note(self, key: Config, frame: Frame, line: int, alias: bool, *, optional: bool) -> None:
        leaf = self.evaluator.configs.origin(key)
        inner = bool(self.evaluator.configs.names(key))
        if alias and leaf is None and (inner or not key.key):
            return
        document = key.path.removeprefix("hydra:")
        if leaf is not None:
            document = leaf.path
        place = (document, self._own_key(key, leaf is not None), (frame.path, frame.scope), line)
        self._found[place] = self._found.get(place, False) or (leaf is None and (inner or not key.key))
        if optional:
            self._optional.add(place)

    def _own_key(self, key: Config, defined: bool) -> str:
        """The key as the file that defines it writes it."""
        if not key.path.startswith("hydra:") or not defined:
            return key.key
        origin = self.evaluator.configs.origin(key)
        own = self.code.leaves(origin.path) if origin is not None else {}
        parts = key.key.split(".")
        return next((tail for n in range(len(parts)) if (tail := ".".join(parts[n:])) in own), key.key)


class Use(msgspec.Struct, gc=False):
    """An expression that may stand for a place of a document: a name, or what attributes and keys make of it.

    `inner` counts the uses inside it, which follow it in the list. `alias` where it only gets another name, `returned` where
    a function hands it back, `call` where it is an argument.
    """

    root: Name
    node: Expr
    line: int
    alias: bool
    call: Call | None
    inner: int = 0
    returned: bool = False


def _falls_back(expr: Expr) -> bool:
    """Whether a use of a key does without it: somewhere on the way stands `.get(…)`, `.pop(…)` or the like."""
    while type(expr) in (Attr, Item, Call):
        if type(expr) is Call:
            if type(expr.func) is Attr and expr.func.name in (*_GETTERS, "pop", "setdefault"):
                return True
            expr = expr.func
        else:
            expr = expr.base  # type: ignore[union-attr]  # narrowed by the loop
    return False


def uses_in(body: Iterable[Record]) -> list[Use]:
    """All uses of names in some statements, the outer before the inner."""
    found: list[Use] = []
    for statement in body:
        _in_statement(statement, found)
    return found


def _in_statement(node: Record, found: list[Use]) -> None:
    line = int(getattr(node, "line", 0))
    alias = node.value if type(node) is Assign and not node.op else None
    for name in node.__struct_fields__:
        part = getattr(node, name)
        parts = part if isinstance(part, tuple) else (part,)
        if name in ("target", "targets"):
            parts = tuple(each for each in parts if type(each) in (Attr, Item))
        for each in parts:
            for inner in each if isinstance(each, tuple) else (each,):  # items of a `with` are pairs
                if not isinstance(inner, Record):
                    continue
                if hasattr(inner, "line") and type(inner) is not Call:
                    _in_statement(inner, found)
                else:
                    position = len(found)
                    _in_expression(inner, line, inner is alias, None, found)  # type: ignore[arg-type]  # an expression
                    if type(node) is Return and len(found) > position and found[position].node is node.value:
                        found[position].returned = True


def _in_expression(expr: Expr, line: int, alias: bool, call: Call | None, found: list[Use]) -> None:
    kind = type(expr)
    if kind is Const:
        return
    root = _root(expr)
    position = len(found)
    if root is not None:
        found.append(Use(root, expr, line, alias, call))
    if kind is Call:
        _in_call(expr, line, found)  # type: ignore[arg-type]  # narrowed by its type
    elif kind is not Name:
        for child in children(expr):
            _in_expression(child, line, False, None, found)
    if root is not None:
        found[position].inner = len(found) - position - 1


def _in_call(call: Call, line: int, found: list[Use]) -> None:
    """The uses in a call: an argument is one parameter of what is called; what `**` spreads is handed on as a whole."""
    _in_expression(call.func, line, False, None, found)
    for value in call.args:
        _in_expression(value, line, False, call, found)
    for name, value in call.keywords:
        _in_expression(value, line, False, call if name else None, found)


def _root(expr: Expr) -> Name | None:
    """The name at the bottom of attributes, keys and `.get(…)` calls; None for any other expression."""
    if type(expr) is Call and not (type(expr.func) is Attr and expr.func.name in _GETTERS):
        return None
    node = expr
    while True:
        if type(node) is Name:
            return node
        if type(node) in (Attr, Item):
            node = node.base  # type: ignore[union-attr]  # narrowed by the line above
        elif type(node) is Call and type(node.func) is Attr:
            node = node.func.base
        else:
            return None
