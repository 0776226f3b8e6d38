"""The changes themselves: one visitor, a method for each kind of node that a change begins at."""

from __future__ import annotations

from typing import TypeVar

import libcst as cst
from libcst.metadata import PositionProvider

from auditor.fixes import arguments, frames
from auditor.fixes.wishes import Wish

N = TypeVar("N", bound=cst.CSTNode)
_SAFE = {
    "load": "safe_load",
    "unsafe_load": "safe_load",
    "load_all": "safe_load_all",
    "unsafe_load_all": "safe_load_all",
}
NO_PANDAS = "pandas is not imported here under a name of its own"


class Changes(cst.CSTTransformer):
    """Fulfils wishes where the code at their lines has the form that they are about."""

    METADATA_DEPENDENCIES = (PositionProvider,)

    def __init__(self, wanted: list[Wish], pandas: str) -> None:
        super().__init__()
        self.wanted = wanted
        self.pandas = pandas
        self.done: set[Wish] = set()
        self.refused: dict[Wish, str] = {}
        self._sorted: set[cst.CSTNode] = set()

    def _wishes(self, node: cst.CSTNode, *kinds: str) -> list[Wish]:
        """The wishes of some kinds at the line of a node."""
        line = self.get_metadata(PositionProvider, node).start.line
        return [w for w in self.wanted if w.kind.partition(":")[0] in kinds and w.first <= line <= w.last]

    def _wish(self, node: cst.CSTNode, kind: str) -> Wish | None:
        return next(iter(self._wishes(node, kind)), None)

    def _fulfilled(self, wish: Wish, new: N) -> N:
        self.done.add(wish)
        return new

    def leave_Comparison(self, original_node: cst.Comparison, updated_node: cst.Comparison) -> cst.BaseExpression:
        """`x == nan` becomes `pd.isna(x)`."""
        wish = self._wish(original_node, "nan")
        asked = frames.compared_with_nan(updated_node) if wish is not None else None
        if wish is None or asked is None:
            return updated_node
        if not self.pandas:
            self.refused[wish] = NO_PANDAS
            return updated_node
        return self._fulfilled(wish, frames.asked_by_name(updated_node, asked, self.pandas))

    def leave_AssignTarget(self, original_node: cst.AssignTarget, updated_node: cst.AssignTarget) -> cst.AssignTarget:
        """`frame[rows]["a"] = …` becomes `frame.loc[rows, "a"] = …`."""
        wish = self._wish(original_node, "chain")
        joined = frames.joined(updated_node.target) if wish is not None else None
        if wish is None or joined is None:
            return updated_node
        return self._fulfilled(wish, updated_node.with_changes(target=joined))

    def leave_AugAssign(self, original_node: cst.AugAssign, updated_node: cst.AugAssign) -> cst.AugAssign:
        """`frame[rows]["a"] += …` likewise."""
        wish = self._wish(original_node, "chain")
        joined = frames.joined(updated_node.target) if wish is not None else None
        if wish is None or joined is None:
            return updated_node
        return self._fulfilled(wish, updated_node.with_changes(target=joined))

    def leave_Expr(self, original_node: cst.Expr, updated_node: cst.Expr) -> cst.BaseSmallStatement:
        """`frame["a"].fillna(0, inplace=True)` becomes an assignment; an error that is only made is raised."""
        value = updated_node.value
        if (wish := self._wish(original_node, "inplace")) is not None:
            assigned = frames.assigned(value)
            if assigned is not None:
                return self._fulfilled(wish, assigned.with_changes(semicolon=updated_node.semicolon))
        if (wish := self._wish(original_node, "raise")) is not None and isinstance(value, cst.Call) and not value.lpar:
            return self._fulfilled(wish, cst.Raise(exc=value, semicolon=updated_node.semicolon))
        return updated_node

    def visit_Call(self, node: cst.Call) -> None:
        """Notes what is sorted already."""
        if arguments.called(node) == ("", "sorted") and node.args:
            self._sorted.add(node.args[0].value)

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.BaseExpression:
        """Arguments that are added, loaders that are safe, listings that are sorted."""
        node: cst.BaseExpression = updated_node
        for wish in self._wishes(original_node, "weights", "yaml", "seed", "sorted"):
            if isinstance(node, cst.Call) and not (wish.kind == "sorted" and original_node in self._sorted):
                node = self._called(wish, node)
        return node

    def _called(self, wish: Wish, call: cst.Call) -> cst.Call:
        kind, _, argument = wish.kind.partition(":")
        owner, name = arguments.called(call)
        if kind == "weights" and (owner, name) == ("torch", "load"):
            return self._with(wish, call, "weights_only", cst.Name("True"))
        if kind == "yaml" and owner == "yaml" and name in _SAFE and isinstance(call.func, cst.Attribute):
            func = call.func.with_changes(attr=cst.Name(_SAFE[name]))
            bare = arguments.without(call, "Loader", 1)
            return self._fulfilled(wish, bare.with_changes(func=func)) if bare is not None else call
        if kind == "seed" and name == wish.name and not arguments.has(call, argument):
            return self._with(wish, call, argument, cst.Integer("0"))
        if kind == "sorted" and name == wish.name.rpartition(".")[2]:
            inner = cst.Arg(call.with_changes(lpar=(), rpar=()))
            return self._fulfilled(wish, cst.Call(cst.Name("sorted"), [inner], lpar=call.lpar, rpar=call.rpar))
        return call

    def _with(self, wish: Wish, call: cst.Call, name: str, value: cst.BaseExpression) -> cst.Call:
        """The call with a keyword, if nothing may give it already out of sight."""
        new = arguments.with_keyword(call, name, value)
        if new is None:
            self.refused[wish] = "its arguments are not all written out"
            return call
        return self._fulfilled(wish, new)
