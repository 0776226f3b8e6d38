"""Training loops that forget: gradients that are never cleared, models that stay in evaluation mode, validation in training mode.

Only where the optimiser is known to be PyTorch's own, and the model to be what it moves.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

import msgspec

from auditor.graph.sight import Look, Sight, concerns
from auditor.graph.smells import weights
from auditor.graph.smells.reading import dotted, frame_at, in_order, programs, spelled, statements
from auditor.graph.world import World
from auditor.model.ir import Assign, Attr, Call, Const, Do, Expr, If, Jump, Loop, Name, Return, With
from auditor.model.place import Place
from auditor.model.regex import regex
from auditor.program.calls.branches import reach
from auditor.program.calls.effects import Site
from auditor.program.naming.code import Frame, Instance, Local
from auditor.program.naming.scopes import last_name
from auditor.program.naming.statements import Placed, heads, within

_TORCH = frozenset({"torch"})
_OPTIMISER = regex(r"^torch\.optim\.(?!lr_scheduler|swa_utils)\w+$")
_CLEARING = frozenset({"zero_grad", "zero_", "clear_grad", "clear_gradients", "zero_gradients", "reset_grad"})
_TURNING = frozenset({"train", "set_train", "train_mode", "set_mode", "training_mode"})
_UNSTABLE = regex(r"^torch\.nn\.(\w*Dropout\w*|\w*BatchNorm\w*)$")
_CHECKED_BY = regex(r"(?:^|_)(?:val|valid|validation|test|holdout)(?:_|$)", re.I)
"""Names of rows that a model is checked by."""
_MOVING = frozenset({"to", "cuda", "cpu", "float", "double", "half"})
"""Methods that give the same model elsewhere, or in other numbers."""
_TELLING = frozenset({"backward", "parameters"})
"""Attributes one of which is named where gradients are made, or where an optimiser is given what it moves."""
_FREEZING = regex(r"(?:^|_)freeze(?:_|$)|^(?:deactivate|disable)_(?:requires_)?grads?$")
"""Names of functions that keep the parameters of a model from being moved."""
DEEPEST = 3
"""Levels of calls that are followed for what clears or turns."""


class Defect(msgspec.Struct, frozen=True):
    """One defect. `kind`: `gradients`, `stays` (in evaluation mode), `validates` (in training mode), `kept` (the best weights, by
    reference) or `clips` (gradients that are not there); `name` is what it is about."""

    kind: str
    name: str
    place: Place
    other: Place


class _Called(msgspec.Struct, frozen=True):
    """A method call as a statement's part: receiver and method, where."""

    call: Call
    method: str
    at: Placed


class Loops(msgspec.Struct, frozen=True):
    """The defects of a program's training loops, those by validation only as long as nothing around it evaluates; and how many
    bodies have a loop."""

    defects: tuple[Defect, ...] = ()
    looked: int = 0


def defects(world: World, owned: Callable[[str], bool]) -> tuple[list[Defect], int]:
    """Defects of training loops in product code, and how many bodies with a training loop were looked at."""
    seen = [(path, world.seen(LOOPS, path)) for path in programs(world, owned)]
    found = {
        defect
        for path, loops in seen
        for defect in loops.defects
        if defect.kind != "validates" or not _evaluates_around(world, path)
    }
    return sorted(found, key=lambda each: in_order(each.place)), sum(loops.looked for _, loops in seen)


def _loops(world: Sight, path: str) -> Loops:
    if not _TELLING & world.resolved.code.words(path).members or not concerns(world, path, _TORCH):
        return Loops()
    found: list[Defect] = []
    looked = 0
    bodies: dict[Site, list[Placed]] = {}
    for site, at in statements(world, path):
        bodies.setdefault(site, []).append(at)
    moved = _moved(world, bodies)
    for site, body in bodies.items():
        calls = list(_calls(body))
        trains = any(each.method == "backward" and each.at.loops for each in calls)
        looked += trains
        if trains:
            found += _gradients(world, site, calls)
            found += _validates(world, site, body, moved)
        found += _stays(world, site, body, calls, moved)
        found += _in_vain(world, site, body, calls, moved)
    return Loops(tuple(found), looked)


