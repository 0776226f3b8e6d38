"""Questions about decisions: where a prediction is held against a number that is written out in code."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import msgspec

from auditor.graph import places
from auditor.graph.coupling.sides import serving_side
from auditor.graph.observed.answers import PREDICTING
from auditor.graph.observed.written import name_of
from auditor.graph.world import World
from auditor.model.artefact import Role
from auditor.model.ir import Attr, Call, Const, Expr, Group, Item, Name, Op, Record, Return
from auditor.model.place import Place
from auditor.model.regex import regex
from auditor.program.calls.effects import Site
from auditor.program.naming.code import Code, Frame
from auditor.program.naming.statements import placed, within
from auditor.program.naming.words import parts

_SCORES = frozenset({"predict_proba", "decision_function", "predict_proba_samples", "score_samples"})
_COMPARES = frozenset({"<", "<=", ">", ">="})
_EQUALS = frozenset({"==", "!=", "in", "not-in"})
_GEOMETRY = regex(r"iou|nms|overlap|area|bbox", re.I)
"""Thresholds of detectors that say which boxes are one, not what is decided."""


_THRESHOLD = regex(r"(^|[._])(\w*_)?(threshold|cut_?off|cutoff_score)$", re.I)
_LEVELS = 3
"""Words from which a function puts a score into words, and does not say yes or no."""
_SUMMARISING = frozenset({"mean", "sum", "std", "var", "median", "average", "abs", "count", "count_nonzero"})
_TRUTH = frozenset(
    {"y_true", "y_test", "y_val", "y_valid", "truth", "ground_truth", "labels", "targets", "actual", "actuals"}
)


class Threshold(msgspec.Struct, frozen=True):
    """The comparisons of one function of a score with numbers, those named that a constant holds (`LIMIT = 0.7`).

    `place` is the first of them; `values` stand in the order of their lines, each once. `levels`: they only name a level
    ("high", "low") by which nothing is decided here, and what is decided is decided elsewhere.
    """

    place: Place
    values: tuple[float, ...]
    numbers: tuple[str, ...]
    function: str
    predicted: Place
    levels: bool = False


class _Cut(msgspec.Struct, frozen=True):
    place: Place
    value: float
    name: str
    function: str
    predicted: Place


def thresholds(world: World, owned: Callable[[str], bool]) -> tuple[list[Threshold], int]:
    """The fixed thresholds of a component's serving code, and how many scopes of it were looked at."""
    sites = [site for site in sorted(serving_side(world).sites) if owned(site[0]) and places.is_product(site[0])]
    found: dict[tuple[str, str], list[_Cut]] = {}
    naming: dict[tuple[str, str], frozenset[str]] = {}
    for site in sites:
        if _judges(world, site):
            continue
        for cut in _in_scope(world, site):
            found.setdefault((site[0], cut.function), []).append(cut)
            if words := _levels(world, site):
                naming[site[0], cut.function] = words
    asked = _asked_for(world, sites) if naming else frozenset()
    mere = {key for key, words in naming.items() if not words & asked}
    decided = bool(mere) and (
        len(found) > len(naming) or any(_decides_by_what_it_is_given(world, site) for site in sites)
    )
    joined = (_joined(cuts, levels=decided and key in mere) for key, cuts in found.items())
    return sorted(joined, key=lambda each: each.place), len(sites)


def _levels(world: World, site: Site) -> frozenset[str]:
    """The words by which a function tells what a score amounts to: all that it returns, three of them at least; else none."""
    returned = [
        each.statement.value for each in placed(world.resolved.code.scope(*site).body) if type(each.statement) is Return
    ]
    words = frozenset(each.value for each in returned if type(each) is Const and isinstance(each.value, str))
    return words if len(words) >= _LEVELS and all(type(each) is Const for each in returned) else frozenset()


def _asked_for(world: World, sites: list[Site]) -> frozenset[str]:
    """The words that something is held against: which of them it is decides what is done."""
    bodies = (world.resolved.code.scope(*site).body for site in sites)
    operands = (side for body in bodies for node, _ in _compared(body, _EQUALS) for side in node.operands)
    items = (each for side in operands for each in (side.items if type(side) is Group else (side,)))
    return frozenset(each.value for each in items if type(each) is Const and isinstance(each.value, str))


def _decides_by_what_it_is_given(world: World, site: Site) -> bool:
    """Whether a scope holds something against a threshold that is loaded: a name that no number stands for."""
    frame = Frame(*site)
    return any(
        bool(_THRESHOLD.search(name_of(bound))) and type(bound) in (Name, Attr) and not _is_written(world, bound, frame)
        for node, _ in (
            _compared(world.resolved.code.scope(*site).body) if site[1] in _comparing(world, site[0]) else ()
        )
        for bound in node.operands
    )


