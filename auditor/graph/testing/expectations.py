"""Questions about data tests: whether anything on the way into training fails on values that should not be."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import msgspec

from auditor.graph import places
from auditor.graph.coupling.sides import training_side
from auditor.graph.data.trail import training_roots
from auditor.graph.data.versions import SETTINGS, Root
from auditor.graph.testing.suites import suites
from auditor.graph.world import World
from auditor.model.artefact import NodeKind, Role
from auditor.model.ir import Assert, Attr, Call, Expr, If, Raise, Stmt
from auditor.model.place import Place
from auditor.model.regex import regex
from auditor.program.calls.effects import Site
from auditor.program.naming.scopes import children, last_name
from auditor.program.naming.words import records

_OF_REQUESTS = frozenset(
    {"pydantic", "marshmallow", "guardrails", "onnx", "mlflow", "torch", "keras", "tensorflow", "numpy"}
)
"""Libraries whose checks are of requests, settings and tensors, not of data that come in."""

_VALUES = frozenset(
    {
        "isnull", "isna", "notnull", "notna", "null_count", "is_null", "duplicated", "is_unique", "nunique", "between", "empty", "shape",
        "columns", "dtypes", "schema", "isin", "is_monotonic_increasing", "hasnans", "min", "max", "count", "height",
    }
)  # fmt: skip
"""What is asked of a frame when its values, its columns or its size are checked."""


_DATA = regex(r"(^|/)(data|datasets?|processed|interim|raw)/", re.I)
"""Folders of data: what lies there is no model, whatever its suffix says."""


_HELD_OUT = (
    r"(?<!is_)(?<!are_)valid(ation_?(data(frame)?|file|path|df|frame)"
    r"|(ation)?_?((data)?(set|loader)|loss|split|epoch|step|iter(ator)?|batch|size|dl|ds|acc(uracy)?|metric|score))(e?s)?(?![a-z])"
)
"""Names of the rows that a model is judged on and of a pass over them; what `valid_data` means nobody can tell."""
_VERDICT = regex(rf"(?!{_HELD_OUT})(?<!train_)valid(?!at(e|or)\b)|passed|check_?(ok|result|status)", re.I)
"""Words in the names of what a check of data leaves."""


_CHECKS = regex(
    rf"(?!{_HELD_OUT})(?<!train_)valid(?!ate_(one_)?(epoch|step))|check(?!_?point)|verif|quality|missing", re.I
)
"""Words in the names of functions that look at data."""


class Expectations(msgspec.Struct, frozen=True):
    """What checks the data of training (`by`, with its place), and the data that training starts from.

    `looks` is a function on the way that looks at values and fails on nothing itself.
    """

    by: str
    place: Place | None
    roots: tuple[str, ...]
    trained: Place | None
    looks: str = ""


def expectations(world: World, owned: Callable[[str], bool]) -> Expectations:
    """Whatever of a component can fail on the data that training takes, and those data."""
    roots = [
        root
        for root in training_roots(world, owned)
        if root.state != "supplied" and root.touch is not None and not SETTINGS.search(root.artefact)
    ]
    # What is known by its whole name is told first, and what a program trains on before what a notebook does.
    roots.sort(key=lambda root: (root.training.endswith(".ipynb"), "{" in root.artefact))
    if not roots:
        return Expectations("", None, (), None)
    by, place = next(_checks(world, owned, roots), ("", None))
    looks = "" if by else _looking(world, owned)
    if looks and (stop := _stop(world, owned)) is not None:
        by, place = f"{looks} looks at them, and its verdict stops training", stop
    names = tuple(dict.fromkeys(map(_called, roots)))
    return Expectations(by, place, names, roots[0].trained, looks)


def _called(root: Root) -> str:
    """What people call the data: of a table without the schema and the project that nothing says."""
    is_table = root.touch is not None and root.touch.artefact.id.startswith("table:")
    return root.artefact.replace("*.", "") if is_table else root.artefact


def _looking(world: World, owned: Callable[[str], bool]) -> str:
    """A function of training that its name calls a check and that looks at values, sizes or columns; "" without one."""
    code = world.resolved.code
    for site in sorted(training_side(world).sites):
        scope = code.scope(*site)
        called = scope.kind == "function" and _CHECKS.search(scope.name.rpartition(".")[2])
        if called and owned(site[0]) and any(map(_looks, _statements(scope.body))):
            return f"{scope.name}()"
    return ""


def _stop(world: World, owned: Callable[[str], bool]) -> Place | None:
    """Where training fails on a verdict that was reached before: `if not artifact.is_valid: raise …`, in either branch."""
    for site in sorted(training_side(world).sites):
        for statement in _statements(world.resolved.code.scope(*site).body) if owned(site[0]) else ():
            if type(statement) is not If or not _asks_verdict(statement.test):
                continue
            if any(map(_fails, (*statement.body, *statement.orelse))):
                return world.resolved.code.place(site[0], statement.line)
    return None


def _asks_verdict(test: Expr) -> bool:
    for node in records(test):
        name = last_name(node)
        if _VERDICT.search(name):
            return True
    return False


def _looks(statement: Stmt) -> bool:
    value, test = getattr(statement, "value", None), getattr(statement, "test", None)
    source = getattr(statement, "source", None)
    return any(expr is not None and _asks_values(expr) for expr in (value, test, source))


def _checks(world: World, owned: Callable[[str], bool], roots: list[Root]) -> Iterator[tuple[str, Place]]:
    code = world.resolved.code
    for effect in world.resolved.effects.all():
        if effect.role is Role.VALIDATE and effect.entry.library not in _OF_REQUESTS and not effect.dead:
            yield f"{effect.name} is called", code.place(effect.site[0], effect.line)
    for path, facts in sorted(world.files.items()):
        for watch in facts.watches:
            if watch.kind == "check":
                yield f"{path} declares a check", Place(path, watch.line)
    for site in sorted(training_side(world).sites):
        line = _failing_line(world, site) if owned(site[0]) else None
        if line is not None:
            yield "training fails on it", code.place(site[0], line)
    yield from _tested(world, roots)


def _tested(world: World, roots: list[Root]) -> Iterator[tuple[str, Place]]:
    """Tests that can fail and run code that reads the data, and files of tests that read data of the repository themselves."""
    tests = suites(world)
    reading = {touch.site for root in roots if (touch := root.touch) is not None and touch.site[1]}
    checking = {test.site[0] for test in tests.tests if test.checks and not test.off}
    for site in sorted(reading & tests.reached):
        yield (
            "a test runs the code that reads it",
            world.resolved.code.place(site[0], world.resolved.code.scope(*site).line),
        )
    for path in sorted(checking):
        for number in world.resolved.code.scopes(path):
            for touch in world.lineage.touches.get((path, number), ()):
                named = touch.artefact.path
                if touch.way == "read" and named and places.is_product(named) and _is_data(touch.kind, named):
                    yield f"a test reads {named}", world.lineage.place(touch)


def _is_data(kind: NodeKind, path: str) -> bool:
    return kind is NodeKind.DATASET or (kind is NodeKind.MODEL and bool(_DATA.search(path)))


def _failing_line(world: World, site: Site) -> int | None:
    """Where a scope asserts, or raises on, what it asks of a frame."""
    for statement in _statements(world.resolved.code.scope(*site).body):
        if type(statement) is Assert and _asks_values(statement.test):
            return statement.line
        if type(statement) is If and _asks_values(statement.test) and any(map(_fails, statement.body)):
            return statement.line
    return None


def _fails(statement: Stmt) -> bool:
    """`raise …`, `sys.exit(…)`, `pytest.fail(…)`."""
    if type(statement) is Raise:
        return True
    value = getattr(statement, "value", None)
    return type(value) is Call and type(value.func) is Attr and value.func.name in ("exit", "fail", "abort")


def _statements(body: tuple[Stmt, ...]) -> Iterator[Stmt]:
    for statement in body:
        yield statement
        for part in ("body", "orelse", "final", "handlers"):
            yield from _statements(getattr(statement, part, ()))


def _asks_values(test: Expr) -> bool:
    todo = [test]
    while todo:
        expr = todo.pop()
        if type(expr) is Attr and expr.name in _VALUES:
            return True
        todo += children(expr)
    return False
