"""Questions about models that are loaded: whether the repository shows how they were made."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from auditor.graph import places
from auditor.graph.artefacts.identity import PathIndex
from auditor.graph.data.provided import pinned_paths
from auditor.graph.observed.lineage import Touch
from auditor.graph.parts.portrait import serving_programs
from auditor.graph.world import World
from auditor.model.artefact import Role
from auditor.model.place import Place


class Foundling(msgspec.Struct, frozen=True):
    """A model file that a service or an evaluation loads and nothing in the repository makes or names by a version."""

    path: str
    loaded: Place
    program: str
    kept: bool
    certainty: float


class Foundlings(msgspec.Struct, frozen=True):
    """Model files without an origin, and how many were looked at; `unknown`: what is written somewhere could be one of them."""

    found: tuple[Foundling, ...]
    total: int
    unknown: int


def foundlings(world: World, owned: Callable[[str], bool]) -> Foundlings:
    """The model files that programs of a component load to predict, by whether their making can be seen."""
    product = [path for path in world.resolved.code.paths if owned(path) and places.is_product(path)]
    made = _made(world)
    found: dict[str, Foundling] = {}
    seen: set[str] = set()
    unknown: set[str] = set()
    for program in serving_programs(product, world.resolved, world.lineage):
        for touch in world.lineage.of_program(program):
            path = touch.artefact.path
            if path is None or not _loads_model(touch, path):
                continue
            seen.add(path)
            if made.matching(path, loosely=True) or world.documents.offers(path):
                continue
            if world.once(_writes_unnamed):
                unknown.add(path)
                continue
            kept = path in world.identities.tree
            found.setdefault(path, Foundling(path, world.lineage.place(touch), program, kept, touch.confidence))
    return Foundlings(tuple(found[key] for key in sorted(found)), len(seen), len(unknown))


def _loads_model(touch: Touch, path: str) -> bool:
    """Whether a touch surely loads a model from a file."""
    loads = touch.way == "read" and touch.effect.role is Role.LOAD_MODEL and not touch.effect.dead
    return loads and not touch.artefact.templated and places.is_model(path) and touch.confidence >= 0.6


def _made(world: World) -> PathIndex:
    """Every path that code or a step of the repository writes, or that a pin holds; elsewhere, too: images are given
    the tree under paths of their own, and stores hand on what they hold."""
    written = (t.artefact for touches in world.lineage.touches.values() for t in touches if t.way == "write")
    paths = {
        each.path or each.id.partition(":")[2].lstrip("/") for each in written if each.path or places.is_model(each.id)
    }
    paths |= {declared.path for step in world.steps.all for declared in step.writes if declared.path}
    return PathIndex(paths | set(pinned_paths(world)))


def _writes_unnamed(world: World) -> bool:
    """Whether any program saves a model, copies or downloads to where it does not say: that may be what is loaded."""
    roles = (Role.SAVE_MODEL, Role.WRITE, Role.DOWNLOAD, Role.COPY)
    return any(effect.role in roles for effects in world.lineage.unresolved.values() for effect in effects)
