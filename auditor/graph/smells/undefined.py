"""Names that a program uses and nothing in it defines: it cannot have run in this state."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from posixpath import dirname

import msgspec

from auditor.graph import places
from auditor.graph.smells.lacking import LACKING
from auditor.graph.smells.reading import in_order, is_idle, programs, root_of, spelled
from auditor.graph.smells.surely_run import SurelyRun
from auditor.graph.smells.unbound import is_imported
from auditor.graph.smells.unreached import is_unreached
from auditor.graph.started import Started
from auditor.graph.world import World
from auditor.model.ir import Call, Do, Scope
from auditor.model.place import Place

_ALIASES = frozenset(sys.stdlib_module_names) | {
    "np",
    "pd",
    "plt",
    "sns",
    "tf",
    "torch",
    "nn",
    "F",
    "sp",
    "px",
    "go",
    "cv2",
    "tqdm",
}
"""Names that a program misses because its author forgot an import, not because somebody hands them over."""


class Undefined(msgspec.Struct, frozen=True):
    """A name that nothing defines, and where it is used first. `idle`: nothing runs that place, or it ends there anyway.

    `others` are further names of the same line or cell, or that the same file, `source`, defines. `ran`: its cell was run.
    `aside`: nothing imports, starts or names its file. `stops`: a program that the
    repository tells to start surely comes there.
    """

    name: str
    place: Place
    uses: int
    idle: bool = False
    others: tuple[str, ...] = ()
    source: str = ""
    ran: bool = False
    aside: bool = False
    stops: bool = False


def undefined(world: World, owned: Callable[[str], bool]) -> tuple[list[Undefined], int]:
    """Names of product programs that nothing defines, and how many programs could be looked at."""
    found: list[Undefined] = []
    looked = 0
    for path in programs(world, owned):
        lacking = world.seen(LACKING, path)
        looked += lacking.told
        given = world.handed(path) if lacking.names else frozenset()
        found += [
            Undefined(
                name,
                world.resolved.code.place(path, min(lines)),
                len(lines),
                all(_hurts_nobody(world, path, line) for line in lines),
                source=_defined_beside(world, path, name) or _defined_once(world, path, name),
                ran=_ran(world, path, min(lines)),
                aside=all(_is_aside(world, path, line) for line in lines),
                stops=any(world.once(SurelyRun).at(path, line) for line in lines),
            )
            for name, lines in lacking.names
            if name not in given and not _is_only_shown(world, path, lines)
        ]
    pieces = _pieces(world, found)
    whole = sorted((each for each in found if each.place.path not in pieces), key=lambda each: in_order(each.place))
    return _folded(whole), looked


def _hurts_nobody(world: World, path: str, line: int) -> bool:
    """Whether nothing runs a line, it stands in a branch that is off or ends the program anyway, its cell shows that it failed, or
    the name of its file says that it is left over."""
    failed = any(
        cell.failed and cell.start <= line < cell.start + cell.lines
        for cell in world.resolved.code.programs[path].cells
    )
    return failed or places.is_left_over(path) or is_idle(world, path, line) or is_unreached(world, path, line)


def _is_aside(world: World, path: str, line: int) -> bool:
    """Whether a line stands in a notebook, or in a function of a module that runs nothing itself, which nothing starts,
    names or imports."""
    code = world.resolved.code
    if is_imported(world, path) or world.once(Started).needs(path):
        return False
    program = code.programs[path]
    inside = any(scope.kind == "function" and scope.line <= line <= scope.end_line for scope in program.scopes)
    return world.is_notebook(path) or (inside and not program.main_guard and not _runs(program.scopes[0]))


def _runs(module: Scope) -> bool:
    """Whether the top of a module calls something on its own, as scripts do; paths and warnings are only set."""
    calls = (each.value.func for each in module.body if type(each) is Do and type(each.value) is Call)
    return any(spelled(root_of(func)) not in _SETTING for func in calls)


_SETTING = frozenset({"sys", "os", "warnings", "logging"})


def _ran(world: World, path: str, line: int) -> bool:
    cells = world.resolved.code.programs[path].cells
    return any(cell.count >= 0 and cell.start <= line < cell.start + cell.lines for cell in cells)


def _defined_beside(world: World, path: str, name: str) -> str:
    """The one file of the same folder that defines a name at its top; "" where none or several do."""
    code = world.resolved.code
    beside = [p for p in world.once(_by_folder).get(dirname(path), ()) if p != path]
    found = [p for p in beside if any(b.how == "define" for b in code.index(p, 0).bindings.get(name, {}).values())]
    return found[0] if len(found) == 1 else ""


def _defined_once(world: World, path: str, name: str) -> str:
    """The one other module of the tree that defines a name at its top; "" where none or several do."""
    found = [home for home in world.once(_definers).get(name, ()) if home != path]
    return found[0] if len(found) == 1 else ""


def _definers(world: World) -> dict[str, list[str]]:
    """The modules of the product that define names at their top, by name."""
    found: dict[str, list[str]] = {}
    for path in world.resolved.code.paths:
        if places.is_product(path) and not path.endswith(".ipynb"):
            for name, bindings in world.resolved.code.index(path, 0).bindings.items():
                if any(binding.how == "define" for binding in bindings.values()):
                    found.setdefault(name, []).append(path)
    return found


def _by_folder(world: World) -> dict[str, list[str]]:
    """The modules and scripts by the folder in which they lie."""
    found: dict[str, list[str]] = {}
    for path in world.resolved.code.paths:
        if not path.endswith(".ipynb"):
            found.setdefault(dirname(path), []).append(path)
    return found


def _folded(found: list[Undefined]) -> list[Undefined]:
    """One import that was forgotten is one mistake, and so is one line, or one cell of a notebook."""
    groups: dict[object, list[Undefined]] = {}
    for each in found:
        together = (each.place.path, each.source) if each.source else each.place
        cell = (each.place.path, each.place.cell)
        groups.setdefault(together if each.place.cell is None else cell, []).append(each)
    return [
        msgspec.structs.replace(
            first,
            others=tuple(other.name for other in others),
            idle=all(e.idle for e in (first, *others)),
            aside=all(e.aside for e in (first, *others)),
            stops=any(e.stops for e in (first, *others)),
        )
        for first, *others in groups.values()
    ]


def _is_only_shown(world: World, path: str, lines: Iterable[int]) -> bool:
    """Whether a name stands in functions alone that a notebook defines and never calls: they are there to be read."""
    alone = path.endswith(".ipynb") and not world.resolved.code.importers(path)
    return alone and all(world.uncalled.in_its_file(path, line) for line in lines)


def _pieces(world: World, found: list[Undefined]) -> frozenset[str]:
    """The files that are pieces of programs: nothing imports them, and those of their folder lack the same name, which
    whoever puts them together or executes them hands over."""
    code = world.resolved.code
    lacking: dict[tuple[str, str], set[str]] = {}
    loose = {
        each.place.path
        for each in found
        if not code.importers(each.place.path)
        and not each.place.path.endswith(".ipynb")
        and not code.programs[each.place.path].main_guard
    }
    for each in found:
        if each.place.path in loose and each.name not in _ALIASES:
            lacking.setdefault((dirname(each.place.path), each.name), set()).add(each.place.path)
    folders = {folder for (folder, _), paths in lacking.items() if len(paths) > 1}
    return frozenset(path for path in loose if dirname(path) in folders)
