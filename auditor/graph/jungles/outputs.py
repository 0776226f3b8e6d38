"""What programs write: files with several writers in one chain, and files that nobody takes."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator

import msgspec

from auditor.graph import places
from auditor.graph.artefacts.identity import PathIndex
from auditor.graph.data.optional import is_called_to_create, only_creates
from auditor.graph.data.provided import pinned_paths
from auditor.graph.data.sharing import Makers, carries, programs_of
from auditor.graph.declared.steps import PIPELINES, DeclaredStep
from auditor.graph.jungles.file_edges import FileEdge, joinable
from auditor.graph.jungles.readers import serves
from auditor.graph.observed.lineage import Touch
from auditor.graph.observed.order import precedes
from auditor.graph.observed.uses import DATA, WRITING
from auditor.graph.world import World
from auditor.model.artefact import Role
from auditor.model.ir import Const
from auditor.model.place import Place
from auditor.model.regex import regex
from auditor.program.running.invocations import argument

SURE = 0.65
"""Confidence from which a written path is the path that is meant; the folder it starts in may be a guess."""

_DELIVERED = regex(
    r"predict|submission|result|score|metric|report|summar|output|forecast|export|histor|importan|stat|eval|figure|plot|"
    r"sample|example|backup|final|recommend|respons|answer|label|config|param|schema|vocab|mapping|log|manifest|meta",
    re.I,
)
"""Names of files that people or other systems take."""


_RECORD = regex(r"(^|[/_.-])(meta-?data|manifest|registry|status|state|progress|history)[^/]*\.(json|ya?ml|txt)$", re.I)


_HANDING_ON = frozenset({Role.COPY, Role.LOG_ARTIFACT, *WRITING})
"""Calls that hand a file on: what a program uploads after it wrote it, it does not take from another."""


class Shared(msgspec.Struct, frozen=True):
    """A file that several programs of one chain write. `chain` tells what ties them."""

    artefact: str
    writers: tuple[tuple[str, Place], ...]
    chain: str


class Orphan(msgspec.Struct, frozen=True):
    """A file that a program in the middle of a chain writes and nothing takes."""

    artefact: str
    writer: str
    place: Place


def written_files(world: World, owned: Callable[[str], bool]) -> dict[str, dict[str, Touch]]:
    """Data files by the programs that surely write them, with the surest touch of each."""
    found: dict[str, dict[str, Touch]] = defaultdict(dict)
    for program in programs_of(world, owned):
        for touch in world.lineage.of_program(program):
            path = touch.artefact.path
            plain = not (touch.artefact.templated or touch.effect.dead) and touch.confidence >= SURE
            if touch.way == "write" and path and plain and touch.kind in DATA and carries(path) and not _appends(touch):
                best = found[path].get(program)
                if best is None or touch.confidence > best.confidence:
                    found[path][program] = touch
    return dict(found)


def _appends(touch: Touch) -> bool:
    """Whether a call adds to a file, or files to a folder: then several writers are what it is for."""
    if touch.effect.entry.attrs.get("unpacks"):
        return True
    mode = next((v for name, v in touch.effect.call.keywords if name in ("mode", "if_exists")), None)
    mode = mode if mode is not None or not touch.effect.name.endswith("open") else argument(touch.effect.call, None, 1)
    return type(mode) is Const and isinstance(mode.value, str) and mode.value.startswith(("a", "r+"))


# --- several writers ---


def shared_outputs(world: World, owned: Callable[[str], bool], edges: Iterable[FileEdge]) -> list[Shared]:
    """Files that two programs of one chain write, each in code of its own; variants of one step are none."""
    onward: dict[str, set[str]] = defaultdict(set)
    for edge in edges:
        onward[edge.writer].add(edge.reader)
    reads = {(path, program) for program in programs_of(world, owned) for path in _taken(world, program)}
    found = []
    files = written_files(world, owned)
    forms: dict[str, list[str]] = defaultdict(list)
    for path in files:
        forms[path.rpartition(".")[0]].append(path)
    for path, writers in sorted(files.items()):
        beside = {form: files[form] for form in forms[path.rpartition(".")[0]] if form != path}
        if _RECORD.search(path):
            continue  # kept to be added to by whoever runs
        together = [each for each, others in files.items() if each != path and writers.keys() <= others.keys()]
        listed = [w for w in sorted(writers) if _makes(world, w, writers[w]) and _overwrites(world, w, path, together)]
        for position, first in enumerate(listed):
            tied = [
                (other, why)
                for other in listed[position + 1 :]
                if not (_converts(first, other, beside, reads) or _converts(other, first, beside, reads))
                and (why := _tie(world, path, writers, first, other, onward, reads))
            ]
            if tied:
                names = [first, *(other for other, _ in tied)]
                found.append(Shared(path, tuple((n, world.lineage.place(writers[n])) for n in names), tied[0][1]))
                break
    return found


def _taken(world: World, program: str) -> set[str]:
    """The files that a program takes as they are when it starts: not those that it writes before it reads them."""
    touches = [touch for touch in world.lineage.of_program(program) if touch.artefact.path]
    writes: dict[str | None, list[Touch]] = defaultdict(list)
    for touch in touches:
        if touch.way == "write":
            writes[touch.artefact.path].append(touch)
    return {
        touch.artefact.path
        for touch in touches
        if touch.artefact.path
        and touch.way == "read"
        and touch.effect.role not in _HANDING_ON
        and not any(precedes(world.lineage, program, write, touch) for write in writes.get(touch.artefact.path, ()))
    }


def _converts(writer: str, other: str, beside: dict[str, dict[str, Touch]], reads: set[tuple[str, str]]) -> bool:
    """Whether a program makes a file of the same data in another form, which the other writer writes beside it."""
    return any((form, writer) in reads and other in writers for form, writers in beside.items())


def _makes(world: World, program: str, touch: Touch) -> bool:
    """Whether a writer is a producer: no notebook beside the pipeline, no service that fetches what was released."""
    if program.endswith(".ipynb"):
        return _is_run(world, program)
    return touch.effect.role not in (Role.READ, Role.DOWNLOAD) or not serves(world, program)


def _overwrites(world: World, program: str, path: str, together: list[str]) -> bool:
    """Whether a program writes a file that is there already, and does not only make it where it is missing.

    `together`: the files that all who write this one write.
    """
    touches = (t for t in world.lineage.of_program(program) if t.way == "write" and t.artefact.path == path)
    return any(
        not (only_creates(world, touch) or is_called_to_create(world, touch, program, together)) for touch in touches
    )


def _tie(
    world: World,
    path: str,
    writers: dict[str, Touch],
    first: str,
    other: str,
    onward: dict[str, set[str]],
    reads: set[tuple[str, str]],
) -> str:
    """What makes two writers steps of one chain; "" if nothing does, or if they write by the same code."""
    one, two = writers[first], writers[other]
    if _same_code(world, (first, one), (other, two)) or not joinable(first, one, other, two):
        return ""
    if (first, 0) in world.lineage.reached(other) or (other, 0) in world.lineage.reached(first):
        return ""
    for step in world.steps.all:
        if (
            step.tool not in ("readme", "docker", "compose")
            and {first, other} <= set(world.steps.programs(step))
            and places.is_product(step.path)
        ):
            return f"both run in {step.step.name} of {step.path}"
    if pipeline := _one_pipeline(world, first, other):
        return f"both are stages of {pipeline}, all of which one run runs"
    for before, after in ((first, other), (other, first)):
        if (path, after) in reads and (path, before) not in reads:
            return f"{after} rewrites what it reads from {before}"
        if _leads(before, after, onward):
            return f"data of {before} lead to {after}"
    for launching, launched in sorted(world.launched.items()):
        if {first, other} <= {launch.run.target for launch in launched if not launch.dead}:
            return f"both are started by {launching}"
    return ""


def _one_pipeline(world: World, first: str, other: str) -> str:
    """The pipeline file of which both programs are stages, where the tool runs all stages of a file; "" without one."""
    homes = [
        {step.path for step in world.steps.all if step.tool == "dvc" and program in world.steps.programs(step)}
        for program in (first, other)
    ]
    return min(homes[0] & homes[1], default="")


def _same_code(world: World, first: tuple[str, Touch], second: tuple[str, Touch]) -> bool:
    """Whether two programs write by one and the same code, which knows the path itself.

    A function that is told the path is a tool; one that both run and that tells it the path is the same step twice.
    """
    (one, writing), (two, other) = first, second
    if writing.site == other.site:
        return True
    origin = writing.effect.origin
    if origin is None or origin != other.effect.origin:
        return False
    both = set(world.lineage.reached(one)) & set(world.lineage.reached(two)) - {origin[0]}
    return any(each.origin == origin for site in both for each in world.resolved.effects.of(site))


def _leads(first: str, last: str, onward: dict[str, set[str]]) -> bool:
    todo, seen = [first], {first}
    while todo:
        for reader in onward.get(todo.pop(), ()):
            if reader == last:
                return True
            if reader not in seen:
                seen.add(reader)
                todo.append(reader)
    return False


def _is_run(world: World, program: str) -> bool:
    """Whether a declared step runs a program."""
    return any(program in world.steps.programs(step) for step in world.steps.all if step.tool in PIPELINES)


# --- files that nobody takes ---


def orphans(world: World, owned: Callable[[str], bool], edges: Iterable[FileEdge]) -> tuple[list[Orphan], int]:
    """Files written in the middle of a chain that nothing reads, declares, names or delivers; and how many files are written."""
    feeding = {edge.writer for edge in edges} | _feeding_steps(world)
    files = written_files(world, owned)
    taken = _Taken(world)
    found = [
        Orphan(path, writer, world.lineage.place(touch))
        for path, writers in sorted(files.items())
        for writer, touch in sorted(writers.items())[:1]
        if writer in feeding and not writer.endswith(".ipynb") and not taken.by_anything(path, set(writers))
    ]
    return found, len(files)


def _feeding_steps(world: World) -> set[str]:
    """Programs of declared steps whose outputs another step takes."""
    found: set[str] = set()
    for steps in world.steps.by_file.values():
        made = Makers(step for step in steps if step.tool in PIPELINES)
        taken = ((step, later) for later in steps for d in later.reads if d.path for step, _ in made.of(d.path))
        feeding = {id(step): step for step, later in taken if step.id != later.id}
        found.update(program for step in feeding.values() for program in world.steps.programs(step))
    return found


class _Taken:
    """Everything that may take a file: reads of any code, inputs of steps, names in texts, documents and settings."""

    def __init__(self, world: World) -> None:
        self.world = world
        reads = {
            t.artefact.path for ts in world.lineage.touches.values() for t in ts if t.way == "read" and t.artefact.path
        }
        steps = [step for step in world.steps.all if step.tool != "dvc-lock"]
        inputs = {d.path for step in steps for d in step.reads if d.path}
        self.read = PathIndex({*reads, *inputs, *pinned_paths(world, locked=False)})
        self.shown = PathIndex(_shown(steps))
        self.words = {
            word.text.rpartition("/")[2] for step in steps for command in step.step.commands for word in command.words
        }
        self.open_reads = {
            str(effect.entry.attrs.get("format", "any"))
            for effects in world.lineage.unresolved.values()
            for effect in effects
            if effect.role in (Role.READ, Role.COPY, Role.LOG_ARTIFACT)
            and not effect.dead
            and places.is_product(effect.site[0])
        }

    def by_anything(self, path: str, writers: set[str]) -> bool:
        """Whether a file is or may be taken by something else than its writers."""
        name = path.rpartition("/")[2]
        return (
            places.is_model(path)
            or bool(_DELIVERED.search(path))
            or self.world.identities.exists(path)
            or bool(self.read.matching(path, loosely=True))
            or bool(self.shown.matching(path))
            or name in self.words
            or name in self.world.documents.text
            or places.suffix(path) in self.open_reads
            or "any" in self.open_reads
            or self._named(name, writers)
        )

    def _named(self, name: str, writers: set[str]) -> bool:
        """Whether another program or a document of settings names the file."""
        code = self.world.resolved.code
        own = {site[0] for writer in writers for site in self.world.lineage.reached(writer)}
        return any(name in text for path in code.paths if path not in own for text in code.texts(path))


def _shown(steps: Iterable[DeclaredStep]) -> Iterator[str]:
    """Outputs that are declared for people: metrics, plots, reports."""
    for step in steps:
        for out in step.writes:
            if out.path and (out.ref.kind in ("metric", "report", "model") or out.ref.how in ("metrics", "plots")):
                yield out.path
