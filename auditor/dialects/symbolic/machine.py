"""Runs the code that builds a pipeline, symbolically; nothing of the target is executed.

Names of other modules are looked up by running those modules in the same way, once and only when they are used;
libraries mean what a dialect says they mean.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from auditor.dialects.contract import Program, Remark
from auditor.dialects.symbolic import calls, containers, expressions, statements
from auditor.dialects.symbolic.meaning import Meaning
from auditor.dialects.symbolic.things import (
    NOTHING,
    Arguments,
    Env,
    Function,
    Items,
    Made,
    Pending,
    Plain,
    Table,
    Text,
    Thing,
    Unknown,
    Where,
    options,
    value_of,
)
from auditor.model.facts import Trouble
from auditor.model.ir import Assign, Call, Expr, Stmt, With
from auditor.program.naming.code import Config, Frame, Library, Local, Module
from auditor.program.symbolic.values import Value, literal

FUEL = 60_000
"""Expressions and statements that running one module may cost."""
TREE_FUEL = 1_000_000
"""Those that all modules and classes of a tree may cost together: some seconds. The largest tree of pipelines seen needs 220,000."""
LEAST_FUEL = 2_000
"""What each module still gets when those are spent, so that what it plainly declares is seen."""
CALL_FUEL = 20_000
"""Those that one call of a function may cost."""
DEEPEST_CALL = 14
DEEPEST = 160

Answer = TypeVar("Answer")


class _SpentError(Exception):
    """The fuel of one question is spent."""


def cut_short(paths: Iterable[str]) -> Iterator[Remark]:
    """What is said of files whose run was cut short."""
    for path in sorted(paths):
        text = "declares pipelines in more steps than are followed; some may be missing"
        yield Remark(path, Trouble(None, text, "too-slow"))


class Machine:
    """One run over the code of a tree with the meaning that one dialect gives to its library.

    `started` are the functions that were entered, `spent` the files where the run was cut short. `returned` collects what
    the function that runs has returned so far; `main` is the file that runs as a program, `sites` are the calls that led here;
    `left` is the fuel that is left for the whole tree.
    """

    def __init__(self, resolved: Program, meaning: Meaning) -> None:
        self.resolved = resolved
        self.code = resolved.code
        self.meaning = meaning
        self.spent: set[str] = set()
        self.started: set[Local] = set()
        self.returned: list[Thing] = []
        self.main = ""
        self.sites: list[tuple[str, int, int]] = []
        self._modules: dict[str, Env] = {}
        self._run: set[str] = set()
        self._classes: dict[Local, Env] = {}
        self._stack: list[Local] = []
        self._fuel = 0
        self.left = TREE_FUEL
        self._depth = 0
        self._conditional = 0
        self._repeated = 0

    # --- questions ---

    def start(self, path: str) -> Env:
        """Runs a file as a program; its names afterwards."""
        self.main = path
        return self.module(path)

    def run_function(self, local: Local, args: Arguments | None = None, around: Env | None = None) -> Thing:
        """What a function of the repository returns; what it is not given is unknown, unless it has a default."""
        given = self._fuel = self._share()
        try:
            return self.enter(Function(local, around), args or Arguments(open=True))
        finally:
            self.left -= given - self._fuel

    def cut(self, paths: Iterable[str]) -> Iterator[Remark]:
        """Those of some files, which use the framework, whose run was cut short: for the list of what could not be read."""
        return cut_short(self.spent.intersection(paths))

    def values(self, thing: Thing) -> tuple[Value, ...]:
        """The texts that a thing can be, as far as they are known."""
        found: list[Value] = []
        for option in options(thing):
            value = value_of(option)
            if value is not None:
                found.append(value)
            elif isinstance(option, (Unknown, Made)) and option.expr is not None and option.env is not None:
                found.extend(self.resolved.evaluator.values(option.expr, Frame(option.env.path, option.env.scope)))
        return tuple(value for value in found if value.known)

    def settled(self, thing: Thing) -> Thing:
        """A thing, or what a configuration file of the tree holds in its place."""
        if isinstance(thing, Unknown) and thing.expr is not None and thing.env is not None:
            frame = Frame(thing.env.path, thing.env.scope)
            found = self.resolved.evaluator.denoter.denote(thing.expr, frame)
            if type(found) is Config:
                return containers.from_leaves(self.code.leaves(found.path), found.key) or thing
        return thing

    def elements(self, thing: Thing) -> list[Thing] | None:
        """What iterating over a thing gives; None where that is not known whole."""
        settled = self.settled(thing)
        if isinstance(settled, Items) and not settled.open:
            return settled.items
        if isinstance(settled, Table) and not settled.open and not settled.others:
            return [Plain(key) for key in settled.entries]
        return None

    # --- modules and names ---

    def module(self, path: str) -> Env:
        """The names of a module, run when first asked for."""
        env = self._names_of(path)
        if path in self._run or path not in self.code.programs:
            return env
        self._run.add(path)
        held = (self._fuel, self._depth, self._conditional, self._repeated, self._stack, self.returned, self.sites)
        given = self._share()
        self._fuel, self._depth, self._conditional, self._repeated = given, 0, 0, 0
        self._stack, self.returned, self.sites = [], [], []
        try:
            with self.meaning.apart():
                self.body(self.code.scope(path, 0).body, env)
        except _SpentError:
            self.spent.add(path)
        finally:
            self.left -= given - self._fuel
            self._fuel, self._depth, self._conditional, self._repeated = held[:4]
            self._stack, self.returned, self.sites = held[4:]
        return env

    def _names_of(self, path: str) -> Env:
        env = self._modules.get(path)
        if env is None:
            env = self._modules[path] = Env(path, 0)
        return env

    def member(self, home: str, name: str) -> Thing:
        """A name of a module or package of the repository."""
        if not home.endswith("/"):
            found: Thing | None = self._defined(home, name) or self._named(name, self.module(home))
            if found is not None:
                return found
        if home.endswith(("/", "__init__.py")):
            inner = self.code.modules.file(home.rpartition("/")[0], name)
            if inner is not None and inner != home:
                return Module(inner)
        return NOTHING

    def _defined(self, home: str, name: str) -> Function | None:
        """An undecorated function or class of a module that was not run: no need to run it."""
        if home in self._run or home not in self.code.programs:
            return None
        bindings = self.code.index(home, 0).final(name)
        if len(bindings) != 1 or bindings[0].how != "define":
            return None
        local = Local(home, bindings[0].scope)
        return None if self.code.scope(*local).decorators else Function(local)

    def lookup(self, name: str, env: Env) -> Thing:
        """What a name means in a scope."""
        if name == "__file__":
            return Text(literal(env.path, anchored=True))
        inner: Env | None = env
        while inner is not None:
            around = inner.outer
            at = self.module(inner.path) if around is None and inner.scope == 0 else inner
            found = at.names.get(name)
            if type(found) is Pending or (found is None and at.stars):
                found = self._named(name, at)
            if found is not None:
                return found
            inner = around
        return Library(f"builtins.{name}")

    def _named(self, name: str, env: Env) -> Thing | None:
        found = env.names.get(name)
        if isinstance(found, Pending):
            env.names[name] = NOTHING  # a circle of imports ends here
            found = env.names[name] = self.member(found.home, found.name)
        if found is None:
            for home in env.stars:
                starred = self.member(home, name)
                if starred is not NOTHING:
                    return starred
        return found

    def around(self, function: Function) -> Env:
        """The scope in which a function or class is defined."""
        return function.around or self._names_of(function.local.path)

    def in_class(self, of: Function) -> Env:
        """The names of a class body, run when first asked for."""
        env = self._classes.get(of.local)
        if env is None:
            made = env = self._classes[of.local] = Env(*of.local, self.around(of))
            self._bounded(of.local.path, lambda: self.body(self.code.scope(*of.local).body, made))
        return env

    def class_member(self, of: Function, name: str) -> Thing | None:
        """An attribute of a class of the repository or of its bases; None where there is none."""
        return self._bounded(of.local.path, lambda: calls.class_member(self, of, name))

    def _share(self) -> int:
        """The fuel of the next module or function that is run for itself."""
        return max(LEAST_FUEL, min(FUEL, self.left))

    def _bounded(self, path: str, ask: Callable[[], Answer]) -> Answer | None:
        """The answer to a question that has fuel of its own; None where that is spent."""
        held, given, depth = self._fuel, min(CALL_FUEL, self._share()), self._depth
        self._fuel = given
        try:
            return ask()
        except _SpentError:
            self.spent.add(path)
            return None
        finally:
            self.left -= given - self._fuel
            self._fuel, self._depth = held, depth

    # --- running ---

    def body(self, body: Iterable[Stmt], env: Env) -> int:
        """Runs statements in order; how they end (`statements.NEXT`, …)."""
        handlers = statements.HANDLERS
        for statement in body:
            self._fuel -= 1
            if self._fuel < 0:
                raise _SpentError
            handler = handlers.get(type(statement))
            signal = handler(self, statement, env) if handler is not None else statements.NEXT
            if signal != statements.NEXT:
                return signal
        return statements.NEXT

    def eval(self, expr: Expr, env: Env) -> Thing:
        """What an expression stands for. Whoever catches that the fuel is spent puts the depth right."""
        self._fuel -= 1
        if self._fuel < 0:
            raise _SpentError
        handler = expressions.HANDLERS.get(type(expr))
        if handler is None or self._depth > DEEPEST:
            return Unknown(expr, env)
        self._depth += 1
        found = handler(self, expr, env)
        self._depth -= 1
        return found

    def enter(self, function: Function, args: Arguments) -> Thing:
        """What a function of the repository returns for these arguments."""
        local = function.local
        if local in self._stack or len(self._stack) >= DEEPEST_CALL:
            return NOTHING
        self.started.add(local)
        scope = self.code.scope(*local)
        around = self.around(function)
        env = Env(*local, around)
        held, self.returned = (self._fuel, self._conditional, self._repeated, self._depth, self.returned), []
        self._fuel = given = min(self._fuel, CALL_FUEL)
        self._stack.append(local)
        try:
            calls.bind_params(self, scope.params, args, env, around)
            self.body(scope.body, env)
        except _SpentError:
            self.spent.add(local.path)
        finally:
            used, found = given - max(self._fuel, 0), self.returned
            self._fuel, self._conditional, self._repeated, self._depth, self.returned = held
            self._fuel -= used
            self._stack.pop()
        return calls.returned(found)

    def maybe(self, ask: Callable[[], Answer]) -> Answer:
        """The answer to a question that is put under a condition which is not known."""
        self._conditional += 1
        try:
            return ask()
        finally:
            self._conditional -= 1

    def repeated(self, ask: Callable[[], Answer]) -> Answer:
        """The answer to a question that is put any number of times."""
        self._repeated += 1
        try:
            return ask()
        finally:
            self._repeated -= 1

    def where(self, node: Call | Assign | With, env: Env) -> Where:
        """Where a call stands, and under which conditions it is made."""
        return self.at(env.path, node.line, node.end_line)

    def at(self, path: str, line: int, end_line: int) -> Where:
        """A place in a file, under the conditions that hold now."""
        return Where(path, line, end_line, self._conditional > 0, self._repeated > 0, tuple(self.sites))
