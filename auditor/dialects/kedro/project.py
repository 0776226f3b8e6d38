"""Kedro projects of a tree: their folders, the pipelines they register, and what flows between nodes in memory."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from posixpath import dirname

import msgspec

from auditor.dialects.kedro.catalogue import CATALOGUE, DEFAULTS, base_name, of_environments
from auditor.dialects.kedro.nodes import Kedro
from auditor.dialects.kedro.pipes import Node, Pipe, pipe_of
from auditor.dialects.symbolic import Machine
from auditor.dialects.symbolic.containers import from_leaves
from auditor.dialects.symbolic.things import Function, Items, Scalar, Table, Thing, options
from auditor.program import Resolved
from auditor.program.naming.code import Frame, Local

REGISTRIES = ("register_pipelines", "create_pipelines", "_get_pipelines")
"""Functions that name the pipelines of a project: today's, and those of Kedro before 0.17."""
DEFAULT = "__default__"


class Project(msgspec.Struct, frozen=True):
    """One Kedro project: its folder, and the folder of its configuration."""

    root: str
    conf: str


class Registered(msgspec.Struct, frozen=True):
    """A pipeline under its name. `declared` is false where no registry names it, only the function that builds it."""

    name: str
    path: str
    line: int
    pipe: Pipe
    declared: bool


def projects(resolved: Resolved) -> list[Project]:
    """The projects of a tree, deepest first; the whole tree is one where nothing marks a smaller one."""
    found: dict[str, str] = {}
    for path, facts in resolved.files.items():
        name, folder = path.rpartition("/")[2], dirname(path)
        if name == ".kedro.yml" or any(leaf.key.startswith("tool.kedro.") for leaf in facts.leaves):
            found.setdefault(folder, "")
        elif facts.kind == CATALOGUE:
            above, _, _ = f"/{path}".rpartition("/conf/")
            if f"/{path}" != above:
                found[above.strip("/")] = f"{above}/conf".strip("/")
    made = [Project(root, conf or f"{root}/conf".lstrip("/")) for root, conf in found.items()] or [Project("", "conf")]
    return sorted(made, key=lambda project: (-len(project.root), project.root))


def project_of(path: str, known: Iterable[Project]) -> Project:
    """The deepest project that a file lies in."""
    inside = (p for p in known if not p.root or path.startswith(f"{p.root}/"))
    return next(inside, Project("", "conf"))


class Registry:
    """Runs what builds the pipelines of a tree: the registries first, then what no registry reached."""

    def __init__(self, resolved: Resolved, known: Sequence[Project]) -> None:
        self.resolved = resolved
        self.code = resolved.code
        self.known = known
        self.meaning = Kedro()
        self.machine = Machine(resolved, self.meaning)
        self.meaning.machine = self.machine
        self.meaning.find = self._discovered
        self.meaning.configured = self._configured

    def registered(self, paths: Iterable[str]) -> Iterator[Registered]:
        """Every pipeline with its nodes; after those that a registry names, what only a function or a file builds."""
        seen: set[tuple[object, ...]] = set()
        for local in self._registries():
            for name, pipe in _pipes(self.machine.run_function(local)):
                if self.code.scope(*local).name.endswith(REGISTRIES[-1]) and seen.issuperset(n.key for n in pipe.nodes):
                    continue
                seen |= {node.key for node in pipe.nodes}
                yield Registered(name or DEFAULT, local.path, self.code.scope(*local).line, pipe, declared=True)
        for local in self._builders(paths):
            for name, pipe in self._built(local) if local not in self.machine.started else ():
                yield from self._further(name, local.path, self.code.scope(*local).line, pipe.nodes, seen)
        named: dict[str, list[Node]] = defaultdict(list)
        places = {key[-2:] for key in seen}
        for node in self.meaning.made:
            if node.key[-2:] not in places:
                named[node.where.path].append(node)
        for path, nodes in named.items():
            yield from self._further("", path, nodes[0].where.line, tuple(nodes), seen)

    def _further(
        self, name: str, path: str, line: int, nodes: Iterable[Node], seen: set[tuple[object, ...]]
    ) -> Iterator[Registered]:
        """The nodes that were not seen yet, as a pipeline that no registry names."""
        rest = tuple(node for node in nodes if node.key not in seen)
        if rest:
            seen |= {node.key for node in rest}
            yield Registered(name or _pipeline_name(path), path, max(line, 1), Pipe(rest), declared=False)

    def _configured(self, path: str, name: str) -> Thing | None:
        """What the files of a name hold together (`parameters`, `constants`), as a plain run loads them."""
        conf = project_of(path, self.known).conf
        merged: dict[str, tuple[object, int]] = {}
        for _, found in of_environments(self.resolved.files, conf, only=DEFAULTS):
            below = found[len(conf) :].lstrip("/").partition("/")[2]
            if below.startswith(name) or below.rpartition("/")[2].startswith(name):
                merged.update(self.code.leaves(found))
        return from_leaves(merged, "") if merged else None

    def _registries(self) -> list[Local]:
        """The functions that register pipelines: of each file the newest form, none of tests."""
        found = []
        for path in self.code.paths:
            names = {scope.name.rpartition(".")[2]: n for n, scope in enumerate(self.code.programs[path].scopes)}
            wanted = next((name for name in REGISTRIES if name in names), None)
            if wanted is not None and (path.endswith("pipeline_registry.py") or self._imports_kedro(path)):
                found.append(Local(path, names[wanted]))
        return found

    def _imports_kedro(self, path: str) -> bool:
        return any(
            imported.module.partition(".")[0] == "kedro" and not statement.level
            for number in self.code.scopes(path)
            for statement, _, _ in self.code.index(path, number).imports
            for imported in statement.names
        )

    def _builders(self, paths: Iterable[str]) -> Iterator[Local]:
        """The functions and module bodies that call a constructor of `kedro.pipeline`."""
        denoter = self.resolved.evaluator.denoter
        for path in paths:
            for number in self.code.scopes(path):
                for site in self.code.index(path, number).calls:
                    dotted = denoter.dotted(site.call.func, Frame(path, number)) or ""
                    if dotted.startswith("kedro.pipeline.") and self.code.scope(path, number).kind != "class":
                        yield Local(path, number)
                        break

    def _built(self, local: Local) -> Iterator[tuple[str, Pipe]]:
        """The pipelines that a function returns, or that are names of a module."""
        if local.scope:
            yield from _pipes(self.machine.run_function(local))
            return
        for name, thing in list(self.machine.start(local.path).names.items()):
            for _, pipe in _pipes(thing) if not isinstance(thing, Table) else ():
                yield name, pipe

    def _discovered(self, registry: str) -> dict[Scalar, Thing]:
        """What `find_pipelines()` finds: `create_pipeline` of the package and of each package in its `pipelines` folder."""
        folder = dirname(registry)
        found: dict[Scalar, Thing] = {DEFAULT: self._created(f"{folder}/pipeline.py") or Pipe()}
        inner = f"{folder}/pipelines/".lstrip("/")
        names = {path[len(inner) :].partition("/")[0] for path in self.code.paths if path.startswith(inner)}
        for name in sorted(names - {"__init__.py"}):
            home = f"{inner}{name}" if name.endswith(".py") else f"{inner}{name}/__init__.py"
            made = self._created(home)
            if made is not None:
                found[name.removesuffix(".py")] = made
        return found

    def _created(self, home: str) -> Pipe | None:
        if home.lstrip("/") not in self.code.programs:
            return None
        create = self.machine.member(home.lstrip("/"), "create_pipeline")
        if not isinstance(create, Function):
            return None
        return next((pipe for _, pipe in _pipes(self.machine.run_function(create.local))), None)


