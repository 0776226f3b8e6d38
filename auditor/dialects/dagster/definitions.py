"""What a code location of Dagster holds: jobs, what starts them, and the assets that loaders find in modules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from posixpath import dirname

from auditor.dialects.dagster.assets import Asset, Spec, joined, members
from auditor.dialects.dagster.making import Maker
from auditor.dialects.flowing import Unit
from auditor.dialects.symbolic.things import Arguments, Items, Made, Pending, Table, Thing, Where, options
from auditor.program.naming.code import Module

_LOADERS = ("load_assets_from", "load_asset_checks_from", "load_definitions_from")


@dataclass(eq=False)
class Job:
    """What runs as one: a graph of ops, or assets that are selected."""

    name: str
    where: Where
    unit: Unit | None = None
    selection: Thing | None = None
    partitions: Thing = None


@dataclass(eq=False)
class Start:
    """A schedule or sensor, and what it starts; texts in `targets` are names of jobs."""

    kind: str  # schedule, sensor, asset_sensor, partitions
    name: str
    where: Where
    targets: tuple[Thing, ...]
    given: Arguments


@dataclass(eq=False)
class Location:
    """`Definitions(…)`, or what is loaded from a folder: all that is defined below it."""

    where: Where
    contents: list[Thing] = field(default_factory=list)
    folder: str | None = None


class Loader:
    """Finds what the modules of a location hold."""

    def __init__(self, maker: Maker, files: frozenset[str]) -> None:
        self.maker = maker
        self.machine = maker.machine
        self.files = files
        self.locations: list[Location] = []

    def of(self, last: str, args: Arguments, where: Where) -> Thing | None:
        """What `Definitions`, `Definitions.merge`, `load_defs` or a loader of assets gives."""
        if last in ("Definitions", "merge", "repository"):
            return self._located(Location(where, [*args.positional, *args.keywords.values()]))
        if last in ("load_defs", "load_from_defs_folder"):
            homes = [folder_of(one.path) for one in options(args.get("defs_root", 0)) if isinstance(one, Module)]
            return self._located(Location(where, [], homes[0] if homes else folder_of(where.path)))
        if not last.startswith(_LOADERS):
            return None
        found: list[Asset | Spec] = []
        if last.endswith("current_module"):
            found += self._in_module(where.path)
        for given in args.positional[:1] or args.keywords.values():
            for module in modules(given):
                found += self._below(folder_of(module)) if "package" in last else self._in_module(module)
        self._prefixed(found, args)
        return Items("list", found)

    def _located(self, location: Location) -> Location:
        self.locations.append(location)
        return location

    def _prefixed(self, found: list[Asset | Spec], args: Arguments) -> None:
        prefix = args.get("key_prefix")
        front = self.maker.keys.path(prefix) if prefix is not None else None
        group = self.maker.meaning.text(args.get("group_name"))
        for spec in {id(spec): spec for asset in found for spec in members(asset)}.values():
            spec.key = joined([front, spec.key]) or spec.key
            spec.group = spec.group or group

    def _in_module(self, path: str) -> list[Asset | Spec]:
        """The assets among the names of a module, its own and those it imports."""
        found: dict[int, Asset | Spec] = {}
        for name, held in list(self.machine.module(path).names.items()):
            if not isinstance(held, Pending):
                found.update((id(one), one) for one in held_assets(held))
            elif held.home in self.files:
                found.update((id(one), one) for one in held_assets(self.machine.member(path, name)))
        return list(found.values())

    def _below(self, folder: str) -> list[Asset | Spec]:
        paths = sorted(path for path in self.files if path.startswith(folder))
        return list({id(one): one for path in paths for one in self._in_module(path)}.values())


def folder_of(path: str) -> str:
    """The folder of a module or package, with a slash at its end; "" for the root."""
    folder = path.rstrip("/") if path.endswith("/") else dirname(path)
    return f"{folder}/" if folder else ""


def modules(thing: Thing) -> Iterator[str]:
    """The modules in a list, or the one."""
    for option in options(thing):
        if isinstance(option, Items):
            for item in option.items:
                yield from modules(item)
        elif isinstance(option, Module):
            yield option.path


def held_assets(thing: Thing) -> Iterator[Asset | Spec]:
    """All assets in a thing, through lists and the calls that wrap them."""
    yield from (one for one in held(thing) if isinstance(one, (Asset, Spec)))


def held(thing: Thing) -> Iterator[Thing]:
    """All things in a thing, through lists and the calls that wrap them."""
    for option in options(thing):
        inner: list[Thing]
        if isinstance(option, Location):
            yield option
            inner = option.contents
        elif isinstance(option, Items):
            inner = option.items
        elif isinstance(option, Table):
            inner = option.values()
        elif isinstance(option, Made):
            inner = [*option.args.positional, *option.args.keywords.values()]
        else:
            yield option
            continue
        for item in inner:
            yield from held(item)