def _is_written(world: World, bound: Expr, frame: Frame) -> bool:
    """Whether all that a threshold can be stands in the code."""
    if type(bound) is Attr:
        values = world.resolved.evaluator.values(bound, frame)
        return bool(values) and all(value.exact for value in values)
    bindings = world.resolved.evaluator.denoter.bindings(bound, frame) if type(bound) is Name else []
    return not bindings or all(type(each.value) is Const for each, _ in bindings)


def _judges(world: World, site: Site) -> bool:
    """Whether a scope fits or measures a model: what it compares answers nobody."""
    if any(effect.role in (Role.EVALUATE, Role.FIT) for effect in world.resolved.effects.own.get(site, ())):
        return True
    return any(param.name in _TRUTH for param in world.resolved.code.scope(*site).params)


def _joined(cuts: list[_Cut], *, levels: bool) -> Threshold:
    cuts.sort(key=lambda cut: (cut.place, -cut.value))
    numbers = dict.fromkeys(f"{cut.name} = {cut.value}" if cut.name else str(cut.value) for cut in cuts)
    first = cuts[0]
    values = tuple(dict.fromkeys(cut.value for cut in cuts))
    return Threshold(first.place, values, tuple(numbers), first.function, first.predicted, levels)


def _in_scope(world: World, site: Site) -> Iterator[_Cut]:
    frame = Frame(*site)
    scope = world.resolved.code.scope(*site)
    for node, line in _compared(scope.body) if site[1] in _comparing(world, site[0]) else ():
        for score, bound in (node.operands, node.operands[::-1]) if len(node.operands) == 2 else ():
            number = _number(world, bound, frame)
            if number is None or _GEOMETRY.search(repr(score)) or type(score) is Const:
                continue
            value, name = number
            predicted = _prediction(world, score, frame, line)
            if predicted is not None and not _GEOMETRY.search(name) and not _summarises(world, score, frame):
                yield _Cut(world.resolved.code.place(site[0], line), value, name, scope.name or site[0], predicted)


def _summarises(world: World, score: Expr, frame: Frame) -> bool:
    """Whether a figure over many predictions is compared, and no prediction: `scores.mean() > 0.3`."""
    values = [score]
    if type(score) is Name:
        values += [
            each.value for each, _ in world.resolved.evaluator.denoter.bindings(score, frame) if each.value is not None
        ]
    return any(_sums_up(part) for value in values for part in within(value))


def _sums_up(part: Expr) -> bool:
    return type(part) is Call and name_of(part.func).rpartition(".")[2] in _SUMMARISING


def _prediction(world: World, score: Expr, frame: Frame, line: int) -> Place | None:
    """Where a score was predicted, if it comes from a call that gives probabilities or margins."""
    if type(score) not in (Name, Item, Attr, Call):
        return None
    for origin in world.flows.origins.of(score, frame, line, held=False).calls:
        func = origin.call.func
        if type(func) is Attr and func.name in _SCORES & (PREDICTING | _SCORES):
            return world.resolved.code.place(origin.frame.path, origin.call.line)
    return None


def _number(world: World, bound: Expr, frame: Frame) -> tuple[float, str] | None:
    """A number between 0 and 1 that is written out, here or in the one binding of a name."""
    if type(bound) is Const:
        is_number = isinstance(bound.value, float) and 0 < bound.value < 1
        return (float(bound.value), "") if is_number and bound.value is not None else None
    if type(bound) is not Name:
        return None
    bindings = world.resolved.evaluator.denoter.bindings(bound, frame)
    if len(bindings) != 1 or bindings[0][0].how != "value" or type(bindings[0][0].value) is not Const:
        return None
    found = _number(world, bindings[0][0].value, frame)
    return (found[0], bound.id) if found is not None else None


def _comparing(world: World, path: str) -> frozenset[int]:
    """The scopes of a program in which something is compared by order."""
    return world.resolved.code.of_program(path, _that_compare, frozenset[int])


def _that_compare(code: Code, path: str) -> frozenset[int]:
    return frozenset(n for n in code.scopes(path) if any(True for _ in _compared(code.scope(path, n).body)))


def _compared(body: object, by: frozenset[str] = _COMPARES) -> Iterator[tuple[Op, int]]:
    """Comparisons by order, or by other signs, each with the line of its statement; what is only counted (`(scores < 0.1).sum()`) is left out."""
    todo: list[tuple[object, int]] = [(body, 0)]
    while todo:
        node, line = todo.pop()
        if isinstance(node, tuple):
            todo.extend((item, line) for item in node)
        elif isinstance(node, Record):
            line = int(getattr(node, "line", line))
            if type(node) is Op and node.op in by:
                yield node, line
            if not (type(node) is Call and _sums_up(node)):
                todo.extend((part, line) for part in parts(node))
