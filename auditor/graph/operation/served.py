"""What services load, held against what training registers, promotes and writes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

import msgspec

from auditor.graph import places
from auditor.graph.artefacts.identity import above
from auditor.graph.data.optional import is_called_to_create, only_creates
from auditor.graph.data.versions import trainings
from auditor.graph.observed.lineage import Touch
from auditor.graph.operation.promoting import promotions
from auditor.graph.parts.portrait import serving_programs
from auditor.graph.world import World
from auditor.model.artefact import NodeKind, Role
from auditor.model.place import Place
from auditor.model.regex import regex
from auditor.program.running.invocations import argument

_MODEL = regex(r"models:/(?P<name>[^/@]+)(?:/(?P<version>[^/@]+)|@(?P<alias>[^/@]+))?/?$")
_BENTO = regex(r"(?P<name>[\w.-]+):(?P<version>[\w.-]+)$")
_SUPPLIED = frozenset({"cli", "env", "default", "command"})
_NEWEST = frozenset({"latest", "none", ""})


class Mismatch(msgspec.Struct, frozen=True):
    """A service that does not load what is promoted. `kind`: `version` (fixed for ever), `stage` or `alias` (another one), `place`."""

    service: str
    loaded: Place
    model: str
    wants: str
    kind: str
    moved: Place
    gives: str


def loads(world: World, owned: Callable[[str], bool]) -> Iterator[tuple[str, Touch]]:
    """The models that the services of a component load, with the program that serves."""
    product = [path for path in world.resolved.code.paths if owned(path) and places.is_product(path)]
    for path in serving_programs(product, world.resolved, world.lineage):
        for touch in world.lineage.of_program(path):
            if touch.way == "read" and (touch.kind is NodeKind.MODEL or touch.effect.role is Role.LOAD_MODEL):
                yield path, touch


def mismatches(world: World, owned: Callable[[str], bool]) -> tuple[list[Mismatch], int]:
    """Services that load another version, stage or alias than promotion moves, and how many loads of a registry agree."""
    found: dict[Place, Mismatch] = {}
    agreeing, written = 0, _written(world, owned)
    for path, touch in loads(world, owned):
        wanted = _wanted(touch)
        if any(value.how in _SUPPLIED for value in touch.effect.targets):
            continue
        if wanted is None:
            if elsewhere := _elsewhere(world, path, touch, written):
                found[elsewhere.loaded] = elsewhere
            continue
        name, kind, which = wanted
        moved = _moved(world, name)
        mismatch = _against(path, world.lineage.place(touch), name, kind, which, moved)
        if mismatch is not None:
            found[mismatch.loaded] = mismatch
        elif moved:
            agreeing += 1
    return [found[place] for place in sorted(found)], agreeing


def _elsewhere(world: World, path: str, touch: Touch, written: Mapping[str, tuple[str, Touch]]) -> Mismatch | None:
    """A model in a store that no training writes, while one writes a file of that name to another place of such a store."""
    here = touch.artefact
    if not here.id.startswith("uri:") or here.templated or here.id in written:
        return None
    store, _, name = here.id.rpartition("/")
    for other, (program, by) in sorted(written.items()):
        if other.rpartition("/")[2] == name and other.partition("://")[0] == store.partition("://")[0]:
            gives = f"{other.removeprefix('uri:')} ({program})"
            return Mismatch(
                path,
                world.lineage.place(touch),
                here.id.removeprefix("uri:"),
                "",
                "place",
                world.lineage.place(by),
                gives,
            )
    return None


def _wanted(touch: Touch) -> tuple[str, str, str] | None:
    """The name, and which one of it, that a load asks a registry for; None where it asks none or leaves it open."""
    text = touch.artefact.id.partition(":")[2].partition(":")[2]
    if touch.artefact.templated or not touch.artefact.id.startswith(("name:mlflow:", "name:bentoml:")):
        return None
    if touch.artefact.id.startswith("name:bentoml:"):
        match = _BENTO.fullmatch(text)
        return (match["name"], "version", match["version"]) if match and match["version"] not in _NEWEST else None
    match = _MODEL.search(text)
    if match is None:
        return None
    if match["alias"]:
        return match["name"], "alias", match["alias"]
    which = match["version"] or ""
    return (match["name"], "version" if which.isdigit() else "stage", which) if which.lower() not in _NEWEST else None


class _Move(msgspec.Struct, frozen=True):
    place: Place
    kind: str  # version (registered), stage, alias
    to: str
    says: str


def _moved(world: World, name: str) -> list[_Move]:
    """What the repository does to a model of that name in a registry."""
    found = []
    for promotion in promotions(world):
        if promotion.model == name:
            kind = (
                "stage"
                if "stage" in promotion.effect.name
                else "alias"
                if "alias" in promotion.effect.name
                else "version"
            )
            found.append(_Move(promotion.place, kind, promotion.to, promotion.says))
    for site, effects in sorted(world.resolved.effects.own.items()):
        for effect in effects if places.is_product(site[0]) else ():
            if (
                effect.dead
                or effect.role not in (Role.REGISTER, Role.SAVE_MODEL)
                or effect.entry.attrs.get("promotion")
            ):
                continue
            given = argument(effect.call, "registered_model_name", None)
            values = effect.targets if effect.role is Role.REGISTER or effect.entry.library == "bentoml" else ()
            values = world.resolved.evaluator.values(given, effect.frame) if given is not None else values
            if any(value.exact and value.text().partition(":")[0] == name for value in values):
                found.append(_Move(world.resolved.code.place(site[0], effect.line), "version", "", effect.name))
    return found


def _against(path: str, at: Place, name: str, kind: str, which: str, moved: list[_Move]) -> Mismatch | None:
    if kind == "version":
        ranked = sorted(moved, key=lambda move: (move.to.lower() in ("archived", "none"), move.kind == "version"))
        newer = next(iter(ranked), None)
        return Mismatch(path, at, name, which, kind, newer.place, newer.says) if newer is not None else None
    same = [move for move in moved if move.kind == kind]
    open_ = any(not move.to for move in same)
    if not same or open_ or any(move.to.lower() == which.lower() for move in same):
        return None
    given = next((move for move in same if move.to.lower() not in ("archived", "none")), None)
    return Mismatch(path, at, name, which, kind, given.place, given.says) if given is not None else None


# --- going back ---


class Overwritten(msgspec.Struct, frozen=True):
    """A model that a service loads from one place which each training writes anew."""

    service: str
    loaded: Place
    model: str
    written: Place
    training: str


def overwritten(world: World, owned: Callable[[str], bool]) -> tuple[list[Overwritten], int]:
    """Models of services for which nothing keeps an earlier one, and how many have earlier ones to go back to."""
    written = _written(world, owned)
    found: dict[str, Overwritten] = {}
    kept = 0
    for path, touch in loads(world, owned):
        artefact = touch.artefact
        if path.endswith(".ipynb"):
            continue  # a notebook shows how serving is done
        if artefact.id.startswith("name:"):
            kept += 1
            continue
        if any(value.how in _SUPPLIED for value in touch.effect.targets) or artefact.templated:
            continue
        if _is_versioned(world, touch) or artefact.id not in written:
            kept += _is_versioned(world, touch)
            continue
        program, by = written[artefact.id]
        if program == path and (only_creates(world, by) or is_called_to_create(world, by, program)):
            continue  # what a service makes where it finds nothing, it replaces never
        if _is_kept_beside(world, program, artefact.id):
            kept += 1
            continue
        label = artefact.path or artefact.id.partition(":")[2]
        found[artefact.id] = Overwritten(path, world.lineage.place(touch), label, world.lineage.place(by), program)
    return [found[name] for name in sorted(found)], kept


def _written(world: World, owned: Callable[[str], bool]) -> dict[str, tuple[str, Touch]]:
    found: dict[str, tuple[str, Touch]] = {}
    for training in trainings(world, owned):
        for touch in world.lineage.of_program(training.program):
            if touch.way == "write" and touch.kind is NodeKind.MODEL and not touch.artefact.templated:
                found.setdefault(touch.artefact.id, (training.program, touch))
    return found


def _is_kept_beside(world: World, program: str, model: str) -> bool:
    """Whether a program also writes a file of the same name below a folder of its own for each run."""
    name = model.partition(":")[2].rpartition("/")[2]
    writes = (touch.artefact for touch in world.lineage.of_program(program) if touch.way == "write")
    return any(
        artefact.templated and "{" in artefact.id.rpartition("/")[0] and artefact.id.rpartition("/")[2] == name
        for artefact in writes
    )


def _is_versioned(world: World, touch: Touch) -> bool:
    """Whether git, DVC or the like keeps the versions of a model, or its bucket does."""
    path = touch.artefact.path
    if path is not None:
        tracked = _is_tracked(world, touch.artefact.id.removeprefix("file:"))
        outs = any(declared.path == path for step in world.steps.all if step.tool == "dvc" for declared in step.writes)
        folders = any(
            declared.path and path.startswith(f"{declared.path}/")
            for step in world.steps.all
            if step.tool == "dvc"
            for declared in step.writes
        )
        listed = any(entry.path == path for entry in world.listing.entries)
        # A pointer of a folder keeps all files in it.
        tracked = tracked or any(_is_tracked(world, folder) for folder in above(path))
        return tracked or outs or folders or listed or (world.once(_buckets_keep) and _is_uploaded(world, path))
    return world.once(_buckets_keep)


def _is_tracked(world: World, path: str) -> bool:
    """Whether a pointer in git stands for a file or folder."""
    node = world.nodes.get(f"file:{path}")
    return node is not None and (bool(node.attrs.get("tracked_by")) or bool(node.attrs.get("pinned")))


def _is_uploaded(world: World, path: str) -> bool:
    """Whether a program names a file where it sends files to a store."""
    name, code = path.rpartition("/")[2], world.resolved.code
    sending = {effect.site[0] for effect in world.resolved.effects.all() if effect.source and not effect.dead}
    around = sending | {importer for sender in sorted(sending) for importer in code.importers(sender)}
    return any(name in code.texts(program) for program in around)


def _buckets_keep(world: World) -> bool:
    """Whether any bucket of the repository keeps the versions of its objects."""
    for step in world.steps.all:
        for command in step.step.commands:
            words = {word.text for word in command.words}
            if "put-bucket-versioning" in words and any("Enabled" in word for word in words):
                return True
    for facts in world.files.values():
        if facts.program is None and any(
            "versioning" in leaf.key.lower() and str(leaf.value).lower() not in ("false", "suspended", "disabled")
            for leaf in facts.leaves
        ):
            return True
    return False


_UNIQUE = regex(
    r"sha|build|version|run_?(id|number)|tag|date|commit|revision|ref_name|\$\{?[A-Z_]*(ID|NUM|VER)|v?\d+\.\d+", re.I
)


class Tags(msgspec.Struct, frozen=True):
    """Where automation pushes images: under a tag of their own, always under the same, or under one that is not known."""

    own: list[Place]
    same: list[Place]
    open: list[Place]


def image_tags(world: World) -> Tags:
    """Where automation pushes images, by what it calls them."""
    found = Tags([], [], [])
    for step in world.steps.all:
        for command in step.step.commands if places.is_product(step.path) else ():
            words = [word.text for word in command.words]
            if words[:2] == ["docker", "push"] and len(words) > 2:
                _under(found, words[-1]).append(Place(step.path, command.line))
        if any("build-push-action" in use for use in step.step.uses):
            found.own.append(Place(step.path, step.step.line))
    return found


def _under(tags: Tags, name: str) -> list[Place]:
    """Where an image of a name belongs; a variable may hold the tag as well."""
    last = name.rpartition("/")[2]
    tag = last.partition(":")[2]
    if not tag and last.endswith("}"):
        return tags.open
    return tags.own if tag and tag != "latest" and ("{" in tag or _UNIQUE.search(tag)) else tags.same
