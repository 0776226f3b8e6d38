"""Modules that programs import from a package of the repository, and that the package does not have: the import fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from posixpath import dirname

import msgspec

from auditor.graph import places
from auditor.graph.jungles.holdings import Holdings
from auditor.graph.jungles.left_out import LeftOut
from auditor.graph.sight import Look, Sight
from auditor.graph.smells.lacking import is_read_alone
from auditor.graph.smells.reading import in_order, programs
from auditor.graph.smells.surely_run import SurelyRun
from auditor.graph.smells.unbound import MADE, imports, is_idle_import
from auditor.graph.world import World
from auditor.language.requirement import canonical
from auditor.model.place import Place

_COMPILED = frozenset({"pyx", "pyi", "pxd", "so", "pyd", "c", "cc", "cpp", "cu", "rs", "f", "f90", "proto", "ui", "qrc", "g4", "jinja", "j2", "tmpl", "in"})  # fmt: skip


class Nowhere(msgspec.Struct, frozen=True):
    """A module that a package lacks, and where it is imported first; `others` are the further places. `idle`: nothing runs
    any of them. `left_out` is the line that tells git to keep it out. `stops`: a program that the repository tells to start
    ends there."""

    module: str
    package: str
    place: Place
    others: tuple[Place, ...]
    idle: bool
    left_out: Place | None = None
    stops: bool = False


class _Import(msgspec.Struct, frozen=True):
    """One import of a module that is not there: its path without a suffix, seen from the root, and the folder of its package;
    `relative`: from which the import counts."""

    path: str
    package: str
    line: int
    relative: bool


def nowhere(world: World, owned: Callable[[str], bool]) -> list[Nowhere]:
    """The modules that programs of a component import in vain; those of one folder that is not there are one."""
    found: dict[str, list[tuple[str, _Import]]] = {}
    for path in programs(world, owned):
        for each in world.seen(NOWHERE, path):
            if _is_own(world, path, each) and _is_lacking(world, each.path):
                found.setdefault(_missing(world, each), []).append((path, each))
    return sorted((_told(world, sites) for sites in found.values()), key=lambda each: in_order(each.place))


def _missing(world: World, each: _Import) -> str:
    """The first part of a module's path that is not there."""
    way = each.package
    for part in each.path[len(each.package) :].strip("/").split("/"):
        way = f"{way}/{part}"
        if way not in world.identities.folders:
            break
    return way


def _told(world: World, sites: list[tuple[str, _Import]]) -> Nowhere:
    located = [(world.resolved.code.place(path, each.line), path, each) for path, each in sites]
    located.sort(key=lambda site: in_order(site[0]))
    (first, _, each), *others = located
    idle = all(is_idle_import(world, path, each.line) for _, path, each in located)
    left_out = world.once(LeftOut).by(f"{each.path}.py")
    stops = any(world.once(SurelyRun).at(path, each.line) for _, path, each in located)
    return Nowhere(each.path, each.package, first, tuple(place for place, _, _ in others), idle, left_out, stops)


def _is_own(world: World, path: str, each: _Import) -> bool:
    """Whether no library can be meant: the import counts from its own folder, or its package lies in a folder above, or the
    `src` of one, that is no package, and nothing that can be installed is called like it."""
    if each.relative:
        return True
    base, _, first = each.package.rpartition("/")
    above = base.removesuffix("src").rstrip("/")
    if f"{base}/__init__.py".lstrip("/") in world.resolved.tree or not (not above or path.startswith(f"{above}/")):
        return False
    asked = {requirement.name for facts in world.files.values() for requirement in facts.requirements}
    return canonical(first) not in asked and world.resolved.knowledge.distributions(first) == (first,)


def _is_lacking(world: World, module: str) -> bool:
    """Whether nothing of the tree is, makes or brings a module, and git is not told to leave it out by a line of its own."""
    known = world.once(Holdings)
    folder, _, name = module.rpartition("/")
    if (
        world.identities.is_unread(module)
        or MADE.search(name)
        or known.under_submodule(module)
        or name in known.fetched
        or f"{name}.py" in known.written
    ):
        return False
    ends = (f"/{module}.", f"/{module}/")
    if any(end in f"/{path}" for path in world.identities.tree for end in ends):
        return False
    if any(
        places.suffix(path) in _COMPILED and path.rpartition("/")[2].startswith(f"{name}.")
        for path in world.identities.tree
    ):
        return False
    if folder.rpartition("/")[2] == name and any(path.endswith("Cargo.toml") for path in world.identities.tree):
        return False
    return not known.is_ignored(f"{module}.py") or known.is_ignored(f"{folder}/__init__.py")


def _nowhere(sight: Sight, path: str) -> tuple[_Import, ...]:
    if not places.is_product(path) or not is_read_alone(path, sight.resolved.code.programs[path]):
        return ()
    return tuple(_lacking(sight, path))


NOWHERE = Look("nowhere", _nowhere, tuple[_Import, ...])
"""The modules that a program imports from a package of the tree that seems not to have them."""


def _lacking(sight: Sight, path: str) -> Iterator[_Import]:
    modules = sight.resolved.code.modules
    for statement in imports(sight, path):
        for dotted in {imported.module for imported in statement.names if imported.module}:
            if "/" in dotted or modules.resolve(path, dotted, statement.level) is not None:
                continue
            package, rest = _within(sight, path, dotted, statement.level)
            if package:
                yield _Import(f"{package}/{rest.replace('.', '/')}", package, statement.line, bool(statement.level))


def _within(sight: Sight, path: str, dotted: str, level: int) -> tuple[str, str]:
    """The folder of the package of the tree that an import begins in, and what it names below; "" where it may be another's."""
    if level:
        folder = dirname(path)
        for _ in range(level - 1):
            folder = dirname(folder)
        return folder, dotted
    first, _, rest = dotted.partition(".")
    home = sight.resolved.code.modules.resolve(path, first, 0) if rest else None
    return (dirname(home), rest) if home is not None and home.endswith("/__init__.py") else ("", "")
