"""Binding of targets: names, tuples, attributes and keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.dialects.symbolic.containers import store
from auditor.dialects.symbolic.things import NOTHING, Env, Object, Plain, Thing
from auditor.model.ir import Attr, Expr, Group, Item, Name, Star

if TYPE_CHECKING:
    from auditor.dialects.symbolic.machine import Machine


def bind(machine: Machine, target: Expr, value: Thing, env: Env) -> None:
    """Binds a target to a value, through tuples, attributes and keys."""
    if type(target) is Name:
        env.names[target.id] = value
    elif type(target) is Group:
        _unpack(machine, target, value, env)
    elif type(target) is Attr:
        base = machine.eval(target.base, env)
        if isinstance(base, Object):
            base.attributes[target.name] = value
        else:
            machine.meaning.assign(base, target.name, value)
    elif type(target) is Item:
        store(machine.eval(target.base, env), machine.eval(target.key, env), value)


def _unpack(machine: Machine, target: Group, value: Thing, env: Env) -> None:
    found = machine.elements(value)
    whole = found is not None and len(found) == len(target.items)
    for position, part in enumerate(target.items):
        if type(part) is Star:
            bind(machine, part.value, NOTHING, env)
            continue
        taken = found[position] if found is not None and whole else None
        if found is None:
            taken = machine.meaning.item(value, Plain(position))
        bind(machine, part, NOTHING if taken is None else taken, env)
