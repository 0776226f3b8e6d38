"""What the questions about smells share: which scopes they look at, and what is said of types and names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from auditor.graph import places
from auditor.graph.sight import Sight
from auditor.graph.world import World
from auditor.model.ir import Attr, Expr, Item, Name
from auditor.model.place import Place
from auditor.program.calls.effects import Site
from auditor.program.naming.code import Frame, Instance
from auditor.program.naming.statements import Placed, placed


def in_order(place: Place) -> tuple[str, int, int]:
    """The order of places within a tree; what has no line comes first."""
    return place.path, -1 if place.cell is None else place.cell, place.line or 0


def programs(world: World, owned: Callable[[str], bool], roots: Iterable[str] = ()) -> list[str]:
    """Product programs of a component that import one of some libraries (any program where none are named)."""
    wanted = frozenset(roots)
    imported = world.imported_roots if wanted else {}
    return [
        path
        for path in world.resolved.code.paths
        if owned(path) and places.is_product(path) and (not wanted or wanted & imported[path])
    ]


def statements(world: Sight, path: str) -> Iterator[tuple[Site, Placed]]:
    """All statements of a program with the scope each stands in."""
    code = world.resolved.code
    for number in code.scopes(path):
        for each in placed(code.scope(path, number).body):
            yield (path, number), each


def is_idle(world: World, path: str, line: int) -> bool:
    """Whether code is there and runs for nobody: nothing calls it, or it stands in a cell that was never run where others were."""
    cells = world.resolved.code.programs[path].cells
    if any(cell.count >= 0 for cell in cells) and any(
        cell.count < 0 and cell.start <= line < cell.start + max(cell.lines, 1) for cell in cells
    ):
        return True
    return world.uncalled.at(path, line) or _is_only_tested(world, path, line)


def _is_only_tested(world: World, path: str, line: int) -> bool:
    """Whether tests alone call a function, and no other program names it."""
    code = world.resolved.code
    scopes = code.programs[path].scopes
    around = [n for n, scope in enumerate(scopes) if scope.kind == "function" and scope.line <= line <= scope.end_line]
    if not around:
        return False
    number = max(around, key=lambda n: scopes[n].line)
    callers = world.resolved.effects.callers.get((path, number), ())
    if scopes[number].parent or scopes[number].decorators or not all(places.is_test(e.caller[0]) for e in callers):
        return False
    name = frozenset({scopes[number].name})
    naming = [other for other in code.paths if other != path and code.words(other).mentions(name)]
    return bool(naming) and all(map(places.is_test, naming)) and not world.uncalled.is_told(scopes[number].name)


def frame_at(site: Site, at: Placed) -> Frame:
    """Where the expressions of a statement are evaluated."""
    return Frame(*site, block=at.block)


def type_of(world: Sight, expr: Expr, frame: Frame) -> str:
    """The library class of an object, by its canonical name; "" where it is not known."""
    found = world.resolved.evaluator.denoter.denote(expr, frame)
    if type(found) is Instance and isinstance(found.of, str):
        return world.resolved.knowledge.canonical(found.of)
    return ""


def dotted(world: Sight, expr: Expr, frame: Frame) -> str:
    """The canonical name of a library callable or constant; "" where it is none."""
    found = world.resolved.evaluator.denoter.dotted(expr, frame)
    return world.resolved.knowledge.canonical(found) if found is not None else ""


def spelled(expr: Expr) -> str:
    """Names and attributes as they are written (`self.model`); "" for anything else."""
    if type(expr) is Name:
        return expr.id
    if type(expr) is Attr:
        base = spelled(expr.base)
        return f"{base}.{expr.name}" if base else ""
    return ""


def root_of(expr: Expr) -> Expr:
    """What an item or attribute is taken of, at the bottom of the chain."""
    while type(expr) in (Attr, Item):
        expr = expr.base  # type: ignore[union-attr]  # both have one
    return expr
