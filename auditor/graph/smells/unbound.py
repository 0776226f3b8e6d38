"""Names that a program imports from a module of the repository which has no such name: the import fails."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import msgspec

from auditor.graph import places
from auditor.graph.artefacts.identity import above
from auditor.graph.sight import Look, Sight
from auditor.graph.smells.lacking import bound, is_plain, is_read_alone
from auditor.graph.smells.reading import in_order, is_idle, programs
from auditor.graph.smells.surely_run import SurelyRun
from auditor.graph.smells.unreached import is_unreached
from auditor.graph.started import Started
from auditor.graph.world import World
from auditor.model.ir import Import, Scope, Try
from auditor.model.place import Place
from auditor.model.regex import regex
from auditor.program.naming.statements import placed

_SUPPLIED = frozenset({"__getattr__", "__path__"})
"""What a module binds that brings names which are not written in it."""


MADE = regex(r"(^|[._])(_\w+|version|\w+_pb2(_grpc)?|\w+_rc|ui_\w+|parsetab|\w*(lexer|parser|listener|visitor))$", re.I)
"""Modules that a build, a compiler or a generator makes."""
_REPLACED = frozenset({"modules"})
"""`sys.modules`, by which a module puts something else in its own place."""


class Unbound(msgspec.Struct, frozen=True):
    """A name that its module does not have, and where it is imported first; `others` are further ones of that line. `idle`:
    nothing runs that place, or starts, imports or names its file. `stops`: a program that the repository tells to start ends
    there."""

    name: str
    module: str
    place: Place
    idle: bool
    stops: bool = False
    others: tuple[str, ...] = ()


class _Import(msgspec.Struct, frozen=True):
    """One import of a name that nothing binds in the file which the import seems to mean."""

    name: str
    dotted: str
    home: str
    line: int


def unbound(world: World, owned: Callable[[str], bool]) -> list[Unbound]:
    """The imports of a component that fail, one for a name and its module in a file; those of one line are one."""
    seen: set[tuple[str, str, str]] = set()
    found: dict[tuple[str, str, int], list[_Import]] = {}
    for path in programs(world, owned):
        for each in world.seen(UNBOUND, path):
            key = path, each.home, each.name
            if key not in seen and _is_meant(world, path, each) and not _is_beside(world, each):
                seen.add(key)
                found.setdefault((path, each.home, each.line), []).append(each)
    told = (_told(world, path, line, names) for (path, _, line), names in found.items())
    return sorted(told, key=lambda each: in_order(each.place))


def _told(world: World, path: str, line: int, names: list[_Import]) -> Unbound:
    first, *others = names
    place, idle = world.resolved.code.place(path, line), is_idle_import(world, path, line)
    stops = world.once(SurelyRun).at(path, line)
    return Unbound(first.name, first.home, place, idle, stops, tuple(each.name for each in others))


def is_idle_import(world: World, path: str, line: int) -> bool:
    """Whether nothing runs an import, or starts, imports or names its file, or its name says that it is left over."""
    named = is_imported(world, path) or world.once(Started).needs(path)
    idle = not named or is_idle(world, path, line) or is_unreached(world, path, line)
    return idle or places.is_left_over(path)


def is_imported(world: World, path: str) -> bool:
    """Whether some file imports a module that is not itself set aside."""
    return any(not places.is_scrap(each) for each in world.resolved.code.importers(path))


def _is_meant(world: World, path: str, each: _Import) -> bool:
    """Whether no other module can be meant: the import counts from its own folder, or the tree has one module of that name, in
    a folder above, or its `src`, that is no package. Within packages the name is that of a library."""
    if not each.dotted:
        return True
    tail = each.dotted.replace(".", "/")
    base = each.home.removesuffix(".py").removesuffix("/__init__").removesuffix(tail).rstrip("/")
    above = base.removesuffix("src").rstrip("/")
    if f"{base}/__init__.py".lstrip("/") in world.resolved.tree or not (not above or path.startswith(f"{above}/")):
        return False
    ends = (f"/{tail}.py", f"/{tail}/__init__.py", f"/{tail}.pyi", f"/{tail}.pyx")
    names = {end.rpartition("/")[2] for end in ends}
    named = (found for name in names for found in world.once(_by_name).get(name, ()))
    return sum(f"/{found}".endswith(ends) for found in named) == 1


def _by_name(world: World) -> dict[str, list[str]]:
    """The paths of the tree by the name of the file."""
    found: dict[str, list[str]] = {}
    for path in world.resolved.tree:
        found.setdefault(path.rpartition("/")[2], []).append(path)
    return found


def _is_beside(world: World, each: _Import) -> bool:
    """Whether the name is that of a file or folder in the package, whatever it is made of, read or not, or of a module that is made."""
    folder, _, file = each.home.rpartition("/")
    begin = f"{folder}/{each.name}" if folder else each.name
    there = begin in world.once(_begins) or world.identities.is_unread(begin)
    return file == "__init__.py" and (there or MADE.search(each.name) is not None)


def _begins(world: World) -> frozenset[str]:
    """What the paths of the tree begin with, up to a slash, or up to a dot in a part of them."""
    folders = {folder for path in world.resolved.tree for folder in above(path)}
    whole = (*folders, *world.resolved.tree)
    dotted = (each[:at] for each in whole for at in range(each.rfind("/") + 1, len(each)) if each[at] == ".")
    return frozenset((*folders, *dotted))


def _unbound(sight: Sight, path: str) -> tuple[_Import, ...]:
    if not places.is_product(path) or not is_read_alone(path, sight.resolved.code.programs[path]):
        return ()
    return tuple(_imports(sight, path))


UNBOUND = Look("unbound", _unbound, tuple[_Import, ...])
"""The names that a program imports and that their modules do not bind."""


def _imports(sight: Sight, path: str) -> Iterator[_Import]:
    code = sight.resolved.code
    for statement in imports(sight, path):
        for imported in statement.names:
            if imported.name in ("", "*"):
                continue
            home = code.modules.resolve(path, imported.module, statement.level)
            if home is None or home == path or not home.endswith(".py") or _has(sight, home, imported.name):
                continue
            dotted = "" if statement.level else imported.module
            yield _Import(imported.name, dotted, home, statement.line)


def imports(sight: Sight, path: str) -> Iterator[Import]:
    """The imports of a program that are meant to succeed: neither in a `try` or a dead branch nor for a checker of types."""
    code = sight.resolved.code
    for number in code.scopes(path):
        index = code.index(path, number)
        told = [each for each, block, dead in index.imports if not (dead or index.for_types(block))]
        tries = _tries(code.scope(path, number)) if told else []
        yield from (each for each in told if not any(one.line <= each.line <= one.end_line for one in tries))


def _tries(scope: Scope) -> list[Try]:
    """The `try` statements of a scope: an import in one may fail."""
    return [each.statement for each in placed(scope.body) if type(each.statement) is Try]


def _has(sight: Sight, home: str, name: str) -> bool:
    """Whether a module has a name, or may have it: what is not wholly written in it may have any."""
    code = sight.resolved.code
    index = code.index(home, 0)
    if index.binds(name) or any(map(index.binds, _SUPPLIED)) or name.startswith("__"):
        return True
    program = code.programs[home]
    if code.words(home).mentions(_REPLACED) or not is_plain(sight, home, program):
        return True
    return name in bound(sight, home, program)