LOOPS = Look("loops", _loops, Loops)
"""The training loops of a program that forget something."""


def _evaluates_around(world: World, path: str) -> bool:
    """Whether a file, or one that it imports or that imports it, puts anything into evaluation mode."""
    code = world.resolved.code
    around = (code.imports(path) | code.importers(path)) - {path}
    return "eval" in _own_methods(world, path) or any(
        "eval" in _own_methods(world, each, given=True) for each in around
    )


def _calls(body: Iterable[Placed]) -> Iterator[_Called]:
    """The method calls of a body, those in lambdas and comprehensions left out."""
    for at in body:
        for head in heads(at.statement):
            for node in within(head, opened=False):
                if type(node) is Call and type(node.func) is Attr:
                    yield _Called(node, node.func.name, at)


def _place(world: Sight, site: Site, line: int) -> Place:
    return world.resolved.code.place(site[0], line)


# --- gradients ---


def _gradients(world: Sight, site: Site, calls: list[_Called]) -> Iterator[Defect]:
    """A loop in which gradients are made and a step is taken, while nothing that runs in the body clears them."""
    backwards = [each for each in calls if each.method == "backward" and each.at.loops]
    for step in calls:
        if step.method != "step" or not step.at.loops:
            continue
        inner = step.at.loops[-1]
        made = next((b for b in backwards if b.at.loops[-1] is inner), None)
        name = _optimiser(world, step, site)
        if made is None or not name or _clears(world, site):
            continue
        yield Defect("gradients", name, _place(world, site, step.call.line), _place(world, site, made.call.line))
        return


def _optimiser(world: Sight, step: _Called, site: Site) -> str:
    """The optimiser that a step moves, as it is written: known to be one of PyTorch's, by all who supply it."""
    func = step.call.func
    given = step.call.args
    receiver = func.base if type(func) is Attr else func
    frame = frame_at(site, step.at)
    if given or step.call.keywords:
        # `scaler.step(optimizer)` moves what it is given; `optimizer.step(closure)` clears in its closure.
        if len(given) != 1 or not dotted(world, func, frame).endswith("GradScaler.step"):
            return ""
        receiver = given[0]
    made = _made(world, receiver, frame, step.call.line)
    return spelled(receiver) if made and all(_OPTIMISER.match(name) for name in made) else ""


def _made(world: Sight, expr: object, frame: Frame, line: int) -> list[str]:
    """The library classes that an object may be of."""
    if type(expr) not in (Name, Attr):
        return []
    known = world.resolved.evaluator.denoter.denote(expr, frame)  # type: ignore[arg-type]  # narrowed by type()
    if type(known) is Instance:
        return [world.resolved.knowledge.canonical(known.of)] if isinstance(known.of, str) else [""]
    traced = world.flows.origins.of(expr, frame, line, held=True)  # type: ignore[arg-type]
    names = [dotted(world, origin.call.func, origin.frame) for origin in traced.calls]
    return [name for name in names if name.startswith("torch.optim.")] if traced.whole else []


def _clears(world: Sight, site: Site) -> bool:
    """Whether a body, or what it calls, clears gradients in any way."""
    code = world.resolved.code
    for path, number in _reached(world, site):
        index = code.index(path, number)
        if any(attribute == "grad" for _, attribute, _, _, _ in index.attributes):
            return True
        for each in index.calls:
            func = each.call.func
            name = last_name(func)
            if name in _CLEARING or (type(func) is Name and "zero" in name.lower()):
                return True
    # Stores such as `self.weight.grad = None` have no plain receiver.
    return any(
        type(target) is Attr and target.name in ("grad", "data")
        for path, number in _reached(world, site)
        for statement in code.scope(path, number).body
        for target in getattr(statement, "targets", ())
    )


def _reached(world: Sight, site: Site) -> list[Site]:
    """A body and the functions it calls, a few levels deep."""
    found, level = [site], [site]
    for _ in range(DEEPEST):
        calls = [edge.callee for one in level for edge in world.resolved.effects.calls.get(one, ())]
        level = [(c.path, c.scope) for c in calls if (c.path, c.scope) not in found]
        found += dict.fromkeys(level)
    return found


