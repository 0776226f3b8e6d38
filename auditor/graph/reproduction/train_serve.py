"""Questions about the environments that a model is trained and served in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from itertools import product as pairs
from posixpath import dirname, join

import msgspec

from auditor.graph import places
from auditor.graph.artefacts.identity import above
from auditor.graph.data.versions import trainings
from auditor.graph.declared.environments import Asked
from auditor.graph.parts.portrait import serving_programs
from auditor.graph.reproduction.packages import Environment, environments, exclude
from auditor.graph.world import World
from auditor.language.requirement import canonical
from auditor.model.artefact import NodeKind, Role
from auditor.program.symbolic.values import normal


class Disagreement(msgspec.Struct, frozen=True):
    """A package that touches the model, in versions that exclude each other where it is trained and where it is served."""

    package: str
    trained: Asked
    served: Asked
    training: str
    serving: str


def disagreements(world: World, owned: Callable[[str], bool]) -> list[Disagreement]:
    """Packages that a served model of the component was trained with in another version."""
    product = [path for path in world.resolved.code.paths if owned(path) and places.is_product(path)]
    servings = serving_programs(product, world.resolved, world.lineage)
    if not servings:
        return []
    every = {each.path: each for each in environments(world, lambda _: True)}
    modelling = _modelling(world)
    found: dict[str, Disagreement] = {}
    programs = _trained_for_good(world)
    servings = [serving for serving in servings if _asks_itself(world, serving)]
    for serving, training in pairs(servings, programs):
        served, trained = _environment(world, serving, every), _environment(world, training, every)
        if served is None or trained is None or trained.path == served.path:
            continue
        if owned(training) or _hands_over(world, training, serving):
            for each in _compared(trained, served, training, serving):
                if each.package in modelling:
                    found.setdefault(each.package, each)
    return [found[name] for name in sorted(found)]


def _trained_for_good(world: World) -> list[str]:
    """The programs that train; notebooks only where nothing else does, for nobody serves what one was tried in."""
    programs = [training.program for training in trainings(world, lambda _: True)]
    return [program for program in programs if not program.endswith(".ipynb")] or programs


def _asks_itself(world: World, serving: str) -> bool:
    """Whether a service holds the model itself, and does not ask another one for its answers."""
    return any(world.lineage.effects_of_program(serving, Role.LOAD_MODEL, Role.PREDICT))


def _compared(trained: Environment, served: Environment, training: str, serving: str) -> Iterator[Disagreement]:
    by_name = {asked.requirement.name: asked for asked in trained.asked}
    for asked in served.asked:
        other = by_name.get(asked.requirement.name)
        if other is not None and other.path != asked.path and exclude(other.requirement, asked.requirement):
            yield Disagreement(asked.requirement.name, other, asked, training, serving)


def _modelling(world: World) -> frozenset[str]:
    """Distributions whose version a stored model depends on."""
    return frozenset(
        canonical(name)
        for library in world.resolved.knowledge.libraries()
        if library.domain == "ml" or library.name in ("NumPy", "pandas", "joblib")
        for name in library.distributions
    )


def _hands_over(world: World, training: str, serving: str) -> bool:
    """Whether one program writes a model file that the other reads."""
    written = {
        t.artefact.id for t in world.lineage.of_program(training) if t.way == "write" and t.kind is NodeKind.MODEL
    }
    return any(t.way == "read" and t.artefact.id in written for t in world.lineage.of_program(serving))


def _environment(world: World, program: str, every: dict[str, Environment]) -> Environment | None:
    """The environment that a program runs in: what its image installs, else the nearest file in its folder or above."""
    image = next(
        (
            s.path
            for s in world.steps.all
            if s.tool == "docker" and s.step.name == "cmd" and program in world.steps.programs(s)
        ),
        None,
    )
    if image is not None:
        named = list(_installed_files(world, image))
        return next((every[path] for path in named if path in every), None)
    for folder in (*above(program), ""):
        near = [environment for path, environment in every.items() if dirname(path) == folder]
        if near:
            return near[0] if len(near) == 1 else None  # which of several is meant cannot be told
    return None


def _installed_files(world: World, image: str) -> Iterator[str]:
    """The files of packages that an image installs from, near it or at the root."""
    for step in world.files[image].steps:
        for command in step.commands:
            words = [word.text for word in command.words]
            for option, value in pairwise(words):
                if option in ("-r", "--requirement"):
                    yield from (
                        normal(join(dirname(image), value)),
                        normal(value),
                        normal(join(dirname(image), value.rpartition("/")[2])),
                    )
