"""What a run holds: its scopes with their names, the objects behind them, and the call that is looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from msgspec import Struct

from auditor.model.ir import Attr, Call, Expr, Item
from auditor.program.calls.effects import Site
from auditor.program.naming.scopes import Block
from auditor.program.rows.row_sets import Spot
from auditor.program.rows.values import OTHER, Fit, Trained, Value


class Thing(Struct, frozen=True):
    """The state of an object that several names may hold: a model, a transformer, a splitter or one of the repository."""

    name: str
    spot: Spot
    stateful: bool = False
    incremental: bool = False
    stops_early: bool = False
    fit: Fit | None = None
    trained: Trained | None = None
    parts: tuple[Value, ...] = ()
    fields: Mapping[str, Value] = {}
    attrs: Mapping[str, object] = {}


@dataclass(slots=True)
class Env:
    """The names of one running scope; `outer` are those of its module."""

    site: Site
    names: dict[str, Value]
    outer: Env | None = None
    depth: int = 0
    block: Block = ()
    loops: int = 0
    line: int = 0
    returned: list[Value] = field(default_factory=list)
    caller: Env | None = None
    by: Call | None = None
    """The call that runs this scope, from the one of `caller`."""
    turn: Block = ()
    """Where the innermost loop stands, or the scope itself."""
    turns: tuple[int, ...] = ()
    """The numbers of the turns that the loops around are in, the outermost first."""

    def lookup(self, name: str) -> Value | None:
        """What a name holds, here or in the module."""
        found = self.names.get(name)
        return found if found is not None or self.outer is None else self.outer.lookup(name)


class Called(Struct):
    """One call with its arguments evaluated. `name` is the method, or the qualified name of a library function."""

    expr: Call
    name: str
    args: list[Value]
    keywords: dict[str, Value]
    spot: Spot
    at: Env

    def given(self, name: str, position: int | None = None) -> Value | None:
        """The argument of a name or position."""
        if name in self.keywords:
            return self.keywords[name]
        return self.args[position] if position is not None and position < len(self.args) else None

    def constant(self, name: str, position: int | None = None) -> object:
        """The literal given for an argument, None where there is none."""
        found = self.given(name, position)
        return found.const if found is not None and found.kind == "const" else None

    def data(self) -> Value:
        """The rows that a fit, a prediction or a score is given."""
        if self.args:
            return self.args[0]
        for name in ("X", "x", "data", "raw_documents", "X_train", "dataset", "generator", "train_data", "dtrain"):
            if name in self.keywords:
                return self.keywords[name]
        return OTHER

    def every(self) -> list[Value]:
        """All arguments."""
        return [*self.args, *self.keywords.values()]

    @property
    def target(self) -> Expr:
        """The receiver's expression."""
        return self.expr.func.base if type(self.expr.func) is Attr else self.expr.func


@dataclass(slots=True)
class Stored:
    """The order to store a value under `base[key]`: what an assignment to an item asks of the tables."""

    target: Item
    value: Value
