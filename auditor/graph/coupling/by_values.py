"""Columns that are made of the values of a request: each request has its own, unless something brings them into the order of the training."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from auditor.graph.world import World
from auditor.model.artefact import Role
from auditor.model.ir import Call, Const
from auditor.model.place import Place
from auditor.program.calls.effects import Site
from auditor.program.naming.code import Frame
from auditor.program.naming.scopes import last_name
from auditor.program.naming.statements import parts

BY_VALUES = frozenset({"pandas.get_dummies", "pandas.factorize", "pandas.qcut"})
"""What they give hangs on all values that they are given."""
_ROW = "pandas.DataFrame"
_ALIGNING = frozenset({"reindex", "reindex_like", "align", "concat", "Categorical", "CategoricalDtype", "set_categories", "feature_names_in_", "feature_names", "feature_name_", "insert", "union", "difference"})  # fmt: skip
"""What brings columns or categories into an order that does not hang on the rows at hand."""


def encoded_anew(
    world: World, serving: Collection[Site], call: Call, frame: Frame
) -> Iterator[tuple[str, Place, str, Place]]:
    """The calls that make columns of the values of what a model is asked for: their name, place and scope, and where it is asked.

    `serving`: the scopes that answer. Nothing where rows are read, or where something may bring the columns into an order.
    """
    flows, code = world.flows, world.resolved.code
    traced = flows.origins.of(call.args[0], frame, call.line)
    named = [(origin, flows.dotted(origin.call.func, origin.frame)) for origin in traced.calls]
    made = [(o, name) for o, name in named if name in BY_VALUES and (o.frame.path, o.frame.scope) in serving]
    if not made or all(name != _ROW for _, name in named) or any(flows.of_role(traced, Role.READ, Role.DOWNLOAD)):
        return
    sites = {(frame.path, frame.scope), *((origin.frame.path, origin.frame.scope) for origin, _ in named)}
    if any(_aligns(world, site) for site in sites):
        return
    for origin, name in made:
        owner = code.scope(origin.frame.path, origin.frame.scope).name
        place = code.place(origin.frame.path, origin.call.line)
        yield name.rpartition(".")[2], place, owner, code.place(frame.path, call.line)


def _aligns(world: World, site: Site) -> bool:
    """Whether a scope names what brings columns into an order, or fills columns with a number."""
    code = world.resolved.code
    filled = any(type(value) is Const for _, value, _ in code.index(*site).items)
    return filled or any(last_name(part) in _ALIGNING for part in parts(code.scope(*site).body))
