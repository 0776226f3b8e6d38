"""What steps declare, held against what their programs read and write."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import msgspec

from auditor.graph import places
from auditor.graph.data.optional import only_creates
from auditor.graph.data.provided import pinned_paths
from auditor.graph.data.sharing import LEAST, carries, covers, is_declared, upstream
from auditor.graph.declared.steps import DeclaredStep
from auditor.graph.observed.lineage import Touch
from auditor.graph.observed.uses import DATA
from auditor.graph.world import World
from auditor.model.artefact import Role
from auditor.model.declared import Declared
from auditor.model.place import Place
from auditor.model.regex import regex
from auditor.program.condensed import places_of

_WORD = regex(r"\w+")
CERTAIN = 0.75
"""Confidence from which a read contradicts a declaration."""


class Mismatch(msgspec.Struct, frozen=True):
    """Where the declaration of a step and its code disagree.

    `kind`: `undeclared-read` (`undeclared-beside` where another output of the stage that makes it is declared), `undeclared-write` (of a file that the same tool tracks or another stage waits for),
    `rewritten-input`, `unwritten-output`, `unread-parameter`, `undeclared-code`.
    """

    kind: str
    step: str
    artefact: str
    declared: Place
    observed: Place | None
    confidence: float


class Agreement(msgspec.Struct, frozen=True):
    """Declarations of all steps held against their code."""

    mismatches: tuple[Mismatch, ...]
    confirmed: int
    undetermined: int


def agreement(world: World, owned: Callable[[str], bool]) -> Agreement:
    """Inputs and outputs of DVC stages held against what their programs read and write."""
    mismatches: list[Mismatch] = []
    confirmed = undetermined = 0
    for step in world.steps.all:
        if step.tool != "dvc" or not owned(step.path):
            continue
        programs = [path for path in world.steps.programs(step) if path in world.resolved.code.programs]
        by = world.steps.closure(step)
        touches = [touch for path in programs for touch in world.lineage.of_program(path, by)]
        reads = [t for t in touches if t.way == "read" and t.artefact.path and t.confidence >= CERTAIN]
        writes = [t for t in touches if t.way == "write" and t.artefact.path and t.confidence >= LEAST]
        own = {touch.artefact.path for touch in writes}
        mismatches += _undeclared_reads(world, step, [touch for touch in reads if touch.artefact.path not in own])
        mismatches += _undeclared_writes(world, step, writes)
        mismatches += _unread_parameters(world, step, programs)
        mismatches += _undeclared_code(world, step, programs)
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


def _call_of(touch: Touch) -> tuple[object, ...]:
    """One call in the source, which may stand beside others in its line."""
    return (touch.site, touch.effect.line, id(touch.effect.call), touch.effect.origin)


def _touches(declared: Declared, touch: Touch) -> bool:
    return touch.artefact.path is not None and covers(declared, touch.artefact.path)


def _undeclared_reads(world: World, step: DeclaredStep, reads: list[Touch]) -> Iterable[Mismatch]:
    seen: set[str] = set()
    # Of several paths that one call may take, a branch that is not followed may choose: where one is declared, so is the call.
    declared_calls = {_call_of(touch) for touch in reads if any(_touches(declared, touch) for declared in step.reads)}
    for touch in reads:
        if _call_of(touch) in declared_calls:
            continue
        path = touch.artefact.path
        if path is None or path in seen or touch.kind not in DATA or touch.effect.dead or touch.artefact.guessed:
            continue
        if not carries(path):
            continue
        # What a step before this one depends on runs both anew when it changes.
        made = upstream(world, step)
        before = [declared for other in made for declared in other.reads]
        known = (*step.reads, *step.writes, *step.params, *before)
        if any(covers(declared, path) for declared in known):
            continue
        comes = path in world.identities.tree or path in pinned_paths(world) or is_declared(world, path)
        if comes and any(value.how != "cli" for value in touch.effect.targets):
            seen.add(path)
            place = Place(step.path, step.step.line)
            kind = "undeclared-beside" if _comes_along(step, path, made) else "undeclared-read"
            yield Mismatch(kind, step.step.name, path, place, world.lineage.place(touch), touch.confidence)


def _comes_along(step: DeclaredStep, path: str, made: list[DeclaredStep]) -> bool:
    """Whether a model, or what a program has fitted to prepare data, comes from a stage of which another output is declared: when it
    is made anew, so is that."""
    return places.is_model(path) and any(
        any(covers(out, path) for out in other.writes)
        and any(read.path and covers(out, read.path) for out in other.writes for read in step.reads)
        for other in made
    )


def _undeclared_writes(world: World, step: DeclaredStep, writes: list[Touch]) -> Iterable[Mismatch]:
    """Files that a stage surely writes without saying so, although the tool tracks them or a stage depends on them."""
    tracked = pinned_paths(world, locked=False)
    seen: set[str] = set()
    for touch in writes:
        path = touch.artefact.path
        if path is None or path in seen or touch.kind not in DATA or not carries(path) or touch.confidence < CERTAIN:
            continue
        if touch.artefact.templated or touch.artefact.guessed or touch.effect.dead or _is_brought(touch):
            continue
        if any(covers(declared, path) for declared in step.writes):
            continue
        waiting = [d for other in world.steps.by_file.get(step.path, ()) for d in other.reads if d.path == path]
        if (path in tracked or waiting) and not only_creates(world, touch):
            seen.add(path)
            kind = "rewritten-input" if any(d.path == path for d in step.reads) else "undeclared-write"
            place = Place(step.path, step.step.line)
            yield Mismatch(kind, step.step.name, path, place, world.lineage.place(touch), touch.confidence)


def _undeclared_code(world: World, step: DeclaredStep, programs: list[str]) -> Iterable[Mismatch]:
    """The files of code that run with a stage which declares its program, and are no dependency themselves."""
    declared = [path for path in programs if any(covers(d, path) for d in step.reads)]
    own = set(programs) | {d.path for d in step.reads if d.path}
    missing = sorted(
        path
        for path in world.once(_Calling).files(declared) - own
        if world.is_product(path) and not any(covers(d, path) for d in step.reads)
    )
    if missing:
        more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        place = Place(step.path, step.step.line)
        yield Mismatch("undeclared-code", step.step.name, f"{missing[0]}{more}", place, Place(missing[0], 1), 0.9)


class _Calling:
    """The files whose functions programs call, for all steps that ask."""

    def __init__(self, world: World) -> None:
        self._paths = world.resolved.code.paths
        sites = {(path, n): number for number, path in enumerate(self._paths) for n in world.resolved.code.scopes(path)}
        self._led = world.lineage.gathered({site: 1 << number for site, number in sites.items() if site[1]})

    def files(self, programs: Iterable[str]) -> set[str]:
        """The files with the functions that some programs lead to."""
        return {self._paths[number] for program in programs for number in places_of(self._led(program))}


def _troubles(world: World) -> Callable[[str], int]:
    """By program whether some file that runs with it could not be read as a whole."""
    code = world.resolved.code
    troubled = (path for path in code.paths if (facts := world.files.get(path)) and facts.troubles)
    return world.lineage.gathered({(path, number): 1 for path in troubled for number in code.scopes(path)})


def _is_brought(touch: Touch) -> bool:
    """Whether the command line names the file: what it says is then the step's own business."""
    return all(value.how == "cli" for value in touch.effect.targets)


