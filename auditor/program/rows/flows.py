"""Classes whose methods are the steps of a flow, on one object: which step comes next, and what it is run for."""

from __future__ import annotations

from msgspec.structs import replace

from auditor.knowledge import Entry
from auditor.model.ir import Attr
from auditor.program.calls.records import Site
from auditor.program.naming.code import Local
from auditor.program.rows.iteration import elements
from auditor.program.rows.machine import Machine
from auditor.program.rows.state import Called, Env
from auditor.program.rows.statements import UNKNOWN_PASSES
from auditor.program.rows.values import Value


def flow_of(m: Machine, cls: Local) -> Entry | None:
    """What the tables say of the class of flows that a class derives from; None for any other class."""
    found = (m.knowledge.lookup(name) for name in m.denoter.ancestry(cls))
    return next((entry for entry in found if entry is not None and "onward" in entry.attrs), None)


def branched(m: Machine, called: Called, receiver: Value) -> None:
    """`self.next(self.train, foreach="candidates")`: the step that comes next is run for each of what the field holds."""
    flow = flow_of(m, Local(receiver.path, receiver.scope))
    if flow is None or called.name != flow.attrs["onward"]:
        return
    over, step = called.constant(str(flow.attrs["each"])), called.expr.args[0] if called.expr.args else None
    thing = m.heap[receiver.ref]
    held = thing.fields.get(over) if isinstance(over, str) else None
    if held is not None and type(step) is Attr:
        m.heap[receiver.ref] = replace(thing, attrs={**thing.attrs, _over(step.name): held})


def step(m: Machine, site: Site, names: dict[str, Value], module: Env) -> None:
    """Run a method on an object that others have worked on; a step of a flow once for each of the first elements that it is run for."""
    scope, receiver = m.code.scope(*site), names["self"]
    over = m.heap[receiver.ref].attrs.get(_over(scope.name.rpartition(".")[2]))
    turns = (elements(m, over) or [])[:UNKNOWN_PASSES] if isinstance(over, Value) else []
    flow = flow_of(m, Local(receiver.path, receiver.scope)) if turns else None
    if flow is None:
        m.body(scope.body, Env(site, names, module))
        return
    for turn in turns:
        thing = m.heap[receiver.ref]
        m.heap[receiver.ref] = replace(thing, fields={**thing.fields, str(flow.attrs["turn"]): turn})
        m.body(scope.body, Env(site, dict(names), module, loops=1))


def _over(step: str) -> str:
    """Under what an object remembers for what a step of it is run."""
    return f"each {step}"
