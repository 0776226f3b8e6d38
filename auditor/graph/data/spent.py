"""Reads whose value ends where it is read: it is counted, shown, or only tells where to send something."""

from __future__ import annotations

from collections.abc import Iterable

from auditor.graph.observed.lineage import Touch, library_call
from auditor.graph.observed.written import name_of
from auditor.graph.world import World
from auditor.model.ir import Assert, Assign, Attr, Call, Do, Expr, If, Name, Return
from auditor.program.calls.effects import Site
from auditor.program.naming.scopes import Binding, Block, ScopeIndex, children
from auditor.program.naming.statements import Placed, heads, placed, within

_LOOKING = frozenset({"print", "len", "display", "type", "id", "isinstance"})
"""Functions that hand nothing on of what they are given but a figure or a sight."""
_TOLD = frozenset({"shape", "size", "empty", "status_code", "ok", "reason", "raise_for_status", "close", "info"})
"""Members that tell of a table or an answer, and bring nothing of what is in it."""
_SHOWN = frozenset({"head", "tail", "describe", "sample", "value_counts"})
"""Methods that change nothing: as a statement of its own, what they give is at most looked at."""
_SENDING = frozenset({"put", "post", "patch", "delete"})
"""Calls whose first argument is the address that something is sent to."""


def is_spent(world: World, touch: Touch) -> bool:
    """Whether nothing of what a touch reads leaves the function that it stands in; False where inner functions may take it on."""
    code, effect = world.resolved.code, touch.effect
    site = effect.origin[0] if effect.origin is not None else effect.site
    call = library_call(world.resolved.effects, touch)
    if not site[1]:
        return _is_left(world, site, call)
    if code.scope(*site).kind != "function" or any(True for _ in code.nested(*site)):
        return False
    return _Spending(code.index(*site), call).of_body(placed(code.scope(*site).body))


def _is_left(world: World, site: Site, call: Call) -> bool:
    """Whether a program that nothing imports holds what it read under names that none of its functions mentions, and does nothing
    with them."""
    code = world.resolved.code
    if site[0].endswith(".ipynb") or any(True for _ in code.importers(site[0])):
        return False
    spending = _Spending(code.index(*site), call)
    if not spending.of_body(placed(code.scope(*site).body)):
        return False
    bound = {name for name, bindings in code.index(*site).bindings.items() if spending.holds(bindings.values())}
    inner = (
        head
        for n in code.scopes(site[0])
        if n
        for at in placed(code.scope(site[0], n).body)
        for head in heads(at.statement)
    )
    return not any(type(part) is Name and part.id in bound for head in inner for part in within(head))


class _Spending:
    """The names of one function that hold something of what a call brought."""

    def __init__(self, index: ScopeIndex, call: Call) -> None:
        self._index = index
        self._held: list[Expr] = [call]

    def of_body(self, body: list[Placed]) -> bool:
        """Whether the value is met, and no statement lets it out; loops are gone through as often as names are added."""
        met = any(part == self._held[0] for each in body for head in heads(each.statement) for part in within(head))
        before = 0
        while met and before != len(self._held):
            before = len(self._held)
            if any(self._lets_out(each) for each in body):
                return False
        return met

    def holds(self, bindings: Iterable[Binding]) -> bool:
        """Whether a name was once bound to something that the call brought."""
        return any(each.value in self._held for each in bindings)

    def _lets_out(self, each: Placed) -> bool:
        statement, block = each.statement, each.block
        match statement:
            case Assign(targets=[Name()], value=value, op="") if value is not None:
                if value not in self._held and self._brings(value, block):
                    self._held.append(value)
                return False
            case Assign(value=value):
                return value is not None and self._brings(value, block)
            case Do(value=Call(func=Attr(name=name), args=args)) if name in _SHOWN:
                return any(self._brings(part, block) for part in args)
            case If(test=test) | Assert(test=test):
                return any(self._brings(part, block) for part in within(test) if type(part) is Call)
            case Return(value=value):
                return value is not None and self._brings(value, block)
        return any(self._brings(head, block) for head in heads(statement))

    def _brings(self, expr: Expr, block: Block) -> bool:
        """Whether the value of an expression has something of it, or the expression hands it to who may keep it."""
        if self._is_held(expr, block):
            return True
        given: list[Expr] = list(children(expr))
        if type(expr) is Attr and expr.name in _TOLD:
            given = [] if self._is_held(expr.base, block) else given
        elif type(expr) is Call:
            last = name_of(expr.func).rpartition(".")[2]
            if last in _LOOKING:
                return False
            if last in _SENDING and expr.args:
                given = [*expr.args[1:], *(value for _, value in expr.keywords)]
        return any(self._brings(part, block) for part in given)

    def _is_held(self, expr: Expr, block: Block) -> bool:
        if type(expr) is Name:
            return any(each.value in self._held for each in self._index.reaching(expr.id, expr.version, block))
        return expr == self._held[0]
