"""Which fits train a model: not those of preprocessing objects, nor gradients that nothing applies."""

from __future__ import annotations

from collections.abc import Collection

from auditor.graph.observed.flows import SomeProgram
from auditor.model.artefact import Role
from auditor.model.ir import Attr
from auditor.program.calls.records import Effect, Site

_GRADIENTS = (".zero_grad", ".backward", ".grad", ".gradient")
_UPDATES = frozenset({"step", "apply_gradients", "minimize", "apply", "assign_sub", "sub_", "update", "train_step"})
"""Methods by which gradients move weights."""


class Fitting:
    """Tells the fits of a program that train."""

    def __init__(self, resolved: SomeProgram) -> None:
        self._resolved = resolved
        self._updating: dict[str, bool] = {}

    def trains(self, effect: Effect) -> bool:
        """Whether an effect fits a model (fitting a preprocessing object alone is no training, nor is a gradient that nothing applies)."""
        if effect.role is not Role.FIT or effect.certainty < 0.6 or effect.dead:
            return False
        gradients = effect.entry.attrs.get("loop") and effect.name.endswith(_GRADIENTS)
        if gradients and not effect.name.startswith("torch.optim.") and not self._updates(effect.site[0]):
            return False  # gradients are also taken to explain or to attack a model
        maker = self._resolved.knowledge.lookup(effect.name.rpartition(".")[0])
        if maker is not None and maker.role is Role.TRANSFORMER:
            return False
        appliers = str(effect.entry.attrs.get("applied", "")).split()
        return not appliers or any(self._calls(path, appliers) for path in self._around(effect.site))

    def _around(self, site: Site) -> set[str]:
        """The file of a scope, and the files that call it."""
        return {site[0], *(edge.caller[0] for edge in self._resolved.effects.callers.get(site, ()))}

    def _calls(self, path: str, names: Collection[str]) -> bool:
        """Whether a file calls anything of these names on an object."""
        return any(type(call.func) is Attr and call.func.name in names for _, call in self._resolved.code.calls(path))

    def _updates(self, path: str) -> bool:
        """Whether a file moves the weights of anything by gradients."""
        if path not in self._updating:
            calls = (call.func for _, call in self._resolved.code.calls(path))
            self._updating[path] = any(type(func) is Attr and func.name in _UPDATES for func in calls)
        return self._updating[path]
