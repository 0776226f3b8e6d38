"""Questions about entanglement: how far a change travels, hubs, modules of many concerns, cycles."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from itertools import pairwise
from posixpath import dirname
from typing import TYPE_CHECKING

import msgspec

from auditor.graph import places
from auditor.graph.artefacts.identity import matches
from auditor.graph.coupling import circles, metrics
from auditor.graph.declared.steps import PIPELINES
from auditor.graph.jungles.file_edges import FileEdge, file_edges
from auditor.graph.observed.unpacking import is_guessed
from auditor.graph.world import World
from auditor.model.artefact import Edge, EdgeKind, Node, NodeKind, Role
from auditor.model.place import Place
from auditor.program.naming.code import Code
from auditor.program.symbolic.values import pattern

if TYPE_CHECKING:
    from auditor.graph.coupling.metrics import Influence

_COUNTED = frozenset({NodeKind.MODULE, NodeKind.SCRIPT, NodeKind.NOTEBOOK, NodeKind.SERVICE, NodeKind.CONFIG})
"""What propagation cost counts: code and configuration. Data pass a change on; along a chain of files that is their purpose."""
_CODE = (NodeKind.MODULE, NodeKind.SCRIPT, NodeKind.NOTEBOOK, NodeKind.STEP, NodeKind.CI_JOB)
EXAMPLES = 6
_CARRYING = (EdgeKind.CONSUMES, EdgeKind.CONFIGURES)
CONCERNS = {
    "data access": frozenset({Role.READ, Role.WRITE, Role.DOWNLOAD, Role.CONNECT, Role.COPY}),
    "features": frozenset(
        {Role.TRANSFORMER, Role.TRANSFORM, Role.FIT_TRANSFORM, Role.RESAMPLE, Role.FEATURE_SELECT, Role.FEATURE}
    ),
    "modelling": frozenset(
        {Role.ESTIMATOR, Role.FIT, Role.TUNE, Role.LOAD_MODEL, Role.SAVE_MODEL, Role.PREDICT, Role.COMPOSE}
    ),
    "evaluation": frozenset({Role.EVALUATE, Role.SPLIT, Role.EXPLAIN}),
    "serving": frozenset({Role.SERVE}),
    "orchestration": frozenset({Role.EXEC, Role.PIPELINE, Role.PIPELINE_STEP, Role.SCHEDULE}),
    "monitoring": frozenset({Role.MONITOR}),
}
_ARRAYS = frozenset({"numpy", "torch", "cupy", "jax", "tensorflow"})
"""Libraries that cut arrays up: no rows are held out to judge by that."""


class Propagation(msgspec.Struct, frozen=True):
    """Propagation cost of a component, the number of its artefacts, and those a change travels furthest from."""

    cost: float
    artefacts: int
    furthest: tuple[tuple[str, int], ...]


class Hub(msgspec.Struct, frozen=True):
    """A module that mixes concerns: each concern with an example of it."""

    path: str
    concerns: tuple[tuple[str, Place, str], ...]
    fan_in: int
    modules: int
    logical: int


class Cycle(msgspec.Struct, frozen=True):
    """A dependency cycle. `kind` is `files` (programs through files) or `imports`; `ties` tell each link with its place."""

    kind: str
    members: tuple[str, ...]
    ties: tuple[tuple[str, str, Place, str], ...]


class Radius(msgspec.Struct, frozen=True):
    """What changes if a node changes: counts by group, some names, and for each of these the shortest way there, itself last."""

    node: Node
    radius: float
    models: int
    endpoints: int
    data: int
    code: int
    examples: tuple[str, ...]
    ways: tuple[tuple[str, ...], ...] = ()


def _counted(world: World, owned: Callable[[str], bool]) -> dict[str, Node]:
    """The artefacts of a component: code, data, models, configuration, steps; tests and examples left out."""
    return {
        node.id: node
        for node in world.nodes.values()
        if node.kind in metrics.CARRIERS
        and node.path is not None
        and owned(node.path)
        and places.is_product(node.path)
        and not node.id.startswith("host:")
    }


def reexports(world: World, path: str) -> bool:
    """A package file that only passes names on."""
    program = world.resolved.code.programs.get(path)
    return (
        program is not None
        and path.endswith("__init__.py")
        and program.logical <= 60
        and len(program.scopes) == 1
        and not world.resolved.effects.own.get((path, 0))
    )


def _uncontracted(world: World) -> list[Edge]:
    """The edges without those that a pipeline declares: a declared input is a contract, and what a contract carries is no surprise.

    Without this a clean chain of stages, in which every change reaches all that follows, would count as entangled.
    """
    agreed: set[tuple[str, str]] = set()
    for step in world.steps.all:
        if step.tool in PIPELINES:
            actors = [step.id, *(f"file:{program}" for program in world.steps.programs(step))]
            agreed |= {(declared.id, actor) for declared in (*step.reads, *step.params) for actor in actors}
    return [edge for edge in world.edges if edge.kind not in _CARRYING or (edge.source, edge.target) not in agreed]


def propagation(world: World, owned: Callable[[str], bool]) -> Propagation | None:
    """Propagation cost over the mixed artefact graph of a component; None with fewer than two artefacts."""
    nodes = _counted(world, owned)
    graph = metrics.influence({name: node.kind for name, node in nodes.items()}, _uncontracted(world))
    collapsed = frozenset(name for name, node in nodes.items() if _only_passes_on(world, node))
    closure = world.resolved.made_of(metrics.reach, graph)
    measured = metrics.propagation_cost(graph, collapsed, closure)
    if measured is None:
        return None
    counted = metrics.bits(graph, collapsed)
    reached = [(name, (bits & counted).bit_count() - 1) for name, bits in closure.items() if name not in collapsed]
    furthest = heapq.nsmallest(5, reached, key=lambda one: (-one[1], one[0]))
    return Propagation(measured[0], measured[1], tuple((nodes[name].label, count) for name, count in furthest))


def _only_passes_on(world: World, node: Node) -> bool:
    """What a change goes through without being a part of its own: data, package files, scripts of the shell that start programs."""
    if node.kind not in _COUNTED or node.path is None:
        return True
    started = node.kind is NodeKind.SCRIPT and node.path not in world.resolved.code.programs
    return started or reexports(world, node.path)


def radii(world: World, owned: Callable[[str], bool], most: int = 10) -> list[Radius]:
    """The artefacts whose change reaches the most, with what they reach and over which ways."""
    nodes = _counted(world, owned)
    kinds = {name: node.kind for name, node in nodes.items()}
    graph = {
        name: sorted(onward) for name, onward in metrics.influence(kinds, world.edges).items()
    }  # once for all ways
    order, members, closure = sorted(graph), metrics.members(graph, kinds), metrics.reach(graph)
    found: list[tuple[float, str, int]] = []
    for number, name in enumerate(order):
        path = nodes[name].path
        others = closure[name] & ~(1 << number)
        if not others or (path is not None and reexports(world, path)):
            continue
        counts = {kind: (others & group).bit_count() for kind, group in members.items()}
        found.append((metrics.blast_radius(counts), name, others))
    largest = heapq.nsmallest(most, found, key=lambda one: (-one[0], one[1]))
    return [
        _radius(graph, nodes, name, radius, [nodes[order[position]] for position in _positions(others)])
        for radius, name, others in largest
    ]


def _telling(node: Node) -> tuple[object, ...]:
    """Models before services before data before code: what a reader asks for first."""
    kinds = (NodeKind.MODEL, NodeKind.SERVICE, NodeKind.DATASET)
    return (*(node.kind is not kind for kind in kinds), node.label)


def _radius(graph: Influence, nodes: dict[str, Node], name: str, radius: float, reached: list[Node]) -> Radius:
    models = sum(n.kind is NodeKind.MODEL for n in reached)
    services = sum(n.kind in (NodeKind.SERVICE, NodeKind.ENDPOINT) for n in reached)
    code = sum(n.kind in _CODE for n in reached)
    shown = heapq.nsmallest(EXAMPLES, reached, key=_telling)
    ways = metrics.ways(graph, name, [node.id for node in shown])
    return Radius(
        nodes[name],
        radius,
        models,
        services,
        len(reached) - models - services - code,
        code,
        tuple(n.label for n in shown),
        tuple(tuple(nodes[stop].label for stop in way[1:]) for way in ways),
    )


def _positions(bits: int) -> list[int]:
    found = []
    while bits:
        low = bits & -bits
        found.append(low.bit_length() - 1)
        bits ^= low
    return found


def hubs(world: World, owned: Callable[[str], bool]) -> tuple[list[Hub], int]:
    """Modules with the concerns they mix and how many modules import them; and how many modules there are."""
    modules = [
        path
        for path in world.resolved.code.paths
        if owned(path) and places.is_product(path) and path.endswith(".py") and not reexports(world, path)
    ]
    fan_in: dict[str, int] = {}
    for path in modules:
        for target in world.resolved.effects.imports.get(path, ()):
            fan_in[target] = fan_in.get(target, 0) + 1
    found = []
    for path in modules:
        concerns = _concerns(world, path)
        found.append(
            Hub(
                path,
                tuple(concerns[name] for name in sorted(concerns)),
                fan_in.get(path, 0),
                len(modules),
                world.resolved.code.programs[path].logical,
            )
        )
    return found, len(modules)


def _concerns(world: World, path: str) -> dict[str, tuple[str, Place, str]]:
    """The concerns of a file, each with the place and name of a call that shows it."""
    found: dict[str, tuple[str, Place, str]] = {}
    for number in world.resolved.code.scopes(path):
        for effect in world.resolved.effects.own.get((path, number), ()):
            if effect.entry.library in _ARRAYS and effect.role is Role.SPLIT:
                continue
            for concern, roles in CONCERNS.items():
                if effect.role in roles and effect.certainty >= 0.6 and concern not in found:
                    found[concern] = (concern, world.resolved.code.place(path, effect.line), effect.name)
    return found


def concerns_of(world: World, path: str) -> frozenset[str]:
    """The concerns that a file mixes, by what it calls."""
    return frozenset(_concerns(world, path))


def cycles(world: World, owned: Callable[[str], bool]) -> list[Cycle]:
    """Cycles of programs through files, and of three and more modules through imports at module level."""
    found = []
    ties: dict[tuple[str, str], FileEdge] = {}
    edges = [
        edge
        for edge in file_edges(world, owned)
        if not is_guessed(edge.writing, edge.reading) and not _makes_its_own(world, edge)
    ]
    for edge in edges:
        ties.setdefault((edge.writer, edge.reader), edge)
    imports = _import_ties(world, owned)

    def written(pair: tuple[str, str]) -> tuple[str, str, Place, str]:
        return *pair, ties[pair].written, f"writes {ties[pair].artefact}, which {pair[1]} reads"

    def imported(pair: tuple[str, str]) -> tuple[str, str, Place, str]:
        return *pair, world.resolved.code.place(pair[0], imports[pair]), f"imports {pair[1]}"

    for kind, pairs, smallest, told in (
        ("files", ties.keys(), 2, written),
        ("imports", imports.keys(), 3, imported),
    ):
        for group in metrics.cycles(pairs, smallest):
            members = frozenset(group)
            if kind == "files" and not circles.remains(world, (e for e in edges if {e.writer, e.reader} <= members)):
                continue
            inside = tuple(sorted(pair for pair in pairs if members.issuperset(pair)))
            walk = world.resolved.remembered.ask(metrics.shortest_cycle, (inside, group), tuple[str, ...])
            found.append(Cycle(kind, group, tuple(map(told, pairwise(walk)))))
    return found


def _makes_its_own(world: World, edge: FileEdge) -> bool:
    """Whether the reader writes (or fetches) what it reads itself, under this name or a pattern of it, or both by shared code.

    Programs that run the same code over the same folder do not wait for each other.
    """
    homes: dict[str, set[str]] = {"read": set(), "write": set()}
    for program, way in ((edge.reader, "read"), (edge.writer, "write")):
        for touch in world.lineage.of_program(program):
            path = touch.artefact.path
            if path is None or not _one_place(path, edge.artefact):
                continue
            if program == edge.reader and touch.way == "write":
                return True
            if touch.way == way:
                homes[way].add((touch.effect.origin or (touch.site, 0))[0][0])
    shared = homes["read"] & homes["write"]
    return bool(shared) and not shared & {edge.reader, edge.writer}


def _one_place(path: str, other: str) -> bool:
    """Whether two paths mean the same, or files of one folder of which one has an unknown name."""
    if matches(path, other) or matches(other, path):
        return True
    folders = pattern(dirname(path)) == pattern(dirname(other)) != ""
    return folders and any("{" in name.rpartition("/")[2] for name in (path, other))


def _import_ties(world: World, owned: Callable[[str], bool]) -> dict[tuple[str, str], int]:
    """Imports that run when a module is imported, each with its line: at module level, not under TYPE_CHECKING or in a function."""
    code = world.resolved.code
    ties: dict[tuple[str, str], int] = {}
    for path in code.paths:
        if not owned(path) or not places.is_product(path):
            continue
        for target, line in code.of_imports(_run_by_imports, path, tuple[tuple[str, int], ...]):
            if owned(target) and not _facade_of(target, path):
                ties.setdefault((path, target), line)
    return ties


def _run_by_imports(code: Code, path: str) -> tuple[tuple[str, int], ...]:
    return tuple(
        (target, statement.line)
        for statement, block, dead in code.index(path, 0).imports
        if not dead and not block
        for imported in statement.names
        for target in _targets(code, path, imported.module, imported.name, statement.level)
        if target != path
    )


def _facade_of(target: str, path: str) -> bool:
    """A package's own front, imported from inside it: it is loaded already when the module runs."""
    return target.endswith("__init__.py") and path.startswith(target.removesuffix("__init__.py"))


def _targets(code: Code, path: str, module: str, name: str, level: int) -> list[str]:
    """The file an import runs: a submodule where one is named, else the module itself.

    `from package import submodule` also runs the package file, which is no dependency on what that file gathers.
    """
    modules = code.modules
    home = modules.resolve(path, module, level)
    if home is None:
        return []
    if name and home.endswith(("/", "__init__.py")):
        inner = modules.file(home.rpartition("/")[0], name)
        if inner is not None:
            return [] if inner.endswith("/") else [inner]
    return [] if home.endswith("/") else [home]
