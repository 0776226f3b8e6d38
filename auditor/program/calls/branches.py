"""Which starts of a program reach a statement: tests on options and parameters that a start or a caller decides.

`if args.stage == "train":` runs only where the command says so, `if kind == "image":` in a loop for some of the kinds. A
test that is not understood excludes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from auditor.model.ir import Attr, Call, Const, Expr, Group, Item, Name, Op
from auditor.program.calls.truths import known
from auditor.program.naming.code import Frame
from auditor.program.symbolic.values import Value, Values

if TYPE_CHECKING:
    from auditor.program.symbolic.evaluate import Evaluator

_OPPOSITE = {"!=": "==", "not-in": "in"}


class Reach(msgspec.Struct, frozen=True):
    """Whether a statement can run at all, and in which starts (none named: in all).

    `without`: the elements of collections (`Value.picks`) for which it does not run in a loop over these.
    """

    possible: bool = True
    runs: frozenset[int] = frozenset()
    without: frozenset[tuple[int, int]] = frozenset()


ALWAYS = Reach()
NEVER = Reach(possible=False)


def reach(evaluator: Evaluator, frame: Frame) -> Reach:
    """What the branches around a place leave of the starts of its program."""
    found = ALWAYS
    index = evaluator.code.index(frame.path, frame.scope)
    for construct, arm in frame.block:
        test = index.tests.get(construct)
        if test is not None:
            found = both(found, of_test(evaluator, test, frame, wanted=arm == 0))
    return found


def both(one: Reach, other: Reach) -> Reach:
    """What is left where both hold."""
    if not (one.possible and other.possible):
        return NEVER
    without = one.without | other.without
    if not (one.runs and other.runs):
        return Reach(runs=one.runs or other.runs, without=without)
    shared = one.runs & other.runs
    return Reach(runs=shared, without=without) if shared else NEVER


def limited(values: Values, to: Reach) -> Values:
    """The values as far as they occur in the starts that are left, and for the elements of loops that are."""
    if to.without:
        values = tuple(v for v in values if v.picks.isdisjoint(to.without))
    if not to.runs:
        return values if to.possible else ()
    return tuple(replace(v, runs=v.runs & to.runs or to.runs) for v in values if not v.runs or v.runs & to.runs)


def of_test(evaluator: Evaluator, test: Expr, frame: Frame, *, wanted: bool) -> Reach:
    """Where a test comes out as wanted."""
    if type(test) is Op:
        if test.op == "not":
            return of_test(evaluator, test.operands[0], frame, wanted=not wanted)
        if test.op == ("and" if wanted else "or"):
            found = ALWAYS
            for operand in test.operands:
                found = both(found, of_test(evaluator, operand, frame, wanted=wanted))
            return found
        if test.op in ("and", "or"):
            return _either([of_test(evaluator, operand, frame, wanted=wanted) for operand in test.operands])
        if test.op in ("is", "is-not") and type(test.operands[1]) is Const and test.operands[1].value is None:
            return _is_none(evaluator, test.operands[0], frame, wanted=wanted is (test.op == "is"))
        if test.op in _OPPOSITE:
            positive = Op(_OPPOSITE[test.op], test.operands)
            return _compared(evaluator, positive, frame, wanted=not wanted)
        return _compared(evaluator, test, frame, wanted=wanted) if test.op in ("==", "in") else ALWAYS
    if type(test) is Call:
        return _asked(evaluator, test, frame, wanted=wanted)
    things = known(evaluator, test, frame) if type(test) in (Name, Attr, Item) else None
    if things is not None and all(thing.truth is not None for thing in things):
        return left_of([(thing.runs, bool(thing.truth)) for thing in things], wanted=wanted)
    values = evaluator.values(test, frame)
    flags = bool(values) and all(value.how == "flag" for value in values)
    if not flags and not (given(values, frame) and all(value.text() in ("True", "False") for value in values)):
        return ALWAYS
    return left_of([(value.runs, value.text() == "True") for value in values], wanted=wanted)


def _is_none(evaluator: Evaluator, subject: Expr, frame: Frame, *, wanted: bool) -> Reach:
    """Where `x is None` comes out as wanted."""
    things = known(evaluator, subject, frame)
    return ALWAYS if things is None else left_of([(thing.runs, thing.is_none) for thing in things], wanted=wanted)


def _asked(evaluator: Evaluator, test: Call, frame: Frame, *, wanted: bool) -> Reach:
    """`x.endswith(".txt")` and `x.startswith("s3")`, where all that `x` can be is known; `any((a, b))`, `all((a, b))`."""
    func = test.func
    if type(func) is Name and func.id in ("any", "all") and len(test.args) == 1 and type(test.args[0]) is Group:
        op = Op("or" if func.id == "any" else "and", test.args[0].items)
        return of_test(evaluator, op, frame, wanted=wanted)
    if type(func) is not Attr or func.name not in ("endswith", "startswith") or len(test.args) != 1:
        return ALWAYS
    listed = type(test.args[0]) is Group
    texts = _constants(evaluator, test.args[0], frame, listed=listed)
    values = evaluator.values(func.base, frame) if texts is not None else ()
    if texts is None or not given(values, frame):
        return ALWAYS
    ends = func.name == "endswith"
    fits = [v.text().endswith(tuple(texts)) if ends else v.text().startswith(tuple(texts)) for v in values]
    return left_of([(value.runs, fit) for value, fit in zip(values, fits, strict=True)], wanted=wanted)


def given(values: Values, frame: Frame) -> bool:
    """Whether all of the values are exactly known, by a start of the program or by the caller of this frame.

    What a default or a constant says today, a caller that is not seen may say otherwise: starts decide, and arguments,
    and the default where the call of this frame leaves the argument out.
    """
    decided = bool(values) and all(
        value.exact and (value.runs or value.how in ("literal", "constant", "default")) for value in values
    )
    return decided and (frame.bound is not None or any(value.runs for value in values))


_CASES: dict[str, Callable[[str], str]] = {
    "lower": str.lower,
    "upper": str.upper,
    "casefold": str.casefold,
    "strip": str.strip,
}


def _bare(subject: Expr) -> tuple[Expr, Callable[[str], str]]:
    """What a comparison looks at, without the `.lower()` around it, and what that does to a text."""
    if type(subject) is Call and type(subject.func) is Attr and not subject.args and subject.func.name in _CASES:
        return subject.func.base, _CASES[subject.func.name]
    return subject, _unchanged


def _unchanged(text: str) -> str:
    return text


def _compared(evaluator: Evaluator, test: Op, frame: Frame, *, wanted: bool) -> Reach:
    """`x == "a"` and `x in ("a", "b")`, where all that `x` can be is known."""
    subject, other = test.operands
    if type(subject) is Const and test.op == "==":
        subject, other = other, subject
    texts = _constants(evaluator, other, frame, listed=test.op == "in")
    bare, changed = _bare(subject)
    values = evaluator.values(bare, frame) if texts is not None else ()
    if texts is None or not all(value.exact for value in values):
        return ALWAYS
    outcomes = [(value, changed(value.text()) in texts) for value in values]
    left = left_of([(v.runs, outcome) for v, outcome in outcomes], wanted=wanted) if given(values, frame) else ALWAYS
    without = excluded(outcomes, wanted=wanted) if values[0].picks else frozenset()
    return replace(left, without=without) if without else left


def excluded(outcomes: list[tuple[Value, bool]], *, wanted: bool) -> frozenset[tuple[int, int]]:
    """The elements of loops for which a test does not come out as wanted, whatever else holds."""
    loops = frozenset.intersection(*(frozenset(loop for loop, _ in value.picks) for value, _ in outcomes))
    picks = {outcome: frozenset[tuple[int, int]]() for outcome in (True, False)}
    for value, outcome in outcomes:
        picks[outcome] |= value.picks
    return frozenset(pick for pick in picks[not wanted] - picks[wanted] if pick[0] in loops)


def _constants(evaluator: Evaluator, expr: Expr, frame: Frame, *, listed: bool) -> set[str] | None:
    items = evaluator.displays.elements(expr, frame) if listed else [(expr, frame)]
    texts = [_constant(evaluator, *item) for item in items or ()]
    return {text for text in texts if text is not None} if texts and None not in texts else None


def _constant(evaluator: Evaluator, expr: Expr, frame: Frame) -> str | None:
    """The text of a constant that is written out, or of a name that stands for one alone."""
    if type(expr) is Const:
        return str(expr.value)
    values = evaluator.values(expr, frame) if type(expr) in (Name, Attr) else ()
    alone = len(values) == 1 and values[0].exact and not values[0].runs and values[0].how in ("literal", "constant")
    return values[0].text() if alone else None


def left_of(outcomes: list[tuple[frozenset[int], bool]], *, wanted: bool) -> Reach:
    """Where a test comes out as wanted, of what it gives in which starts."""
    fitting = [runs for runs, outcome in outcomes if outcome is wanted]
    if not fitting:
        return NEVER
    return Reach(runs=frozenset().union(*fitting)) if all(fitting) else ALWAYS


def _either(ways: list[Reach]) -> Reach:
    """What is left where one of them holds."""
    open_ = [way for way in ways if way.possible]
    if not open_:
        return NEVER
    without = frozenset.intersection(*(way.without for way in open_))
    runs = frozenset().union(*(way.runs for way in open_)) if all(way.runs for way in open_) else frozenset()
    return Reach(runs=runs, without=without)
