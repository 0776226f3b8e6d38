"""What frameworks declare in Python code, as nodes and edges: pipelines, their steps, artefacts and the code behind them."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.graph import places
from auditor.graph.declared.steps import DeclaredStep, Steps
from auditor.graph.observed.lineage import Lineage, Touch
from auditor.graph.store import Store
from auditor.model.artefact import EdgeKind, Evidence, NodeKind
from auditor.model.declared import Declared

UNSHIPPED = 0.5
"""Factor on the confidence of what a test or an example declares (GRAPH §5)."""

_RUN = {"script": NodeKind.SCRIPT, "notebook": NodeKind.NOTEBOOK, "shell": NodeKind.SCRIPT}


class CodePipelines:
    """States the pipelines of the dialects into a store."""

    def __init__(self, store: Store, steps: Steps, lineage: Lineage) -> None:
        self.store = store
        self.steps = steps
        self.lineage = lineage
        self.code = lineage.resolved.code

    def state_artefacts(self) -> None:
        """State what frameworks know by name. Before all else: the name that a framework gives a file is its label."""
        for artefact in self.steps.declarations.artefacts:
            declared_at = f"{artefact.source}:{artefact.line}"
            self.store.node(
                artefact.id, _kind(artefact.kind, artefact.path), artefact.label, path=artefact.path, declared_at=declared_at,
                **dict(artefact.attrs),
            )  # fmt: skip
            evidence = self._evidence(
                artefact.source, artefact.line, artefact.label, "dialect", "catalogue", 0.95, declared=True
            )
            for whole in artefact.part_of:
                self.store.edge(artefact.id, whole, EdgeKind.PART_OF, (evidence,))

    def state_steps(self) -> Iterator[tuple[DeclaredStep, Touch]]:
        """State steps and pipelines; yields what the code of each step reads and writes, to be stated on the step as well.

        A step that names another (`self.next(self.train)`) does not do what the other does.
        """
        code = frozenset((local.path, local.scope) for step in self.steps.all for local in step.implements)
        for step in self.steps.all:
            if step.in_code:
                self._step(step)
                for local in step.implements:
                    for touch in self.lineage.of_function((local.path, local.scope), code):
                        yield step, touch
                for local in step.implements[:1] if step.given else ():
                    for touch in self.lineage.of_given((local.path, local.scope), dict(step.given)):
                        yield step, touch
                by = self.steps.closure(step)
                for program in self.steps.programs(step):
                    for touch in self.lineage.of_program(program, by) if program in self.code.programs else ():
                        yield step, touch
        for pipeline in self.steps.declarations.pipelines:
            where = self.code.place(pipeline.path, pipeline.line, pipeline.end_line)
            node = self.store.node(
                pipeline.id, NodeKind.PIPELINE, pipeline.name, path=pipeline.path, line=where.line,
                end_line=where.end_line, cell=where.cell, tool=pipeline.tool, **dict(pipeline.attrs),
            )  # fmt: skip
            evidence = self._evidence(
                pipeline.path, pipeline.line, pipeline.name, pipeline.tool, "pipeline", pipeline.confidence
            )
            self.store.edge(f"file:{pipeline.path}", node, EdgeKind.CONTAINS, (evidence,))
            for step_in_code in pipeline.steps:
                self.store.edge(node, step_in_code.id, EdgeKind.CONTAINS, (evidence,))
        for step in self.steps.all:
            for pipeline_id in step.starts:
                if self.store.has(pipeline_id):
                    said = self._of_step(step, step.step.line, step.step.name, "starts", step.confidence)
                    self.store.edge(step.id, pipeline_id, EdgeKind.RUNS, (said,))

    def _step(self, step: DeclaredStep) -> None:
        where = self.code.place(step.path, step.step.line, step.step.end_line)
        instances = step.step.variants if step.step.variants != 1 else None
        self.store.node(
            step.id, NodeKind.STEP, step.step.name, path=step.path, line=where.line, end_line=where.end_line,
            cell=where.cell, tool=step.tool, instances=instances, condition=step.step.condition or None,
        )  # fmt: skip
        evidence = self._of_step(step, step.step.line, step.step.name, "step", step.confidence)
        self.store.edge(f"file:{step.path}", step.id, EdgeKind.CONTAINS, (evidence,))
        for declared in step.reads:
            self.store.edge(*self._ends(step, declared), EdgeKind.CONSUMES, (self._naming(step, declared),))
        for declared in step.writes:
            data, node = self._ends(step, declared)
            self.store.edge(node, data, EdgeKind.PRODUCES, (self._naming(step, declared),))
        for declared in step.params:
            self.store.edge(*self._ends(step, declared), EdgeKind.CONFIGURES, (self._naming(step, declared),))
        for other in step.after:
            if other in self.steps.by_id:
                self.store.edge(other, step.id, EdgeKind.PRECEDES, (evidence,))
        self._runs(step)

    def _ends(self, step: DeclaredStep, declared: Declared) -> tuple[str, str]:
        """The node of a declared artefact, stated, and that of the step."""
        kind = _kind(declared.kind or NodeKind.DATASET, declared.path)
        return self.store.node(declared.id, kind, declared.label or declared.path or "", path=declared.path), step.id

    def _runs(self, step: DeclaredStep) -> None:
        """Tie a step to what it runs: programs, and the functions that are its code with the files that hold them."""
        for run in step.runs:
            if run.kind in _RUN:
                target = self.store.node(f"file:{run.target}", _RUN[run.kind], run.target, path=run.target)
                said = self._of_step(step, run.line, run.target, "command", step.confidence)
                self.store.edge(step.id, target, EdgeKind.RUNS, (said,))
        for local in step.implements:
            scope = self.code.scope(local.path, local.scope)
            where = self.code.place(local.path, scope.line, scope.end_line)
            module = self.store.node(f"file:{local.path}", NodeKind.MODULE, local.path, path=local.path)
            function = self.store.node(
                f"function:{local.path}#{scope.name}", NodeKind.FUNCTION, scope.name, path=local.path,
                line=where.line, end_line=where.end_line, cell=where.cell,
            )  # fmt: skip
            defined = self._evidence(local.path, scope.line, scope.name, "python", "definition", 0.95)
            self.store.edge(module, function, EdgeKind.CONTAINS, (defined,))
            said = self._of_step(step, step.step.line, scope.name, "implements", step.confidence)
            self.store.edge(function, step.id, EdgeKind.IMPLEMENTS, (said,))
            self.store.edge(step.id, module, EdgeKind.RUNS, (said,), via="implements")

    def _naming(self, step: DeclaredStep, declared: Declared) -> Evidence:
        return self._of_step(
            step, declared.ref.line, declared.ref.path, declared.ref.how, declared.confidence, declared=True
        )

    def _of_step(
        self, step: DeclaredStep, line: int, snippet: str, how: str, confidence: float, *, declared: bool = False
    ) -> Evidence:
        return self._evidence(step.path, line, snippet, step.tool, how, confidence, declared=declared)

    def _evidence(
        self, path: str, line: int, snippet: str, reader: str, how: str, confidence: float, *, declared: bool = False
    ) -> Evidence:
        where = self.code.place(path, line)
        factor = 1.0 if places.is_product(path) else UNSHIPPED
        return Evidence(
            path, where.line, snippet[:120], reader, how, round(confidence * factor, 4), declared, where.cell
        )


def _kind(kind: NodeKind, path: str | None) -> NodeKind:
    """Data that lie where models do are models, whatever the framework calls them."""
    return NodeKind.MODEL if kind is NodeKind.DATASET and path is not None and places.is_model(path) else kind
