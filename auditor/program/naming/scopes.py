"""What one scope binds, calls and returns: one walk over its statements."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any, TypeAlias

import msgspec
from msgspec.structs import replace

from auditor.model.ir import (
    Assert,
    Assign,
    Attr,
    Call,
    Choice,
    Const,
    Define,
    Delete,
    Do,
    Each,
    Expr,
    Group,
    If,
    Import,
    Imported,
    Item,
    Jump,
    Lambda,
    Loop,
    Name,
    Op,
    Opaque,
    Raise,
    Return,
    Slice,
    Star,
    Stmt,
    Table,
    Text,
    Try,
    Walrus,
    With,
)

Block: TypeAlias = tuple[tuple[int, int], ...]
"""Where a statement stands: (construct, arm) pairs from the outside in."""


_LEAVES = frozenset({Const, Name})
_NOTED = frozenset({Opaque, Walrus})
_TYPES = "TYPE_CHECKING"
SHARED = ".state"
"""Whose attributes those are that all handlers of a web application share; no name of the language has a dot in front."""
_DEEPEST = 8
"""How many branches in branches are looked into for what leaves."""


_NOTHING: Mapping[int, Any] = MappingProxyType({})


class Binding(msgspec.Struct, frozen=True, gc=False):
    """One binding of a name.

    `how` is `value` (bound to `value`), `unpack` (to element `at` of it), `element` (to an element of it: a loop
    target), `rest` (to what a starred target takes), `context` (to what `with value` yields), `augment` (old value combined with `value` by `op`), `import`,
    `define`, `param`. `way` leads through nested targets to the element, from the outside in.
    """

    how: str
    value: Expr | None
    block: Block
    line: int
    at: int = -1
    op: str = ""
    imported: Imported | None = None
    level: int = 0
    scope: int = -1
    way: tuple[int, ...] = ()


class CallSite(msgspec.Struct, frozen=True, gc=False):
    """A call and where it stands. `dead` is true under `if False`, `loop` counts the loops around it.

    `within` are the comprehensions around it, from the outside in. `past` are the branches before it that end its list of
    statements, as (construct, the other arm): after `if x: return` comes only what has no `x`.
    """

    call: Call
    block: Block
    dead: bool
    loop: int
    within: tuple[Each, ...] = ()
    past: Block = ()

    @property
    def conditions(self) -> Block:
        """All arms of branches that lead to it."""
        return (*self.block, *self.past) if self.past else self.block


class ScopeIndex:
    """Bindings by name and version, calls, returns and attribute stores of one scope."""

    __slots__ = (
        "attributes", "bindings", "calls", "changed", "constructs", "finals", "imports", "items", "kinds",
        "returned_in", "returns", "tests", "yields",
    )  # fmt: skip

    def __init__(self, walked: _Walker) -> None:
        # Most scopes have no attributes, items, yields and so on: what is empty is the same for all of them.
        self.bindings = walked.bindings
        self.calls = tuple(walked.calls)
        self.returns = tuple(walked.returns)
        self.returned_in = tuple(walked.returned_in)
        """The conditions of each of `returns`."""
        self.yields = tuple(walked.yields)
        self.attributes = tuple(walked.attributes)  # (receiver, attribute, value, block, line)
        self.changed = frozenset(walked.changed)
        """Attributes that are changed by what they are (`x.steps += 1`)."""
        self.items = tuple(walked.items)  # (container[key], value, line)
        self.imports = tuple(walked.imports)
        self.kinds: Mapping[int, str] = walked.kinds or _NOTHING
        self.tests: Mapping[int, Expr] = walked.tests or _NOTHING
        self.constructs = walked.constructs
        self.finals: dict[str, list[Binding]] = {}
        """Answers of `final`."""

    @staticmethod
    def of_expression(expr: Expr) -> ScopeIndex:
        """The calls in one expression that stands outside a body (a decorator)."""
        walker = _Walker()
        walker.expression(expr, (), dead=False, loop=0)
        return ScopeIndex(walker)

    def reaching(self, name: str, version: int, block: Block) -> list[Binding]:
        """The bindings of a name that may hold where `version` was the last one seen, newest first."""
        table = self.bindings.get(name)
        if not table:
            return []
        if len(table) == 1:
            [(number, binding)] = table.items()
            excluded = bool(binding.block and block) and self.excludes(binding.block, block)
            return [] if number > version or excluded else [binding]
        found: list[Binding] = []
        replaced: set[Block] = set()
        for number in sorted([v for v in table if v <= version], reverse=True):
            binding = table[number]
            if self.excludes(binding.block, block) or (replaced and _overwritten(binding, replaced)):
                continue
            found.append(binding)
            if binding.how != "augment":
                replaced.add(binding.block)
            if block[: len(binding.block)] == binding.block and binding.how != "augment":
                break
        return found

    def final(self, name: str) -> list[Binding]:
        """The bindings that may hold when the scope has run to its end, newest first."""
        found = self.finals.get(name)
        if found is None:
            table = self.bindings.get(name)
            found = self.finals[name] = self.reaching(name, max(table), ()) if table else []
        return found

    def binds(self, name: str) -> bool:
        """Whether a name is bound in the scope, to whatever."""
        return name in self.bindings

    @property
    def stars(self) -> tuple[Import, ...]:
        """The imports of all names of a module."""
        return tuple(statement for statement, _, _ in self.imports if statement.names[0].name == "*")

    def guarded(self, block: Block) -> bool:
        """Whether a block runs only when the file is started, not when it is imported."""
        return any(self.kinds.get(construct) == "main" and arm == 0 for construct, arm in block)

    def for_types(self, block: Block) -> bool:
        """Whether a block stands under `if TYPE_CHECKING:`, which no run enters."""
        tests = (self.tests.get(construct) for construct, arm in block if arm == 0)
        return any((type(t) is Name and t.id == _TYPES) or (type(t) is Attr and t.name == _TYPES) for t in tests)

    def excludes(self, one: Block, other: Block) -> bool:
        """Whether two blocks stand in different arms of one branch."""
        for (construct, arm), (other_construct, other_arm) in zip(one, other, strict=False):
            if construct != other_construct:
                return False
            if arm != other_arm:
                return self.kinds.get(construct) == "if"
        return False


def _is_shared(base: Expr) -> bool:
    """`app.state`, `request.app.state`: what the handlers of one web application share."""
    return type(base) is Attr and base.name == "state" and last_name(base.base) not in ("", "self", "cls")


def _overwritten(binding: Binding, newer: set[Block]) -> bool:
    """A later binding in the same block, or around it, replaces this one; `newer` are the blocks of later ones."""
    return any(binding.block[:depth] in newer for depth in range(len(binding.block) + 1))


def index_scope(body: tuple[Stmt, ...]) -> ScopeIndex:
    """Walk the statements of one scope."""
    walker = _Walker()
    walker.statements(body, (), False, 0)
    return ScopeIndex(walker)


class _Walker:
    def __init__(self) -> None:
        self.bindings: dict[str, dict[int, Binding]] = {}
        self.calls: list[CallSite] = []
        self.returns: list[Expr] = []
        self.returned_in: list[Block] = []
        self.yields: list[Expr] = []
        self.attributes: list[tuple[str, str, Expr, Block, int]] = []
        self.changed: set[str] = set()
        self.items: list[tuple[Expr, Expr, int]] = []
        self.imports: list[tuple[Import, Block, bool]] = []
        self.kinds: dict[int, str] = {}
        self.tests: dict[int, Expr] = {}
        self.constructs = 0
        self.past: Block = ()

    def statements(self, body: Iterable[Stmt], block: Block, dead: bool, loop: int) -> None:
        before = self.past
        for statement in body:
            handler = _STATEMENTS.get(type(statement))
            if handler is not None:
                handler(self, statement, block, dead, loop)
        self.past = before

    def arm(self, kind: str) -> int:
        self.constructs += 1
        self.kinds[self.constructs] = kind
        return self.constructs

    def expression(self, expr: Expr | None, block: Block, dead: bool, loop: int) -> None:
        """Note the calls and walrus bindings in an expression."""
        if expr is None or type(expr) in _LEAVES:
            return
        # Most expressions hold no comprehension: only what stands inside one goes with its comprehensions, as a pair.
        stack: list[Any] = [expr]
        calls: list[CallSite] = []
        while stack:
            node, within = stack.pop(), ()
            kind = type(node)
            if kind is tuple:
                node, within = node
                kind = type(node)
            if kind in _LEAVES:
                continue
            if kind is Call:
                calls.append(CallSite(node, block, dead, loop, within, self.past))
            elif kind in _NOTED:
                self._note(node, block)
            if kind is Each:
                stack += _inside(node, within)
            elif within:
                stack += [(child, within) for child in CHILDREN[kind](node)]
            else:
                stack += CHILDREN[kind](node)
        calls.reverse()
        self.calls += calls

    def _note(self, node: Opaque | Walrus, block: Block) -> None:
        if type(node) is Walrus:
            self.bind(node.target, Binding("value", node.value, block, 0))
        elif type(node) is Opaque and node.why == "yield" and node.value is not None:
            self.yields.append(node.value)

    def bind(self, target: Expr, binding: Binding) -> None:
        """Bind a target, through tuples, stars, attributes and items."""
        if type(target) is Name:
            self.bindings.setdefault(target.id, {})[target.version] = binding
        elif type(target) is Group and _pairs(target, binding):
            assert type(binding.value) is Group  # noqa: S101  # what _pairs says
            for item, value in zip(target.items, binding.value.items, strict=True):
                self.bind(item, replace(binding, value=value))
        elif type(target) is Group:
            how = "unpack" if binding.how in ("value", "unpack") else binding.how
            for position, item in enumerate(target.items):
                self.bind(item, replace(binding, how=how, at=position, way=(*binding.way, position)))
        elif type(target) is Star:
            self.bind(target.value, replace(binding, how="rest"))
        elif binding.value is None:
            return
        elif type(target) is Attr and binding.how in ("value", "unpack") and type(target.base) is Name:
            value = binding.value
            for position in binding.way:
                value = Item(value, Const(position))
            self.attributes.append((target.base.id, target.name, value, binding.block, binding.line))
        elif type(target) is Attr and binding.how == "value" and _is_shared(target.base):
            self.attributes.append((SHARED, target.name, binding.value, binding.block, binding.line))
        elif type(target) is Attr and binding.how == "augment":
            self.changed.add(target.name)
        elif type(target) is Item:
            self.items.append((target, binding.value, binding.line))

    def assign(self, s: Assign, block: Block, dead: bool, loop: int) -> None:
        self.expression(s.value, block, dead, loop)
        how = "augment" if s.op else "value"
        for target in s.targets:
            if s.value is not None:
                self.bind(target, Binding(how, s.value, block, s.line, op=s.op))
            if type(target) is not Name:
                self.expression(target, block, dead, loop)

    def do(self, s: Do, block: Block, dead: bool, loop: int) -> None:
        self.expression(s.value, block, dead, loop)

    def give(self, s: Return, block: Block, dead: bool, loop: int) -> None:
        if s.value is not None:
            self.expression(s.value, block, dead, loop)
            self.returns.append(s.value)
            self.returned_in.append((*block, *self.past))

    def branch(self, s: If, block: Block, dead: bool, loop: int) -> None:
        self.expression(s.test, block, dead, loop)
        guard = is_main_guard(s.test)
        construct = self.arm("main" if guard else "if")
        if not guard:
            self.tests[construct] = s.test
        never = type(s.test) is Const and not s.test.value
        always = type(s.test) is Const and bool(s.test.value)
        self.statements(s.body, (*block, (construct, 0)), dead or never, loop)
        self.statements(s.orelse, (*block, (construct, 1)), dead or always, loop)
        if not guard and _leaves(s.body) is not _leaves(s.orelse):
            self.past = (*self.past, (construct, 1 if _leaves(s.body) else 0))

    def loop(self, s: Loop, block: Block, dead: bool, loop: int) -> None:
        self.expression(s.source, block, dead, loop)
        construct = self.arm("loop")
        inside = (*block, (construct, 0))
        if s.target is not None:
            self.bind(s.target, Binding("element", s.source, inside, s.line))
        self.statements(s.body, inside, dead, loop + 1)
        self.statements(s.orelse, (*block, (construct, 1)), dead, loop)

    def within(self, s: With, block: Block, dead: bool, loop: int) -> None:
        for value, target in s.items:
            self.expression(value, block, dead, loop)
            if target is not None:
                self.bind(target, Binding("context", value, block, s.line))
        self.statements(s.body, block, dead, loop)

    def attempt(self, s: Try, block: Block, dead: bool, loop: int) -> None:
        construct = self.arm("try")
        self.statements(s.body, block, dead, loop)
        for number, handler in enumerate(s.handlers, 1):
            self.statements(handler.body, (*block, (construct, number)), dead, loop)
        self.statements(s.orelse, block, dead, loop)
        self.statements(s.final, block, dead, loop)

    def define(self, s: Define, block: Block, dead: bool, loop: int) -> None:
        self.bind(s.name, Binding("define", None, block, s.line, scope=s.scope))

    def bring(self, s: Import, block: Block, dead: bool, loop: int) -> None:
        self.imports.append((s, block, dead))
        for imported in s.names:
            self.bind(imported.bound, Binding("import", None, block, s.line, imported=imported, level=s.level))

    def fail(self, s: Raise, block: Block, dead: bool, loop: int) -> None:
        self.expression(s.value, block, dead, loop)

    def check(self, s: Assert, block: Block, dead: bool, loop: int) -> None:
        self.expression(s.test, block, dead, loop)

    def drop(self, s: Delete, block: Block, dead: bool, loop: int) -> None:
        for target in s.targets:
            self.expression(target, block, dead, loop)


def _inside(node: Each, within: tuple[Each, ...]) -> list[tuple[Expr, tuple[Each, ...]]]:
    """The parts of a comprehension with the comprehensions around each: its first source stands outside it."""
    outermost = node.loops[0][1]
    return [(child, within if child is outermost else (*within, node)) for child in _each(node)]


def _pairs(target: Group, binding: Binding) -> bool:
    """`a, b = x, y`: each target has a value of its own."""
    value = binding.value
    return (
        binding.how == "value"
        and type(value) is Group
        and len(value.items) == len(target.items)
        and not any(type(item) is Star for item in (*value.items, *target.items))
    )


def _leaves(body: tuple[Stmt, ...], depth: int = 0) -> bool:
    """Whether what follows a list of statements never runs after it; of a long chain of branches it is not asked."""
    last = body[-1] if body else None
    if type(last) is Jump:
        return last.word in ("break", "continue")
    if type(last) is If:
        deeper = depth + 1
        return depth < _DEEPEST and bool(last.orelse) and _leaves(last.body, deeper) and _leaves(last.orelse, deeper)
    if type(last) is Do and type(last.value) is Call:
        func = last.value.func
        return type(func) is Attr and func.name in ("exit", "_exit") and type(func.base) is Name
    return type(last) in (Return, Raise)


_STATEMENTS: dict[type, Callable[[_Walker, Any, Block, bool, int], None]] = {
    Assign: _Walker.assign,
    Do: _Walker.do,
    Return: _Walker.give,
    If: _Walker.branch,
    Loop: _Walker.loop,
    With: _Walker.within,
    Try: _Walker.attempt,
    Define: _Walker.define,
    Import: _Walker.bring,
    Raise: _Walker.fail,
    Assert: _Walker.check,
    Delete: _Walker.drop,
}


def is_main_guard(test: Expr) -> bool:
    """True for `__name__ == "__main__"`."""
    if type(test) is not Op or test.op != "==":
        return False
    sides = test.operands
    return any(type(s) is Name and s.id == "__name__" for s in sides) and any(
        type(s) is Const and s.value == "__main__" for s in sides
    )


def last_name(expr: object) -> str:
    """The last name of what an expression names: `c` of `a.b.c`, and of `c`; "" of all that is no name."""
    return expr.name if type(expr) is Attr else expr.id if type(expr) is Name else ""


def children(node: Expr) -> Iterable[Expr]:
    """The direct sub-expressions, in order of evaluation as far as it matters."""
    parts = CHILDREN.get(type(node))
    return parts(node) if parts is not None else ()


def _present(*parts: Expr | None) -> list[Expr]:
    return [part for part in parts if part is not None]


def _each(node: Each) -> list[Expr]:
    found = list(node.elements)
    for _, source, conditions in node.loops:
        found.append(source)
        found.extend(conditions)
    return found


CHILDREN: dict[type, Callable[[Any], Iterable[Expr]]] = {
    Attr: lambda n: (n.base,),
    Item: lambda n: (n.base, n.key),
    Slice: lambda n: _present(n.start, n.stop, n.step),
    Call: lambda n: [n.func, *n.args, *[value for _, value in n.keywords]],
    Op: lambda n: n.operands,
    Text: lambda n: n.parts,
    Group: lambda n: n.items,
    Table: lambda n: _present(*n.keys, *n.values),
    Choice: lambda n: (n.test, n.then, n.otherwise),
    Each: _each,
    Lambda: lambda n: (n.body,),
    Star: lambda n: (n.value,),
    Walrus: lambda n: (n.value,),
    Opaque: lambda n: _present(n.value),
}
"""Takes the direct sub-expressions out of an expression of each kind that has some."""
