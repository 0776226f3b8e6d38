"""What a call that saves an object saves: a model, or data that were written the same way."""

from __future__ import annotations

import re

from auditor.graph.world import World
from auditor.model.artefact import Role
from auditor.model.regex import regex
from auditor.program.calls.effects import Effect
from auditor.program.naming.scopes import last_name
from auditor.program.naming.statements import within

_FOR_ANYTHING = frozenset({"pickle", "cPickle", "_pickle", "dill", "cloudpickle", "joblib", "shelve"})
_MAKING = frozenset({Role.FIT, Role.FIT_TRANSFORM, Role.ESTIMATOR, Role.TRANSFORMER, Role.COMPOSE, Role.TUNE, Role.LOAD_MODEL})  # fmt: skip
_CALLED = regex(
    r"model|clf|classif|regress|estimator|pipeline|scaler|encoder|vectori[sz]er|weights|booster|transformer|network|imputer",
    re.IGNORECASE,
)


def holds_model(world: World, effect: Effect) -> bool:
    """Whether what a call saves may be a model: of what keeps any object only where its file makes or loads one, or says so."""
    if not _keeps_anything(effect):
        return True
    if effect.site[0] in world.once(_making):
        return True
    words = [word for arg in effect.call.args for part in within(arg) if (word := last_name(part))]
    words += [value.text() for value in effect.targets]
    return any(_CALLED.search(word) for word in words)


def _making(world: World) -> frozenset[str]:
    """The files that make or load a model, or what is fitted before one."""
    own = world.resolved.effects.own
    return frozenset(
        path for (path, _), each in own.items() if any(e.role in _MAKING and not _keeps_anything(e) for e in each)
    )


def _keeps_anything(effect: Effect) -> bool:
    return effect.name.partition(".")[0] in _FOR_ANYTHING
