"""What text a name can have: by its bindings, its module, the caller of its function, or the loop that binds it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from auditor.model.ir import Attr, Expr, Name
from auditor.program.calls.branches import Reach, limited, reach
from auditor.program.naming import fixtures
from auditor.program.naming.code import Code, Frame, Options
from auditor.program.naming.members import DEEPEST_MODULES
from auditor.program.naming.scopes import Binding
from auditor.program.symbolic import paths
from auditor.program.symbolic.values import MOST_ALTERNATIVES, Hole, Value, Values, concat, hole, literal, product

if TYPE_CHECKING:
    from auditor.program.symbolic.evaluate import Evaluator


class NameTexts:
    """Answers which texts a name can have where it stands."""

    def __init__(self, code: Code, evaluator: Evaluator, first_pick: int = 0) -> None:
        self.code = code
        self.evaluator = evaluator
        self._first_pick = first_pick
        self._collections: dict[tuple[int, str, int, int], int] = {}
        # What one search has asked of modules: modules that import all of each other would be asked without end.
        self._searching: dict[tuple[str, str], Values] = {}
        self._modules = 0

    def of(self, expr: Name, frame: Frame) -> Values:
        """The texts of a name where it stands."""
        if expr.id == "__file__":
            return (literal(frame.path, anchored=True),)
        if not expr.version and frame.bound is not None and expr.id in frame.bound.items:
            return self.evaluator.texts(*frame.bound.items[expr.id])
        bindings = self.evaluator.denoter.bindings(expr, frame)
        found = self._of_bindings(expr.id, self.reaching(bindings))
        if not bindings:
            return self._starred(expr.id, frame.path) or (hole("unknown", expr.id),)
        return tuple(value if value.how != "literal" else value.weakened(0.9, "constant") for value in found)

    def reaching(self, bindings: list[tuple[Binding, Frame]]) -> list[tuple[Binding, Frame]]:
        """Those of several bindings that can happen in the call of their frame: `if test:` is decided by what it gives."""
        if len(bindings) < 2 or all(where.bound is None or not where.block for _, where in bindings):
            return bindings
        left = [(b, where) for b, where in bindings if where.bound is None or reach(self.evaluator, where).possible]
        return left or bindings

    def _of_bindings(self, name: str, bindings: list[tuple[Binding, Frame]]) -> list[Value]:
        """The texts of all bindings; `+=` appends to what the earlier ones say."""
        found: list[Value] = []
        for position, (binding, where) in enumerate(bindings):
            if binding.how == "augment":
                earlier = self._of_bindings(name, bindings[position + 1 :])
                return found + self._augmented(name, binding, where, tuple(earlier))
            values = self._bound(name, binding, where)
            if where.block and any(value.picks for value in values):
                values = limited(values, Reach(without=reach(self.evaluator, where).without))
            found.extend(values)
        return found

    def _augmented(self, name: str, binding: Binding, frame: Frame, earlier: Values) -> list[Value]:
        if binding.op != "+" or binding.value is None or not earlier:
            return [hole("unknown", name)]
        added = self.evaluator.texts(binding.value, frame)
        return list(product([earlier, added], concat))

    def _starred(self, name: str, path: str) -> Values:
        """A constant that the `from module import *` of a file bring in."""
        home = self.code.starred(path, name)
        return self._defined(home, name) if home is not None else ()

    def _defined(self, home: str, name: str) -> Values:
        """The texts that a module itself binds a name to."""
        frame = Frame(home, 0)
        bindings = [(binding, frame.at(binding.block)) for binding in self.code.index(home, 0).final(name)]
        return tuple(self._of_bindings(name, bindings))

    def member(self, home: str, name: str) -> Values:
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
            return self.member(home, imported.name) if home else ()
        if how == "param":
            return self._parameter(name, frame)
        if value is None:
            return ()
        if how == "value":
            return self.evaluator.texts(value, frame)
        if how == "element":
            return self.element(name, value, binding.way, frame)
        if how == "unpack":
            return self._unpacked(name, value, binding.way, frame)
        if how == "context" and self.evaluator.dotted_call(value, frame) in paths.TEMPORARY:
            return self.evaluator.texts(value, frame)
        return (hole("unknown", name),)

    def _unpacked(self, name: str, value: Expr, way: tuple[int, ...], frame: Frame) -> Values:
        part = self.evaluator.displays.part(value, frame, way)
        if part is not None:
            return self.evaluator.texts(*part)
        split = paths.part_of_call(
            value, way, lambda inner: self.evaluator.texts(inner, frame), self.evaluator.dotted_call(value, frame)
        )
        return split or (hole("unknown", name),)

    def _parameter(self, name: str, frame: Frame) -> Values:
        bound = frame.bound
        if bound is not None and name in bound.params:
            return self.evaluator.texts(*bound.params[name])
        given = self.evaluator.options.of_parameter(frame, name)
        if given is not None:
            return given
        if bound is not None and self._has_default(name, frame):
            return self.default(name, frame)
        if fixtures.is_temporary(self.evaluator, name, frame):
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
                return tuple(value.weakened(0.8, "default") for value in self.evaluator.texts(param.default, where))
        return ()

    def element(self, name: str, source: Expr, way: tuple[int, ...], frame: Frame) -> Values:
        """What a loop variable takes: the items of a display that is written out, the words that an option
        gathers, or files that a pattern finds."""
        shown = self.evaluator.displays.elements(source, frame)
        if not shown:
            inner, where = self.evaluator.displays.listing(source, frame)
            base = self.evaluator.denoter.denote(inner.base, where) if type(inner) is Attr else None
            if (
                type(base) is Options
                and type(inner) is Attr
                and (given := self.evaluator.options.gathered(base, inner.name))
            ):
                return given
            listed = paths.listed(
                inner, lambda part: self.evaluator.texts(part, where), self.evaluator.dotted_call(inner, where), way
            )
            return listed or (hole("loop", name),)
        found: list[Value] = []
        collection = self._collection(source, frame)
        for number, (item, where) in enumerate(shown[: MOST_ALTERNATIVES + 1]):
            part = self.evaluator.displays.part(item, where, way)
            if part is None:
                return (hole("loop", name),)
            found.extend(
                replace(value, picks=value.picks | {(collection, number)}) for value in self.evaluator.texts(*part)
            )
        return tuple(found) if len(found) <= MOST_ALTERNATIVES else (hole("loop", name),)

    def _collection(self, source: Expr, frame: Frame) -> int:
        """A number for what a loop goes over, the same for all targets of that loop."""
        return self._collections.setdefault((id(source), *frame.key), self._first_pick + len(self._collections))
