"""Statements, run symbolically: a known condition is taken, of an unknown one both arms, loops are unrolled as far as known."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from auditor.dialects.symbolic.binding import bind
from auditor.dialects.symbolic.containers import truth, unrolled
from auditor.dialects.symbolic.expressions import operated
from auditor.dialects.symbolic.things import NOTHING, Env, Function, Pending, Plain, Thing, either
from auditor.model.ir import (
    Assign,
    Define,
    Delete,
    Do,
    If,
    Import,
    Imported,
    Jump,
    Loop,
    Name,
    Raise,
    Return,
    Try,
    With,
)
from auditor.program.naming.code import Library, Local, Module
from auditor.program.naming.scopes import is_main_guard

if TYPE_CHECKING:
    from auditor.dialects.symbolic.machine import Machine

MOST_ROUNDS = 50
NEXT, BREAK, CONTINUE, END = range(4)
"""How a statement ends: the next one runs, the loop ends or goes on, the function is left."""


def _assign(machine: Machine, s: Assign, env: Env) -> int:
    if s.value is None:
        return NEXT
    value = machine.eval(s.value, env)
    if s.op:
        left = machine.eval(s.targets[0], env)
        value = operated(machine, s.op, left, value, machine.where(s, env), in_place=True)
    for target in s.targets:
        bind(machine, target, value, env)
    return NEXT


def _do(machine: Machine, s: Do, env: Env) -> int:
    machine.eval(s.value, env)
    return NEXT


def _return(machine: Machine, s: Return, env: Env) -> int:
    machine.returned.append(machine.eval(s.value, env) if s.value is not None else Plain(None))
    return END


def _raise(machine: Machine, s: Raise, env: Env) -> int:
    return END


def _jump(machine: Machine, s: Jump, env: Env) -> int:
    return {"break": BREAK, "continue": CONTINUE}.get(s.word, NEXT)


def _if(machine: Machine, s: If, env: Env) -> int:
    known = env.path == machine.main if is_main_guard(s.test) else truth(machine.eval(s.test, env))
    if known is not None:
        return machine.body(s.body if known else s.orelse, env)
    before = dict(env.names)
    first = machine.maybe(lambda: machine.body(s.body, env))
    after, env.names = env.names, before
    second = machine.maybe(lambda: machine.body(s.orelse, env))
    if second != NEXT:
        env.names = after
    elif first == NEXT:
        env.names = _joined(after, env.names)
    return min(first, second) if NEXT not in (first, second) else NEXT


def _joined(one: Mapping[str, Thing], other: Mapping[str, Thing]) -> dict[str, Thing]:
    """The names after two arms of a condition."""
    return {
        name: either(one[name], other[name]) if name in one and name in other else one.get(name, other.get(name))
        for name in [*other, *(name for name in one if name not in other)]
    }


def _loop(machine: Machine, s: Loop, env: Env) -> int:
    source = machine.eval(s.source, env)
    rounds = machine.elements(source) if s.target is not None else None
    if rounds is None or len(rounds) > MOST_ROUNDS:
        if s.target is not None:
            bind(machine, s.target, NOTHING, env)
        machine.repeated(lambda: machine.body(s.body, env))
        return NEXT
    for item in list(rounds):
        if s.target is not None:
            bind(machine, s.target, unrolled(item), env)
        signal = machine.body(s.body, env)
        if signal in (BREAK, END):
            return END if signal == END else NEXT
    return machine.body(s.orelse, env)


def _with(machine: Machine, s: With, env: Env) -> int:
    entered = []
    for value, target in s.items:
        thing = machine.eval(value, env)
        bound = machine.meaning.enter(thing, machine.where(s, env))
        entered.append(thing)
        if target is not None:
            bind(machine, target, thing if bound is None else bound, env)
    signal = machine.body(s.body, env)
    for thing in reversed(entered):
        machine.meaning.leave(thing)
    return signal


def _try(machine: Machine, s: Try, env: Env) -> int:
    signal = machine.body(s.body, env)
    for handler in s.handlers:
        held = dict(env.names)
        machine.maybe(lambda body=handler.body: machine.body(body, env))  # type: ignore[misc]  # bound early on purpose
        env.names = {**env.names, **held}
    if signal == NEXT:
        signal = machine.body(s.orelse, env)
    return machine.body(s.final, env) or signal


def _define(machine: Machine, s: Define, env: Env) -> int:
    scope = machine.code.scope(env.path, s.scope)
    in_class = machine.code.scope(env.path, env.scope).kind == "class"
    thing: Thing = Function(Local(env.path, s.scope), env.outer if in_class else env)
    for decorator in reversed(scope.decorators):
        made = machine.eval(decorator, env)
        changed = machine.meaning.decorate(made, thing, machine.at(env.path, scope.line, scope.end_line))
        thing = thing if changed is None else changed
    env.names[s.name.id] = thing
    return NEXT


def _import(machine: Machine, s: Import, env: Env) -> int:
    for imported in s.names:
        home = machine.code.modules.resolve(env.path, _wanted(imported), s.level)
        if imported.name == "*":
            if home is not None and home != env.path:
                env.stars.append(home)
        elif not imported.name:
            env.names[imported.bound.id] = Module(home) if home else Library(_wanted(imported))
        elif home is not None and not _foreign(machine, home, imported, s.level):
            env.names[imported.bound.id] = Pending(home, imported.name)
        elif (inner := _submodule(machine, env.path, imported, s.level)) is not None:
            env.names[imported.bound.id] = Module(inner)
        else:
            env.names[imported.bound.id] = NOTHING if s.level else Library(f"{imported.module}.{imported.name}")
    return NEXT


def _submodule(machine: Machine, path: str, imported: Imported, level: int) -> str | None:
    """A module in a folder that holds nothing but folders: no module stands for that one itself."""
    joined = f"{imported.module}.{imported.name}" if imported.module else imported.name
    home = machine.code.modules.resolve(path, joined, level)
    return home if home is not None and not home.endswith("/") else None


def _foreign(machine: Machine, home: str, imported: Imported, level: int) -> bool:
    """Whether a folder without modules of that name stands where a library is meant: a bare folder holds no names."""
    return home.endswith("/") and not level and machine.code.modules.file(home.rstrip("/"), imported.name) is None


def _wanted(imported: Imported) -> str:
    """The module that an import names: the first part of `import a.b`, all of `import a.b as c`."""
    first = imported.module.partition(".")[0]
    return first if not imported.name and imported.bound.id == first else imported.module


def _delete(machine: Machine, s: Delete, env: Env) -> int:
    for target in s.targets:
        if type(target) is Name:
            env.names.pop(target.id, None)
    return NEXT


HANDLERS: dict[type, Callable[[Machine, Any, Env], int]] = {
    Assign: _assign,
    Do: _do,
    Return: _return,
    Raise: _raise,
    Jump: _jump,
    If: _if,
    Loop: _loop,
    With: _with,
    Try: _try,
    Define: _define,
    Import: _import,
    Delete: _delete,
}