def _unread_parameters(world: World, step: DeclaredStep, programs: list[str]) -> Iterable[Mismatch]:
    """Keys that a stage declares as parameters, although its programs read others of that file and never these.

    Said only where nothing names the key: no text of the code that runs, nor its command; and not of
    a whole section, which is a way to be on the safe side.
    """
    if not programs or not step.params:
        return
    if any(run.kind != "script" for run in step.runs) or any(world.launched.get(p) for p in programs):
        return
    reached = {site for program in programs for site in world.lineage.reached(program)}
    texts = {text for path in {site[0] for site in reached} for text in world.resolved.code.texts(path)}
    texts |= {*(text.text for text in step.step.texts), *(value for _, value in step.step.attrs)}
    words = {word for text in texts for word in _WORD.findall(text)}
    for declared in step.params:
        keys = dict(declared.ref.attrs).get("keys", "").split(",")
        read = {
            r.key: r.whole for r in world.resolved.readings.all() if r.document == declared.path and r.site in reached
        }
        if not any(_is_read(key, read) for key in keys):
            continue  # the file is read in a way that was not followed
        values = set(world.resolved.code.leaves(declared.path or ""))
        for key in keys:
            name = key.rpartition(".")[2]
            if key in values and not _is_read(key, read) and name not in words:
                place = Place(step.path, declared.ref.line)
                yield Mismatch("unread-parameter", step.step.name, key, place, Place(programs[0], 1), 0.85)


def _is_read(key: str, read: Mapping[str, bool]) -> bool:
    """Whether some reading takes a key: itself, a part of it, or all of what it stands in."""
    return any(
        key == other or other.startswith(f"{key}.") or (whole and (not other or key.startswith(f"{other}.")))
        for other, whole in read.items()
    )


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
        if world.once(_troubles)(path):
            return False
        if any(
            t.artefact.templated or t.confidence < LEAST for t in world.lineage.of_program(path) if t.way == "write"
        ):
            return False
    return True
