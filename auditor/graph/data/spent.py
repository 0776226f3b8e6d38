"""Reads whose value ends where it is read: it is counted, shown, or only tells where to send something."""

from __future__ import annotations

from auditor.graph.observed.lineage import Touch, library_call
from auditor.graph.observed.written import name_of
from auditor.graph.world import World
from auditor.model.ir import Assert, Assign, Attr, Call, Expr, If, Name, Return
from auditor.program.naming.scopes import Block, ScopeIndex, children
from auditor.program.naming.statements import Placed, heads, placed, within

_LOOKING = frozenset({"print", "len", "display", "type", "id", "isinstance"})
"""Functions that hand nothing on of what they are given but a figure or a sight."""
_TOLD = frozenset({"shape", "size", "empty", "status_code", "ok", "reason", "raise_for_status", "close", "info"})
"""Members that tell of a table or an answer, and bring nothing of what is in it."""
_SENDING = frozenset({"put", "post", "patch", "delete"})
"""Calls whose first argument is the address that something is sent to."""


def is_spent(world: World, touch: Touch) -> bool:
    """Whether nothing of what a touch reads leaves the function that it stands in; False where inner functions may take it on."""
    code, effect = world.resolved.code, touch.effect
    site = effect.origin[0] if effect.origin is not None else effect.site
    if not site[1] or code.scope(*site).kind != "function" or any(True for _ in code.nested(*site)):
        return False
    call = library_call(world.resolved.effects, touch)
    return _Spending(code.index(*site), call).of_body(placed(code.scope(*site).body))


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

    def _lets_out(self, each: Placed) -> bool:
        statement, block = each.statement, each.block
        match statement:
            case Assign(targets=[Name()], value=value, op="") if value is not None:
                if value not in self._held and self._brings(value, block):
                    self._held.append(value)
                return False
            case Assign(value=value):
                return value is not None and self._brings(value, block)
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