def _pipes(thing: Thing) -> Iterator[tuple[str, Pipe]]:
    """The pipelines in what a registry or a builder returns, each with its name; "" where it has none."""
    for option in options(pipe_of(thing)):
        if isinstance(option, Pipe):
            yield "", option
        elif isinstance(option, Node):
            yield "", Pipe((option,))
        elif isinstance(option, Table):
            for key, value in option.entries.items():
                for _, pipe in _pipes(value):
                    yield str(key), pipe
        elif isinstance(option, Items):
            joined = Pipe()
            for item in option.items:
                for _, pipe in _pipes(item):
                    joined = joined.joined(pipe)
            if joined.nodes:
                yield "", joined


def _pipeline_name(path: str) -> str:
    """The name that a modular pipeline goes by: its folder, or its file."""
    folder, _, name = path.rpartition("/")
    return (
        folder.rpartition("/")[2]
        if name in ("pipeline.py", "pipelines.py", "__init__.py") and folder
        else name.rpartition(".")[0]
    )


class Memory:
    """Which nodes hand a dataset over in memory: those that some pipeline runs together."""

    def __init__(self, root: str, pipelines: Iterable[Registered]) -> None:
        self.root = root
        self._together: dict[tuple[object, ...], set[int]] = defaultdict(set)
        makers: dict[str, dict[tuple[object, ...], Node]] = defaultdict(dict)
        for number, registered in enumerate(pipelines):
            for node in registered.pipe.nodes:
                self._together[node.key].add(number)
                for named in node.outputs:
                    makers[base_name(named.text)][node.key] = node
        self._makers: Mapping[str, Mapping[tuple[object, ...], Node]] = makers

    def written(self, node: Node, name: str) -> str:
        """The id of what a node writes in memory."""
        homes = [_pipeline_name(maker.where.path) for maker in self._makers[name].values()]
        home = _pipeline_name(node.where.path)
        same = [key for key, maker in self._makers[name].items() if _pipeline_name(maker.where.path) == home]
        number = same.index(node.key) + 1 if homes.count(home) > 1 else 1
        return self._id(home, name) + (f"@{number}" if number > 1 else "")

    def read(self, node: Node, name: str) -> list[str]:
        """The ids of what a node reads from memory: what the nodes write that run with it, else something of its own."""
        near = [m for m in self._makers.get(name, {}).values() if self._together[m.key] & self._together[node.key]]
        return [self.written(maker, name) for maker in near] or [self._id(_pipeline_name(node.where.path), name)]

    def _id(self, pipeline: str, name: str) -> str:
        return f"mem:{self.root}/{pipeline}/{name}".replace(":/", ":", 1)
