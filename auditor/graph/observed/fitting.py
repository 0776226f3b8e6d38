"""Which fits train a model: not those of preprocessing objects, nor gradients that nothing applies."""

from __future__ import annotations

from collections.abc import Collection

from auditor.graph.observed.flows import SomeProgram
from auditor.model.artefact import Role
from auditor.model.ir import Attr, Call, Const, Expr, Name
from auditor.program.calls.records import Effect, Site
from auditor.program.naming.code import Frame, Library
from auditor.program.naming.statements import within

_GRADIENTS = (".zero_grad", ".backward", ".grad", ".gradient")
_UPDATES = frozenset({"step", "apply_gradients", "minimize", "apply", "assign_sub", "sub_", "update", "train_step"})
"""Methods by which gradients move weights."""
_COUNTING = frozenset({"numpy.arange", "numpy.linspace", "builtins.range"})
_LINES = "sklearn.linear_model."


class Fitting:
    """Tells the fits of a program that train."""

    def __init__(self, resolved: SomeProgram) -> None:
        self._resolved = resolved
        self._updating: dict[str, bool] = {}

    def trains(self, effect: Effect) -> bool:
        """Whether an effect fits a model.

        Fitting a preprocessing object alone is no training, nor is a gradient that nothing applies, a curve that a solver
        puts through points, or the line through a series by which its trend is drawn.
        """
        if effect.role is not Role.FIT or effect.certainty < 0.6 or effect.dead or effect.entry.attrs.get("numeric"):
            return False
        if effect.name.startswith(_LINES) and self._draws_a_trend(effect):
            return False
        gradients = effect.entry.attrs.get("loop") and effect.name.endswith(_GRADIENTS)
        if gradients and not effect.name.startswith("torch.optim.") and not self._updates(effect.site[0]):
            return False  # gradients are also taken to explain or to attack a model
        maker = self._resolved.knowledge.lookup(effect.name.rpartition(".")[0])
        if maker is not None and maker.role is Role.TRANSFORMER:
            return False
        appliers = str(effect.entry.attrs.get("applied", "")).split()
        return not appliers or any(self._calls(path, appliers) for path in self._around(effect.site))

    def _draws_a_trend(self, effect: Effect) -> bool:
        """Whether all that a line is fitted on are the positions of a series: `np.arange(len(y)).reshape(-1, 1)`."""
        args = () if effect.chain else effect.call.args
        return bool(args) and self._counts(args[0], effect.frame)

    def _counts(self, expr: Expr, frame: Frame) -> bool:
        """Whether an expression, or all that a name is bound to, numbers the items of something and holds nothing else."""
        denoter = self._resolved.evaluator.denoter
        if type(expr) is Name:
            bound = denoter.bindings(expr, frame)
            return bool(bound) and all(
                binding.how == "value"
                and binding.value is not None
                and type(binding.value) is not Name
                and self._counts(binding.value, where)
                for binding, where in bound
            )
        while type(expr) is Call and type(expr.func) is Attr and type(expr.func.base) is Call:
            expr = expr.func.base  # what is counted is reshaped
        called = denoter.denote(expr.func, frame) if type(expr) is Call else None
        if type(expr) is not Call or type(called) is not Library or called.dotted not in _COUNTING:
            return False
        return any(type(node) is Call and _is_len(node) for arg in expr.args for node in within(arg)) or all(
            type(arg) is Const for arg in expr.args
        )

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


def _is_len(call: Call) -> bool:
    return type(call.func) is Name and call.func.id == "len"
