"""Where the files that programs read come from: the tree, a writer, a pin, a declaration, a download, a document."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from auditor.graph import places
from auditor.graph.artefacts.identity import PathIndex
from auditor.graph.artefacts.pins import pinned_path
from auditor.graph.data.sharing import DATA, LEAST, carries, is_supplied, programs_of
from auditor.graph.observed.written import name_of
from auditor.graph.world import World
from auditor.model.artefact import Role
from auditor.model.place import Place
from auditor.program.calls.effects import Site


class Phantom(NamedTuple):
    """A read of a repository file that nothing provides."""

    artefact: str
    reader: str
    place: Place
    confidence: float
    exploratory: bool = False


def phantom_inputs(world: World, owned: Callable[[str], bool]) -> tuple[list[Phantom], int]:
    """Reads of files that nothing writes, tracks, downloads or documents; and how many reads were looked at."""
    programs = programs_of(world, owned)
    found: dict[str, Phantom] = {}
    seen: set[str] = set()
    provided = Provided(world)
    for program in programs:
        for touch in () if _fetches(world, program) else world.lineage.of_program(program):
            path = touch.artefact.path
            if (
                touch.way != "read"
                or _moves(world, touch.site)
                or path is None
                or touch.artefact.templated
                or touch.kind not in DATA
                or touch.effect.dead
            ):
                continue
            if is_supplied(world, touch):
                continue
            if any(name in ("repo", "rev", "revision") for name, _ in touch.effect.call.keywords):
                continue  # read from another repository or commit
            if not (places.is_data(path) or places.is_model(path)) or not carries(path) or "*" in path:
                continue
            seen.add(path)
            if touch.confidence >= LEAST and path not in found and not provided.by_anything(path):
                found[path] = Phantom(
                    path, program, world.lineage.place(touch), touch.confidence, places.is_exploratory(program)
                )
    return sorted(found.values()), len(seen)


def _fetches(world: World, program: str) -> bool:
    """Whether a program fetches data to where it does not say: what it then reads may come from there."""
    if any(launch.run.kind == "data" for launch in world.launched.get(program, ())):
        return True
    effects = world.lineage.effects_of_program(program)
    return any(e.role is Role.DOWNLOAD and not any(v.exact for v in e.dest) and not e.dead for e in effects)


def _moves(world: World, site: Site) -> bool:
    """Whether a scope changes its working folder: where its relative paths start is then not known."""
    return any(name_of(each.call.func) in ("os.chdir", "chdir") for each in world.resolved.code.index(*site).calls)


_OWN_RUNS = re.compile(r"(^|/)(checkpoints?|ckpts?|runs|experiments?|outputs?|logs?|results?)/", re.I)


class Provided:
    """Where a file can come from: the tree, a writer, a pin, a declaration, a download, a document."""

    def __init__(self, world: World) -> None:
        self.world = world
        written = {
            t.artefact.path for ts in world.lineage.touches.values() for t in ts if t.way == "write" and t.artefact.path
        }
        declared = {d.path for step in world.steps.all for d in step.writes if d.path}
        self.known = PathIndex({*written, *declared, *pinned_paths(world)})
        self.configured = {
            leaf.value.rpartition("/")[2]
            for facts in world.files.values()
            for leaf in facts.leaves
            if isinstance(leaf.value, str) and "." in leaf.value
        }
        self.unresolved = _unresolved_writes(world)
        commands = [command for step in world.steps.all for command in step.step.commands]
        commands += [launch.command for started in world.launched.values() for launch in started]
        words = {word.text.removeprefix("./").rstrip("/") for c in commands for word in (*c.words, *c.writes)}
        self.moved = frozenset(words | {word.rpartition("/")[2] for word in words})

    def by_anything(self, path: str) -> bool:
        """Whether anything provides the file, or might: an unresolved writer of that name counts."""
        name = path.rpartition("/")[2]
        folder = path.rpartition("/")[0]
        return (
            self.world.identities.exists(path)
            or self.world.identities.exists(f"{path}.dvc")
            or bool(self.known.matching(path, loosely=True))
            or self.world.documents.tells_of(path)
            or bool(_OWN_RUNS.search(path))
            or name in self.moved
            or folder in self.moved
            or name in self.configured
            or (places.is_model(path) and bool(self.unresolved))
            or places.suffix(path) in self.unresolved
        )


def _unresolved_writes(world: World) -> set[str]:
    """Suffixes of files that some program writes under a name that could not be resolved."""
    found: set[str] = set()
    for effects in world.lineage.unresolved.values():
        for effect in effects:
            writes = effect.role in (Role.WRITE, Role.SAVE_MODEL, Role.DOWNLOAD, Role.COPY)
            if writes and not effect.dead and places.is_product(effect.site[0]):
                found.add(str(effect.entry.attrs.get("format", "any")))
    return found


def pinned_paths(world: World, *, locked: bool = True) -> dict[str, str]:
    """Paths whose content a `.dvc` file, a pointer or (if `locked`) a lock entry identifies: path -> what pins it."""
    found: dict[str, str] = {}
    for path, facts in sorted(world.files.items()):
        for pin in facts.pins:
            whole = pinned_path(path, facts, pin)
            if (pin.hash or pin.kind == "import") and (locked or not pin.step):
                found[whole] = f"{pin.kind} in {path}"
    for entry in world.listing.entries:
        if "/annex/objects/" in entry.target:
            found[entry.path] = "content-hash in the link of git-annex"
    return found
