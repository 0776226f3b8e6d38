"""Following documents forwards from the scopes of one file: through names, arguments and constructors, into the functions that
use their keys. A part of a document that is handed to code which is not known counts as read, key by key.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from msgspec.structs import replace

from auditor.model.ir import Attr, Call, Expr, Item, Name
from auditor.model.ordered import Ordered
from auditor.program.calls.effects import Site
from auditor.program.calls.seen import SeenEffects
from auditor.program.configuration.beginnings import Beginnings, Supplies, given_to
from auditor.program.configuration.uses import falls_back, uses_of
from auditor.program.naming.code import Config, Frame, Instance, Local, Made, Module, Options, Shown

MOST_FRAMES = 3_000
MOST_OF_ONE = 12
"""Callers whose documents are followed into one function."""

_METHODS = frozenset({"items", "keys", "values", "copy", "update", "get", "pop", "to_dict", "as_dict", "model_dump"})


class Reading(Ordered, frozen=True):
    """One place that reads a key; `whole` where everything under the key is handed on, `optional` where it has a fallback."""

    document: str
    key: str
    site: Site
    line: int
    whole: bool
    optional: bool = False


class Followed(msgspec.Struct, frozen=True):
    """What following the documents of a file found, from where it `began`, and whether the functions that were met wait for the
    path of a document (see `Beginnings.waits`)."""

    began: tuple[Site, ...]
    readings: tuple[Reading, ...]
    waits: tuple[tuple[Site, bool | None], ...]

    def is_the_same(self, beginnings: Beginnings) -> bool:
        """Whether the same would be found where documents begin so, as far as the trace of the answer does not tell."""
        begun = beginnings.sites.get(self.began[0][0])
        return self.began == begun and all(beginnings.waits(site) is waits for site, waits in self.waits)


class Following:
    """Follows the documents of one file."""

    def __init__(self, effects: SeenEffects, beginnings: Beginnings) -> None:
        self.effects = effects
        self.code = effects.code
        self.evaluator = effects.evaluator
        self._seen: set[tuple[str, int, int]] = set()
        self._entered: dict[Site, int] = {}
        self._found: dict[tuple[str, str, Site, int], bool] = {}
        self._optional: set[tuple[str, str, Site, int]] = set()
        self._handed: set[tuple[Site, frozenset[object]]] = set()
        self._holding: dict[tuple[int, str, int, int], bool] = {}
        self._supplies = Supplies(effects, beginnings)

    def follow(self, began: tuple[Site, ...]) -> Followed:
        """What is found from some scopes on."""
        todo = [Frame(*site) for site in began]
        while todo and len(self._seen) < MOST_FRAMES:
            frame = todo.pop()
            if frame.key in self._seen:
                continue
            self._seen.add(frame.key)
            self._read(frame)
            todo += self._onward(frame)
        found = (Reading(*key, whole, key in self._optional) for key, whole in self._found.items())
        return Followed(began, tuple(found), tuple(self._supplies.waits.items()))

    def _onward(self, frame: Frame) -> list[Frame]:
        """The frames of the functions that calls of this one hand documents to, or the paths of documents."""
        found: list[Frame] = []
        for edge in self.effects.calls.get((frame.path, frame.scope), ()):
            where = frame.at(edge.site.block)
            callee = (edge.callee.path, edge.callee.scope)
            if not edge.direct or self._entered.get(callee, 0) >= MOST_OF_ONE:
                continue
            handed = frozenset(doc for arg in given_to(edge.call) if (doc := self._document(arg, where)) is not None)
            supplied = self._supplies.may(edge, frame)
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
        for number in self.code.nested(init.path, cls) if cls is not None else ():
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
        uses = self.code.of_program(frame.path, uses_of)[frame.scope]
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
                key = self._without_methods(found)
                if not (self._has_default(use.node, site) and self._is_nowhere(key)):
                    self._note(key, frame, use.line, renames, optional=falls_back(use.node))

    def _has_default(self, node: Expr, site: Site) -> bool:
        """Whether an expression is a parameter that need not be given: `f(**section)` may leave it out, others read what they give."""
        if type(node) is not Name or node.version != 1:
            return False
        params = self.code.scope(*site).params
        return any(param.name == node.id and param.default is not None for param in params)

    def _is_nowhere(self, key: Config) -> bool:
        return self.evaluator.configs.origin(key) is None and not self.evaluator.configs.names(key)

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
