"""Data fetched from an address whose content moves: a branch, a `latest`, another repository at whatever it holds today."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import msgspec

from auditor.graph import places
from auditor.graph.data.sharing import LEAST, is_supplied
from auditor.graph.data.trail import training_roots
from auditor.graph.data.versions import IMMUTABLE, lists_releases, trainings
from auditor.graph.observed.lineage import Touch, library_call
from auditor.graph.world import World
from auditor.language.credentials import mask
from auditor.model.artefact import NodeKind, Role
from auditor.model.facts import Command
from auditor.model.ir import Const
from auditor.model.place import Place
from auditor.model.regex import regex
from auditor.program.calls.effects import Site
from auditor.program.symbolic.values import is_uri, uri

_BRANCH = r"(?:main|master|develop|dev|trunk|HEAD)"
_MOVING = regex(
    rf"githubusercontent\.com/[^/]+/[^/]+/(?:refs/heads/)?{_BRANCH}/"
    rf"|git(?:hub|lab)[^/]*/(?:[^/]+/)+(?:raw|blob|-/raw)/(?:refs/heads/)?{_BRANCH}/"
    rf"|/resolve/{_BRANCH}/|/archive/(?:refs/heads/)?{_BRANCH}\.(?:zip|tar\.gz)|/releases/latest/download/"
    rf"|(?:^|[/_.=-])(?:latest|current|newest|today)(?=$|[/_.&-])",
    re.I,
)
_HOLE = regex(r"\{[^{}]*\}")
_FETCHING = frozenset({"curl", "wget", "aria2c", "aws", "gsutil", "gcloud", "azcopy"})
_VERIFYING = regex(r"hashlib|checksum|known_hash|sha256|sha512|md5|digest|pooch", re.I)
_ARCHIVES = frozenset({"zip", "gz", "tar", "tgz", "bz2", "7z"})
_TABLES = frozenset(
    {
        "csv",
        "tsv",
        "json",
        "jsonl",
        "ndjson",
        "parquet",
        "feather",
        "xlsx",
        "xls",
        "npz",
        "npy",
        "h5",
        "arff",
        "data",
        "txt",
    }
)


class Moving(msgspec.Struct, frozen=True):
    """One read of data that may be others tomorrow. `trains` tells whether a model learns from it."""

    address: str
    place: Place
    trains: bool
    by_choice: bool = False
    """Whether an option may name another address: then this is only the default."""


class Sources(msgspec.Struct, frozen=True):
    """What is fetched from elsewhere: the moving addresses, and how many others there are."""

    moving: tuple[Moving, ...]
    fixed: int


def sources(world: World, owned: Callable[[str], bool]) -> Sources:
    """Every address that programs and commands of a component read data from."""
    roots = [root for root in training_roots(world, owned) if not root.guessed]
    learned = {(root.touch.site, root.touch.artefact.id) for root in roots if root.touch is not None}
    found: dict[tuple[str, Place], Moving] = {}
    fixed = 0
    for touch in _reads(world, owned):
        address = _address(world, touch)
        if not address:
            continue
        if is_moving(address) and not _verified(world, touch.site):
            moving = Moving(
                address,
                world.lineage.place(touch),
                (touch.site, touch.artefact.id) in learned,
                is_supplied(world, touch),
            )
            found.setdefault((address, moving.place), moving)
        else:
            fixed += 1
    for address, place, checked in _commands(world, owned):
        if is_moving(address) and not checked:
            found.setdefault((address, place), Moving(address, place, trains=False))
        else:
            fixed += 1
    return Sources(tuple(found[key] for key in sorted(found, key=lambda key: (key[1], key[0]))), fixed)


def _trained(world: World, owned: Callable[[str], bool]) -> set[str]:
    """The files whose code takes part in training."""
    programs = (training.program for training in trainings(world, owned))
    return {path for path, _ in world.lineage.reached_by_any(programs)}


def is_moving(address: str) -> bool:
    """Whether the text of an address says that its content changes in place, and nothing in it says which state is meant."""
    written = _HOLE.sub("", address).replace("/version/latest/", "/")  # of an interface, not of its data
    return address.endswith("@") or bool(_MOVING.search(written) and not IMMUTABLE.search(written))


def _reads(world: World, owned: Callable[[str], bool]) -> Iterator[Touch]:
    """Reads of product code; a service is meant to answer from today's data."""
    serving = {
        path
        for path in world.resolved.code.paths
        for number in world.resolved.code.scopes(path)
        if any(effect.role is Role.SERVE for effect in world.resolved.effects.own.get((path, number), ()))
    }
    served = {path for path, _ in world.lineage.reached_by_any(serving)} - _trained(world, owned)
    for site in sorted(world.lineage.touches):
        if owned(site[0]) and places.is_product(site[0]) and site[0] not in served:
            for touch in world.lineage.touches[site]:
                if touch.way == "read" and not touch.effect.dead and touch.kind is not NodeKind.MODEL:
                    yield touch


