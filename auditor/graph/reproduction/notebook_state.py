"""Questions about notebooks: whether a run from top to bottom would give what was saved (Pimentel et al. 2019)."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise

import msgspec

from auditor.graph import places
from auditor.graph.world import AUTOMAGIC, World
from auditor.model.ir import Assign, Cell, Do, Each, Expr, Lambda, Name, Outer, Program, Stmt
from auditor.model.place import Place
from auditor.program.naming.scopes import children

_ALWAYS = frozenset(dir(builtins)) | {
    "__file__", "__name__", "__doc__", "get_ipython", "display", "In", "Out", "exit", "quit", "_", "__", "___", "_i", "_ih", "_oh",
    "spark", "sc", "sqlContext", "dbutils", "displayHTML", "mssparkutils", "notebookutils", "sql", "table", "session",
}  # fmt: skip
"""What Python, IPython and the notebooks of data platforms provide."""
_DEFINING = frozenset(
    {
        "pylab",
        "run",
        "store",
        "load",
        "loadpy",
        "load_ext",
        "R",
        "Rpush",
        "Rpull",
        "capture",
        "time",
        "sql",
        "macro",
        "pyspark",
    }
)
"""Magics after which names may exist that no cell binds."""


class Hidden(msgspec.Struct, frozen=True):
    """What a notebook hides. `kind`: `undefined` (a cell that ran uses a name that no cell binds), `later` (only a cell
    further down binds it), `order` (the cells were run in another order than they stand in)."""

    path: str
    kind: str
    name: str
    place: Place
    related: Place | None = None


class Notebooks(msgspec.Struct, frozen=True):
    """What notebooks hide, one thing each, and how many were looked at."""

    hidden: tuple[Hidden, ...]
    total: int


def notebooks(world: World, owned: Callable[[str], bool]) -> Notebooks:
    """The notebooks of a component whose saved state does not follow from their cells in order."""
    found, total = [], 0
    for path, program in sorted(world.resolved.code.programs.items()):
        if not program.cells or not owned(path) or not places.is_product(path) or world.files[path].troubles:
            continue
        total += 1
        hidden = next(_unbound(world, path, program), None) or _disordered(world, path, program)
        if hidden is not None:
            found.append(hidden)
    return Notebooks(tuple(found), total)


def _disordered(world: World, path: str, program: Program) -> Hidden | None:
    """The first cell that ran before the one above it. Gaps are none: a cell may be run twice."""
    ran = [cell for cell in program.cells if cell.count > 0]
    for above, below in pairwise(ran):
        if below.count < above.count:
            place = world.resolved.code.place(path, below.start)
            return Hidden(path, "order", f"[{below.count}] below [{above.count}]", place)
    return None


def _unbound(world: World, path: str, program: Program) -> Iterator[Hidden]:
    """Names that a cell uses at its top level and no cell above binds."""
    code = world.resolved.code
    index = code.index(path, 0)
    if any(e.name in _DEFINING for e in program.escapes if e.kind != "shell") or _imports_all(world, path):
        return
    held = {word for e in program.escapes for word in e.text.split()} | _outer(world, path) | world.handed(path)
    for line, name in sorted(_loaded(code.scope(path, 0).body), key=lambda use: use[0]):
        if name.version or name.id in _ALWAYS or name.id in held:
            continue
        cell = _cell(program, line)
        bound = [b.line for b in index.bindings.get(name.id, {}).values()]
        if cell is None or cell.count < 0 or cell.failed:
            continue
        place = code.place(path, line)
        if not bound:
            yield Hidden(path, "undefined", name.id, place)
        elif all((_cell(program, at) or cell).index > cell.index for at in bound):
            yield Hidden(path, "later", name.id, place, code.place(path, min(bound)))


def _imports_all(world: World, path: str) -> bool:
    code = world.resolved.code
    return any(
        imported.name == "*"
        for number in code.scopes(path)
        for statement, _, _ in code.index(path, number).imports
        for imported in statement.names
    )


def _outer(world: World, path: str) -> set[str]:
    """Names that functions bind globally."""
    scopes = world.resolved.code.programs[path].scopes
    return {
        name for scope in scopes for statement in scope.body if type(statement) is Outer for name in statement.names
    }


def _cell(program: Program, line: int) -> Cell | None:
    return next((cell for cell in program.cells if cell.start <= line < cell.start + cell.lines), None)


def _loaded(body: Iterable[Stmt]) -> Iterator[tuple[int, Name]]:
    """The names that plain statements of the top level read; what stands in branches, loops and lambdas may not run."""
    for statement in body:
        match statement:
            case Do(value=Name(id=name)) if name in AUTOMAGIC:
                pass  # `ls` alone on a line is a command
            case Assign(value=value, line=line) | Do(value=value, line=line) if value is not None:
                yield from ((line, name) for name in _names(value))
            case _:
                pass


def _names(expr: Expr) -> Iterator[Name]:
    if type(expr) is Name:
        yield expr
    elif type(expr) not in (Each, Lambda):
        for child in children(expr):
            yield from _names(child)
