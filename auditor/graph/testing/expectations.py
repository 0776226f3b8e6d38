"""Questions about data tests: whether anything on the way into training fails on values that should not be."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from auditor.graph import places
from auditor.graph.coupling.sides import training_side
from auditor.graph.data.trail import training_roots
from auditor.graph.data.versions import Root
from auditor.graph.testing.suites import suites
from auditor.graph.world import World
from auditor.model.artefact import NodeKind, Role
from auditor.model.ir import Assert, Attr, Call, Expr, If, Raise, Stmt
from auditor.model.place import Place
from auditor.model.regex import regex
from auditor.program.calls.effects import Site
from auditor.program.naming.scopes import children

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


_SETTINGS = regex(r"(param|config|setting|hyper|schema)[\w-]*\.(json|ya?ml|toml|ini)$", re.I)
"""Settings that are read as data are."""


class Expectations(NamedTuple):
    """What checks the data of training (`by`, with its place), and the data that training starts from."""

    by: str
    place: Place | None
    roots: tuple[str, ...]
    trained: Place | None


def expectations(world: World, owned: Callable[[str], bool]) -> Expectations:
    """Whatever of a component can fail on the data that training takes, and those data."""
    roots = [
        root
        for root in training_roots(world, owned)
        if root.state != "supplied" and root.touch is not None and not _SETTINGS.search(root.artefact)
    ]
    roots.sort(key=lambda root: "{" in root.artefact)  # what is known by its whole name is told first
    if not roots:
        return Expectations("", None, (), None)
    by, place = next(_checks(world, owned, roots), ("", None))
    return Expectations(by, place, tuple(dict.fromkeys(root.artefact for root in roots)), roots[0].trained)


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
