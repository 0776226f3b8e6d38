"""Where the files that programs read come from: the tree, a writer, a pin, a declaration, a download, a document."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from auditor.graph import places
from auditor.graph.artefacts.identity import PathIndex, above, matches
from auditor.graph.artefacts.pins import pinned_path
from auditor.graph.data.asked_to_change import asks_to_change
from auditor.graph.data.optional import makes_it_anew
from auditor.graph.data.sharing import LEAST, carries, is_supplied, programs_of
from auditor.graph.observed.uses import DATA
from auditor.graph.observed.written import name_of
from auditor.graph.world import World
from auditor.model.artefact import Role
from auditor.model.ordered import Ordered
from auditor.model.place import Place
from auditor.model.regex import regex
from auditor.program.calls.effects import Site


class Phantom(Ordered, frozen=True):
    """A read of a repository file that nothing provides. `replaced`: a comment asks to put one's own path there."""

    artefact: str
    reader: str
    place: Place
    confidence: float
    exploratory: bool = False
    replaced: bool = False


def phantom_inputs(world: World, owned: Callable[[str], bool]) -> tuple[list[Phantom], int]:
    """Reads of files that nothing writes, tracks, downloads or documents; and how many reads were looked at."""
    programs = programs_of(world, owned)
    found: dict[str, Phantom] = {}
    seen: set[str] = set()
    provided = world.once(Provided)
    for program in programs:
        for touch in () if _fetches(world, program) else world.lineage.of_program(program):
            path = touch.artefact.path
            if (
                touch.way != "read"
                or moves(world, touch.site)
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
            if _SECRET.search(path.rpartition("/")[2]):
                continue  # whoever runs it has their own
            if not (places.is_data(path) or places.is_model(path)) or not carries(path) or "*" in path:
                continue
            seen.add(path)
            lacking = touch.confidence >= LEAST and path not in found and not provided.by_anything(path)
            if lacking and not makes_it_anew(world, touch):
                at = world.resolved.code.programs[touch.site[0]]
                found[path] = Phantom(
                    path,
                    program,
                    world.lineage.place(touch),
                    touch.confidence,
                    places.is_exploratory(program),
                    asks_to_change(at, touch.effect.line, touch.effect.end_line),
                )
    return sorted(found.values()), len(seen)


def _fetches(world: World, program: str) -> bool:
    """Whether a program fetches data to where it does not say: what it then reads may come from there."""
    if any(launch.run.kind == "data" for launch in world.launched.get(program, ())):
        return True
    effects = world.lineage.effects_of_program(program, Role.DOWNLOAD)
    return any(not any(v.exact for v in e.dest) and not e.dead for e in effects)


def moves(world: World, site: Site) -> bool:
    """Whether a scope changes its working folder: where its relative paths start is then not known."""
    return any(name_of(each.call.func) in ("os.chdir", "chdir") for each in world.resolved.code.index(*site).calls)


_MAKING = frozenset({Role.WRITE, Role.SAVE_MODEL, Role.DOWNLOAD, Role.COPY})
_SECRET = regex(r"credential|secret|service[-_]?account|token|api[-_]?key|client[-_]?id", re.I)
_FETCHING = regex(r"download|fetch|kaggle|wget|curl|gdown|gsutil|rclone|azcopy|unzip|untar|^tar$", re.I)
_OWN_RUNS = regex(r"(^|/)(checkpoints?|ckpts?|runs|experiments?|outputs?|logs?|results?)/", re.I)

_PARTS = regex(r"[_.-]+")
_OF_SERIES = 5
"""Parts of a name, its suffix among them, from which names that differ in one are those of a series."""


class Provided:
    """Where a file can come from: the tree, a writer, a pin, a declaration, a download, a document."""

    def __init__(self, world: World) -> None:
        self.world = world
        written = {
            t.artefact.path for ts in world.lineage.touches.values() for t in ts if t.way == "write" and t.artefact.path
        }
        declared = {d.path for step in world.steps.all for d in step.writes if d.path}
        self.known = PathIndex({*written, *declared, *pinned_paths(world)})
        self.beside: dict[str, list[str]] = {}
        for path in sorted(written):
            self.beside.setdefault(path.rpartition("/")[0], []).append(path.rpartition("/")[2])
        self.configured = {
            leaf.value.rpartition("/")[2]
            for facts in world.files.values()
            for leaf in facts.leaves
            if isinstance(leaf.value, str) and "." in leaf.value
        }
        self.unresolved = _unresolved_writes(world)
        commands = [command for step in world.steps.all for command in step.step.commands]
        commands += [launch.command for started in world.launched.values() for launch in started]
        words = {_plain(word.text) for c in commands for word in (*c.words, *c.writes)}
        self.moved = frozenset(words | {word.rpartition("/")[2] for word in words})
        said = {word.text for c in commands for word in c.words}
        fetchers = {text for text in said if _FETCHING.search(text.rpartition("/")[2])}
        fetching = (c for c in commands if any(word.text in fetchers for word in c.words))
        self.fetched = frozenset(_plain(word.text) for c in fetching for word in (*c.words, *c.writes))
        self.names = world.once(names_written)
        self.patterns = [name for name in self.names if "{" in name]

    def by_anything(self, path: str) -> bool:
        """Whether anything provides the file, or might: an unresolved writer of that name counts."""
        name = path.rpartition("/")[2]
        folder = path.rpartition("/")[0]
        return (
            self.world.identities.exists(path)
            or self.world.identities.is_unread(path)
            or self.world.identities.exists(f"{path}.dvc")
            or bool(self.known.matching(path, loosely=True))
            or bool(_OWN_RUNS.search(path))
            or name in self.moved
            or folder in self.moved
            or name in self.configured
            or (places.is_model(path) and bool(self.unresolved))
            or places.suffix(path) in self.unresolved
            or self.is_named(name)
            or self._is_of_series(path)
            or any(folder in self.fetched for folder in above(path))
            or self.world.documents.tells_of(path)
            or self.world.documents.archives(path)
        )

    def _is_of_series(self, path: str) -> bool:
        """Whether code writes files beside it that are called the same but for one word of several: `green_trips_2020-05`,
        `yellow_trips_2020-05`, of which an option says which are fetched. Another number is another version."""
        folder, _, name = path.rpartition("/")
        parts = _PARTS.split(name)
        if len(parts) < _OF_SERIES:
            return False
        beside = (_PARTS.split(other) for other in self.beside.get(folder, ()))
        for other in (each for each in beside if len(each) == len(parts)):
            differing = [(one, two) for one, two in zip(parts, other, strict=True) if one != two]
            if len(differing) == 1 and all(word.isalpha() for word in differing[0]):
                return True
        return False

    def is_named(self, name: str) -> bool:
        """Whether some code writes files of that name, or of a pattern that fits it, wherever it is told to."""
        return name in self.names or any(matches(general, name) for general in self.patterns)


def is_written(world: World, path: str) -> bool:
    """Whether code of the repository writes a file of that path."""
    return bool(world.once(_written).matching(path))


def _written(world: World) -> PathIndex:
    touches = (touch for each in world.lineage.touches.values() for touch in each)
    return PathIndex({t.artefact.path for t in touches if t.way == "write" and t.artefact.path and not t.effect.dead})


def _plain(word: str) -> str:
    """A word of a command as a path from where it was started: `$(pwd)/data` is `data`."""
    return re.sub(r"^\{[^{}]*\}/", "", word).removeprefix("./").rstrip("/")


def names_written(world: World) -> set[str]:
    """The names of files, as far as calls tell them, that code writes into whatever folder; also code that nothing calls."""
    found: set[str] = set()
    for site, own in world.resolved.effects.own.items():
        for effect in own if places.is_product(site[0]) else ():
            if effect.role in _MAKING and not effect.dead:
                suffix = effect.entry.attrs.get("appends")
                values = (v.ending(suffix) if isinstance(suffix, str) else v for v in (*effect.targets, *effect.dest))
                found.update(value.text().rpartition("/")[2] for value in values)
    return {name for name in found if _stem(name)}


def _stem(name: str) -> str:
    """What a name says besides its suffix and what is not known of it."""
    return re.sub(r"\{[^{}]*\}", "", name.rpartition(".")[0]).strip("._-* ")


def _unresolved_writes(world: World) -> set[str]:
    """Suffixes of files that some program writes under a name that could not be resolved."""
    found: set[str] = set()
    for effects in world.lineage.unresolved.values():
        for effect in effects:
            writes = effect.role in _MAKING
            if writes and not effect.dead and places.is_product(effect.site[0]):
                found.add(str(effect.entry.attrs.get("format", "any")))
    for site, touches in world.lineage.touches.items():
        for touch in touches if places.is_product(site[0]) else ():
            name = touch.artefact.id.rpartition("/")[2]
            if touch.way == "write" and touch.artefact.id.startswith("unknown:") and "." in name and not _stem(name):
                found.add(places.suffix(name))
    return found


def pinned_paths(world: World, *, locked: bool = True) -> Mapping[str, str]:
    """Paths whose content a `.dvc` file, a pointer or (if `locked`) a lock entry identifies: path -> what pins it."""
    return world.once(_pinned if locked else _pinned_unlocked)


def _pinned(world: World) -> Mapping[str, str]:
    return _pinned_paths(world, locked=True)


def _pinned_unlocked(world: World) -> Mapping[str, str]:
    return _pinned_paths(world, locked=False)


def _pinned_paths(world: World, *, locked: bool) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for path, facts in sorted(world.files.items()):
        for pin in facts.pins:
            whole = pinned_path(path, facts, pin)
            if (pin.hash or pin.kind == "import") and (locked or not pin.step):
                found[whole] = f"{pin.kind} in {path}"
    return found | {path: f"{pin.kind} in the link of git-annex" for path, pin in world.links.items()}
