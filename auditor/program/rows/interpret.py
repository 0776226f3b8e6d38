"""Runs programs symbolically to follow rows from where they are read to where a model is judged on them (RULES §7).

Files run from their first statement; what no run reaches is run for itself, its parameters being values of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from auditor.program.calls.records import Site
from auditor.program.naming.code import Frame, Local
from auditor.program.rows.calls import handed_on
from auditor.program.rows.expressions import EXPRESSIONS
from auditor.program.rows.flows import flow_of, step
from auditor.program.rows.machine import Machine, RunEffects
from auditor.program.rows.row_sets import Spot
from auditor.program.rows.starts import busy
from auditor.program.rows.state import Env, Thing
from auditor.program.rows.statements import STATEMENTS
from auditor.program.rows.trace import Trace

__all__ = ["followed", "followed_together"]


def followed(effects: RunEffects, path: str) -> Trace | None:
    """What a run over one file saw; None where nothing in it fits, splits or evaluates."""
    scopes = busy(effects, path)
    if not scopes:
        return None
    machine = Machine(effects, STATEMENTS, EXPRESSIONS, handed_on)
    _run(machine, path, scopes)
    return machine.trace


def followed_together(effects: RunEffects, paths: Iterable[str], names: Mapping[int, str]) -> dict[str, Trace]:
    """What runs over programs saw that hand rows and models to each other through files, those that write before those that read.

    `names` are the files, by the identity of the effects that write and read them.
    """
    machine = Machine(effects, STATEMENTS, EXPRESSIONS, handed_on)
    machine.names = names
    found = {}
    for path in paths:
        machine.begin()
        scopes = busy(effects, path)
        _run(machine, path, scopes)
        if scopes:
            found[path] = machine.trace
    return found


def _run(machine: Machine, path: str, scopes: list[int]) -> None:
    """Run one file from its first statement, then what that did not reach."""
    module = Env((path, 0), {})
    machine.modules[path] = module
    try:
        machine.body(machine.code.scope(path, 0).body, module)
        for number in _entries(machine, path, scopes):
            if (path, number) not in machine.visited:
                _alone(machine, (path, number), module)
    except RecursionError:
        machine.trace.cut = "nested too deeply"


def _entries(m: Machine, path: str, scopes: list[int]) -> list[int]:
    """Functions to run for themselves: those that nothing calls before those that something does."""
    reaching = [number for number in m.code.scopes(path) if number and m.matters((path, number))]
    first = [n for n in reaching if not m.effects.called((path, n))]
    owners = {owner for n in reaching if (owner := m.code.owner(path, n)) is not None}
    flows = {owner for owner in owners if flow_of(m, Local(path, owner)) is not None}
    if flows:  # what one step leaves on the flow the next may fit, without saying what it is
        first = [n for n in m.code.scopes(path) if n in first or m.code.owner(path, n) in flows]
    return first + [n for n in scopes if n]


def _alone(m: Machine, site: Site, module: Env) -> None:
    """Run a function that no run reached; the methods of a class one after the other on one object, its constructor first."""
    scope = m.code.scope(*site)
    if scope.kind != "function":
        return
    module.depth = 0
    names = {param.name: m.fresh(name=param.name) for param in scope.params}
    owner = m.code.owner(*site)
    if owner is not None and scope.params and scope.params[0].name == "self":
        known = m.alone.get((site[0], owner))
        if known is not None:
            names["self"] = known
            m.visited.add(site)
            step(m, site, names, module)
            return
        receiver = replace(m.thing("object", Thing(scope.name, Spot(site[0], scope.line))), path=site[0], scope=owner)
        names["self"] = m.alone[site[0], owner] = receiver
        init = m.denoter.attribute(Local(site[0], owner), "__init__", _frame(site))
        if type(init) is Local and (init.path, init.scope) != site:
            inner = Env(
                (init.path, init.scope), {p.name: m.fresh() for p in m.code.scope(init.path, init.scope).params}, module
            )
            inner.names["self"] = receiver
            m.body(m.code.scope(init.path, init.scope).body, inner)
    m.visited.add(site)
    m.body(scope.body, Env(site, names, module))


def _frame(site: Site) -> Frame:
    return Frame(*site)
