"""The tests of a tree: which can fail, which are switched off, and what code runs when they run."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from itertools import chain

import msgspec

from auditor.graph import places
from auditor.graph.testing.leading import Leads, leads
from auditor.graph.testing.walking import KnownWalk, Tells, Walk, Whole
from auditor.graph.world import World
from auditor.model.ir import Assert, Attr, Call, Const, Name, Op, Raise, Record, With
from auditor.model.regex import regex
from auditor.program.calls.effects import Site
from auditor.program.naming.code import Code
from auditor.program.naming.scopes import last_name
from auditor.program.naming.words import records

_ASSERTING = regex(r"^(_?assert\w*|fail|raises|warns|deprecated_call|expect_\w+|verify\w*|check_\w+|throws)$")
"""Calls by which a test fails: of unittest, pytest, numpy, pandas, mocks, and helpers named after them."""
_OFF = frozenset({"skip", "xfail"})
_NAMED_TEST = regex(r"(^|/)(test_[^/]*|[^/]*_tests?)\.py$")


_IN_JOBS = regex(
    r"(^|/)(\.github/workflows|\.circleci)/[^/]*!|(^|/)\.?(gitlab-ci|azure-pipelines|bitbucket-pipelines)[^/]*!|(^|/)(Jenkins|Make)file!",
    re.I,
)
"""Programs within the commands of jobs and goals: what they assert fails the job."""
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
        named = (path for path in self.code.paths if places.is_test(path) or _IN_JOBS.search(path))
        self.files = tuple(path for path in named if not path.endswith(".ipynb"))
        self._programs: dict[str, list[str]] = defaultdict(list)
        for path in self.code.paths:
            if not places.is_test(path):
                self._programs[path.rpartition("/")[2]].append(path)
        self.tests = tuple(test for path in self.files for test in self._of_file(path))

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
        of = self._walk.condensed.gathered(said.get)
        return lambda test: of(test.site)

    # --- which tests ---

    def _of_file(self, path: str) -> Iterator[Test]:
        # Kept by path: of two files of one content one may be called a test.
        for number, checks, off in self.code.of_imports(_tests_of, path):
            yield Test((path, number), checks or self._checks((path, number)), off)

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

    @cached_property
    def _walk(self) -> Walk:
        """The walk through all that runs in tests."""
        failing = frozenset(test.site for test in self.tests if test.checks and not test.off)
        tests = frozenset(test.site for test in self.tests)
        whole = Whole(failing, tests, self.effects.bases, self._all_fixtures(), self._all_launches())
        programs = self.code.programs.keys()
        tells = Tells(
            programs,
            self._leads,
            self._classes,
            self._imported,
            self._framework_runs,
            self._of_program,
            lambda name: self._only.get(name, _NONE),
        )
        return self.world.resolved.made_of(KnownWalk).walk(whole, tells)

    @property
    def reached(self) -> frozenset[Site]:
        """The scopes that run in a test that can fail."""
        return self._walk.reached

    @property
    def touched(self) -> frozenset[Site]:
        """The scopes that run in any test."""
        return self._walk.touched

    def _leads(self, path: str) -> tuple[Leads, ...]:
        """By scope of a file, what it leads to."""
        return self.effects.told(path, leads, tuple[Leads, ...])

    def _classes(self, path: str) -> Mapping[int, frozenset[Site]]:
        """The methods of the classes of a file."""
        return self.code.of_imports(_classes, path)  # two files of one content are told apart

    @cached_property
    def _only(self) -> Mapping[str, frozenset[Site]]:
        """The methods of product code by names that one class alone gives to a method."""
        product = (path for path in self.code.paths if not places.is_test(path))
        methods = {path: self.code.of_imports(_methods, path) for path in product}
        return self.world.resolved.made_of(_only, methods)

    def _imported(self, path: str) -> frozenset[Site]:
        """The bodies of the modules that a file imports."""
        return self.code.of_imports(_imported, path)

    def _framework_runs(self, path: str) -> frozenset[Site]:
        """The code of the steps that a file of tests runs by a runner of their framework."""
        tools = self.code.of_program(path, _run_by, frozenset[str])
        steps = (step for step in self.world.steps.all if step.tool in tools) if tools else ()
        return frozenset((local.path, local.scope) for step in steps for local in step.implements)

    def _of_program(self, text: str) -> frozenset[Site]:
        """All of the programs that a text may name: whoever takes the path runs them (`Runner("flows/train.py")`)."""
        named = text.lstrip("./")
        among = self._programs.get(named.rpartition("/")[2], ())
        meant = (path for path in among if path == named or path.endswith(f"/{named}"))
        return frozenset((path, number) for path in meant for number in self.code.scopes(path))

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


def _tests_of(code: Code, path: str) -> tuple[tuple[int, bool, bool], ...]:
    """The tests of a file that lies where tests do: the scope of each, whether it says itself what makes it fail, and whether it is
    switched off."""
    return tuple(
        (number, any(map(_can_fail, records(code.scope(path, number).body))), off)
        for number, off in _collected(code, path)
    )


def _collected(code: Code, path: str) -> Iterator[tuple[int, bool]]:
    if _IN_JOBS.search(path):
        if any(map(_asserts, records(code.scope(path, 0).body))):
            yield 0, False
        return
    module_is_off = _module_is_off(code, path)
    if code.programs[path].main_guard and not any(_is_test(code, path, n) for n in code.scopes(path)):
        # A program of checks, which is started and not collected; one that asserts nothing and lies among no tests is none.
        own = [n for n in code.scopes(path) if code.scope(path, n).kind == "function"]
        said = (node for n in own for node in records(code.scope(path, n).body))
        if not places.is_test_by_name(path) or any(map(_asserts, said)):
            for number in own:
                if code.scope(path, number).parent == 0:
                    yield number, module_is_off
    for number in code.scopes(path):
        scope = code.scope(path, number)
        if scope.kind == "function" and _is_test(code, path, number):
            around = code.owner(path, number)
            decorators = (*scope.decorators, *(code.scope(path, around).decorators if around is not None else ()))
            yield number, module_is_off or any(map(_switches_off, decorators)) or _begins_with_skip(scope.body)


def _is_test(code: Code, path: str, number: int) -> bool:
    """What a runner collects: functions and methods of test classes whose names begin with `test`."""
    scope = code.scope(path, number)
    if not scope.name.rpartition(".")[2].startswith("test"):
        return False
    if scope.parent == 0:
        return bool(_NAMED_TEST.search(path))
    owner = code.owner(path, number)
    return owner is not None and code.scope(path, owner).parent == 0


def _module_is_off(code: Code, path: str) -> bool:
    index = code.index(path, 0)
    marks = [b.value for b in index.bindings.get("pytestmark", {}).values() if b.value is not None]
    return any(map(_switches_off, marks)) or any(
        not site.block and type(site.call.func) is Attr and site.call.func.name == "skip" for site in index.calls
    )


def _imported(code: Code, path: str) -> frozenset[Site]:
    """The bodies of the modules that a file imports."""
    return frozenset((each, 0) for each in code.imports(path))


def _run_by(code: Code, path: str) -> frozenset[str]:
    """The frameworks of which a file imports and calls a runner."""
    imports = {n.module.partition(".")[0] for s, _, _ in code.index(path, 0).imports for n in s.names}
    called = {_last(call) for _, call in code.calls(path)} if imports & _RUNNERS.keys() else set[str]()
    return frozenset(tool for tool in imports & _RUNNERS.keys() if called & _RUNNERS[tool])


def _classes(code: Code, path: str) -> dict[int, frozenset[Site]]:
    """By number of each class of a file what is defined right in it."""
    classes = (number for number, scope in enumerate(code.programs[path].scopes) if scope.kind == "class")
    return {number: frozenset((path, inner) for inner in code.nested(path, number)) for number in classes}


def _methods(code: Code, path: str) -> tuple[tuple[str, Site], ...]:
    """The methods of a file by their names."""
    scopes = ((number, scope.name) for number, scope in enumerate(code.programs[path].scopes))
    return tuple(
        (name.rpartition(".")[2], (path, number)) for number, name in scopes if code.owner(path, number) is not None
    )


def _only(methods: Mapping[str, tuple[tuple[str, Site], ...]]) -> dict[str, frozenset[Site]]:
    """The methods of some files by names that only one of them has."""
    found: dict[str, list[Site]] = defaultdict(list)
    for name, site in chain.from_iterable(methods.values()):
        found[name].append(site)
    return {name: frozenset(sites) for name, sites in found.items() if len(sites) == 1}


_NONE: frozenset[Site] = frozenset()


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
    return last_name(func)
