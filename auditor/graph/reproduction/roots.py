"""The libraries that programs import: the first parts of the names of what no file of the tree is."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from auditor.graph.sight import Look, Sight
from auditor.graph.world import World
from auditor.model.ir import Attr, Const, Import, Name, Stmt, Try
from auditor.program.naming.code import Code
from auditor.program.naming.words import records

_PUT = frozenset({("path", "append"), ("path", "insert")})


def roots_of(world: World, path: str, *, outright: bool = False) -> tuple[tuple[str, int], ...]:
    """The roots that a file imports unguarded, from outside the repository."""
    return tuple(
        (root, line)
        for root, line, within, folder in world.seen(ROOTS, path)
        if not (outright and within) and not _is_ours(world, root) and (not folder or _is_ours(world, folder))
    )


def _roots(world: Sight, path: str) -> tuple[tuple[str, int, bool, str], ...]:
    code, found = world.resolved.code, []
    for number in code.scopes(path):
        imports = code.index(path, number).imports
        caught = guarded(code.scope(path, number).body) if imports else frozenset[int]()
        put = _put_before(world, path, number) if imports else {}
        for statement, block, dead in imports:
            if statement.level or dead or block or statement.line in caught:
                continue
            for imported in statement.names:
                root = imported.module.partition(".")[0]
                if root and code.modules.resolve(path, imported.module, 0) is None:
                    found.append((root, statement.line, number > 0, put.get(statement.line, "")))
    return tuple(found)


ROOTS = Look("roots", _roots, tuple[tuple[str, int, bool, str], ...])
"""The roots of what a program imports unguarded and no file of the tree is, with the line, whether within a function or class,
and the folder that was put on the path right before: if the tree has none of that name, whoever runs it brings it."""


def is_unread(world: World, path: str, line: int, root: str) -> bool:
    """Whether a file reads none of the names that the import of a library at a line binds, and no program asks another for it by
    its name (`engine="xlsxwriter"`): all would run as well without."""
    if path.endswith("__init__.py"):
        return False  # what a package imports is for others
    code = world.resolved.code
    statements = (each for number in code.scopes(path) for each, _, _ in code.index(path, number).imports)
    bound = {named.bound.id for each in statements if each.line == line for named in each.names}
    if not bound or not bound.isdisjoint({"*", *code.of_program(path, _names_used, frozenset[str])}):
        return False
    return not any(root in code.texts(other) for other in code.paths)


def _names_used(code: Code, path: str) -> frozenset[str]:
    """The names that a file reads or binds in anything but imports."""
    said: Counter[str] = Counter()
    for number in code.scopes(path):
        scope = code.scope(path, number)
        parts = (scope.decorators, scope.bases, scope.keywords, scope.params, scope.body)
        said.update(each.id for each in records(parts) if type(each) is Name)
        imports = (statement for statement, _, _ in code.index(path, number).imports)
        said.subtract(named.bound.id for statement in imports for named in statement.names)
    return frozenset(name for name, times in said.items() if times > 0)


_NEAR = 3
"""Lines within which an import belongs to the folder that was just put on the path."""


def _put_before(world: Sight, path: str, number: int) -> dict[int, str]:
    """By the lines right behind it the folder of `sys.path.append("deps")`."""
    found: dict[int, str] = {}
    for site in world.resolved.code.index(path, number).calls:
        func, args = site.call.func, site.call.args
        put = type(func) is Attr and type(func.base) is Attr and (func.base.name, func.name) in _PUT
        folder = args[-1].value if put and args and type(args[-1]) is Const else None
        if isinstance(folder, str) and re.fullmatch(r"\w[\w-]*", folder):
            found.update(dict.fromkeys(range(site.call.line + 1, site.call.line + _NEAR + 1), folder))
    return found


def guarded(body: Iterable[Stmt]) -> frozenset[int]:
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
