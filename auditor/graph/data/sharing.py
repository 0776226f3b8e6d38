"""What counts as handing data over from one program to another."""

from __future__ import annotations

from collections.abc import Callable

from auditor.graph import places
from auditor.graph.artefacts.identity import matches, within
from auditor.graph.declared.steps import DeclaredStep
from auditor.graph.observed.lineage import Touch
from auditor.graph.world import World
from auditor.model.artefact import NodeKind
from auditor.model.declared import Declared

LEAST = 0.55
"""Confidence that both ends of a file edge need: an f-string with a literal part is enough, a guessed base is not."""

DATA = frozenset({NodeKind.DATASET, NodeKind.MODEL, NodeKind.EXTERNAL_DATASET})
_SETTINGS_FILES = frozenset({"config.json", "settings.json", "configuration.json"})
_SETTINGS = frozenset({"yaml", "yml", "toml", "ini", "cfg", "env", "py", "sh", "ipynb", "dvc", "conf", "properties"})


def programs_of(world: World, owned: Callable[[str], bool]) -> list[str]:
    """The programs of a component that are neither tests nor examples."""
    return [path for path in world.lineage.entries if owned(path) and world.is_product(path)]


def carries(path: str) -> bool:
    """Whether a file hands data over; settings, source text and by-products do not."""
    named = path.rpartition("/")[2].lower() in _SETTINGS_FILES
    return not (named or places.is_byproduct(path) or places.suffix(path) in _SETTINGS)


_BROUGHT = frozenset({"cli", "env", "default"})


def is_supplied(world: World, touch: Touch) -> bool:
    """Whether whoever starts the program names the file: an option, a variable, or a command that a document only shows."""
    starts = world.resolved.evaluator.invocations.by_number
    return any(
        value.how in _BROUGHT or (value.how == "command" and value.runs and all(starts[n].shown for n in value.runs))
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
    found: dict[str, DeclaredStep] = {}
    todo = [step]
    while todo:
        later = todo.pop()
        for other in world.steps.by_file.get(later.path, ()):
            feeds = other.id in later.after or any(
                covers(out, d.path) for out in other.writes for d in later.reads if d.path
            )
            if feeds and other.id not in found and other.id != step.id:
                found[other.id] = other
                todo.append(other)
    return list(found.values())


def is_declared(world: World, path: str) -> bool:
    """Whether some step declares the file as its output."""
    return any(covers(out, path) for step in world.steps.all for out in step.writes)
