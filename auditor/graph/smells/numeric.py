"""Logarithms and exponentials that run into infinity: of probabilities that may be 0, and a softmax written by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec

from auditor.graph.sight import Look, Sight, concerns
from auditor.graph.smells.reading import dotted, frame_at, in_order, programs, statements
from auditor.graph.world import World
from auditor.model.artefact import Role
from auditor.model.ir import Attr, Call, Const, Expr, Item, Name, Op
from auditor.model.place import Place
from auditor.program.naming.code import Frame
from auditor.program.naming.shapes import written
from auditor.program.naming.statements import heads, within

LIBRARIES = frozenset({"torch", "numpy", "tensorflow", "keras", "jax", "scipy", "sklearn"})
_LOGS = frozenset({
    "torch.log", "torch.log2", "torch.log10", "torch.Tensor.log", "numpy.log", "numpy.log2", "numpy.log10", "tensorflow.math.log",
    "tensorflow.log", "keras.backend.log", "tensorflow.keras.backend.log", "jax.numpy.log",
})  # fmt: skip
_EXPS = frozenset({"torch.exp", "numpy.exp", "tensorflow.exp", "tensorflow.math.exp", "jax.numpy.exp"})
_NAMES = frozenset(name.rpartition(".")[2] for name in _LOGS | _EXPS)
_SUMS = frozenset({"torch.sum", "numpy.sum", "tensorflow.reduce_sum", "tensorflow.math.reduce_sum", "jax.numpy.sum"})
_SQUASHING = frozenset({
    "torch.softmax", "torch.sigmoid", "torch.nn.functional.softmax", "torch.nn.functional.sigmoid", "torch.special.softmax",
    "torch.Tensor.softmax", "torch.Tensor.sigmoid", "torch.nn.Softmax.__call__", "torch.nn.Sigmoid.__call__",
    "scipy.special.softmax", "scipy.special.expit", "tensorflow.nn.softmax", "tensorflow.nn.sigmoid", "tensorflow.sigmoid",
    "tensorflow.math.sigmoid", "jax.nn.softmax", "jax.nn.sigmoid",
})  # fmt: skip


class Unguarded(msgspec.Struct, frozen=True):
    """One computation. `kind`: `log` of a probability, or `softmax` by hand; `name` is the call."""

    kind: str
    name: str
    place: Place


def unguarded(world: World, owned: Callable[[str], bool]) -> list[Unguarded]:
    """Computations of product code that give infinity or NaN for outputs a model may well have."""
    found = {each for path in programs(world, owned) for each in world.seen(UNGUARDED, path)}
    return sorted(found, key=lambda each: in_order(each.place))


def _unguarded(world: Sight, path: str) -> tuple[Unguarded, ...]:
    found: dict[Unguarded, None] = {}
    if not world.resolved.code.words(path).mentions(_NAMES) or not concerns(world, path, LIBRARIES):
        return ()
    for site, at in statements(world, path):
        frame = frame_at(site, at)
        for head in heads(at.statement):
            for node in within(head, opened=False):
                for kind, name in _of(world, node, frame):
                    found[Unguarded(kind, name, world.resolved.code.place(path, at.line))] = None
    return tuple(found)


UNGUARDED = Look("unguarded", _unguarded, tuple[Unguarded, ...])
"""Computations of a program that give infinity or NaN for outputs a model may well have."""


def _of(world: Sight, node: Expr, frame: Frame) -> Iterator[tuple[str, str]]:
    if type(node) is Call:
        argument = node.args[0] if node.args else node.func.base if type(node.func) is Attr else None
        name = dotted(world, node.func, frame) if argument is not None else ""
        if argument is not None and name in _LOGS and _is_probability(world, argument, frame):
            yield "log", name
    elif type(node) is Op and node.op == "/" and len(node.operands) == 2:
        above, below = node.operands
        power = _power(world, above, frame)
        if power is not None and _is_sum_of(world, below, above, frame):
            yield "softmax", "softmax"


def _is_probability(world: Sight, expr: Expr, frame: Frame, depth: int = 0) -> bool:
    """Whether a value is a squashed output of a model, or one minus that, and nothing keeps it from 0."""
    if depth > 4:
        return False
    match expr:
        case Call(func=func):
            name = dotted(world, func, frame)
            entry = world.resolved.knowledge.lookup(name) if name else None
            return name in _SQUASHING or (
                entry is not None and entry.role is Role.PREDICT and name.endswith(".predict_proba")
            )
        case Op(op="-", operands=(Const(value=1 | 1.0), inner)):
            return _is_probability(world, inner, frame, depth + 1)
        case Item(base=base):
            return _is_probability(world, base, frame, depth + 1)
        case Name():
            bindings = world.resolved.evaluator.denoter.bindings(expr, frame)
            return bool(bindings) and all(
                b.how == "value" and b.value is not None and _is_probability(world, b.value, where, depth + 1)
                for b, where in bindings
            )
    return False


def _power(world: Sight, expr: Expr, frame: Frame) -> Expr | None:
    """What is raised by `exp`; None where nothing is, or what is has been shifted down before."""
    if type(expr) is not Call or len(expr.args) != 1 or dotted(world, expr.func, frame) not in _EXPS:
        return None
    raised = expr.args[0]
    if type(raised) is not Name:
        return None
    for binding, _ in world.resolved.evaluator.denoter.bindings(raised, frame):
        if binding.value is not None and type(binding.value) is Op and "-" in (binding.value.op, binding.op):
            return None
        if binding.op == "-":
            return None
    return raised


def _is_sum_of(world: Sight, expr: Expr, term: Expr, frame: Frame) -> bool:
    """`sum(term, …)` or `term.sum(…)`."""
    if type(expr) is not Call:
        return False
    if type(expr.func) is Attr and expr.func.name == "sum" and expr.func.base == term:
        return True
    same = bool(expr.args) and written(expr.args[0]) == written(term) and _names(expr.args[0]) == _names(term)
    return same and dotted(world, expr.func, frame) in _SUMS


def _names(expr: Expr) -> list[str]:
    return [node.id for node in within(expr) if type(node) is Name]
