"""Commodity misuses of APIs (Zhang, Cruz & van Deursen 2022): precise, common, and seldom what is wrong with a system.

Shown to the pedantic persona alone. Smells 2, 7, 14, 15, 18, 20, 21 and 22 of that catalogue have rules of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import msgspec

from auditor.graph.smells.reading import dotted, frame_at, in_order, programs, statements, type_of
from auditor.graph.world import World
from auditor.model.artefact import Role
from auditor.model.ir import Assign, Attr, Call, Const, Do, Expr, Group, Item, Loop, Name, Op
from auditor.model.place import Place
from auditor.model.regex import regex
from auditor.program.calls.effects import Effect, Site
from auditor.program.naming.code import Frame, Instance, Local
from auditor.program.naming.statements import Placed, heads, within

FRAME, SERIES = "pandas.DataFrame", "pandas.Series"
_READERS = frozenset({"pandas.read_csv", "pandas.read_table", "pandas.read_excel", "pandas.read_fwf"})
_SENSITIVE = regex(
    r"^sklearn\.(svm\.\w*SV[CR]|decomposition\.PCA|linear_model\.SGD\w+|neural_network\.MLP\w+|neighbors\.KNeighbors\w+|cluster\.KMeans)$"
)
_SCALING = regex(
    r"^sklearn\.preprocessing\.(\w*Scaler|Normalizer|scale|normalize|minmax_scale|robust_scale|PowerTransformer|QuantileTransformer)"
)
_NETWORKS = regex(r"^(tensorflow\.)?keras\.(Sequential|Model|models\.(Sequential|Model))$")
_DETERMINISTIC = frozenset(
    {"torch.use_deterministic_algorithms", "torch.set_deterministic", "lightning.seed_everything"}
)
_LISTINGS = frozenset(
    {
        "os.listdir",
        "os.scandir",
        "glob.glob",
        "glob.iglob",
        "pathlib.Path.glob",
        "pathlib.Path.rglob",
        "pathlib.Path.iterdir",
    }
)
_MATRICES = frozenset({"numpy.array", "numpy.eye", "numpy.identity", "numpy.matrix"})


class Misuse(msgspec.Struct, frozen=True):
    """One misuse: its kind, the name of what is misused, and where."""

    kind: str
    name: str
    place: Place


def misuses(world: World, owned: Callable[[str], bool]) -> list[Misuse]:
    """All commodity misuses in product code of a component."""
    found: set[Misuse] = set()
    for path in programs(world, owned, ("pandas", "numpy", "torch", "tensorflow", "keras", "sklearn")):
        for site, at in statements(world, path):
            for kind, name, line in _of_statement(world, site, at):
                found.add(Misuse(kind, name, world.resolved.code.place(path, line)))
        for kind, name, line in _of_effects(world, path):
            found.add(Misuse(kind, name, world.resolved.code.place(path, line)))
    found.update(_nondeterministic(world, owned))
    return sorted(found, key=lambda each: (in_order(each.place), each.kind, each.name))


Said = Iterator[tuple[str, str, int]]


def _of_statement(world: World, site: Site, at: Placed) -> Said:
    frame = frame_at(site, at)
    stored = {id(target) for target in getattr(at.statement, "targets", ())}
    if type(at.statement) is Loop:
        yield from _iteration(world, at.statement, frame)
        yield from _unsorted(world, at.statement.source, frame)
    if type(at.statement) is Assign:
        yield from _empty_column(world, at.statement, frame)
        yield from _kept_graph(at.statement, at)
        yield from _grown_tensor(world, at.statement, at, frame)
    for head in heads(at.statement):
        for node in within(head, opened=False):
            if type(node) is Item and id(node) not in stored:
                yield from _chained(world, node, frame, at.line)
            elif type(node) is Attr and node.name == "values" and type(node.base) in (Name, Attr):
                if type_of(world, node.base, frame) in (FRAME, SERIES):
                    yield "conversion", "values", at.line
            elif type(node) is Call:
                yield from _called(world, node, frame)
            elif type(node) is Op and _is_tiled(world, node, frame):
                yield "broadcast", "tf.tile", at.line


def _unsorted(world: World, source: Expr, frame: Frame) -> Said:
    """A loop over the files of a folder, in the order in which the disk gives them."""
    name = dotted(world, source.func, frame) if type(source) is Call else ""
    if name in _LISTINGS and type(source) is Call:
        yield "listing", name, source.line


def _is_tiled(world: World, node: Op, frame: Frame) -> bool:
    return node.op in ("+", "-", "*", "/") and any(
        _is_call_of(world, each, frame, ("tensorflow.tile",)) for each in node.operands
    )


def _iteration(world: World, loop: Loop, frame: Frame) -> Said:
    source = loop.source
    func = source.func if type(source) is Call else None
    if type(func) is not Attr or func.name not in ("iterrows", "itertuples"):
        return
    if type_of(world, func.base, frame) == FRAME:
        yield "iteration", func.name, loop.line


def _empty_column(world: World, statement: Assign, frame: Frame) -> Said:
    value = statement.value
    if type(value) is not Const or isinstance(value.value, bool) or value.value not in (0, "", 0.0) or statement.op:
        return
    for target in statement.targets:
        if type(target) is not Item or type(target.key) is not Const or type(target.base) is not Name:
            continue
        if isinstance(target.key.value, str) and type_of(world, target.base, frame) == FRAME:
            yield "empty", target.key.value, statement.line


def _kept_graph(statement: Assign, at: Placed) -> Said:
    """`total += loss` in the loop that calls `loss.backward()`: the sum keeps the graph of every round."""
    value = statement.value
    if statement.op != "+" or type(value) is not Name or not at.loops:
        return
    for other in at.loops[-1].body:
        made = other.value if type(other) is Do else None
        if type(made) is Call and type(made.func) is Attr and made.func.name == "backward" and made.func.base == value:
            yield "memory", value.id, statement.line


def _grown_tensor(world: World, statement: Assign, at: Placed, frame: Frame) -> Said:
    """`x = tf.concat([x, …])` in a loop."""
    value = statement.value
    if not at.loops or type(value) is not Call or not value.args or type(value.args[0]) is not Group:
        return
    names = {target.id for target in statement.targets if type(target) is Name}
    grows = any(type(item) is Name and item.id in names for item in value.args[0].items)
    if grows and dotted(world, value.func, frame) == "tensorflow.concat":
        yield "array", "tf.concat", statement.line


def _chained(world: World, node: Item, frame: Frame, line: int) -> Said:
    inner = node.base
    if type(inner) is not Item or type(inner.base) is not Name or type(inner.key) is not Const:
        return
    if isinstance(inner.key.value, str) and type(node.key) is Const and type_of(world, inner.base, frame) == FRAME:
        yield "chain", inner.base.id, line


def _called(world: World, call: Call, frame: Frame) -> Said:
    if type(call.func) is Attr and call.func.name == "forward":
        if _is_module(world, call.func.base, frame):
            yield "forward", "forward", call.line
        return
    name = dotted(world, call.func, frame)
    given = dict(call.keywords)
    if name in _READERS and "dtype" not in given and "" not in given:
        yield "types", name, call.line
    if name in ("pandas.merge", "pandas.DataFrame.merge") and "" not in given:
        keyed = any(key in given for key in ("on", "left_on", "left_index"))
        if not (keyed and "how" in given and "validate" in given):
            yield "merge", "merge", call.line
    if name == "numpy.dot" and len(call.args) == 2 and all(_is_matrix(world, arg, frame) for arg in call.args):
        yield "matmul", "np.dot", call.line


def _is_module(world: World, expr: Expr, frame: Frame) -> bool:
    denoter = world.resolved.evaluator.denoter
    if type(expr) is Call:  # `super().forward(x)`
        return False
    known = denoter.denote(expr, frame)
    if type(known) is not Instance:
        return False
    if type(known.of) is Local:
        own = type(expr) is Name and expr.id == "self"
        return not own and "torch.nn.Module" in denoter.ancestry(known.of)
    return isinstance(known.of, str) and "torch.nn.Module" in world.resolved.knowledge.bases(known.of)


def _is_call_of(world: World, expr: Expr, frame: Frame, names: Iterable[str]) -> bool:
    return type(expr) is Call and dotted(world, expr.func, frame) in names


def _is_matrix(world: World, expr: Expr, frame: Frame) -> bool:
    """Whether a value is written out with two dimensions."""
    if type(expr) is Name:
        bindings = world.resolved.evaluator.denoter.bindings(expr, frame)
        return len(bindings) == 1 and all(
            b.how == "value" and b.value is not None and _is_matrix(world, b.value, where) for b, where in bindings
        )
    if type(expr) is not Call or not _is_call_of(world, expr, frame, _MATRICES):
        return False
    first = expr.args[0] if expr.args else None
    if dotted(world, expr.func, frame) != "numpy.array":
        return True
    return type(first) is Group and bool(first.items) and all(type(item) is Group for item in first.items)


# --- what calls do ---


def _of_effects(world: World, path: str) -> Said:
    effects = [e for n in world.resolved.code.scopes(path) for e in world.resolved.effects.own.get((path, n), ())]
    scales = any(_SCALING.match(world.resolved.knowledge.canonical(effect.name)) for effect in effects)
    for effect in effects:
        name = world.resolved.knowledge.canonical(effect.name)
        if _SENSITIVE.match(name) and not scales:
            yield "scaling", name.rpartition(".")[2], effect.line
        if (
            effect.role is Role.ESTIMATOR
            and name.startswith("sklearn.")
            and not effect.call.args
            and not effect.call.keywords
        ):
            yield "defaults", name.rpartition(".")[2], effect.line
    for number in world.resolved.code.scopes(path):
        yield from _networks_in_loops(world, (path, number))


def _networks_in_loops(world: World, site: Site) -> Said:
    index = world.resolved.code.index(*site)
    named = [(each, dotted(world, each.call.func, Frame(*site, block=each.block))) for each in index.calls]
    if any(name.endswith("clear_session") for _, name in named):
        return
    for each, name in named:
        if each.loop and _NETWORKS.match(name):
            yield "memory", name.rpartition(".")[2], each.call.line


def _nondeterministic(world: World, owned: Callable[[str], bool]) -> Iterator[Misuse]:
    """Training with PyTorch in a component that seeds and never asks for deterministic algorithms."""
    paths = programs(world, owned, ("torch",))
    effects: list[Effect] = [
        e
        for path in paths
        for n in world.resolved.code.scopes(path)
        for e in world.resolved.effects.own.get((path, n), ())
    ]
    seeds = any(effect.name.startswith("torch.") and effect.role is Role.SEED for effect in effects)
    chosen = any(effect.name in _DETERMINISTIC for effect in effects) or any(
        attribute == "deterministic"
        for path in paths
        for number in world.resolved.code.scopes(path)
        for _, attribute, _, _, _ in world.resolved.code.index(path, number).attributes
    )
    first = next((effect for effect in effects if effect.name.endswith(".backward")), None)
    if seeds and first is not None and not chosen and not _sets_cudnn(world, paths):
        place = world.resolved.code.place(first.site[0], first.line)
        yield Misuse("deterministic", "torch", place)


def _sets_cudnn(world: World, paths: Iterable[str]) -> bool:
    """`torch.backends.cudnn.deterministic = True` stores into an attribute of an attribute."""
    for path in paths:
        for _, at in statements(world, path):
            if any(type(t) is Attr and t.name == "deterministic" for t in getattr(at.statement, "targets", ())):
                return True
    return False
