"""Files that code asks for first: readers that go on where they are not there, and writers that leave them where they are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from auditor.graph.observed.lineage import Touch
from auditor.graph.observed.written import name_of
from auditor.graph.world import World
from auditor.model.artefact import Role
from auditor.model.ir import Attr, Call, Choice, Do, Expr, Group, Handler, If, Name, Op, Raise, Return, Stmt, Try
from auditor.program.calls.effects import Site
from auditor.program.naming.code import Frame
from auditor.program.naming.displays import integer
from auditor.program.naming.scopes import CallSite
from auditor.program.naming.statements import parts, placed, within

EXITS = frozenset({"exit", "quit", "_exit", "abort", "Exit"})
"""Calls that end a program."""
ASKING = frozenset({"exists", "is_file", "isfile"})
"""Calls that tell whether something is there."""
_MISSING = frozenset({"FileNotFoundError", "OSError", "IOError"})
_MAKING = frozenset({Role.FIT, Role.WRITE, Role.SAVE_MODEL, Role.DOWNLOAD})
_DEEPEST = 4
"""How many names and operators a test is followed through."""


def does_without(world: World, read: Touch) -> bool:
    """Whether a file is read only where it exists, at the call of the library or at a call that leads to it."""
    return any(call.is_asked_for() for call in _calls(world, read))


def only_creates(world: World, write: Touch) -> bool:
    """Whether a file is written only where it is missing: what finds it leaves, or goes another way."""
    return any(call.is_for_missing() for call in _calls(world, write))


def is_called_to_create(world: World, write: Touch, program: str, beside: Iterable[str] = ()) -> bool:
    """Whether every way of a program to the writing function asks first and goes on only where the file is missing.

    `beside`: files that whoever writes this one makes with it; where one of them is missing, nobody has written this one.
    """
    reached = world.lineage.reached(program)
    wanted = (write.artefact.path, *beside)
    todo, seen = [write.site], {write.site}
    while todo:
        here = todo.pop()
        calls = (edge for edge in world.resolved.effects.callers.get(here, ()) if edge.caller in reached)
        happen = [edge for edge in calls if edge.caller == (program, 0) or not edge.guarded]
        if not happen:
            return False
        for edge in happen:
            asked = (_Asking(world, edge.caller, edge.site, path) for path in wanted)
            if edge.caller not in seen and not any(each.is_for_missing() for each in asked):
                seen.add(edge.caller)
                todo.append(edge.caller)
    return True


def makes_it_anew(world: World, read: Touch) -> bool:
    """Whether a call on the way stands in a `try` that expects the file to be missing, and what comes then trains or writes."""
    return any(
        type(each.statement) is Try
        and each.statement.line <= call.at.call.line < handler.line
        and _expects(handler)
        and _makes(world, call.site, handler.line)
        for call in _calls(world, read)
        for each in placed(world.resolved.code.scope(*call.site).body)
        for handler in getattr(each.statement, "handlers", ())
    )


def _expects(handler: Handler) -> bool:
    """Whether a handler is for a file that is missing, and goes on."""
    types = handler.types.items if type(handler.types) is Group else (handler.types,)
    named = {name_of(each).rpartition(".")[2] for each in types if each is not None}
    return bool(named & _MISSING) and not (handler.body and _ends_badly(handler.body[-1]))


def _makes(world: World, site: Site, line: int) -> bool:
    """Whether a scope trains, writes or fetches from a line on, itself or by what it calls; `fit` of what is not known trains."""
    effects = world.resolved.effects
    calls = (each.call for each in world.resolved.code.index(*site).calls if each.call.line >= line)
    if any(name_of(call.func).rpartition(".")[2] == "fit" for call in calls):
        return True
    if any(effect.role in _MAKING and effect.line >= line for effect in effects.of(site)):
        return True
    called = (edge for edge in effects.calls.get(site, ()) if edge.direct and edge.line >= line)
    sites = (other for edge in called for other in effects.reached((edge.callee.path, edge.callee.scope)))
    return any(effect.role in _MAKING for other in sites for effect in effects.own.get(other, ()))


def is_asked_for(world: World, site: Site, line: int, path: str) -> bool:
    """Whether the calls of a line that hand on a path happen only where that is there, and nothing fails where it is not."""
    calls = [each for each in world.resolved.code.index(*site).calls if each.call.line == line]
    return any(_Asking(world, site, each, path).is_asked_for() for each in calls)


def _calls(world: World, touch: Touch) -> Iterator[_Asking]:
    """The call of the library, and those that lead to it."""
    effect = touch.effect
    for edge in effect.chain:
        yield _Asking(world, edge.caller, edge.site, touch.artefact.path)
    yield _Asking(world, effect.origin[0] if effect.origin else effect.site, effect.at, touch.artefact.path)


def _tells(returned: Call) -> bool:
    """Whether a call tells whether a file is there, or whether all of some are."""
    name = name_of(returned.func).rpartition(".")[2]
    return name in ASKING or (
        name == "all" and any(type(part) is Call and _tells(part) for arg in returned.args for part in within(arg))
    )


class _Asking:
    """A call on the way to what reads, writes or starts a file, and the tests that it stands under."""

    def __init__(self, world: World, site: Site, at: CallSite, path: str | None) -> None:
        self.world, self.site, self.at, self.path = world, site, at, path
        self.index = world.resolved.code.index(*site)

    def is_asked_for(self) -> bool:
        """Whether it happens only where the file is there, and nothing fails where it is not."""
        for construct, arm in self.at.conditions:
            test = self.index.tests.get(construct)
            if test is not None and self._finds(test, wanted=arm == 0) and not self._fails(test, otherwise=1 - arm):
                return True
        return any(
            part == self.at.call and self._finds(choice.test, wanted=wanted)
            for choice in self._choices()
            for arm, wanted in ((choice.then, True), (choice.otherwise, False))
            for part in within(arm)
        ) or any(self._may_be_another(name) for name in within(self.at.call) if type(name) is Name)

    def is_for_missing(self) -> bool:
        """Whether it happens only where the file is not there: under a test, after a branch that returns where it is, or where a
        `try` over it expected that."""
        tests = ((self.index.tests.get(construct), arm) for construct, arm in self.at.conditions)
        return (
            any(test is not None and self._finds(test, wanted=arm != 0) for test, arm in tests)
            or any(
                each.line < self.at.call.line and self._finds(each.test, wanted=True) and _returns(each)
                for each in self._branches()
            )
            or self._was_expected()
        )

    def _was_expected(self) -> bool:
        """Whether it stands in a handler for a file that is missing, of a `try` in which the path is named."""
        body = self.world.resolved.code.scope(*self.site).body
        tried = (each.statement for each in placed(body) if type(each.statement) is Try)
        return any(
            any(_expects(handler) and self.at.call in parts(handler.body) for handler in each.handlers)
            and any(self._named(part) for part in parts(each.body))
            for each in tried
        )

    def _branches(self) -> Iterator[If]:
        body = self.world.resolved.code.scope(*self.site).body
        return (each.statement for each in placed(body) if type(each.statement) is If)

    def _choices(self) -> Iterator[Choice]:
        body = self.world.resolved.code.scope(*self.site).body
        return (part for part in parts(body) if type(part) is Choice)

    def _may_be_another(self, name: Name) -> bool:
        """`p = a if a.exists() else b`: who reads `p` waits for `b` alone."""
        bindings = self.index.reaching(name.id, name.version, self.at.block)
        choices = (each.value for each in bindings if each.how == "value" and type(each.value) is Choice)
        return any(
            self._finds(choice.test, wanted=True) and self._named(choice.then) and not self._named(choice.otherwise)
            for choice in choices
        )

    def _finds(self, test: Expr, *, wanted: bool, depth: int = 0) -> bool:
        """Whether a test that comes out as wanted says that the file is there."""
        if depth > _DEEPEST:
            return False
        deeper = depth + 1
        if type(test) is Op and test.op == "not":
            return self._finds(test.operands[0], wanted=not wanted, depth=deeper)
        if type(test) is Op and test.op == ("and" if wanted else "or"):
            return any(self._finds(operand, wanted=wanted, depth=deeper) for operand in test.operands)
        if type(test) is Name:
            values = [each.value for each in self.index.reaching(test.id, test.version, self.at.block)]
            return len(values) == 1 and values[0] is not None and self._finds(values[0], wanted=wanted, depth=deeper)
        return wanted and type(test) is Call and self._asks(test) and self._is_same(test)

    def _asks(self, test: Call) -> bool:
        """Whether a call tells whether a file exists, or is one of a function of the project that does."""
        if name_of(test.func).rpartition(".")[2] in ASKING:
            return True
        called = [edge.callee for edge in self.world.resolved.effects.calls.get(self.site, ()) if edge.call == test]
        returned = (each for c in called for each in self.world.resolved.code.index(c.path, c.scope).returns)
        return any(type(each) is Call and _tells(each) for each in returned)

    def _is_same(self, test: Call) -> bool:
        """Whether what is asked for is what is touched, a folder that it lies in, or cannot be told."""
        subject = test.args[0] if test.args else test.func.base if type(test.func) is Attr else test
        return subject in within(self.at.call) or self._named(subject) or not self._texts(subject)

    def _named(self, expr: Expr) -> bool:
        """Whether an expression is the path of the file, or of a folder above it."""
        path = f"/{self.path}/"
        return any(f"/{text.removeprefix('./').strip('/')}/" in path for text in self._texts(expr))

    def _texts(self, expr: Expr) -> list[str]:
        frame = Frame(*self.site, block=self.at.block)
        return [value.text() for value in self.world.resolved.evaluator.values(expr, frame) if value.exact]

    def _fails(self, test: Expr, *, otherwise: int) -> bool:
        """Whether the program ends in failure where a test comes out the other way."""
        arms = [each.orelse if otherwise else each.body for each in self._branches() if each.test == test]
        return any(arm and _ends_badly(arm[-1]) for arm in arms)


def _returns(branch: If) -> bool:
    """Whether a branch leaves its function somewhere, where its test comes out true."""
    return any(type(each.statement) is Return for each in placed(branch.body))


def _ends_badly(last: Stmt) -> bool:
    """`raise …`, `sys.exit(…)`, `return 1`."""
    if type(last) is Do and type(last.value) is Call:
        return name_of(last.value.func).rpartition(".")[2] in EXITS
    if type(last) is Return and last.value is not None:
        return bool(integer(last.value))
    return type(last) is Raise
