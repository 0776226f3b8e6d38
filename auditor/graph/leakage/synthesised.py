"""Rows that are synthesised or repeated though their name says that a model is judged on them."""

from __future__ import annotations

from collections.abc import Callable

from auditor.graph import places
from auditor.graph.leakage.evaluations import JUDGING, Doubt
from auditor.graph.observed.written import name_of
from auditor.graph.world import World
from auditor.model.artefact import Role

_ADDING = ("imblearn.over_sampling.", "imblearn.combine.")
"""Samplers that add rows; those that leave rows out add nothing that was never seen."""


def synthesised(world: World, owned: Callable[[str], bool]) -> tuple[Doubt, ...]:
    """Calls of samplers that add rows to what is called test or validation rows."""
    found = []
    code = world.resolved.code
    for path in code.paths:
        if not owned(path) or places.is_test(path):
            continue
        for number in code.scopes(path):
            for effect in world.resolved.effects.own.get((path, number), ()):
                if effect.role is not Role.RESAMPLE or effect.dead or not effect.name.startswith(_ADDING):
                    continue
                rows = name_of(effect.call.args[0]) if effect.call.args else ""
                if _is_judged_on(rows.rpartition(".")[2]):
                    place = code.place(path, effect.line, effect.end_line)
                    scope = code.scope(path, number).name
                    says = f"{rows} is filled up with made-up rows before a model is judged on it: the figures are of cases that never came"
                    found.append(Doubt(place, f"{path}#{scope}:{rows}", says, (), 0.9))
    return tuple(found)


def _is_judged_on(name: str) -> bool:
    """Whether a name says that a model is judged on its rows; of what holds training rows as well, it does not."""
    return bool(JUDGING.search(name)) and "train" not in name.lower()
