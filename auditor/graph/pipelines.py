"""Questions about pipelines: files that tie programs together, inputs from nowhere, declarations against code."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from itertools import takewhile
from posixpath import dirname
from typing import NamedTuple

from auditor.graph import places
from auditor.graph.glue import orchestrates
from auditor.graph.identity import PathIndex, matches, within
from auditor.graph.lineage import Touch
from auditor.graph.steps import Declared, DeclaredStep
from auditor.graph.world import World
from auditor.model.artefact import NodeKind, Role
from auditor.model.place import Place

LEAST = 0.55
"""Confidence that both ends of a file edge need: an f-string with a literal part is enough, a guessed base is not."""
CERTAIN = 0.75

_SETTINGS = frozenset({"yaml", "yml", "toml", "ini", "cfg", "env", "py", "sh", "ipynb", "dvc", "conf", "properties"})
_DATA = frozenset({NodeKind.DATASET, NodeKind.MODEL, NodeKind.EXTERNAL_DATASET})


class FileEdge(NamedTuple):
    """One program writes a file that another reads. `declared_by` names the declaration that says so, if one does."""

    artefact: str
    writer: str
    reader: str
    written: Place
    read: Place
    declared_by: str | None
    confidence: float


class Phantom(NamedTuple):
    """A read of a repository file that nothing provides."""

    artefact: str
    reader: str
    place: Place
    confidence: float


class Mismatch(NamedTuple):
    """Where the declaration of a step and its code disagree. `kind`: `undeclared-read`, `unwritten-output`."""

    kind: str
    step: str
    artefact: str
    declared: Place
    observed: Place | None
    confidence: float


class Agreement(NamedTuple):
    """Declarations of all steps held against their code."""

    mismatches: tuple[Mismatch, ...]
    confirmed: int
    undetermined: int


def _programs(world: World, owned: Callable[[str], bool]) -> list[str]:
    return [path for path in world.lineage.entries if owned(path) and places.is_product(path)]


def file_edges(world: World, owned: Callable[[str], bool]) -> list[FileEdge]:
    """Every file edge between two programs of the component, by-products left out."""
    programs = _programs(world, owned)
    writes: dict[str, dict[str, Touch]] = defaultdict(dict)
    reads: dict[str, dict[str, Touch]] = defaultdict(dict)
    for program in programs:
        for touch in world.lineage.of_program(program):
            path = touch.artefact.path
            if (
                path is None
                or touch.confidence < LEAST
                or touch.kind not in _DATA
                or not _carries(path)
                or path in world.resolved.code.modules.folders
            ):
                continue
            table = writes if touch.way == "write" else reads
            best = table[path].get(program)
            if best is None or touch.confidence > best.confidence:
                table[path][program] = touch
    pins = PathIndex(pinned_paths(world, locked=False))
    found: list[FileEdge] = []
    for path, writers in sorted(writes.items()):
        for other, readers in _alike(path, reads):
            for reader, read in sorted(readers.items()):
                makers = [
                    w
                    for w in sorted(writers)
                    if w != reader
                    and reader not in writers
                    and not _same_run(world, w, reader)
                    and _joinable(w, writers[w], reader, read)
                ]
                if makers and not pins.matching(other, loosely=True):
                    found += _edge(world, path, other, [(w, writers[w]) for w in makers], (reader, read))
    return found


def _edge(
    world: World, path: str, other: str, makers: list[tuple[str, Touch]], taker: tuple[str, Touch]
) -> Iterable[FileEdge]:
    """One edge for a reader and a file: the declared writer if there is one, else the surest.

    A notebook that looks at a file which a declared step writes is no step of the pipeline, nor is one that rewrites it,
    nor a service that takes a released file.
    """
    reader, read = taker
    declared = [(declaration(world, path, other, writer, reader), writer, touch) for writer, touch in makers]
    said = next((d for d in declared if d[0] is not None), None)
    if said is None and reader.endswith(".ipynb") and _is_declared(world, path):
        return
    if said is None and all(writer.endswith(".ipynb") for _, writer, _ in declared) and _is_declared(world, path):
        return
    if said is None and _serves(world, reader) and (path in world.identities.tree or _is_declared(world, path)):
        return
    by, writer, written = said or max(declared, key=lambda d: (d[2].confidence, d[1]))
    yield FileEdge(
        other if len(other) > len(path) else path,
        writer,
        reader,
        world.lineage.place(written),
        world.lineage.place(read),
        by,
        min(written.confidence, read.confidence),
    )


def _is_declared(world: World, path: str) -> bool:
    """Whether some step declares the file as its output."""
    return any(_covers(out, path) for step in world.steps.all for out in step.writes)


def _serves(world: World, program: str) -> bool:
    """A service takes what was released to it: a declared output or a committed pointer is such a release."""
    return any(
        effect.role is Role.SERVE
        for number in world.resolved.code.scopes(program)
        for effect in world.resolved.effects.own.get((program, number), ())
    )


def _joinable(writer: str, written: Touch, reader: str, read: Touch) -> bool:
    """Two relative paths of unknown base mean one file only for programs that are neighbours: at most one folder apart."""
    if not (written.artefact.guessed or read.artefact.guessed):
        return True
    one, other = dirname(writer).split("/"), dirname(reader).split("/")
    shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
    return len(one) - shared <= 1 and len(other) - shared <= 1


def _carries(path: str) -> bool:
    """Whether a file hands data over; settings, source text and by-products do not."""
    return not places.is_byproduct(path) and places.suffix(path) not in _SETTINGS


def _alike(path: str, reads: dict[str, dict[str, Touch]]) -> list[tuple[str, dict[str, Touch]]]:
    """The paths read that mean the written one: the same, a pattern of it, or a file in a written folder."""
    exact = [(path, reads[path])] if path in reads else []
    templated = "{" in path or "*" in path
    others = [
        (other, readers)
        for other, readers in sorted(reads.items())
        if other != path
        and (
            ((templated or "{" in other or "*" in other) and (matches(path, other) or matches(other, path)))
            or within(other, path)
            or within(path, other)
        )
    ]
    return exact + others


def _same_run(world: World, writer: str, reader: str) -> bool:
    """One program runs the code of the other: the hand-over happens inside one run."""
    return (writer, 0) in world.lineage.reached(reader) or (reader, 0) in world.lineage.reached(writer)


def declaration(world: World, written: str, read: str, writer: str, reader: str) -> str | None:
    """The declaration that ties writer and reader: a step running both, declared files, or a declared order."""
    makers = _running(world, writer)
    takers = _running(world, reader)
    for maker in makers:
        for taker in takers:
            if maker.id == taker.id:
                return maker.id
            if any(_covers(d, written) for d in maker.writes) and any(_covers(d, read) for d in taker.reads):
                return taker.id
            if maker.path == taker.path and _before(world, maker, taker):
                return taker.id
    for path, launched in world.launched.items():
        started = {launch.run.target for launch in launched}
        if writer in started and reader in started and orchestrates(world, path):
            return f"file:{path}"
    return None


def _running(world: World, program: str) -> list[DeclaredStep]:
    return [
        step
        for step in world.steps.all
        if step.tool not in ("readme", "shell", "github-actions") and program in world.steps.programs(step)
    ]


def _covers(declared: Declared, path: str) -> bool:
    return declared.path is not None and (
        within(path, declared.path)
        or within(declared.path, path)
        or matches(declared.path, path)
        or matches(path, declared.path)
    )


def _before(world: World, first: DeclaredStep, second: DeclaredStep) -> bool:
    """Whether a declared order or declared files lead from one step to the other, over any number of steps."""
    todo, seen = [second], {second.id}
    while todo:
        step = todo.pop()
        for other in world.steps.by_file.get(step.path, ()):
            follows = other.step.name in step.step.after or any(
                _covers(out, d.path) for out in other.writes for d in step.reads if d.path
            )
            if follows and other.id not in seen:
                if other.id == first.id:
                    return True
                seen.add(other.id)
                todo.append(other)
    return False


def phantom_inputs(world: World, owned: Callable[[str], bool]) -> tuple[list[Phantom], int]:
    """Reads of files that nothing writes, tracks, downloads or documents; and how many reads were looked at."""
    programs = _programs(world, owned)
    found: dict[str, Phantom] = {}
    seen: set[str] = set()
    provided = Provided(world)
    for program in programs:
        for touch in world.lineage.of_program(program):
            path = touch.artefact.path
            if (
                touch.way != "read"
                or path is None
                or touch.artefact.templated
                or touch.kind not in _DATA
                or touch.effect.dead
            ):
                continue
            if any(value.how in ("cli", "env", "default") for value in touch.effect.targets):
                continue
            if not (places.is_data(path) or places.is_model(path)) or not _carries(path) or "*" in path:
                continue
            seen.add(path)
            if touch.confidence >= LEAST and path not in found and not provided.by_anything(path):
                found[path] = Phantom(path, program, world.lineage.place(touch), touch.confidence)
    return sorted(found.values()), len(seen)


_GENERIC = frozenset(
    [
        "data",
        "raw",
        "interim",
        "processed",
        "external",
        "input",
        "inputs",
        "output",
        "outputs",
        "train",
        "test",
        "val",
        "valid",
        "validation",
        "images",
        "image",
        "labels",
        "models",
        "model",
        "src",
        "features",
        "dataset",
        "datasets",
        "csv",
        "json",
        "files",
        "file",
        "notebooks",
        "scripts",
        "tmp",
        "temp",
        "results",
        "main",
        "app",
        "config",
    ]
)
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
        self.documents = " ".join(
            f"{section.title} {section.text}"
            for path, facts in sorted(world.files.items())
            for section in facts.sections
            if not path.startswith(".github")
        )
        self.configured = {
            leaf.value.rpartition("/")[2]
            for facts in world.files.values()
            for leaf in facts.leaves
            if isinstance(leaf.value, str) and "." in leaf.value
        }
        self.unresolved = _unresolved_writes(world)
        self.words = frozenset(re.findall(r"[\w.-]+", self.documents))
        self.moved = " ".join(
            word.text
            for step in world.steps.all
            for command in step.step.commands
            for word in (*command.words, *command.writes)
        ) + " ".join(
            word.text
            for started in world.launched.values()
            for launch in started
            for word in (*launch.command.words, *launch.command.writes)
        )

    def by_anything(self, path: str) -> bool:
        """Whether anything provides the file, or might: an unresolved writer of that name counts."""
        name = path.rpartition("/")[2]
        folder = path.rpartition("/")[0]
        return (
            self.world.identities.exists(path)
            or self.world.identities.exists(f"{path}.dvc")
            or bool(self.known.matching(path, loosely=True))
            or name in self.documents
            or (bool(folder) and folder in self.documents)
            or any(part in self.words for part in path.split("/") if len(part) > 2 and part.lower() not in _GENERIC)
            or bool(_OWN_RUNS.search(path))
            or name in self.moved
            or (bool(folder) and f"{folder}" in self.moved)
            or name in self.configured
            or (places.is_model(path) and bool(self.unresolved))
            or places.suffix(path) in self.unresolved
        )


def _unresolved_writes(world: World) -> set[str]:
    """Suffixes of files that some program writes under a name that could not be resolved."""
    found: set[str] = set()
    for effects in world.lineage.unresolved.values():
        for effect in effects:
            if effect.role in (Role.WRITE, Role.SAVE_MODEL, Role.DOWNLOAD, Role.COPY) and not effect.dead:
                found.add(str(effect.entry.attrs.get("format", "any")))
    return found


def pinned_paths(world: World, *, locked: bool = True) -> dict[str, str]:
    """Paths whose content a `.dvc` file, a pointer or (if `locked`) a lock entry identifies: path -> what pins it."""
    found: dict[str, str] = {}
    for path, facts in sorted(world.files.items()):
        folder = path.rpartition("/")[0]
        for pin in facts.pins:
            whole = f"{folder}/{pin.path}" if folder and pin.path else pin.path or path
            if (pin.hash or pin.kind == "import") and (locked or not pin.role):
                found[whole] = f"{pin.kind} in {path}"
    return found


def agreement(world: World, owned: Callable[[str], bool]) -> Agreement:
    """Inputs and outputs of DVC stages held against what their programs read and write."""
    mismatches: list[Mismatch] = []
    confirmed = undetermined = 0
    for step in world.steps.all:
        if step.tool != "dvc" or not owned(step.path):
            continue
        programs = [path for path in world.steps.programs(step) if path in world.resolved.code.programs]
        touches = [touch for path in programs for touch in world.lineage.of_program(path)]
        reads = [t for t in touches if t.way == "read" and t.artefact.path and t.confidence >= CERTAIN]
        writes = [t for t in touches if t.way == "write" and t.artefact.path and t.confidence >= LEAST]
        mismatches += _undeclared_reads(world, step, reads)
        closed = _closed(world, step, programs)
        for declared in step.writes:
            if any(_touches(declared, touch) for touch in writes):
                confirmed += 1
            elif (
                closed and declared.path and "{" not in declared.path and not _mentioned(world, programs, declared.path)
            ):
                place = Place(step.path, declared.ref.line)
                mismatches.append(
                    Mismatch("unwritten-output", step.step.name, declared.path, place, Place(programs[0], 1), 0.9)
                )
            else:
                undetermined += 1
        for declared in step.reads:
            if declared.path and declared.path.endswith((".py", ".sh", ".ipynb")):
                continue
            if any(_touches(declared, touch) for touch in reads):
                confirmed += 1
            else:
                undetermined += 1
    return Agreement(tuple(mismatches), confirmed, undetermined)


def _mentioned(world: World, programs: list[str], path: str) -> bool:
    """Whether the code that runs, or a configuration file, names the file: then some call may write it after all."""
    name = path.rstrip("/").rpartition("/")[2]
    if any(
        isinstance(leaf.value, str) and name in leaf.value
        for file, facts in world.files.items()
        if facts.kind not in ("dvc", "dvc-lock")
        for leaf in facts.leaves
    ):
        return True
    return any(
        name in text
        for program in programs
        for site in world.lineage.reached(program)
        for text in world.resolved.code.texts(site[0])
    )


def _touches(declared: Declared, touch: Touch) -> bool:
    return touch.artefact.path is not None and _covers(declared, touch.artefact.path)


def _undeclared_reads(world: World, step: DeclaredStep, reads: list[Touch]) -> Iterable[Mismatch]:
    seen: set[str] = set()
    for touch in reads:
        path = touch.artefact.path
        if path is None or path in seen or touch.kind not in _DATA or touch.effect.dead or touch.artefact.guessed:
            continue
        known = (*step.reads, *step.writes, *step.params)
        if any(_covers(declared, path) for declared in known):
            continue
        comes = (
            path in world.identities.tree
            or path in pinned_paths(world)
            or any(_covers(d, path) for s in world.steps.all for d in s.writes)
        )
        if comes and any(value.how != "cli" for value in touch.effect.targets):
            seen.add(path)
            place = Place(step.path, step.step.line)
            yield Mismatch("undeclared-read", step.step.name, path, place, world.lineage.place(touch), touch.confidence)


def _closed(world: World, step: DeclaredStep, programs: list[str]) -> bool:
    """Whether everything the step writes is known: plain programs, all parsed, every write resolved, nothing started."""
    if not programs or any(run.kind != "script" for run in step.runs):
        return False
    for path in programs:
        effects = list(world.lineage.effects_of_program(path))
        if any(e.role in (Role.EXEC, Role.DYNAMIC) or e.domain == "tracking" for e in effects) or world.launched.get(
            path
        ):
            return False
        if any(
            e.role in (Role.WRITE, Role.SAVE_MODEL, Role.COPY, Role.DOWNLOAD, Role.LOG_ARTIFACT)
            for e in world.lineage.unresolved_of_program(path)
        ):
            return False
        if not any(t.way == "write" for t in world.lineage.of_program(path)):
            return False
        if any(
            facts.troubles for p in {site[0] for site in world.lineage.reached(path)} if (facts := world.files.get(p))
        ):
            return False
        if any(
            t.artefact.templated or t.confidence < LEAST for t in world.lineage.of_program(path) if t.way == "write"
        ):
            return False
    return True