def _address(world: World, touch: Touch) -> str:
    """The address of a read from elsewhere; one that ends with `@` is another repository without a revision."""
    text = touch.artefact.id
    if touch.effect.entry.library == "dvc" and touch.effect.role is Role.READ:
        named = dict(library_call(world.resolved.effects, touch).keywords)
        repository = named.get("repo")
        plain = repository is None or (type(repository) is Const and repository.value is None)
        if plain or "rev" in named:
            return ""
        where = "the repository that is asked"
        if type(repository) is Const and isinstance(repository.value, str):
            where = mask(repository.value)
        what = _HOLE.sub("…", touch.artefact.path or text.rpartition(":")[2])
        return f"{what} of {where}@"
    if touch.artefact.path is not None or not text.startswith(("url:", "uri:")):
        return ""
    shown = places.suffix(uri(text.partition(":")[2])) in ("png", "jpg", "jpeg", "gif", "svg")
    if shown or lists_releases(text):
        return ""
    return text.partition(":")[2] if touch.confidence >= LEAST else ""


def _verified(world: World, site: Site) -> bool:
    """Whether the code around a read compares a checksum: a call or a name of that sound in the same file."""
    code = world.resolved.code
    for number in code.scopes(site[0]):
        for bound in code.index(site[0], number).bindings.values():
            if any(
                type(b.value) is Const
                and isinstance(b.value.value, str)
                and re.fullmatch(r"(?:sha256:|md5:)?[0-9a-f]{32,64}", b.value.value)
                for b in bound.values()
            ):
                return True
    imports = (name.module for statement, _, _ in code.index(site[0], 0).imports for name in statement.names)
    return any(_VERIFYING.search(module) for module in imports)


def _commands(world: World, owned: Callable[[str], bool]) -> Iterator[tuple[str, Place, bool]]:
    """Addresses of data that commands fetch, with whether a checksum is compared beside it."""
    for step in world.steps.all:
        if step.tool == "readme" or not owned(step.path) or not places.is_product(step.path):
            continue
        said = {word.text for command in step.step.commands for word in command.words}
        checked = any(map(_VERIFYING.search, said))
        for command in step.step.commands:
            for address in _fetched(command):
                yield address, Place(step.path, command.line), checked
    for path, launched in sorted(world.launched.items()):
        if owned(path) and places.is_product(path):
            for launch in launched:
                for address in _fetched(launch.command):
                    yield address, world.resolved.code.place(path, launch.line), False


def _fetched(command: Command) -> Iterator[str]:
    """The addresses of tables, and of archives that call themselves data, in a fetching command."""
    words = [word.text for word in command.words]
    if not words or words[0].rpartition("/")[2] not in _FETCHING:
        return
    for word in command.words[1:]:
        text = word.text
        if not is_uri(text):
            continue
        kind = places.suffix(uri(text))
        if kind in _TABLES or (kind in _ARCHIVES and "data" in text.lower()):
            yield uri(text)
