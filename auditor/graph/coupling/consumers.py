"""Questions about hand-overs between components: who reads what another component writes, and whether anything says so."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator

import msgspec

from auditor.graph import places
from auditor.graph.artefacts.identity import Identity
from auditor.graph.coupling.sides import every
from auditor.graph.data.optional import does_without
from auditor.graph.data.provided import pinned_paths
from auditor.graph.data.sharing import LEAST, carries, covers, programs_of
from auditor.graph.observed.lineage import Touch
from auditor.graph.observed.uses import DATA
from auditor.graph.parts.components import owner_of
from auditor.graph.world import World
from auditor.model.artefact import Role
from auditor.model.place import Place
from auditor.program.symbolic.values import Value, normal


class Consumer(msgspec.Struct, frozen=True):
    """A program of one component that reads what a program of another writes. `agreed` is what speaks of it, if anything does.

    `waived`: the reader asks whether it is there, and goes on without it.
    """

    artefact: str
    writer: str
    reader: str
    written: Place
    read: Place
    agreed: str | None
    confidence: float
    waived: bool = False


def consumers(world: World, owned: Callable[[str], bool], roots: tuple[str, ...]) -> list[Consumer]:
    """What programs of a component write that another component of the repository reads."""
    if len(roots) < 2:
        return []
    strange = [
        one
        for one in world.once(_handed_over)
        if owned(one.writer) and owner_of(one.writer, roots) != owner_of(one.reader, roots)
    ]
    makers = _makers(world) if strange else {}
    return [one for one in strange if not _is_own(one, makers, roots)]


def _makers(world: World) -> dict[str, set[str]]:
    """The product code that writes each file, by its path, or by `*/` and its name where the folder is not known."""
    found: dict[str, set[str]] = defaultdict(set)
    for (path, _), touches in world.lineage.touches.items():
        for touch in touches if world.is_product(path) else ():
            if touch.way == "write":
                found[_called(touch.artefact)].add(path)
    return found


def _called(artefact: Identity) -> str:
    unplaced = artefact.path is None and artefact.templated
    return "*/" + artefact.id.rpartition("/")[2] if unplaced else artefact.path or artefact.id.partition(":")[2]


def _is_own(one: Consumer, makers: dict[str, set[str]], roots: tuple[str, ...]) -> bool:
    """Whether the reader's own component may make what it reads."""
    own, names = owner_of(one.reader, roots), (one.artefact, "*/" + one.artefact.rpartition("/")[2])
    return any(owner_of(maker, roots) == own for name in names for maker in makers.get(name, ()))


def _handed_over(world: World) -> tuple[Consumer, ...]:
    """Every file, table and object of a shared store that one program writes and another reads, exactly named."""
    writes: dict[str, list[tuple[str, Touch]]] = defaultdict(list)
    reads: dict[str, dict[str, Touch]] = defaultdict(dict)
    for program in programs_of(world, every):
        for touch in _shared(world, program):
            if touch.way == "write":
                writes[touch.artefact.id].append((program, touch))
            else:
                reads[touch.artefact.id].setdefault(program, touch)
    found = []
    for artefact, makers in sorted(writes.items()):
        writing = {program for program, _ in makers}
        for reader, read in sorted(reads.get(artefact, {}).items()):
            if reader not in writing:
                writer, written = max(makers, key=lambda maker: (maker[1].confidence, maker[0]))
                found.append(_consumer(world, (writer, written), (reader, read)))
    return tuple(found)


def _shared(world: World, program: str) -> Iterator[Touch]:
    """What a program touches that others could touch by the same name."""
    for touch in world.lineage.of_program(program):
        artefact = touch.artefact
        if artefact.templated or artefact.guessed or touch.confidence < LEAST or touch.kind not in DATA:
            continue
        if artefact.path is not None and not carries(artefact.path):
            continue
        if artefact.id.startswith(("file:", "table:", "uri:")) and not places.is_byproduct(artefact.id):
            yield touch


def _consumer(world: World, maker: tuple[str, Touch], taker: tuple[str, Touch]) -> Consumer:
    (writer, written), (reader, read) = maker, taker
    return Consumer(
        _called(read.artefact),
        writer,
        reader,
        world.lineage.place(written),
        world.lineage.place(read),
        _agreed(world, writer, written, reader, read),
        min(written.confidence, read.confidence),
        does_without(world, read),
    )


def _agreed(world: World, writer: str, written: Touch, reader: str, read: Touch) -> str | None:
    """What the two sides agree on: a declared input, a release, shared code or a key of settings that knows the path, a check
    of what is read; or that the writer itself starts the reader, as a script does that hands a file on."""
    for step in world.steps.all:
        if step.tool != "readme" and reader in world.steps.programs(step):
            declared = (
                d for d in step.reads if d.id == read.artefact.id or (d.path and covers(d, read.artefact.path or ""))
            )
            if next(declared, None) is not None:
                return step.id
    if read.artefact.path is not None and read.artefact.path in pinned_paths(world, locked=False):
        return "a pointer pins it"
    if _starts(world, world.resolved.code.home(writer), reader):
        return f"{writer} starts {reader}"
    if (key := _shared_key(world, (writer, written), (reader, read))) is not None:
        return f"both take it from {key}"
    homes = {(touch.effect.origin or (touch.site, 0))[0][0] for touch in (written, read)}
    if len(homes) == 1 and not homes & {writer, reader}:
        return f"{homes.pop()} gives both access to it"
    for effect in world.lineage.effects_of_program(reader):
        if effect.role is Role.VALIDATE and effect.domain == "validation" and not effect.dead:
            return f"{reader} checks what it reads"
    return None


def _shared_key(world: World, maker: tuple[str, Touch], taker: tuple[str, Touch]) -> str | None:
    """The key of a document of settings that holds the path, where both sides got theirs from settings and read that key."""
    path = taker[1].artefact.path
    if path is None or not all(value.how == "config" for _, touch in (maker, taker) for value in _naming(touch, path)):
        return None
    homes = [{site[0] for site in world.lineage.reached(program)} for program, _ in (maker, taker)]
    for (document, key), files in sorted(world.once(_keys_of_paths).get(path, {}).items()):
        if all(files & home for home in homes):
            return f"{key} of {document}"
    return None


def _naming(touch: Touch, path: str) -> list[Value]:
    """The values that named a file for a call; all, where it cannot be told which."""
    values = (*touch.effect.targets, *touch.effect.dest)
    return [value for value in values if normal(value.text()).endswith(path)] or list(values)


def _keys_of_paths(world: World) -> dict[str, dict[tuple[str, str], set[str]]]:
    """By path the keys of documents that hold it, each with the files whose code reads that key."""
    found: dict[str, dict[tuple[str, str], set[str]]] = defaultdict(lambda: defaultdict(set))
    for reading in world.resolved.readings.all():
        value, _ = world.resolved.code.leaves(reading.document).get(reading.key, (None, 0))
        if isinstance(value, str) and not reading.whole:
            found[normal(value)][reading.document, reading.key].add(reading.site[0])
    return found


def _starts(world: World, file: str, program: str) -> bool:
    """Whether a file runs a program: by a command of a script, or as code starts others."""
    steps = (run for step in world.steps.all if step.path == file for run in step.runs)
    launched = (launch.run for launch in world.launched.get(file, ()))
    return any(run.target == program for run in (*steps, *launched))
