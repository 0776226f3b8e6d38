"""Calls: functions of the repository are entered, libraries mean what the dialect says, classes make objects."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import msgspec

from auditor.dialects.symbolic import known_calls
from auditor.dialects.symbolic.things import (
    DEFAULTED,
    NOTHING,
    Arguments,
    Bound,
    Closure,
    Either,
    Env,
    Function,
    Items,
    Made,
    Object,
    Partial,
    Plain,
    Table,
    Thing,
    Unknown,
    Where,
    either,
    weakened,
)
from auditor.model.ir import Call, Param
from auditor.program.naming.code import Library

if TYPE_CHECKING:
    from auditor.dialects.symbolic.machine import Machine

DEEPEST_BASE = 8


def apply(machine: Machine, func: Thing, args: Arguments, where: Where, site: tuple[Call, Env]) -> Thing:
    """What calling something gives; `site` is the call itself and where it stands."""
    match func:
        case Library(dotted):
            given = machine.meaning.call(dotted, args, where)
            if given is None:
                given = _decorated(machine, func, args, where)
            if given is None:
                given = known_calls.call(machine, dotted, args, where)
            return Made(dotted, args, *site) if given is None else given
        case Function(local):
            if machine.code.scope(*local).kind == "class":
                return _constructed(machine, func, args, where)
            return machine.enter(func, args)
        case Bound(receiver, name):
            return _method(machine, receiver, name, args, where, site)
        case Partial(inner, first):
            joined = Arguments(
                (*first.positional, *args.positional), {**first.keywords, **args.keywords}, first.open or args.open
            )
            return apply(machine, inner, joined, where, site)
        case Closure(params, body, around):
            inside = Env(around.path, around.scope, around)
            bind_params(machine, params, args, inside, around)
            return machine.eval(body, inside)
        case Either(several):
            return _each(machine, several, lambda one: apply(machine, one, args, where, site))
    invoked = machine.meaning.invoke(func, args, where)
    if invoked is None and isinstance(func, Made):
        invoked = _decorated(machine, func, args, where)
    return Unknown(*site) if invoked is None else invoked


def _decorated(machine: Machine, decorator: Thing, args: Arguments, where: Where) -> Thing | None:
    """`decorator(function)`: the same as the function under `@decorator`."""
    alone = len(args.positional) == 1 and not args.keywords and isinstance(args.positional[0], Function)
    return machine.meaning.decorate(decorator, args.positional[0], where) if alone else None


def _each(machine: Machine, several: Iterable[Thing], ask: Callable[[Thing], Thing]) -> Thing:
    """One of the answers for each of several."""
    found: Thing | None = None
    for one in several:
        given = machine.maybe(lambda one=one: ask(one))  # type: ignore[misc]  # one is bound early on purpose
        found = given if found is None else either(found, given)
    return NOTHING if found is None else found


def _method(
    machine: Machine, receiver: Thing, name: str, args: Arguments, where: Where, site: tuple[Call, Env]
) -> Thing:
    if isinstance(receiver, Either):
        return _each(machine, receiver.options, lambda one: _method(machine, one, name, args, where, site))
    given = machine.meaning.method(receiver, name, args, where)
    if given is None:
        given = known_calls.method(machine, machine.settled(receiver), name, args)
    if given is None and isinstance(receiver, (Object, Function)):
        found = class_member(machine, receiver.of if isinstance(receiver, Object) else receiver, name)
        if isinstance(found, Function):
            return machine.enter(found, msgspec.structs.replace(args, positional=(receiver, *args.positional)))
    return Unknown(*site) if given is None else given


def bind_params(machine: Machine, params: Iterable[Param], args: Arguments, env: Env, around: Env) -> None:
    """Binds parameters to what a call gives; defaults are those of the scope around."""
    rest = list(args.positional)
    keywords = dict(args.keywords)
    for param in params:
        if param.kind == "args":
            env.names[param.name] = Items("tuple", rest, open=args.open)
            rest = []
        elif param.kind == "kwargs":
            env.names[param.name] = Table(keywords, open=args.open)
        elif rest and param.kind != "keyword":
            env.names[param.name] = rest.pop(0)
        elif param.name in keywords:
            env.names[param.name] = keywords.pop(param.name)
        elif param.default is not None:
            default = machine.eval(param.default, around)
            env.names[param.name] = weakened(default, DEFAULTED) if args.open else default
        else:
            env.names[param.name] = NOTHING


def returned(things: list[Thing]) -> Thing:
    """What a function gives that returned these, on whichever ways."""
    result: Thing = things[0] if things else Plain(None)
    for other in things[1:]:
        result = either(result, other)
    return result


def _constructed(machine: Machine, of: Function, args: Arguments, where: Where) -> Thing:
    ancestry = tuple(machine.resolved.evaluator.denoter.ancestry(of.local))
    given = machine.meaning.construct(of, ancestry, args, where)
    if given is not None:
        return given
    made = Object(of)
    init = class_member(machine, of, "__init__")
    if isinstance(init, Function):
        machine.enter(init, msgspec.structs.replace(args, positional=(made, *args.positional)))
    else:
        made.attributes.update(args.keywords)
    return made


def class_member(machine: Machine, of: Function, name: str, depth: int = 0) -> Thing | None:
    """An attribute of a class of the repository or of its bases; None where there is none."""
    scope = machine.code.scope(*of.local)
    if scope.kind != "class":
        return None
    found = machine.in_class(of).names.get(name)
    if found is not None:
        return found
    for base in scope.bases if depth < DEEPEST_BASE else ():
        above = machine.eval(base, machine.around(of))
        found = class_member(machine, above, name, depth + 1) if isinstance(above, Function) else None
        if found is not None:
            return found
    return None
