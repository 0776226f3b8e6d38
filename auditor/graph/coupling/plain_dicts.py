"""Questions about raw dicts between modules: functions that read many keys off a dict they are handed from elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec

from auditor.graph import places
from auditor.graph.world import World
from auditor.model.ir import Attr, Call, Const, Expr, Item, Name, Op, Param, Table
from auditor.model.place import Place
from auditor.program.calls.effects import Site
from auditor.program.naming.code import Frame, Local, Shown
from auditor.program.naming.scopes import last_name
from auditor.program.naming.words import records

FEWEST_KEYS = 5
_DICTS = frozenset({"dict", "Dict", "Mapping", "MutableMapping", "OrderedDict", "defaultdict"})
_FOREIGN = frozenset(
    {
        "event", "payload", "request", "response", "resp", "body", "message", "msg", "batch", "sample", "inputs", "item", "row",
        "record", "context", "kwargs", "headers", "json", "document", "doc", "node", "state", "config", "cfg", "conf", "settings",
        "entry", "element", "example", "examples", "instance", "metadata", "meta",
    }
)  # fmt: skip
"""Parameters whose form others decide (a protocol, a framework, one row of data), and settings, which other rules look at."""
_NOT_ASKED = _FOREIGN | {"self", "cls"}


class PlainDict(msgspec.Struct, frozen=True):
    """A function, its parameter and the keys that it reads off it; `sender` is a module that hands the dict over."""

    function: str
    place: Place
    parameter: str
    keys: tuple[str, ...]
    sender: str


def plain_dicts(world: World, owned: Callable[[str], bool]) -> list[PlainDict]:
    """Functions of product code that read five and more keys off a dict which another module hands them."""
    found: list[PlainDict] = []
    for path in world.resolved.code.paths:
        if owned(path) and places.is_product(path) and path.endswith(".py"):
            for number in world.resolved.code.scopes(path):
                found += _of_function(world, (path, number))
    return found


def _of_function(world: World, site: Site) -> Iterator[PlainDict]:
    code, callers = world.resolved.code, world.resolved.effects.callers.get(site, ())
    scope = code.scope(*site)
    keyed = [param for param in scope.params if _may_be_keyed(param) and param.name in code.words(site[0]).keyed]
    if scope.kind != "function" or not keyed:
        return
    named = {call.caller[0] for call in callers if call.direct and call.caller[0] != site[0]}
    senders = sorted(path for path in named if places.is_product(path))
    for param in keyed if senders else ():
        keys, got = _keys(scope.body, param.name)
        if len(keys) >= FEWEST_KEYS and _is_dict(world, site, param, got=got):
            place = code.place(site[0], scope.line, scope.end_line)
            yield PlainDict(scope.name, place, param.name, tuple(sorted(keys)), senders[0])


def _may_be_keyed(param: Param) -> bool:
    return param.kind in ("plain", "keyword", "positional") and param.name not in _NOT_ASKED


def _keys(body: tuple[object, ...], name: str) -> tuple[set[str], bool]:
    """The constant keys that are read off a name, and whether any by `.get`."""
    keys: set[str] = set()
    got = False
    for node in records(body):
        if type(node) is Item and _is(node.base, name) and type(node.key) is Const and isinstance(node.key.value, str):
            keys.add(node.key.value)
        elif type(node) is Call and (key := _got(node, name)):
            keys.add(key)
            got = True
    return keys, got


def _got(call: Call, name: str) -> str:
    """The key that a call of `.get` reads off a name; "" for any other call."""
    if type(call.func) is not Attr or call.func.name != "get" or not _is(call.func.base, name) or not call.args:
        return ""
    key = call.args[0]
    return key.value if type(key) is Const and isinstance(key.value, str) else ""


def _is(expr: Expr, name: str) -> bool:
    return type(expr) is Name and expr.id == name and expr.version == 1


def _is_dict(world: World, site: Site, param: Param, *, got: bool) -> bool:
    """Whether it is evident that a parameter is a plain dict, and not a frame or a typed one."""
    if param.annotation is not None:
        return _names_dict(param.annotation)
    return got or any(
        type(shown) is Shown and type(shown.display) is Table
        for call in world.resolved.effects.callers.get(site, ())
        if (given := _given(world, call.call, site, param, Frame(*call.caller, block=call.site.block))) is not None
        for shown in (world.resolved.evaluator.denoter.denote(*given),)
    )


def _given(world: World, call: Call, site: Site, param: Param, frame: Frame) -> tuple[Expr, Frame] | None:
    return world.resolved.evaluator.objects.arguments(Local(*site), call, frame).get(param.name)


def _names_dict(annotation: Expr) -> bool:
    """Whether an annotation says dict: `dict`, `Dict[str, Any]`, `dict | None`, `Optional[dict]`."""
    if type(annotation) is Op:
        return any(_names_dict(operand) for operand in annotation.operands)
    if type(annotation) is Item:
        inner = annotation.base.id if type(annotation.base) is Name else ""
        return _names_dict(annotation.key) if inner == "Optional" else _names_dict(annotation.base)
    last = last_name(annotation)
    return last in _DICTS
