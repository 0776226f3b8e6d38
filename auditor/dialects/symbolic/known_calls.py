"""What functions of the standard library and methods of containers and texts give: no framework enters here."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec

from auditor.dialects.symbolic.containers import MOST_ITEMS, merge, operate, store
from auditor.dialects.symbolic.things import (
    NOTHING,
    UNROLLED,
    Arguments,
    Items,
    Partial,
    Plain,
    Table,
    Text,
    Thing,
    Where,
    trust_of,
    value_of,
)
from auditor.program.naming.code import Library
from auditor.program.symbolic.values import UNKNOWN, Value, concat, join

if TYPE_CHECKING:
    from auditor.dialects.symbolic.machine import Machine

_SEQUENCES = {"builtins.list": "list", "builtins.tuple": "tuple", "builtins.set": "set", "builtins.frozenset": "set",
              "builtins.sorted": "list", "builtins.reversed": "list"}  # fmt: skip
_SAME = frozenset({"copy.copy", "copy.deepcopy", "functools.update_wrapper", "typing.cast"})
_TEXT_METHODS = frozenset({
    "lower", "upper", "title", "capitalize", "strip", "lstrip", "rstrip", "replace", "removeprefix", "removesuffix",
    "zfill", "casefold", "swapcase",
})  # fmt: skip


def call(machine: Machine, dotted: str, args: Arguments, where: Where) -> Thing | None:
    """What a function of the standard library gives; None where it is none of those that matter here."""
    first = args.positional[0] if args.positional else None
    if dotted in _SEQUENCES:
        found = machine.elements(first) if first is not None else []
        return Items(_SEQUENCES[dotted], found or [], open=found is None)
    if dotted == "builtins.dict":
        return _dict(machine, args)
    if dotted == "functools.partial" and first is not None:
        return Partial(first, msgspec.structs.replace(args, positional=args.positional[1:]))
    if dotted in _SAME and args.positional:
        return args.positional[1 if dotted == "typing.cast" and len(args.positional) > 1 else 0]
    if dotted == "builtins.str" and first is not None:
        return _text(machine, first)
    if dotted in ("os.path.join", "pathlib.Path", "pathlib.PurePath", "pathlib.PosixPath") and args.positional:
        return _path(machine, args)
    handler = _ITERATIONS.get(dotted)
    return handler(machine, args, where) if handler is not None else None


def _dict(machine: Machine, args: Arguments) -> Thing:
    made = Table(open=args.open)
    for given in args.positional[:1]:
        settled = machine.settled(given)
        pairs = machine.elements(settled) if isinstance(settled, Items) else None
        if pairs is None:
            merge(made, settled)
        for pair in pairs or ():
            if isinstance(pair, Items) and len(pair.items) == 2:
                store(made, *pair.items)
    made.entries.update(args.keywords)
    return made


def _text(machine: Machine, thing: Thing) -> Thing | None:
    if isinstance(thing, Plain):
        return Plain(str(thing.value), thing.trust)
    values = machine.values(thing)
    return Text(values[0]) if values else None


def _path(machine: Machine, args: Arguments) -> Thing | None:
    found = [machine.values(given) for given in args.positional]
    if not any(found):
        return None
    chosen = [(values or (UNKNOWN,))[0] for values in found]
    return Text(join(*chosen))


def _enumerate(machine: Machine, args: Arguments, where: Where) -> Thing | None:
    found = machine.elements(args.positional[0]) if args.positional else None
    start = args.get("start", 1)
    first = start.value if isinstance(start, Plain) and isinstance(start.value, int) else 0
    if found is None:
        return None
    return Items("list", [Items("tuple", (Plain(first + n, UNROLLED), part)) for n, part in enumerate(found)])


def _zip(machine: Machine, args: Arguments, where: Where) -> Thing | None:
    columns = [machine.elements(given) for given in args.positional]
    if not columns or any(column is None for column in columns):
        return None
    return Items("list", [Items("tuple", row) for row in zip(*(c for c in columns if c is not None), strict=False)])


def _range(machine: Machine, args: Arguments, where: Where) -> Thing | None:
    bounds = [given.value for given in args.positional if isinstance(given, Plain) and isinstance(given.value, int)]
    if len(bounds) != len(args.positional) or not 1 <= len(bounds) <= 3 or 0 in bounds[2:]:
        return None
    numbers = range(*bounds)
    return Items("list", [Plain(number, UNROLLED) for number in numbers]) if len(numbers) <= MOST_ITEMS else None


def _len(machine: Machine, args: Arguments, where: Where) -> Thing | None:
    found = machine.elements(args.positional[0]) if args.positional else None
    return Plain(len(found), UNROLLED) if found is not None else None


def _sum(machine: Machine, args: Arguments, where: Where) -> Thing | None:
    found = machine.elements(args.positional[0]) if args.positional else None
    if found is None:
        return None
    start = args.get("start", 1)
    total: Thing | None = start
    for part in found:
        total = part if total is None else _added(machine, total, part, where)
    return Plain(0) if total is None else total


def _reduce(machine: Machine, args: Arguments, where: Where) -> Thing | None:
    """`functools.reduce(operator.add, …)`."""
    if len(args.positional) < 2 or args.positional[0] not in (Library("operator.add"), Library("operator.or_")):
        return None
    return _sum(machine, msgspec.structs.replace(args, positional=args.positional[1:]), where)


def _added(machine: Machine, left: Thing, right: Thing, where: Where) -> Thing:
    given = machine.meaning.operate("+", left, right, where)
    given = operate(machine, "+", left, right) if given is None else given
    return NOTHING if given is None else given


def _chain(machine: Machine, args: Arguments, where: Where) -> Thing | None:
    made = Items("list")
    for given in args.positional:
        found = machine.elements(given)
        made.items += found or ()
        made.open = made.open or found is None
    return made


def _chain_all(machine: Machine, args: Arguments, where: Where) -> Thing | None:
    found = machine.elements(args.positional[0]) if args.positional else None
    return None if found is None else _chain(machine, Arguments(tuple(found)), where)


_ITERATIONS: dict[str, Callable[[Machine, Arguments, Where], Thing | None]] = {
    "builtins.enumerate": _enumerate,
    "builtins.zip": _zip,
    "builtins.range": _range,
    "builtins.len": _len,
    "builtins.sum": _sum,
    "functools.reduce": _reduce,
    "itertools.chain": _chain,
    "itertools.chain.from_iterable": _chain_all,
}


def method(machine: Machine, receiver: Thing, name: str, args: Arguments) -> Thing | None:
    """What a method of a list, set, dict or text gives; None where it is none of those that matter here."""
    if isinstance(receiver, Items):
        return _items_method(machine, receiver, name, args)
    if isinstance(receiver, Table):
        return _table_method(machine, receiver, name, args)
    if isinstance(receiver, (Plain, Text)):
        return _text_method(machine, receiver, name, args)
    return None


def _items_method(machine: Machine, receiver: Items, name: str, args: Arguments) -> Thing | None:
    first = args.positional[0] if args.positional else None
    if name in ("append", "add") and first is not None:
        receiver.items.append(first)
    elif name == "insert" and len(args.positional) == 2:
        receiver.items.insert(0, args.positional[1])
    elif name in ("extend", "update") and first is not None:
        found = machine.elements(first)
        receiver.items += found or ()
        receiver.open = receiver.open or found is None
    elif name == "copy":
        return Items(receiver.kind, receiver.items, open=receiver.open)
    elif name == "pop" and receiver.items:
        return receiver.items[-1]
    elif name == "union" and first is not None:
        found = machine.elements(first)
        return Items("set", [*receiver.items, *(found or ())], open=receiver.open or found is None)
    else:
        return None
    return Plain(None)


def _table_method(machine: Machine, receiver: Table, name: str, args: Arguments) -> Thing | None:
    first = args.positional[0] if args.positional else None
    unsure = receiver.open or bool(receiver.others)
    if name == "values":
        return Items("list", receiver.values(), open=receiver.open)
    if name == "keys":
        return Items("list", [Plain(key) for key in receiver.entries], open=unsure)
    if name == "items":
        pairs = [Items("tuple", (Plain(key), value)) for key, value in receiver.entries.items()]
        return Items("list", pairs, open=unsure)
    if name in ("get", "pop", "setdefault") and isinstance(first, Plain):
        default = args.positional[1] if len(args.positional) > 1 else Plain(None)
        found = receiver.entries.get(first.value)
        if found is None and name == "setdefault":
            receiver.entries[first.value] = default
        return found if found is not None else default if not unsure else NOTHING
    if name == "update":
        for given in args.positional:
            merge(receiver, machine.settled(given))
        receiver.entries.update(args.keywords)
        return Plain(None)
    return Table(receiver.entries, open=receiver.open) if name == "copy" else None


def _text_method(machine: Machine, receiver: Plain | Text, name: str, args: Arguments) -> Thing | None:
    whole = receiver.value if isinstance(receiver, Plain) and isinstance(receiver.value, str) else None
    given = [part.value for part in args.positional if isinstance(part, Plain)]
    if whole is not None and len(given) == len(args.positional):
        if name in _TEXT_METHODS and all(isinstance(part, (str, int)) for part in given):
            return _changed(whole, name, given, trust_of(receiver))
        if name == "split" and all(isinstance(part, str) for part in given[:1]):
            return Items("list", [Plain(part, UNROLLED) for part in whole.split(*given[:1]) if part][:MOST_ITEMS])  # type: ignore[arg-type]  # texts, by the test above
    if name == "join" and whole is not None and args.positional:
        found = machine.elements(args.positional[0])
        return None if found is None else _glued(whole, found)
    if name == "format" and whole is not None:
        return _formatted(whole, args)
    if name == "joinpath" and (base := value_of(receiver)) is not None:
        values = [machine.values(part) or (UNKNOWN,) for part in args.positional]
        return Text(join(base, *(value[0] for value in values)))
    return None


def _changed(text: str, name: str, given: list[Any], trust: float) -> Thing | None:
    try:
        return Plain(getattr(text, name)(*given), min(trust, UNROLLED))
    except TypeError:
        return None  # the program would fail here as well


def _glued(glue: str, found: list[Thing]) -> Thing:
    if all(isinstance(part, Plain) for part in found):
        return Plain(glue.join(str(part.value) for part in found if isinstance(part, Plain)), UNROLLED)
    pieces: list[Value] = []
    for number, part in enumerate(found):
        pieces += [Value((glue,))] if number and glue else []
        pieces.append(value_of(part) or UNKNOWN)
    return Text(concat(pieces))


def _formatted(text: str, args: Arguments) -> Thing | None:
    """`"{}_{name}".format(…)`."""
    pieces: list[Value] = []
    rest, position = text, 0
    while "{" in rest:
        before, _, rest = rest.partition("{")
        field, _, rest = rest.partition("}")
        name = field.partition(":")[0].partition("!")[0]
        given = args.get(name) if name and not name.isdigit() else args.get("", int(name) if name else position)
        position += not name
        pieces += [Value((before,))] if before else []
        pieces.append((value_of(given) if given is not None else None) or UNKNOWN)
    pieces += [Value((rest,))] if rest else []
    made = concat(pieces) if pieces else Value((text,))
    return Plain(made.text(), UNROLLED) if made.exact else Text(made)
