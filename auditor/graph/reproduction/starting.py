"""Questions about what starts training: commands, steps and pipelines that are declared or documented."""

from __future__ import annotations

import re
from collections.abc import Callable

import msgspec

from auditor.graph.data.versions import Training, trainings
from auditor.graph.declared.training_words import may_train
from auditor.graph.started import Started
from auditor.graph.world import World
from auditor.model.artefact import Role

_STARTED, _ORCHESTRATES = 1, 2
_RESULTS = frozenset({
    Role.WRITE, Role.SAVE_MODEL, Role.REGISTER, Role.COPY, Role.EVALUATE, Role.TUNE, Role.LOG, Role.LOG_ARTIFACT,
    Role.LOG_METRIC, Role.SERVE, Role.TRAIN_SERVICE,
})  # fmt: skip
"""What calls do that judge or keep a model, or what it answers."""


class EntryPoints(msgspec.Struct, frozen=True):
    """The training programs of a component, by whether something that is declared or documented starts one of them.

    Those that only draw what they fit are left out where nothing does. `told` are those whose own first words give the command.
    """

    named: tuple[str, ...]
    unnamed: tuple[Training, ...]
    told: frozenset[str] = frozenset()


def entry_points(world: World, owned: Callable[[str], bool]) -> EntryPoints:
    """Which training programs a step, a command of a document, an installed command or a pipeline in code starts."""
    starts = world.once(Started)
    started = starts.programs
    around, named, unnamed = _Around(world, started), [], []
    for training in trainings(world, owned):
        program, path = training.program, training.place.path
        if (
            not started.isdisjoint((program, path))
            or around.starts(program, path)
            or starts.names(program)
            or around.orchestrates(program, path)
        ):
            named.append(program)
        elif not _only_draws(world, program):
            unnamed.append(training)
    # What a started program trains cannot always be followed: its name says that it does.
    code = world.resolved.code.programs
    named += [each for each in sorted(started) if each in code and owned(each) and may_train(_words_of(each))]
    told = frozenset(each.program for each in unnamed if _tells_how(world, each.program))
    return EntryPoints(tuple(dict.fromkeys(named)), tuple(unnamed), told)


def _tells_how(world: World, path: str) -> bool:
    """Whether the first words of a program give the command that starts it."""
    stem, text = path.rpartition("/")[2].rpartition(".")[0], world.resolved.code.scope(path, 0).doc
    command = rf"\b(python3?|torchrun|accelerate launch|deepspeed)\b[^\n]*\b{re.escape(stem)}\b"
    return re.search(command, text) is not None


def _words_of(path: str) -> str:
    """The name of a file as words."""
    return path.rpartition("/")[2].rpartition(".")[0].replace("_", " ")


def _only_draws(world: World, program: str) -> bool:
    """Whether all that a program makes of what it fits is a picture: nothing is judged or kept that would be made again."""
    effects = list(world.lineage.effects_of_program(program))
    results = (effect for effect in effects if effect.role in _RESULTS and not effect.entry.attrs.get("plot"))
    return any(effect.entry.attrs.get("plot") for effect in effects) and next(results, None) is None


class _Around:
    """Answers whether what runs with a program, or imports it, is started or declares a pipeline."""

    def __init__(self, world: World, started: frozenset[str]) -> None:
        self._world = world
        code = world.resolved.code
        self._importing = code.importing.told(
            {path: _STARTED * (path in started) | _ORCHESTRATES * world.orchestrates(path) for path in code.paths}
        )
        sites = ((path, number) for path in code.paths if path in started for number in code.scopes(path))
        self._running = world.lineage.gathered(dict.fromkeys(sites, _STARTED))

    def starts(self, program: str, path: str) -> bool:
        """Whether something is started that runs with a program, or that imports it or the file in which it trains."""
        return bool((self._importing(program) | self._importing(path) | self._running(program)) & _STARTED)

    def orchestrates(self, program: str, path: str) -> bool:
        """Whether a program, or what imports it or the file in which it trains, declares a pipeline."""
        return self._world.orchestrates(program) or bool(
            (self._importing(program) | self._importing(path)) & _ORCHESTRATES
        )
