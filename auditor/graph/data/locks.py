"""Stages of a pipeline against the record of their last run: which never ran, and which ran as something else."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from posixpath import dirname

import msgspec

from auditor.graph.declared.steps import DeclaredStep
from auditor.graph.world import World
from auditor.model.declared import Declared
from auditor.model.facts import Facts, Pin, Step
from auditor.model.place import Place, Related
from auditor.model.regex import regex
from auditor.program.symbolic.values import normal

LOCK = "dvc.lock"
_HOLE = regex(r"\\\{[^{}]*\\\}")
"""What a loop fills in a pattern, as it stands in an escaped one."""
MANY = 3
"""As many stages of one file are told one by one."""


class Stale(msgspec.Struct, frozen=True):
    """A stage that is declared as one thing and was last run as another.

    `says` tells the differences in words; `settings` is whether more than the text of its programs has changed;
    `others` are stages of the same file that it speaks for, because a whole pipeline has moved on.
    """

    step: str
    place: Place
    says: tuple[str, ...]
    related: tuple[Related, ...]
    settings: bool
    others: int = 0


class Locks(msgspec.Struct, frozen=True):
    """The declared stages of a component beside their record."""

    unlocked: tuple[tuple[str, Place, int], ...]
    """Pipeline files without a record: path, place of the first stage, number of stages."""
    never: tuple[tuple[str, Place, str], ...]
    """Stages that the record does not know: name, place, path of the record."""
    stale: tuple[Stale, ...]
    agreeing: int


def locks(world: World, owned: Callable[[str], bool]) -> Locks:
    """The DVC stages of a component held against the lock file beside each pipeline file."""
    unlocked, never, stale, agreeing = [], [], [], 0
    for path, steps in sorted(world.steps.by_file.items()):
        stages = [step for step in steps if step.tool == "dvc" and path.rpartition("/")[2] in ("dvc.yaml", "dvc.yml")]
        if not stages or not owned(path) or "{" in path:
            continue
        lock = f"{dirname(path)}/{LOCK}".lstrip("/")
        facts = world.files.get(lock)
        if facts is None:
            if not world.identities.exists(lock) and any(map(makes_something, stages)):
                unlocked.append((path, Place(path, stages[0].step.line), len(stages)))
            continue
        moved: list[Stale] = []
        for stage in stages:
            place = Place(path, stage.step.line)
            if not _recorded(stage.step, facts):
                never.append((stage.step.name, place, lock))
            elif found := _differences(world, stage, lock, facts):
                moved.append(found)
            else:
                agreeing += 1
        stale.extend(moved if len(moved) <= MANY else [_together(moved)])
    return Locks(tuple(unlocked), tuple(never), tuple(stale), agreeing)


_SAYING = frozenset({"echo", "printf", "true", ":", "exit", "sleep"})


def makes_something(step: DeclaredStep) -> bool:
    """Whether a step runs more than words, as far as its commands say: a placeholder has no result."""
    commands = step.step.commands
    spoken = [c for c in commands if c.words and c.words[0].text in _SAYING and not c.writes]
    return not commands or bool(step.step.texts) or len(spoken) < len(commands)


def _together(moved: list[Stale]) -> Stale:
    """One word for the many stages of a pipeline that has moved on."""
    first = next((each for each in moved if each.settings), moved[0])
    others = [each.place.says("and this stage") for each in moved if each is not first]
    return msgspec.structs.replace(first, related=(*first.related, *others), others=len(others))


def _recorded(stage: Step, lock: Facts) -> bool:
    """Whether the record has the stage; one stage of a loop is enough."""
    return any(step.name == stage.name or step.name.startswith(f"{stage.name}@") for step in lock.steps)


def _differences(world: World, stage: DeclaredStep, lock: str, facts: Facts) -> Stale | None:
    """What the record says otherwise than the declaration; nothing of a loop, whose stages the record names one by one."""
    run = next((step for step in facts.steps if step.name == stage.step.name), None)
    if each := [step for step in facts.steps if step.name.startswith(f"{stage.step.name}@")]:
        return _of_loop(stage, each, lock, facts)  # what has the bare name is left over from before it was a loop
    if run is None or dict(stage.step.attrs).get("frozen") == "true":
        return None
    pins = [pin for pin in facts.pins if pin.step == run.name]
    settings = [*_command(stage, run), *_files(stage, pins), *_values(world, stage, run)]
    code = list(_code(world, stage, pins))
    if not settings and not code:
        return None
    place = Place(stage.path, stage.step.line)
    trail = (place.says("declared here"), Place(lock, run.line).says("the record of its last run"))
    return Stale(run.name, place, (*settings, *code), trail, bool(settings))


def _of_loop(stage: DeclaredStep, runs: list[Step], lock: str, facts: Facts) -> Stale | None:
    """What the record of a loop has that no declared path or pattern covers, told of the first such run.

    A run of which no output is declared is one of an element that the loop had once.
    """
    outs, deps = _patterns(stage.writes), _patterns(stage.reads)
    if not outs or not deps:
        return None
    for run in runs:
        made, read = (_paths(stage, run, facts, role) for role in ("outs", "deps"))
        if not any(_covered(path, outs) for path in made):
            continue
        lost = [(path, "outs") for path in made if not _covered(path, outs)]
        lost += [(path, "deps") for path in read if not _covered(path, deps)]
        if lost:
            place = Place(stage.path, stage.step.line)
            trail = (place.says("declared here"), Place(lock, run.line).says("the record of its last run"))
            says = (f"{run.name} had {lost[0][0]} among its {lost[0][1]}",)
            return Stale(stage.step.name, place, says, trail, settings=True)
    return None


def _patterns(declared: Iterable[Declared]) -> list[str]:
    """Expressions of what a loop declares; none where any of it has no path."""
    paths = [each.path for each in declared]
    return [_HOLE.sub(".+", re.escape(path)) for path in paths if path] if all(paths) else []


def _paths(stage: DeclaredStep, run: Step, facts: Facts, role: str) -> list[str]:
    pins = (pin.path for pin in facts.pins if pin.step == run.name and pin.role == role)
    return [normal(f"{stage.folder}/{path}" if stage.folder else path) for path in pins]


def _covered(path: str, patterns: list[str]) -> bool:
    return any(re.fullmatch(pattern, path) for pattern in patterns)


def _command(stage: DeclaredStep, run: Step) -> Iterator[str]:
    declared, ran = dict(stage.step.attrs).get("cmd", ""), dict(run.attrs).get("cmd", "")
    if declared and ran and "${" not in declared and declared.split() != ran.split():
        yield f"it ran `{' '.join(ran.split())[:120]}`"


def _files(stage: DeclaredStep, pins: list[Pin]) -> Iterator[str]:
    """Inputs and outputs that only one of the two knows."""
    for role, declared in (("deps", stage.reads), ("outs", stage.writes)):
        if any("{" in (d.path or "{") for d in declared):
            continue  # a templated or foreign path: the record has it filled
        named = {d.path for d in declared if d.path}
        known = {normal(f"{stage.folder}/{pin.path}" if stage.folder else pin.path) for pin in pins if pin.role == role}
        for path in sorted(named - known):
            yield f"its last run did not have {path} among its {role}"
        for path in sorted(known - named):
            yield f"its last run had {path} among its {role}"


def _values(world: World, stage: DeclaredStep, run: Step) -> Iterator[str]:
    """Parameters whose recorded value is not the one that their file gives today."""
    for name, ran in run.attrs:
        source, _, key = name.removeprefix("param:").partition("#")
        if not name.startswith("param:") or not key:
            continue
        path = normal(f"{stage.folder}/{source}" if stage.folder else source)
        leaves = world.resolved.code.leaves(path)
        if leaves and key in leaves and not _same(ran, leaves[key][0]):
            yield f"it ran with {key} = {ran}, {path} now says {_text(leaves[key][0])}"


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else "null" if value is None else str(value)


def _same(ran: str, now: object) -> bool:
    """Whether two scalars are equal, whatever their spelling (`1e-3`, `0.001`)."""
    text = _text(now)
    if ran.split() == text.split():
        return True
    try:
        return float(ran) == float(text)
    except ValueError:
        return False


def _code(world: World, stage: DeclaredStep, pins: list[Pin]) -> Iterator[str]:
    """Programs that have another length than when the stage ran, line endings left out."""
    for pin in pins:
        path = normal(f"{stage.folder}/{pin.path}" if stage.folder else pin.path)
        facts, size = world.files.get(path), world.sizes.get(path, -1)
        if pin.role != "deps" or pin.size < 0 or size < 0 or facts is None or facts.program is None:
            continue
        # Line endings of two bytes, in all lines or some, make a file longer by no more than its lines.
        if abs(pin.size - size) > facts.lines:
            yield f"{path} has changed since ({pin.size} bytes then, {size} now)"
