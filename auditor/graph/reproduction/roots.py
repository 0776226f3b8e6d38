"""The libraries that programs import: the first parts of the names of what no file of the tree is."""

from __future__ import annotations

from collections.abc import Iterable

from auditor.graph.sight import Look, Sight
from auditor.graph.world import World
from auditor.model.ir import Import, Stmt, Try


def roots_of(world: World, path: str, *, outright: bool = False) -> tuple[tuple[str, int], ...]:
    """The roots that a file imports unguarded, from outside the repository."""
    return tuple(
        (root, line)
        for root, line, within in world.seen(ROOTS, path)
        if not (outright and within) and not _is_ours(world, root)
    )


def _roots(world: Sight, path: str) -> tuple[tuple[str, int, bool], ...]:
    code, found = world.resolved.code, []
    for number in code.scopes(path):
        imports = code.index(path, number).imports
        guarded = _guarded(code.scope(path, number).body) if imports else frozenset[int]()
        for statement, block, dead in imports:
            if statement.level or dead or block or statement.line in guarded:
                continue
            for imported in statement.names:
                root = imported.module.partition(".")[0]
                if root and code.modules.resolve(path, imported.module, 0) is None:
                    found.append((root, statement.line, number > 0))
    return tuple(found)


ROOTS = Look("roots", _roots, tuple[tuple[str, int, bool], ...])
"""The roots of what a program imports unguarded and no file of the tree is, with the line, and whether within a function or class."""


def _guarded(body: Iterable[Stmt]) -> frozenset[int]:
    """The lines of imports whose failure is caught."""
    found: set[int] = set()
    for statement in body:
        if type(statement) is Try and statement.handlers:
            found |= {inner.line for inner in statement.body if type(inner) is Import}
    return frozenset(found)


def _is_ours(world: World, root: str) -> bool:
    """Whether a folder or file anywhere in the tree has that name: it may be imported by a path that is set elsewhere."""
    return root in world.once(_local_names)


def _local_names(world: World) -> frozenset[str]:
    names: set[str] = set()
    for path in world.resolved.code.paths:
        *folders, name = path.split("/")
        names.update(folders)
        names.add(name.rpartition(".")[0])
    return frozenset(names)
