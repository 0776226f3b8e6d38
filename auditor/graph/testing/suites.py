"""The tests of a tree: which can fail, which are switched off, and what code runs when they run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from itertools import chain

import msgspec

from auditor.graph import places
from auditor.graph.testing.leading import Leads, leads
from auditor.graph.world import World
from auditor.model.ir import Assert, Attr, Call, Const, Name, Op, Raise, Record, With
from auditor.model.regex import regex
from auditor.program.calls.effects import Site
from auditor.program.condensed import Condensed
from auditor.program.naming.code import Local
from auditor.program.naming.words import records

_ASSERTING = regex(r"^(_?assert\w*|fail|raises|warns|deprecated_call|expect_\w+|verify\w*|check_\w+|throws)$")
"""Calls by which a test fails: of unittest, pytest, numpy, pandas, mocks, and helpers named after them."""
_OFF = frozenset({"skip", "xfail"})
_NAMED_TEST = regex(r"(^|/)(test_[^/]*|[^/]*_tests?)\.py$")


_RUNNERS = {
    "kedro": frozenset({"run", "run_only_missing"}),
    "dagster": frozenset({"materialize", "materialize_to_memory", "execute_in_process", "execute_job"}),
    "airflow": frozenset({"test", "dag_test"}),
    "prefect": frozenset({"prefect_test_harness"}),
    "metaflow": frozenset({"Runner", "Deployer"}),
    "kfp": frozenset({"LocalRunner", "SubprocessRunner", "init"}),
    "luigi": frozenset({"build"}),
    "zenml": frozenset({"run"}),
}
"""How tests run the pipelines of a framework without naming their steps."""


class Test(msgspec.Struct, frozen=True):
    """One test function. `checks`: something in it can fail; `off`: it is skipped or expected to fail, whatever happens."""

    site: Site
    checks: bool
    off: bool


class Suites:
    """All tests of a tree, and what they reach."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.code = world.resolved.code
        self.effects = world.resolved.effects
        self.files = tuple(path for path in self.code.paths if places.is_test(path) and not path.endswith(".ipynb"))
        self._testing = frozenset(filter(places.is_test, self.code.paths))
        self._programs: dict[str, list[str]] = defaultdict(list)
        for path in self.code.paths:
            if not places.is_test(path):
                self._programs[path.rpartition("/")[2]].append(path)
        self._meant: dict[Local | str, tuple[frozenset[Site], ...]] = {}
        self._known: dict[Site, tuple[frozenset[Site], ...]] = {}
        self._told: dict[str, tuple[Leads, ...]] = {}
        self._by_file: dict[str, tuple[frozenset[Site], ...]] = {}
        self._all_methods: dict[Local, tuple[frozenset[Site], ...]] = {}
        self._own_methods: dict[Local, frozenset[Site]] = {}
        self._fixtures = self._all_fixtures()
        self._launches = self._all_launches()
        self.tests = tuple(test for path in self.files for test in self._of_file(path))
        self.reached = self._reach(test.site for test in self.tests if test.checks and not test.off)
        """The scopes that run in a test that can fail."""
        self.touched = self._reach((test.site for test in self.tests), self.reached)
        """The scopes that run in any test."""

    @cached_property
    def imports_by_name(self) -> bool:
        """Whether tests that can fail run code which imports modules by names that are only known when it runs."""
        return any(
            _last(at.call) in ("import_module", "__import__") and not all(type(arg) is Const for arg in at.call.args)
            for site in self.reached
            if not places.is_test(site[0])
            for at in self.code.index(*site).calls
        )

    def gathered(self, said: Mapping[Site, int]) -> Callable[[Test], int]:
        """By test what is said, as bits of a number, of the scopes that run in it."""
        of = self._condensed.gathered(said.get)
        return lambda test: of(test.site)

    @cached_property
    def _condensed(self) -> Condensed[Site]:
        return Condensed(lambda site: chain.from_iterable(self._known[site]))

    # --- which tests ---

    def _of_file(self, path: str) -> Iterator[Test]:
        off = self._module_is_off(path)
        if self.code.programs[path].main_guard and not any(self._is_test(path, n) for n in self.code.scopes(path)):
            # A program of checks, which is started and not collected; one that asserts nothing and lies among no tests is none.
            own = [n for n in self.code.scopes(path) if self.code.scope(path, n).kind == "function"]
            said = (node for n in own for node in records(self.code.scope(path, n).body))
            if not places.is_test_by_name(path) or any(map(_asserts, said)):
                for number in own:
                    if self.code.scope(path, number).parent == 0:
                        yield Test((path, number), self._checks((path, number)), off)
        for number in self.code.scopes(path):
            scope = self.code.scope(path, number)
            if scope.kind == "function" and self._is_test(path, number):
                around = self.code.owner(path, number)
                decorators = (
                    *scope.decorators,
                    *(self.code.scope(path, around).decorators if around is not None else ()),
                )
                skipped = off or any(map(_switches_off, decorators)) or _begins_with_skip(scope.body)
                yield Test((path, number), self._checks((path, number)), skipped)

    def _is_test(self, path: str, number: int) -> bool:
        """What a runner collects: functions and methods of test classes whose names begin with `test`."""
        scope = self.code.scope(path, number)
        if not scope.name.rpartition(".")[2].startswith("test"):
            return False
        if scope.parent == 0:
            return bool(_NAMED_TEST.search(path))
        owner = self.code.owner(path, number)
        return owner is not None and self.code.scope(path, owner).parent == 0

    def _module_is_off(self, path: str) -> bool:
        index = self.code.index(path, 0)
        marks = [b.value for b in index.bindings.get("pytestmark", {}).values() if b.value is not None]
        return any(map(_switches_off, marks)) or any(
            not site.block and type(site.call.func) is Attr and site.call.func.name == "skip" for site in index.calls
        )

    def _checks(self, site: Site, depth: int = 0) -> bool:
        """Whether a test can fail by what it says: an assertion that is no tautology, here or in a helper of the tests."""
        if any(map(_can_fail, records(self.code.scope(*site).body))):
            return True
        if depth >= 2:
            return False
        for edge in self.effects.calls.get(site, ()):
            callee = (edge.callee.path, edge.callee.scope)
            if places.is_test(callee[0]) and callee != site and self._checks(callee, depth + 1):
                return True
        return False

    # --- what runs ---

    def _reach(self, starts: Iterable[Site], reached: frozenset[Site] = frozenset()) -> frozenset[Site]:
        """The scopes that run from some on, added to those that are known to run."""
        todo = list({*starts} - reached)
        found = {*reached, *todo}
        passed: set[int] = set()  # what many scopes run is one set, which is kept
        while todo:
            site = todo.pop()
            known = self._known.get(site)
            if known is None:
                known = self._known[site] = self._onward(site)
            for onward in known:
                if id(onward) not in passed:
                    passed.add(id(onward))
                    for other in onward:
                        if other not in found:
                            found.add(other)
                            todo.append(other)
        return frozenset(found)

    def _onward(self, site: Site) -> tuple[frozenset[Site], ...]:
        """What a scope calls, and of what tests mention all: objects are made elsewhere, handed on and called by libraries.

        Whoever imports a module runs its body, and with it those of the modules that it imports.
        """
        path, number = site
        of_file = self._told.get(path)
        if of_file is None:
            of_file = self._told[path] = self.effects.told(path, leads, tuple[Leads, ...])
        told = of_file[number]
        found = [told.sites] if told.sites else []
        if told.made or told.constructors:
            owners = ((at[0], self.code.owner(*at)) for at in told.constructors)
            made = {*told.made, *(Local(home, owner) for home, owner in owners if owner is not None)}
            found += chain.from_iterable(map(self._methods, made))
        if told.asked and (only := frozenset(self._only[name] for name in told.asked if name in self._only)):
            found.append(only)
        if path in self._testing:
            supplied = (self._fixtures[name] for name in (*told.params, "") if name in self._fixtures)
            mentioned = chain.from_iterable(map(self._mentioned, told.named))
            found += (*mentioned, *supplied, *self._around(path))
            if site in self._launches:
                found.append(self._launches[site])
        elif not number:
            found.append(self._imported(path))
        return tuple(found)

    @cached_property
    def _only(self) -> dict[str, Site]:
        """The methods of product code by names that one class alone gives to a method."""
        found: dict[str, list[Site]] = defaultdict(list)
        for path in self.code.paths:
            for number in self.code.scopes(path) if path not in self._testing else ():
                if self.code.owner(path, number) is not None:
                    found[self.code.scope(path, number).name.rpartition(".")[2]].append((path, number))
        return {name: sites[0] for name, sites in found.items() if len(sites) == 1}

    def _around(self, path: str) -> tuple[frozenset[Site], ...]:
        """What all tests of a file run: the bodies of the modules that it imports, and the steps of a framework."""
        found = self._by_file.get(path)
        if found is None:
            found = self._by_file[path] = tuple(filter(None, (self._imported(path), self._framework_runs(path))))
        return found

    def _imported(self, path: str) -> frozenset[Site]:
        """The bodies of the modules that a file imports."""
        return frozenset((each, 0) for each in self.code.imports(path))

    def _framework_runs(self, path: str) -> frozenset[Site]:
        """The code of the steps that a file of tests runs by a runner of their framework."""
        imports = {n.module.partition(".")[0] for s, _, _ in self.code.index(path, 0).imports for n in s.names}
        called = {_last(call) for _, call in self.code.calls(path)} if imports & _RUNNERS.keys() else set[str]()
        tools = {tool for tool in imports & _RUNNERS.keys() if called & _RUNNERS[tool]}
        steps = (step for step in self.world.steps.all if step.tool in tools)
        return frozenset((local.path, local.scope) for step in steps for local in step.implements)

    def _methods(self, cls: Local) -> tuple[frozenset[Site], ...]:
        """All methods of a class and of the classes of the repository it is made from, those of each as one set."""
        found = self._all_methods.get(cls)
        if found is None:
            found = self._all_methods[cls] = tuple(map(self._of_class, dict.fromkeys(self._ancestry(cls, 0))))
        return found

    def _ancestry(self, cls: Local, depth: int) -> Iterator[Local]:
        yield cls
        for base in self.effects.bases.get(cls, ()) if depth < 5 else ():
            yield from self._ancestry(base, depth + 1)

    def _of_class(self, cls: Local) -> frozenset[Site]:
        found = self._own_methods.get(cls)
        if found is None:
            found = self._own_methods[cls] = frozenset((cls.path, number) for number in self.code.nested(*cls))
        return found

    def _mentioned(self, named: Local | str) -> tuple[frozenset[Site], ...]:
        """The function or the methods of the class that a test names, or the programs whose path it writes out."""
        found = self._meant.get(named)
        if found is None:
            found = self._meant[named] = self._meaning(named)
        return found

    def _meaning(self, named: Local | str) -> tuple[frozenset[Site], ...]:
        if isinstance(named, str):
            return (frozenset(self._of_program(named)),)
        if self.code.scope(*named).kind == "class":
            return self._methods(named)
        return (frozenset({named}),)

    def _of_program(self, text: str) -> Iterator[Site]:
        """All of the programs that a text may name: whoever takes the path runs them (`Runner("flows/train.py")`)."""
        named = text.lstrip("./")
        for path in self._programs.get(named.rpartition("/")[2], ()):
            if path == named or path.endswith(f"/{named}"):
                yield from ((path, number) for number in self.code.scopes(path))

    def _all_fixtures(self) -> dict[str, frozenset[Site]]:
        """Fixtures by the name that tests ask for; under "" those that run by themselves."""
        found: dict[str, list[Site]] = defaultdict(list)
        for path in self.files:
            for number in self.code.scopes(path):
                scope = self.code.scope(path, number)
                for decorator in scope.decorators:
                    named = dict(decorator.keywords) if type(decorator) is Call else {}
                    if _last(decorator) in ("fixture", "yield_fixture"):
                        given = named.get("name")
                        name = given.value if type(given) is Const else scope.name.rpartition(".")[2]
                        by_itself = type(auto := named.get("autouse")) is Const and auto.value is True
                        found["" if by_itself else str(name)].append((path, number))
        return {name: frozenset(sites) for name, sites in found.items()}

    def _all_launches(self) -> dict[Site, frozenset[Site]]:
        """What runs in the programs that tests start as commands."""
        found: dict[Site, list[Site]] = {}
        for path in self.files:
            for launch in self.world.launched.get(path, ()):
                if launch.run.target in self.code.programs:
                    found.setdefault(launch.site, []).extend(self.world.lineage.reached(launch.run.target))
        return {site: frozenset(run) for site, run in found.items()}


