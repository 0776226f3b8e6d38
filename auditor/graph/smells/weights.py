"""What a training loop does to weights and gradients in vain: the best weights kept by reference, gradients clipped where there are none."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Sequence
from typing import NamedTuple

from auditor.graph.smells.reading import root_of, spelled
from auditor.model.ir import Assign, Attr, Call, Expr, If, Jump, Loop, Name, Return, Stmt
from auditor.program.naming.scopes import last_name
from auditor.program.naming.statements import Placed, heads, within

_CLIPPING = frozenset({"clip_grad_norm_", "clip_grad_value_"})
_EVENTS = _CLIPPING | {"zero_grad", "backward", "step"}
_STEPS = frozenset({"backward", "step"})


class Vain(NamedTuple):
    """`kind`: `kept` (by reference) or `clips` (no gradients); the name it is about, its line, and the line that shows why."""

    kind: str
    name: str
    line: int
    other: int


# --- the best weights ---


def kept(body: Sequence[Placed], moved: Container[str], trains: Callable[[Loop], bool]) -> Iterator[Vain]:
    """Weights that a round of a loop keeps as the best ones without a copy, and that are used behind the loop.

    `moved` are the models whose parameters an optimiser is given; `trains` tells whether a loop takes steps.
    """
    for at in body:
        statement = at.statement
        if type(statement) is not Assign or len(statement.targets) != 1 or not at.loops or _ends(at):
            continue
        name, model = spelled(statement.targets[0]), _model(statement.value, moved)
        loop = at.loops[-1]
        if not name or not model or name == model or not trains(loop) or _is_made_in(loop, model, body):
            continue
        if sum(spelled(target) == name for each in body for target in _inside(loop, each)) != 1:
            continue  # copied or replaced somewhere else in the loop
        used = next((each for each in body if each.line > loop.end_line and _uses(each.statement, name)), None)
        if used is not None:
            yield Vain("kept", name, at.line, used.line)


def _model(value: Expr | None, moved: Container[str]) -> str:
    """The model whose weights an expression is, without a copy; "" for anything else."""
    if type(value) is Call and type(value.func) is Attr and value.func.name == "state_dict" and not value.keywords:
        return spelled(value.func.base)
    written = spelled(value) if value is not None else ""
    return written if written in moved else ""


def _inside(loop: Loop, at: Placed) -> Sequence[Expr]:
    return at.statement.targets if type(at.statement) is Assign and loop in at.loops else ()


def _is_made_in(loop: Loop, model: str, body: Sequence[Placed]) -> bool:
    """Whether each round of a loop has a model of its own."""
    root = model.partition(".")[0]
    bound = {spelled(target) for at in body for target in _inside(loop, at)}
    own = loop.target is not None and any(type(node) is Name and node.id == root for node in within(loop.target))
    return own or model in bound or root in bound


def _uses(statement: Stmt, name: str) -> bool:
    """Whether a statement loads, saves or hands back what a name keeps."""
    if type(statement) is Return:
        return statement.value is not None and name in {spelled(node) for node in within(statement.value)}
    calls = (node for head in heads(statement) for node in within(head) if type(node) is Call)
    return any(
        last_name(call.func) in ("load_state_dict", "save") and any(spelled(value) == name for value in call.args)
        for call in calls
    )


def _ends(at: Placed) -> bool:
    """Whether the branch that a statement stands in leaves the loop: no later round changes anything."""
    inner = next((each for each in reversed(at.around) if type(each) in (If, Loop)), None)
    if type(inner) is not If:
        return False
    return any(
        type(each) is Return or (type(each) is Jump and each.word == "break") for each in (*inner.body, *inner.orelse)
    )


# --- gradients ---


def clipped(body: Sequence[Placed], is_torch: Callable[[Call, Placed], bool]) -> Iterator[Vain]:
    """Gradients that are clipped in a loop after they were cleared and before they are made, or after the step that uses them."""
    blocks: dict[tuple[int, ...], list[tuple[str, Call, Placed]]] = {}
    for at in body:
        if at.loops:
            for head in heads(at.statement):
                calls = (node for node in within(head, opened=False) if type(node) is Call)
                events = [(last_name(call.func), call, at) for call in calls if last_name(call.func) in _EVENTS]
                blocks.setdefault(tuple(map(id, at.around)), []).extend(events)
    for events in blocks.values():
        words = [word for word, _, _ in events]
        for place, (word, call, at) in enumerate(events):
            if word not in _CLIPPING or not is_torch(call, at):
                continue
            before = next((each for each in reversed(words[:place]) if each in _STEPS or each == "zero_grad"), "")
            after = [each for each in words[place + 1 :] if each in _STEPS or each == "zero_grad"]
            cleared = before == "zero_grad" and after[:1] == ["backward"]
            late = before == "step" and "step" not in after and words[0] == "zero_grad" and "backward" in words[:place]
            if cleared or late:
                other = next(each for name, _, each in events if name == ("backward" if cleared else "step"))
                yield Vain("clips", spelled(root_of(call.func)) or word, at.line, other.line)
