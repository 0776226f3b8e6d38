"""What expressions stand for while the code of a pipeline is run symbolically."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from auditor.dialects.symbolic import containers
from auditor.dialects.symbolic.binding import bind
from auditor.dialects.symbolic.calls import apply, class_member
from auditor.dialects.symbolic.things import (
    NAMED,
    NOTHING,
    UNROLLED,
    Arguments,
    Bound,
    Closure,
    Either,
    Env,
    Function,
    Items,
    Object,
    Plain,
    Table,
    Text,
    Thing,
    Unknown,
    Where,
    either,
    value_of,
    weakened,
)
from auditor.model.ir import (
    Attr,
    Call,
    Choice,
    Const,
    Each,
    Expr,
    Group,
    Item,
    Lambda,
    Name,
    Op,
    Opaque,
    Slice,
    Star,
    Walrus,
)
from auditor.model.ir import Table as Display
from auditor.model.ir import Text as Pieces
from auditor.program.naming.code import Library, Module
from auditor.program.symbolic.values import UNKNOWN, concat

if TYPE_CHECKING:
    from auditor.dialects.symbolic.machine import Machine

MOST_ROUNDS = 50


def _const(machine: Machine, expr: Const, env: Env) -> Thing:
    return Plain(expr.value)


def _name(machine: Machine, expr: Name, env: Env) -> Thing:
    return weakened(machine.lookup(expr.id, env), NAMED)


def _attr(machine: Machine, expr: Attr, env: Env) -> Thing:
    return attribute(machine, machine.eval(expr.base, env), expr.name, expr, env)


def attribute(machine: Machine, base: Thing, name: str, expr: Expr, env: Env) -> Thing:
    """What `base.name` stands for."""
    match base:
        case Library(dotted):
            return Library(f"{dotted}.{name}")
        case Module(path):
            found = machine.member(path, name)
            if found is NOTHING and path.endswith("/"):
                return Library(f"{path.rstrip('/').rpartition('/')[2]}.{name}")  # a bare folder holds no names
            return weakened(found, NAMED) if found is not NOTHING else Unknown(expr, env)
        case Object(attributes=own) if name in own:
            return weakened(own[name], NAMED)
        case Object(of=of):
            member = class_member(machine, of, name)
            return Bound(base, name) if member is None or isinstance(member, Function) else weakened(member, NAMED)
        case Function():
            member = class_member(machine, base, name)
            return Bound(base, name) if member is None else weakened(member, NAMED)
        case Either(several):
            found = NOTHING
            for number, one in enumerate(several):
                given = attribute(machine, one, name, expr, env)
                found = given if number == 0 else either(found, given)
            return found
        case Plain() if name == "value":
            return base  # a member of an enumeration
        case Unknown():
            settled = machine.settled(Unknown(expr, env))
            return settled if settled != Unknown(expr, env) else Bound(base, name)
    given = machine.meaning.attribute(base, name)
    return Bound(base, name) if given is None else given


def _item(machine: Machine, expr: Item, env: Env) -> Thing:
    base = machine.settled(machine.eval(expr.base, env))
    if type(expr.key) is Slice:
        return base if isinstance(base, Items) else Unknown(expr, env)
    key = machine.eval(expr.key, env)
    found = containers.item(base, key)
    if found is None:
        found = machine.meaning.item(base, key)
    return machine.settled(Unknown(expr, env)) if found is None else weakened(found, NAMED)


def _call(machine: Machine, expr: Call, env: Env) -> Thing:
    func = machine.eval(expr.func, env)
    given, where = arguments(machine, expr, env), machine.where(expr, env)
    machine.sites.append((env.path, expr.line, expr.end_line))
    try:
        return apply(machine, func, given, where, (expr, env))
    finally:
        machine.sites.pop()


def arguments(machine: Machine, expr: Call, env: Env) -> Arguments:
    """The arguments of a call, `*` and `**` spread as far as they are containers."""
    positional: list[Thing] = []
    keywords: dict[str, Thing] = {}
    more = False
    for value in expr.args:
        if type(value) is Star:
            whole = machine.settled(machine.eval(value.value, env))
            spread = machine.elements(whole)
            positional += spread if spread is not None else whole.items if isinstance(whole, Items) else ()
            more = more or spread is None
        else:
            positional.append(machine.eval(value, env))
    for name, value in expr.keywords:
        given = machine.eval(value, env)
        if name:
            keywords[name] = given
        elif isinstance(table := machine.settled(given), Table):
            keywords.update({key: entry for key, entry in table.entries.items() if isinstance(key, str)})
            more = more or table.open
        else:
            more = True
    return Arguments(tuple(positional), keywords, more)


def _op(machine: Machine, expr: Op, env: Env) -> Thing:
    if expr.op in ("and", "or"):
        return _logical(machine, expr, env)
    values = [machine.eval(operand, env) for operand in expr.operands]
    if len(values) == 1:
        return containers.unary(expr.op, values[0]) or Unknown(expr, env)
    where = Where(env.path, 0, 0)
    result = values[0]
    for other in values[1:]:
        result = operated(machine, expr.op, result, other, where)
    return Unknown(expr, env) if result is NOTHING else result


def operated(machine: Machine, op: str, left: Thing, right: Thing, where: Where, *, in_place: bool = False) -> Thing:
    """What `left op right` gives; `in_place` for `left op= right`."""
    if in_place and op == "+" and isinstance(left, Items) and left.kind == "list":
        more = machine.elements(right)
        left.items += more or ()
        left.open = left.open or more is None
        return left
    given = machine.meaning.operate(op, left, right, where)
    if given is None:
        given = containers.operate(machine, op, left, right)
    return NOTHING if given is None else given


def _logical(machine: Machine, expr: Op, env: Env) -> Thing:
    """`and` and `or`: the first that decides; all that may where the truth is not containers."""
    found: Thing | None = None
    for operand in expr.operands:
        value = machine.eval(operand, env)
        truth = containers.truth(value)
        if truth is None or truth is (expr.op == "or") or operand is expr.operands[-1]:
            found = value if found is None else either(found, value)
            if truth is (expr.op == "or"):
                break
    return NOTHING if found is None else found


def _pieces(machine: Machine, expr: Pieces, env: Env) -> Thing:
    parts = [machine.eval(part, env) for part in expr.parts]
    given = machine.meaning.compose(parts)
    return text_from(parts) if given is None else given


def text_from(things: Sequence[Thing]) -> Thing:
    """The text that things make one after the other."""
    if all(type(thing) is Plain for thing in things):
        return Plain("".join(str(thing.value) for thing in things if type(thing) is Plain), UNROLLED)
    return Text(concat([value_of(thing) or UNKNOWN for thing in things], "f-string"))


def _group(machine: Machine, expr: Group, env: Env) -> Thing:
    made = Items(expr.kind)
    for part in expr.items:
        if type(part) is Star:
            spread = machine.elements(machine.eval(part.value, env))
            made.items += spread or ()
            made.open = made.open or spread is None
        else:
            made.items.append(machine.eval(part, env))
    return made


def _display(machine: Machine, expr: Display, env: Env) -> Thing:
    made = Table()
    for key, value in zip(expr.keys, expr.values, strict=True):
        given = machine.eval(value, env)
        if key is None:
            containers.merge(made, machine.settled(given))
        else:
            containers.store(made, machine.eval(key, env), given)
    return made


def _choice(machine: Machine, expr: Choice, env: Env) -> Thing:
    truth = containers.truth(machine.eval(expr.test, env))
    if truth is not None:
        return machine.eval(expr.then if truth else expr.otherwise, env)
    return either(
        machine.maybe(lambda: machine.eval(expr.then, env)), machine.maybe(lambda: machine.eval(expr.otherwise, env))
    )


def _each(machine: Machine, expr: Each, env: Env) -> Thing:
    """A comprehension: what it gives in every round."""
    made: Items | Table = Table() if expr.kind == "dict" else Items("set" if expr.kind == "set" else "list")
    _rounds(machine, expr, 0, Env(env.path, env.scope, env), made)
    return made


def _rounds(machine: Machine, expr: Each, depth: int, env: Env, made: Items | Table) -> None:
    if depth == len(expr.loops):
        given = [machine.eval(element, env) for element in expr.elements]
        if isinstance(made, Table):
            containers.store(made, given[0], given[1])
        else:
            made.items.append(given[0])
        return
    target, source, conditions = expr.loops[depth]
    rounds = machine.elements(machine.eval(source, env))

    def once(item: Thing) -> None:
        bind(machine, target, item, env)
        truths = [containers.truth(machine.eval(condition, env)) for condition in conditions]
        if False in truths:
            return
        if None in truths:
            made.open = True
            machine.maybe(lambda: _rounds(machine, expr, depth + 1, env, made))
        else:
            _rounds(machine, expr, depth + 1, env, made)

    if rounds is None or len(rounds) > MOST_ROUNDS:
        made.open = True
        machine.repeated(lambda: once(NOTHING))
        return
    for item in list(rounds):
        once(containers.unrolled(item))


def _lambda(machine: Machine, expr: Lambda, env: Env) -> Thing:
    return Closure(expr.params, expr.body, env)


def _walrus(machine: Machine, expr: Walrus, env: Env) -> Thing:
    value = machine.eval(expr.value, env)
    env.names[expr.target.id] = value
    return value


def _opaque(machine: Machine, expr: Opaque, env: Env) -> Thing:
    value = machine.eval(expr.value, env) if expr.value is not None else Unknown(expr, env)
    return value if expr.why == "await" else Unknown(expr, env)


HANDLERS: dict[type, Callable[[Machine, Any, Env], Thing]] = {
    Const: _const,
    Name: _name,
    Attr: _attr,
    Item: _item,
    Call: _call,
    Op: _op,
    Pieces: _pieces,
    Group: _group,
    Display: _display,
    Choice: _choice,
    Each: _each,
    Lambda: _lambda,
    Walrus: _walrus,
    Opaque: _opaque,
}
