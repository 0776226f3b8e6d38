"""Names that a program uses and nothing in it defines: it cannot have run in this state."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from posixpath import dirname

import msgspec

from auditor.graph.smells.lacking import LACKING
from auditor.graph.smells.reading import dotted, in_order, is_idle, programs, statements
from auditor.graph.world import World
from auditor.model.ir import Call, Do, If, Raise, Stmt
from auditor.model.place import Place
from auditor.program.naming.code import Frame
from auditor.program.naming.statements import bodies

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

_EXITS = frozenset({"sys.exit", "os._exit", "builtins.exit", "builtins.quit"})


class Undefined(msgspec.Struct, frozen=True):
    """A name that nothing defines, and where it is used first. `idle`: nothing runs that place, or the program ends there anyway."""

    name: str
    place: Place
    uses: int
    idle: bool = False


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
                all(is_idle(world, path, line) or _ends_anyway(world, path, line) for line in lines),
            )
            for name, lines in lacking.names
            if name not in given and not _is_only_shown(world, path, lines)
        ]
    pieces = _pieces(world, found)
    whole = [each for each in found if each.place.path not in pieces]
    return sorted(whole, key=lambda each: in_order(each.place)), looked


def _is_only_shown(world: World, path: str, lines: Iterable[int]) -> bool:
    """Whether a name stands in functions alone that a notebook defines and never calls: they are there to be read."""
    alone = path.endswith(".ipynb") and not world.resolved.code.importers(path)
    return alone and all(world.uncalled.in_its_file(path, line) for line in lines)


def _ends_anyway(world: World, path: str, line: int) -> bool:
    """Whether a line stands in a branch that ends the program whatever happens in it: it ends by another error."""
    frames = [(each, Frame(*site, block=each.block)) for site, each in statements(world, path)]
    lists = [
        (body, frame)
        for each, frame in frames
        if type(each.statement) is If and each.line <= line <= each.statement.end_line
        for body in bodies(each.statement)
    ]
    return any(
        body[0].line <= line <= getattr(body[-1], "end_line", body[-1].line) and _ends(world, body[-1], frame)
        for body, frame in lists
        if body
    )


def _ends(world: World, statement: Stmt, frame: Frame) -> bool:
    """Whether a statement raises or leaves the program."""
    if type(statement) is Do and type(statement.value) is Call:
        return dotted(world, statement.value.func, frame) in _EXITS
    return type(statement) is Raise


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
