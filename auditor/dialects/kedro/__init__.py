"""Kedro: nodes and pipelines in Python, the data catalogue and the parameters in YAML."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from msgspec.structs import replace

from auditor.dialects.contract import Artefact, CodeStep, Pipeline, Statement, StepIds
from auditor.dialects.kedro.catalogue import Catalogue, base_name
from auditor.dialects.kedro.nodes import CONDITIONAL
from auditor.dialects.kedro.pipes import Named, Node
from auditor.dialects.kedro.project import Memory, Project, Registered, Registry, project_of, projects
from auditor.model.artefact import NodeKind
from auditor.model.declared import Declared
from auditor.model.facts import Ref, Step
from auditor.program import Resolved
from auditor.program.symbolic.values import Value, literal

TOOL = "kedro"


def read(resolved: Resolved, paths: tuple[str, ...]) -> Iterator[Statement]:
    """The pipelines of every Kedro project in a tree, with what their nodes read and write, and all that is catalogued."""
    known = projects(resolved)
    by_project: dict[Project, list[Registered]] = defaultdict(list)
    registry = Registry(resolved, known)
    for registered in registry.registered(paths):
        by_project[project_of(registered.path, known)].append(registered)
    found = [_Statements(resolved, project, by_project.get(project, [])) for project in known]
    for one in found:
        for other in found:
            one.catalogue.share(other.catalogue.sharing)
    for one in found:
        yield from one.all()
    yield from registry.machine.cut(paths)


class _Statements:
    """What one project says."""

    def __init__(self, resolved: Resolved, project: Project, pipelines: list[Registered]) -> None:
        nodes = [node for registered in pipelines for node in registered.pipe.nodes]
        used = {named.text for node in nodes for named in (*node.inputs, *node.outputs) if not named.is_parameter}
        self.catalogue = Catalogue(resolved.files, project.root, project.conf, used)
        self.memory = Memory(project.root, pipelines)
        self.code = resolved.code
        self.project = project
        self.pipelines = pipelines
        self.ids = StepIds()
        self.matched: dict[str, Artefact] = {}

    def all(self) -> Iterator[Statement]:
        """Artefacts, then pipelines."""
        stated = {artefact.id: artefact for artefact in self.catalogue.all()}
        yield from stated.values()
        steps: dict[tuple[object, ...], CodeStep] = {}
        for registered in self.pipelines:
            for node in registered.pipe.nodes:
                if node.key not in steps:
                    steps[node.key] = self._step(node)
        yield from (artefact for name, artefact in self.matched.items() if name not in stated)
        for registered in self.pipelines:
            yield Pipeline(
                registered.name, TOOL, registered.path, registered.line,
                tuple(steps[node.key] for node in registered.pipe.nodes),
                attrs=(("registered", str(registered.declared).lower()),),
            )  # fmt: skip

    def _step(self, node: Node) -> CodeStep:
        where, doubt = node.where, CONDITIONAL if node.where.conditional else 1.0
        attrs = (("tags", ",".join(sorted(node.tags))),) if node.tags else ()
        step = Step(node.label, TOOL, where.line, where.end_line, variants=0 if where.repeated else 1, attrs=attrs)
        params = [d for named in node.inputs if named.is_parameter for d in self._parameter(node, named)]
        return CodeStep(
            self.ids.new(where.path, node.label),
            where.path,
            step,
            tuple(
                _doubted(d, doubt)
                for named in node.inputs
                if not named.is_parameter
                for d in self._data(node, named, "inputs")
            ),
            tuple(_doubted(d, doubt) for named in node.outputs for d in self._data(node, named, "outputs")),
            tuple(_doubted(d, doubt) for d in params),
            implements=node.code,
            given=tuple(self._given(node)),
            confidence=round(0.95 * doubt, 3),
        )

    def _given(self, node: Node) -> Iterator[tuple[str, Value]]:
        """The texts that parameters of the configuration give to those of the function."""
        scope = self.code.scope(*node.code[0]) if node.code else None
        for key, text in node.bound if scope is not None else ():
            known = self.catalogue.parameter_text(text.removeprefix("params:")) if text.startswith("params:") else None
            params = [param.name for param in scope.params] if scope is not None else []
            name = key if isinstance(key, str) else params[key] if key < len(params) else ""
            if known is not None and name:
                yield name, literal(known).weakened(0.8, "config")

    def _data(self, node: Node, named: Named, how: str) -> Iterator[Declared]:
        """What a dataset name means: the entries of the catalogue, else something that lives in memory."""
        name = base_name(named.text)
        ref = Ref(named.text, "dataset", how, node.where.line)
        meant = self.catalogue.meant(named.text)
        for one in meant:
            for artefact in (one.artefact, one.shared):
                if artefact is not None:
                    self.matched[artefact.id] = artefact
                    trust = round(named.trust * one.factor, 3)
                    yield Declared(artefact.id, artefact.path, ref, artefact.label, artefact.kind, trust)
        if not meant:
            ids = [self.memory.written(node, name)] if how == "outputs" else self.memory.read(node, name)
            for identity in ids:
                yield Declared(identity, None, ref, name, NodeKind.DATASET, named.trust)

    def _parameter(self, node: Node, named: Named) -> Iterator[Declared]:
        key = named.text.removeprefix("params:") if named.text != "parameters" else ""
        for parameter in self.catalogue.parameters(key):
            home = parameter.path or f"{TOOL}:{self.project.root}".rstrip(":")
            ref = Ref(named.text, "param", "inputs", node.where.line)
            label = key or parameter.path or named.text
            yield Declared(f"param:{home}#{key}", parameter.path, ref, label, NodeKind.PARAM, named.trust)


def _doubted(declared: Declared, factor: float) -> Declared:
    return replace(declared, confidence=round(declared.confidence * factor, 3)) if factor != 1.0 else declared
