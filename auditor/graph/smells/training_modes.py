"""Training loops that forget the mode: models that stay in evaluation mode, validation in training mode.

Only where the model is known to be what an optimiser of PyTorch moves.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.graph.sight import Sight
from auditor.graph.smells.reading import dotted, frame_at, spelled
from auditor.graph.smells.training_bodies import (
    TURNING,
    Called,
    Defect,
    methods_below,
    moved_by,
    parameters_in,
    place_in,
)
from auditor.graph.world import World
from auditor.model.ir import Assign, Attr, Call, Const, Do, Expr, If, Jump, Loop, Name, Return, With
from auditor.model.regex import regex
from auditor.program.calls.branches import reach
from auditor.program.calls.effects import Site
from auditor.program.naming.code import Frame, Instance, Local
from auditor.program.naming.scopes import last_name
from auditor.program.naming.statements import Placed, heads, within

_UNSTABLE = regex(r"^torch\.nn\.(\w*Dropout\w*|\w*BatchNorm\w*)$")
_CHECKED_BY = regex(r"(?:^|_)(?:val|valid|validation|test|holdout)(?:_|$)", re.I)
"""Names of rows that a model is checked by."""
_MOVING = frozenset({"to", "cuda", "cpu", "float", "double", "half"})
"""Methods that give the same model elsewhere, or in other numbers."""
_FREEZING = regex(r"(?:^|_)freeze(?:_|$)|^(?:deactivate|disable)_(?:requires_)?grads?$")
"""Names of functions that keep the parameters of a model from being moved."""


def evaluates_around(world: World, path: str) -> bool:
    """Whether a file, or one that it imports or that imports it, puts anything into evaluation mode."""
    code = world.resolved.code
    around = (code.imports(path) | code.importers(path)) - {path}
    return "eval" in _own_methods(world, path) or any(
        "eval" in _own_methods(world, each, given=True) for each in around
    )


def stays(
    world: Sight, site: Site, body: list[Placed], calls: list[Called], moved: dict[str, Frame]
) -> Iterator[Defect]:
    """An outer loop that trains a model and puts it into evaluation mode, and never back."""
    if not moved:
        return
    frozen = set(_frozen(calls, body))
    for loop in (at.statement for at in body if type(at.statement) is Loop and not at.loops):
        # An optimiser that each round makes anew moves what it is given there, whatever others were given before.
        here = moved_by(world, {site: [at for at in body if loop in at.loops]})
        held = (here or moved).keys() - frozen
        inside = [each for each in calls if loop in each.at.loops]
        edges = [
            edge
            for edge in world.resolved.effects.calls.get(site, ())
            if edge.direct and loop.line <= edge.line <= loop.end_line
        ]
        below = [methods_below(world, (edge.callee.path, edge.callee.scope)) for edge in edges]
        everything = {each.method for each in inside}.union(*below)
        if "backward" not in everything or everything & TURNING:
            continue
        made = next((each.call.line for each in inside if each.method == "backward"), loop.line)
        for each in inside:
            name = spelled(each.call.func.base) if type(each.call.func) is Attr else ""
            if each.method == "eval" and not each.call.args and name in held and not _leaves(each.at):
                yield Defect("stays", name, place_in(world, site, each.call.line), place_in(world, site, made))
        for edge in edges:
            for name, line in _evaluated(world, edge.callee, edge.call, Frame(*site)):
                if name in held:
                    place = world.resolved.code.place(edge.callee.path, line)
                    yield Defect("stays", name, place, place_in(world, site, edge.line))


def _frozen(calls: list[Called], body: list[Placed]) -> Iterator[str]:
    """The models of a body that are told to keep their parameters, as they are written."""
    for each in calls:
        if each.method == "requires_grad_" and [a.value for a in each.call.args if type(a) is Const] == [False]:
            yield spelled(each.call.func.base) if type(each.call.func) is Attr else ""
    for at in body:
        statement = at.statement
        call = statement.value if type(statement) is Do else None
        if (
            type(call) is Call
            and len(call.args) == 1
            and _FREEZING.search(spelled(call.func).rpartition(".")[2].lower())
        ):
            yield spelled(call.args[0])
        stops = (
            type(statement) is Assign
            and type(statement.value) is Const
            and statement.value.value is False
            and any(type(target) is Attr and target.name == "requires_grad" for target in statement.targets)
        )
        if stops and at.loops:
            yield from parameters_in(at.loops[-1].source)


def _leaves(at: Placed) -> bool:
    """Whether the branch that a statement stands in leaves the loop."""
    for around in reversed(at.around):
        if type(around) is Loop:
            return False
        if type(around) is If:
            ends = (type(each) is Return or (type(each) is Jump and each.word == "break") for each in around.body)
            if any(ends):
                return True
    return False


def _evaluated(world: Sight, callee: Local, call: Call, frame: Frame) -> Iterator[tuple[str, int]]:
    """The arguments of a call that the function puts into evaluation mode, as the caller writes them."""
    code = world.resolved.code
    given = world.resolved.evaluator.objects.arguments(callee, call, frame)
    for each in code.index(callee.path, callee.scope).calls:
        func = each.call.func
        if type(func) is Attr and func.name == "eval" and not each.call.args and type(func.base) is Name:
            value = given.get(func.base.id)
            inner = code.bind(Frame(callee.path, callee.scope, block=each.conditions), given)
            if value is not None and spelled(value[0]) and reach(world.resolved.evaluator, inner).possible:
                yield spelled(value[0]), each.call.line


def validates(world: Sight, site: Site, body: list[Placed], moved: dict[str, Frame]) -> Iterator[Defect]:
    """A model with layers that behave otherwise in training, asked beside its training: without gradients, or about rows to check by."""
    trained = next((at for at in body if at.loops and _holds(at, "backward")), None)
    for at in body:
        if trained is None:
            return
        free = any(type(each) is With and _no_grad(world, each, site, at) for each in at.around)
        for head in heads(at.statement):
            for node in within(head, opened=False):
                if type(node) is not Call or (name := spelled(node.func)) not in moved:
                    continue
                if (free or (at.loops and _is_to_check(node))) and _is_unstable(world, node.func, moved[name]):
                    yield Defect("validates", name, place_in(world, site, at.line), place_in(world, site, trained.line))
                    return


def _is_to_check(call: Call) -> bool:
    """Whether a call is given rows whose name says that the model is checked by them."""
    return any(_CHECKED_BY.search(last_name(part)) for value in call.args for part in within(value))


def _holds(at: Placed, method: str) -> bool:
    statement = at.statement
    value = statement.value if type(statement) is Do else None
    return type(value) is Call and type(value.func) is Attr and value.func.name == method


def _own_methods(world: Sight, path: str, *, given: bool = False) -> set[str]:
    """The methods that a file calls; `given`: not those of what a scope has made or loaded itself."""
    code = world.resolved.code
    every = ((number, call, call.func) for number, call in code.calls(path))
    calls = [
        call
        for number, call, func in every
        if type(func) is Attr and not (given and _is_own(world, (path, number), func.base))
    ]
    turned = {last_name(call.func) for call in calls}
    off = any(
        last_name(call.func) in TURNING
        and any(type(a) is not Const or a.value is False for a in (*call.args, *(v for _, v in call.keywords)))
        for call in calls
    )
    return turned | {"eval"} if off else turned


def _is_own(world: Sight, site: Site, name: Expr) -> bool:
    """Whether a scope binds a name to nothing but what calls give it."""
    index = world.resolved.code.index(*site)
    bound = index.reaching(name.id, name.version, ()) if type(name) is Name and name.version else []
    return bool(bound) and all(each.how == "value" and type(each.value) is Call for each in bound)


def _no_grad(world: Sight, statement: With, site: Site, at: Placed) -> bool:
    names = {"torch.no_grad", "torch.inference_mode", "torch.autograd.no_grad"}
    return any(
        type(value) is Call and dotted(world, value.func, frame_at(site, at)) in names for value, _ in statement.items
    )


def _constructed(world: Sight, model: Expr, frame: Frame) -> Expr:
    """What a model is made by, without what only moves it: `Net().to(device)`."""
    bound = world.resolved.evaluator.denoter.bindings(model, frame) if type(model) is Name else []
    value = bound[0][0].value if len(bound) == 1 else None
    while type(value) is Call and type(value.func) is Attr and value.func.name in _MOVING:
        value = value.func.base
    return value if type(value) is Call else model


def _is_unstable(world: Sight, model: Expr, frame: Frame) -> bool:
    """Whether the class of a model, of the repository, has dropout or batch normalisation."""
    code = world.resolved.code
    denoter = world.resolved.evaluator.denoter
    known = denoter.denote(_constructed(world, model, frame), frame)
    if type(known) is not Instance or type(known.of) is not Local:
        return False
    path, name = known.of.path, code.scope(known.of.path, known.of.scope).name
    for number in code.scopes(path):
        if code.scope(path, number).name.startswith(f"{name}."):
            for each in code.index(path, number).calls:
                if _UNSTABLE.match(dotted(world, each.call.func, Frame(path, number))):
                    return True
    return False
