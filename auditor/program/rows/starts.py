"""Which programs are worth a run: those in which rows can come to matter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from auditor.model.artefact import Role
from auditor.program.calls.records import Effect, Site
from auditor.program.naming.code import Code

_STARTS = frozenset({Role.SPLIT, Role.EVALUATE, Role.PREDICT, Role.FIT, Role.FIT_TRANSFORM})
_LEARNING = frozenset({Role.SPLIT, Role.FIT_TRANSFORM, Role.ESTIMATOR, Role.TUNE, Role.COMPOSE})
"""What makes, trains or divides: without any of it a run finds neither a training nor a split."""
_OWN = frozenset({"fit", "train"})
"""Methods by which a class of the repository may be a model itself."""


class HasEffects(Protocol):
    """A program with what its calls do."""

    @property
    def code(self) -> Code:
        """The program."""

    @property
    def own(self) -> Mapping[Site, Sequence[Effect]]:
        """Effects by the scope that has them."""


def busy(effects: HasEffects, path: str) -> list[int]:
    """The scopes of a file that fit, split or judge."""
    return [n for n in effects.code.scopes(path) if any(e.role in _STARTS for e in effects.own.get((path, n), ()))]


class Learning:
    """Tells which programs may come to train a model or to divide rows. Of all others a run has nothing to say: whoever only
    predicts, or computes a metric of what he is given, judges nothing whose training rows are known."""

    def __init__(self, effects: HasEffects) -> None:
        self._effects = effects
        self._known: dict[str, bool] = {}

    def reached_from(self, path: str) -> bool:
        """Whether a file, or any that it leads to by its imports, trains or divides."""
        todo, seen = [path], {path}
        while todo:
            at = todo.pop()
            if self._learns(at):
                return True
            fresh = [other for other in self._effects.code.imports(at) if other not in seen]
            seen.update(fresh)
            todo += [other for other in fresh if other in self._effects.code.programs]
        return False

    def _learns(self, path: str) -> bool:
        if path not in self._known:
            code, own = self._effects.code, self._effects.own
            effects = (effect for n in code.scopes(path) for effect in own.get((path, n), ()))
            goes_back = "backward" in code.words(path).members  # a loss trains the model it came from
            self._known[path] = goes_back or any(map(_learns, effects)) or self._has_own_model(path)
        return self._known[path]

    def _has_own_model(self, path: str) -> bool:
        code = self._effects.code
        return any(
            code.scope(path, n).name.rpartition(".")[2] in _OWN and code.owner(path, n) is not None
            for n in code.scopes(path)
        )


def _learns(effect: Effect) -> bool:
    attrs = effect.entry.attrs
    trains = effect.role is Role.FIT and not attrs.get("loop")
    return trains or effect.role in _LEARNING or bool(attrs.get("fits_inside") or attrs.get("trainer"))
