"""Files that tie programs together, and whether a pipeline says so."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from itertools import takewhile
from posixpath import dirname
from typing import TypeAlias

import msgspec

from auditor.graph import places
from auditor.graph.artefacts.identity import PathIndex, above, is_anything, matches
from auditor.graph.data.optional import does_without
from auditor.graph.data.provided import pinned_paths
from auditor.graph.data.sharing import LEAST, carries, covers, is_declared, programs_of, upstream
from auditor.graph.declared.documents import plain
from auditor.graph.declared.steps import DeclaredStep
from auditor.graph.jungles.fed import may_feed
from auditor.graph.jungles.listed import Listed, are_numbered
from auditor.graph.jungles.one_run import OneRun
from auditor.graph.jungles.readers import asks, idles, looks, serves
from auditor.graph.jungles.restoring import restores
from auditor.graph.observed.lineage import Touch
from auditor.graph.observed.unpacking import may_hold
from auditor.graph.observed.uses import DATA
from auditor.graph.world import World
from auditor.model.artefact import Role
from auditor.model.place import Place
from auditor.model.regex import regex
from auditor.program.calls.effects import Site
from auditor.program.running.launches import Launch

LEAST_ALIKE = 2
"""Programs that share a function which fetches a file, from which others can use it, too."""

Hand: TypeAlias = tuple[str, Touch]
"""A program, and its touch of the file that is handed over."""

_PUT_ASIDE = regex(r"(^|[/_-])(old|deprecated|obsolete|backup|bak)([_-][^/]*)?\.(py|ipynb)$", re.I)
"""Programs that their name puts aside: nobody waits for what they wrote."""

_PACKING = ("zipfile.ZipFile.write", "tarfile.TarFile.add", "shutil.make_archive")

Flows: TypeAlias = Mapping[str, frozenset[Site]]


class FileEdge(msgspec.Struct, frozen=True):
    """One program writes a file that another reads. `declared_by` names the declaration that says so, if one does.

    `chained`: a script or job runs the writer and then the reader. `waits`: the reader needs the file for work of its own, it is
    not at hand in every clone, and the reader is no service, which takes what was released to it. `writing` and `reading` are the
    touches, `makers` how many programs write it. `told`: a document names the writer and then the reader, two notebooks. `listed`:
    a document lists the commands that start them in this order, or numbers in their names do.
    """

    artefact: str
    writer: str
    reader: str
    written: Place
    read: Place
    declared_by: str | None
    confidence: float
    writing: Touch
    reading: Touch
    chained: bool = False
    waits: bool = True
    makers: int = 1
    told: bool = False
    listed: bool = False

    @property
    def written_by(self) -> tuple[str | int, ...]:
        """Which call writes it, and where what it writes is said: lines with their files."""
        effect = self.writing.effect
        (path, scope), line = effect.origin or (effect.site, effect.line)
        return path, scope, line, self.written.path, self.written.line or 0


def file_edges(world: World, owned: Callable[[str], bool]) -> list[FileEdge]:
    """Every file edge between two programs of the component, by-products left out."""
    programs = programs_of(world, owned)
    writes: dict[str, dict[str, Touch]] = defaultdict(dict)
    reads: dict[str, dict[str, Touch]] = defaultdict(dict)
    for program in programs:
        for touch in world.lineage.of_program(program):
            path = touch.artefact.path
            if (
                path is None
                or touch.confidence < LEAST
                or touch.kind not in DATA
                or not carries(path)
                or places.is_documentation(path)
                or path in world.resolved.code.modules.folders
                or (touch.way == "read" and (_only_names(touch) or _brings_its_own(touch)))
            ):
                continue
            table = writes if touch.way == "write" else reads
            best = table[path].get(program)
            if best is None or touch.confidence > best.confidence:
                table[path][program] = touch
    pins = PathIndex(pinned_paths(world, locked=False))
    led, runs = world.once(flows), OneRun(world)
    found: dict[tuple[str, str, str], FileEdge] = {}
    known = _Readers(reads)
    for path, writers in sorted(writes.items()):
        for other, readers in known.alike(path):
            if not _means(path, other, writes):
                continue
            for reader, read in sorted(readers.items()):
                if any(_has_made(world, w, reader) for w in writers if w != reader):
                    continue
                makers = [
                    w
                    for w in sorted(writers)
                    if w != reader
                    and reader not in writers
                    and (reader, 0) not in world.lineage.reached(w)
                    and not _PUT_ASIDE.search(w)
                    and not (w in reads.get(path, ()) and restores(world, w, path))
                    and joinable(w, writers[w], reader, read)
                    and may_hold(writers[w], other, world.lineage.touches, world.resolved.code.texts)
                    and may_feed(world, writers[w], read)
                    and _says(world, w, path, other)
                ]
                if makers and not pins.matching(other, loosely=True):
                    for edge in _edge(world, path, other, [(w, writers[w]) for w in makers], (reader, read), led, runs):
                        found.setdefault((edge.artefact, edge.writer, edge.reader), edge)
    return list(found.values())


def _means(path: str, other: str, writes: Mapping[str, Mapping[str, Touch]]) -> bool:
    """Whether what is written can be what is read, though the two are not written alike.

    What a folder is filled with is not the file that somebody writes into it by name.
    """
    if path != other and is_anything(other):
        return False  # whatever lies there is read: not for that this file is
    return path not in above(other) or other not in writes


def _only_names(touch: Touch) -> bool:
    """Whether a read lists or packs files: it takes what is there."""
    return bool(touch.effect.entry.attrs.get("listing")) or touch.effect.name.startswith(_PACKING)


def _brings_its_own(touch: Touch) -> bool:
    """Whether a library keeps a data set of its own in the folder that it is given: what others put there is not that."""
    return bool(touch.effect.entry.attrs.get("toy"))


def _fetch_alike(world: World, makers: list[Hand]) -> bool:
    """Whether several programs fetch a file by one function that they share: whoever needs the file can call that, too."""
    origins = {touch.effect.origin[0] if touch.effect.origin else touch.site for _, touch in makers}
    if len(makers) < LEAST_ALIKE or len(origins) > 1:
        return False
    (site,) = origins
    own = world.resolved.effects.own.get(site, ())
    return any(each.role is Role.DOWNLOAD or each.entry.attrs.get("unpacks") for each in own)


def _edge(
    world: World, path: str, other: str, makers: list[Hand], taker: Hand, led: Flows, runs: OneRun
) -> Iterable[FileEdge]:
    """One edge for a reader and a file: the declared writer if there is one, else the surest.

    A program that looks at a file which a declared step writes is no step of the pipeline, nor is a notebook that rewrites
    it, nor a service that takes a released file.
    """
    reader, read = taker
    declared = [
        (declaration(world, path, other, (writer, touch), taker, led), writer, touch) for writer, touch in makers
    ]
    said = next((d for d in declared if d[0] is not None), None)
    if said is None:
        for writer, touch in makers:
            if (program := runs.of(writer, touch, reader, read)) is not None:
                said = (f"file:{program}", writer, touch)
            elif (job := _fetching_job(world, writer, reader)) is not None:
                said = (job.id, writer, touch)
    if said is None and is_declared(world, path):
        if looks(world, reader) or serves(world, reader) or asks(world, reader, read):
            return
        if all(writer.endswith(".ipynb") for _, writer, _ in declared):
            return
    if said is None and (world.documents.offers(path) or (serves(world, reader) and path in world.identities.tree)):
        return  # it was released: the reader does not wait for the writer
    if said is None and _may_come_from_programs(world, makers, reader):
        return
    chained = {writer for writer, _ in makers if _is_chained(world, writer, reader)} if said is None else set[str]()
    by, writer, written = said or max(
        declared, key=lambda d: (d[1] in chained, d[2].confidence, d[2].site[0] == d[1], d[1])
    )
    yield FileEdge(
        other if len(other) > len(path) else path,
        writer,
        reader,
        world.lineage.place(written),
        world.lineage.place(read),
        by,
        min(written.confidence, read.confidence),
        written,
        read,
        writer in chained,
        not (
            _is_at_hand(world, reader, {path, other})
            or idles(world, reader)
            or asks(world, reader, read)
            or does_without(world, read)
            or _fetch_alike(world, makers)
        ),
        len(makers),
        _is_told(world, writer, reader),
        are_numbered(writer, reader) or world.once(Listed).tells(writer, reader),
    )


def _is_told(world: World, writer: str, reader: str) -> bool:
    """Whether a chapter of a document names two notebooks in the order in which they are run, by file or in words."""
    if not (writer.endswith(".ipynb") and reader.endswith(".ipynb")):
        return False
    first, then = (plain(f"{path.rpartition('/')[2].removesuffix('.ipynb')} notebook") for path in (writer, reader))
    files = writer.rpartition("/")[2], reader.rpartition("/")[2]
    texts = [section.text for _, section in world.documents.sections]
    return any(-1 < text.find(files[0]) < text.find(files[1]) for text in texts) or any(
        -1 < text.find(first) < text.find(then) for text in map(plain, texts)
    )


def _fetching_job(world: World, writer: str, reader: str) -> DeclaredStep | None:
    """The job that runs a reader with what an earlier one, which runs the writer, leaves for it: CI stores that in between."""
    jobs = [step for step in world.steps.all if step.tool == "github-actions"]
    leaving = {job.id for job in jobs if _uses(job, "actions/upload-artifact") and writer in world.steps.programs(job)}
    fetching = (job for job in jobs if leaving and _uses(job, "actions/download-artifact"))
    return next(
        (
            job
            for job in fetching
            if reader in world.steps.programs(job) and any(each.id in leaving for each in upstream(world, job))
        ),
        None,
    )


def _uses(job: DeclaredStep, action: str) -> bool:
    return any(name.startswith(action) for name in job.step.uses)


def _is_at_hand(world: World, reader: str, paths: set[str]) -> bool:
    """Whether git keeps a file, be it of yesterday: every clone has it, and no model learns from it here."""
    if world.identities.tree.isdisjoint(paths):
        return False
    return not any(world.trains(effect) for effect in world.lineage.effects_of_program(reader))


def _may_come_from_programs(world: World, makers: list[Hand], reader: str) -> bool:
    """Whether only notebooks are seen to write what a program reads, where a program that steps start writes files whose
    names are not known: it may be the writer."""
    if reader.endswith(".ipynb") or not all(writer.endswith(".ipynb") for writer, _ in makers):
        return False
    return world.once(_writes_unknown)


def _writes_unknown(world: World) -> bool:
    trained = {program for step in world.steps.all if step.tool != "readme" for program in world.steps.programs(step)}
    return any(
        effect.role in (Role.SAVE_MODEL, Role.WRITE) and not effect.dead
        for program in sorted(trained)
        if not program.endswith(".ipynb")
        for effect in world.lineage.unresolved_of_program(program)
    )


def _is_chained(world: World, writer: str, reader: str) -> bool:
    """Whether some script, job or goal runs the writer before the reader: an order that a machine keeps."""
    return any(writer in started and reader in started[started.index(writer) + 1 :] for started in world.once(_orders))


def _orders(world: World) -> list[list[str]]:
    """The programs that steps, scripts and programs start, each list in its order."""
    orders = [[run.target for run in step.runs] for step in world.steps.all if step.tool != "readme"]
    # A goal of make runs what it needs, each in the order in which it is named.
    orders += [
        [
            program
            for name in step.after
            if name in world.steps.by_id
            for program in world.steps.programs(world.steps.by_id[name])
        ]
        for step in world.steps.all
        if step.tool == "make" and len(step.after) > 1
    ]
    orders += [[launch.run.target for launch in sorted(found, key=_line)] for found in world.launched.values()]
    return [started for started in orders if len(started) > 1]


def _line(launch: Launch) -> int:
    return launch.line


def joinable(writer: str, written: Touch, reader: str, read: Touch) -> bool:
    """Two relative paths of unknown base mean one file only for programs that are neighbours: at most one folder apart."""
    if not (written.artefact.guessed or read.artefact.guessed):
        return True
    one, other = dirname(writer).split("/"), dirname(reader).split("/")
    shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
    return len(one) - shared <= 1 and len(other) - shared <= 1


class _Readers:
    """The paths that programs read, asked which of them mean a written one."""

    def __init__(self, reads: dict[str, dict[str, Touch]]) -> None:
        self.reads = reads
        self._paths = sorted(reads)
        self._patterns = [path for path in self._paths if _is_pattern(path)]

    def alike(self, path: str) -> list[tuple[str, dict[str, Touch]]]:
        """The same path; then, in order, its patterns, what lies in it where it is a folder, and the folders it lies in."""
        found = {folder for folder in above(path) if folder in self.reads}
        found.update(
            self._paths[bisect_left(self._paths, f"{path}/") : bisect_left(self._paths, f"{path}0")]
        )  # "0" follows "/"
        for other in self._paths if _is_pattern(path) else self._patterns:
            if matches(path, other) or matches(other, path):
                found.add(other)
        found.discard(path)
        return [(each, self.reads[each]) for each in ([path] if path in self.reads else []) + sorted(found)]


def _says(world: World, writer: str, written: str, read: str) -> bool:
    """Whether a writer of files of any name says the name that is asked for."""
    if not is_anything(written) or _is_pattern(read):
        return True
    return read.rpartition("/")[2].rpartition(".")[0] in world.resolved.code.texts(writer)


def _is_pattern(path: str) -> bool:
    return "{" in path or "*" in path


def _has_made(world: World, writer: str, reader: str) -> bool:
    """Whether a program starts the writer of what it reads, or runs its code, before it reads."""
    launched = any(launch.run.target == writer for launch in world.launched.get(reader, ()))
    return launched or (writer, 0) in world.lineage.reached(reader)


def declaration(world: World, written: str, read: str, maker_of: Hand, taker_of: Hand, led: Flows) -> str | None:
    """The declaration that ties writer and reader: a step running both, declared files, an order, or a flow that calls both."""
    (writer, writing), (reader, reading) = maker_of, taker_of
    makers = _running(world, writer, writing)
    takers = _running(world, reader, reading)
    for maker in makers:
        for taker in takers:
            if maker.id == taker.id:
                return maker.id
            if any(covers(d, written) for d in maker.writes) and any(covers(d, read) for d in taker.reads):
                return taker.id
            if maker.path == taker.path and any(step.id == maker.id for step in upstream(world, taker)):
                return taker.id
    for path, launched in world.launched.items():
        started = {launch.run.target for launch in launched}
        if writer in started and reader in started and world.orchestrates(path):
            return f"file:{path}"
    ends = {touch.effect.origin[0] if touch.effect.origin else touch.site for touch in (writing, reading)}
    flow = next((path for path, called in led.items() if ends <= called), None)
    return f"file:{flow}" if flow is not None else None


def flows(world: World) -> Flows:
    """The programs that declare a pipeline in code, with all scopes that their own code leads to."""
    code, effects = world.resolved.code, world.resolved.effects
    return {
        path: frozenset(site for number in code.scopes(path) for site in effects.reached((path, number)))
        for path in code.paths
        if places.is_product(path) and world.orchestrates(path)
    }


def _running(world: World, program: str, touch: Touch) -> list[DeclaredStep]:
    """The declared steps that run a program, or whose code in a flow touches the file at the same call."""
    at = touch.effect.origin[0] if touch.effect.origin else touch.site
    return [
        step
        for step in world.steps.all
        if step.tool not in ("readme", "shell", "github-actions")
        and (
            program in world.steps.programs(step)
            or any(at in world.resolved.effects.reached((local.path, local.scope)) for local in step.implements)
        )
    ]