def suites(world: World) -> Suites:
    """The tests of the tree, read once."""
    return world.once(Suites)


def _can_fail(node: Record) -> bool:
    if type(node) is Assert:
        return not _is_tautology(node.test)
    if type(node) is Raise:
        return True
    if type(node) is With:
        return any(_last(context) in ("raises", "warns") for context, _ in node.items)
    return type(node) is Call and bool(_ASSERTING.match(_last(node)))


def _asserts(node: Record) -> bool:
    """The same, but an error that any program may raise is no assertion: only one that is called so."""
    if type(node) is Raise:
        raised = node.value.func if type(node.value) is Call else node.value
        return type(raised) is Name and raised.id == "AssertionError"
    return _can_fail(node)


def _is_tautology(test: Record) -> bool:
    """`assert True`, `assert 1 == 1`, `assert x == x`."""
    if type(test) is Const:
        return bool(test.value)
    if type(test) is Op and test.op in ("==", "is", "<=", ">="):
        return (
            len(test.operands) == 2 and test.operands[0] == test.operands[1] and type(test.operands[0]) in (Const, Name)
        )
    return False


def _switches_off(mark: Record) -> bool:
    """`pytest.mark.skip`, `unittest.skip("…")`, `pytest.mark.xfail`: for good, no condition given."""
    if type(mark) is Call and (_last(mark) == "xfail" and (mark.args or "condition" in dict(mark.keywords))):
        return False
    return _last(mark) in _OFF


def _begins_with_skip(body: tuple[object, ...]) -> bool:
    """Whether the first thing that a test does is to skip itself."""
    for statement in body[:2]:
        value = getattr(statement, "value", None)
        if type(value) is Call:
            return _last(value) == "skip"
    return False


def _last(expr: object) -> str:
    """The last word of a name, an attribute or of what a call calls."""
    func = expr.func if type(expr) is Call else expr
    return func.name if type(func) is Attr else func.id if type(func) is Name else ""