def _in_vain(
    world: Sight, site: Site, body: list[Placed], calls: list[_Called], moved: dict[str, Frame]
) -> Iterator[Defect]:
    """The best weights kept by reference, and gradients that are clipped where there are none."""

    def trains(loop: Loop) -> bool:
        if any(each.method == "backward" and loop in each.at.loops for each in calls):
            return True
        edges = world.resolved.effects.calls.get(site, ())
        below = (each.callee for each in edges if each.direct and loop.line <= each.line <= loop.end_line)
        return any("backward" in _methods(world, (callee.path, callee.scope)) for callee in below)

    def is_torch(call: Call, at: Placed) -> bool:
        return dotted(world, call.func, frame_at(site, at)).startswith("torch.nn.utils.")

    for each in (*weights.kept(body, moved, trains), *weights.clipped(body, is_torch)):
        yield Defect(each.kind, each.name, _place(world, site, each.line), _place(world, site, each.other))


# --- modes ---


def _moved(world: Sight, bodies: dict[Site, list[Placed]]) -> dict[str, Frame]:
    """The models of a file whose parameters an optimiser is given, as they are written, with where."""
    found: dict[str, Frame] = {}
    for site, body in bodies.items():
        for at in body:
            for head in heads(at.statement):
                for node in within(head, opened=False):
                    if type(node) is Call and _OPTIMISER.match(dotted(world, node.func, frame_at(site, at))):
                        found.update((name, frame_at(site, at)) for name in _parameters_of(node))
    return found


def _parameters_of(call: Call) -> Iterator[str]:
    for value in (*call.args[:1], *[v for k, v in call.keywords if k == "params"]):
        yield from _parameters_in(value)


def _parameters_in(value: Expr) -> Iterator[str]:
    for node in within(value):
        if type(node) is Call and type(node.func) is Attr and node.func.name == "parameters":
            name = spelled(node.func.base)
            if name:
                yield name


def _stays(
    world: Sight, site: Site, body: list[Placed], calls: list[_Called], moved: dict[str, Frame]
) -> Iterator[Defect]:
    """An outer loop that trains a model and puts it into evaluation mode, and never back."""
    if not moved:
        return
    frozen = set(_frozen(calls, body))
    for loop in (at.statement for at in body if type(at.statement) is Loop and not at.loops):
        # An optimiser that each round makes anew moves what it is given there, whatever others were given before.
        here = _moved(world, {site: [at for at in body if loop in at.loops]})
        held = (here or moved).keys() - frozen
        inside = [each for each in calls if loop in each.at.loops]
        edges = [
            edge
            for edge in world.resolved.effects.calls.get(site, ())
            if edge.direct and loop.line <= edge.line <= loop.end_line
        ]
        below = [_methods(world, (edge.callee.path, edge.callee.scope)) for edge in edges]
        everything = {each.method for each in inside}.union(*below)
        if "backward" not in everything or everything & _TURNING:
            continue
        made = next((each.call.line for each in inside if each.method == "backward"), loop.line)
        for each in inside:
            name = spelled(each.call.func.base) if type(each.call.func) is Attr else ""
            if each.method == "eval" and not each.call.args and name in held and not _leaves(each.at):
                yield Defect("stays", name, _place(world, site, each.call.line), _place(world, site, made))
        for edge in edges:
            for name, line in _evaluated(world, edge.callee, edge.call, Frame(*site)):
                if name in held:
                    place = world.resolved.code.place(edge.callee.path, line)
                    yield Defect("stays", name, place, _place(world, site, edge.line))


def _frozen(calls: list[_Called], body: list[Placed]) -> Iterator[str]:
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
            yield from _parameters_in(at.loops[-1].source)


def _methods(world: Sight, site: Site) -> set[str]:
    """Names of the methods that a function calls, a few levels deep."""
    code = world.resolved.code
    calls = (each.call.func for one in _reached(world, site) for each in code.index(*one).calls)
    return {func.name for func in calls if type(func) is Attr}


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


def _validates(world: Sight, site: Site, body: list[Placed], moved: dict[str, Frame]) -> Iterator[Defect]:
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
                    yield Defect("validates", name, _place(world, site, at.line), _place(world, site, trained.line))
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
        last_name(call.func) in _TURNING
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
