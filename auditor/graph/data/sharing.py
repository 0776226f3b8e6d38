"""What counts as handing data over from one program to another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable

from auditor.graph import places
from auditor.graph.artefacts.identity import PathIndex, matches, within
from auditor.graph.declared.steps import DeclaredStep
from auditor.graph.observed.lineage import Touch
from auditor.graph.world import World
from auditor.model.declared import Declared
from auditor.program.symbolic.values import GIVEN

LEAST = 0.55
"""Confidence that both ends of a file edge need: an f-string with a literal part is enough, a guessed base is not."""

_SETTINGS_FILES = frozenset({"config.json", "settings.json", "configuration.json"})
_SETTINGS = frozenset({"yaml", "yml", "toml", "ini", "cfg", "env", "py", "sh", "ipynb", "dvc", "conf", "properties"})


def programs_of(world: World, owned: Callable[[str], bool]) -> list[str]:
    """The programs of a component that are neither tests nor examples."""
    return [path for path in world.lineage.entries if owned(path) and world.is_product(path)]


def carries(path: str) -> bool:
    """Whether a file hands data over; settings, source text and by-products do not."""
    named = path.rpartition("/")[2].lower() in _SETTINGS_FILES
    return not (named or places.is_byproduct(path) or places.suffix(path) in _SETTINGS)


def is_supplied(world: World, touch: Touch) -> bool:
    """Whether whoever starts the program names the file: an option, a variable, or a command that a document only shows."""
    starts = world.resolved.evaluator.invocations.by_number
    return any(
        value.how in GIVEN or (value.how == "command" and value.runs and all(starts[n].shown for n in value.runs))
        for value in touch.effect.targets
    )


def covers(declared: Declared, path: str) -> bool:
    """Whether a declared path means this one: equal, a folder above or below, a pattern."""
    return declared.path is not None and (
        within(path, declared.path)
        or within(declared.path, path)
        or matches(declared.path, path)
        or matches(path, declared.path)
    )


def upstream(world: World, step: DeclaredStep) -> list[DeclaredStep]:
    """The steps that come before a step by a declared order or declared files, over any number of them; itself left out."""
    before = world.once(_Before)
    found: dict[str, DeclaredStep] = {}
    todo = [step]
    while todo:
        for other in before.of(todo.pop()):
            if other.id not in found and other.id != step.id:
                found[other.id] = other
                todo.append(other)
    return list(found.values())


class _Before:
    """The steps of a file that come right before each of its steps."""

    def __init__(self, world: World) -> None:
        self._steps = world.steps.by_file
        self._made: dict[str, Makers] = {}
        self._known: dict[int, list[DeclaredStep]] = {}

    def of(self, step: DeclaredStep) -> list[DeclaredStep]:
        """Those that come before one by a declared order or declared files, in the order of the file."""
        if id(step) not in self._known:
            beside = self._steps.get(step.path, ())
            if step.path not in self._made:
                self._made[step.path] = Makers(beside)
            made = {other.id for d in step.reads if d.path for other, _ in self._made[step.path].of(d.path)}
            self._known[id(step)] = [other for other in beside if other.id in step.after or other.id in made]
        return self._known[id(step)]


class Makers:
    """Answers which steps declare an output that means a path."""

    def __init__(self, steps: Iterable[DeclaredStep]) -> None:
        self._steps: dict[str, list[DeclaredStep]] = defaultdict(list)
        for step in steps:
            for path in dict.fromkeys(out.path for out in step.writes if out.path):
                self._steps[path].append(step)
        self._index = PathIndex(self._steps)

    def of(self, path: str) -> list[tuple[DeclaredStep, str]]:
        """The steps, each with the path that it declares."""
        return [(step, out) for out in self._index.matching(path) for step in self._steps[out]]


def is_declared(world: World, path: str) -> bool:
    """Whether some step declares the file as its output."""
    return bool(world.once(_made).of(path))


def _made(world: World) -> Makers:
    return Makers(world.steps.all)
