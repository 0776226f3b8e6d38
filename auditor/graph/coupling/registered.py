"""Names in a registry of models: under which a training puts its own there, and which ones programs load."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from auditor.graph.observed.lineage import Touch
from auditor.graph.world import World
from auditor.model.artefact import Role
from auditor.model.regex import regex
from auditor.program.calls.effects import Effect
from auditor.program.running.invocations import argument

_LOADED = regex(r"name:mlflow:models:/(?P<name>[^/@]+)(?:[/@].*)?")


def registered(world: World, saves: Iterable[Effect], beside: Iterable[Effect]) -> frozenset[str]:
    """The names under which some calls register what they save, as far as they are written out.

    `beside`: all that the program saves. Where that has one name alone, what was logged is registered by it.
    """
    listed = tuple(saves)
    names = frozenset(name for save in listed for name in _names(world, save))
    others = {name for save in beside if save.role is Role.REGISTER for name in _names(world, save)}
    logged = any(save.entry.library == "mlflow" and save.role is Role.SAVE_MODEL for save in listed)
    return names or frozenset(others if logged and len(others) == 1 else ())


def _names(world: World, save: Effect) -> Iterator[str]:
    given = argument(save.call, "registered_model_name", None)
    values = world.resolved.evaluator.values(given, save.frame) if given is not None else ()
    for value in (*values, *(save.targets if save.role is Role.REGISTER else ())):
        if value.exact:
            yield value.text()


def registry_name(load: Touch) -> str:
    """The name in a registry that a call loads a model by; "" where it loads none, or the name is open."""
    match = _LOADED.fullmatch(load.artefact.id)
    return match["name"] if match else ""
