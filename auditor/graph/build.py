"""From facts and the resolved program to nodes and edges."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping

from auditor.graph import places
from auditor.graph.artefacts.identity import PathIndex, within
from auditor.graph.declared.assets import join_seeds, name_assets
from auditor.graph.declared.file_nodes import (
    data_kind,
    state_cards,
    state_environment,
    state_includes,
    state_links,
    state_owners,
    state_pin,
)
from auditor.graph.declared.steps import AUTOMATION, PIPELINES, SERVING, DeclaredStep, Steps
from auditor.graph.declared.watches import Watches
from auditor.graph.observed.code_edges import (
    function_node,
    imported,
    program_node,
    state_calls,
    state_keys,
    state_options,
)
from auditor.graph.observed.flows import Flows
from auditor.graph.observed.lineage import Lineage, Touch
from auditor.graph.observed.practices import Practices
from auditor.graph.observed.transport import Transport
from auditor.graph.parts.portrait import serving_programs
from auditor.graph.pipelines import CodePipelines
from auditor.graph.store import Store
from auditor.model.artefact import EdgeKind, Evidence, NodeKind
from auditor.model.declared import Declared
from auditor.model.facts import Facts, Pin
from auditor.model.place import Place
from auditor.program import Resolved
from auditor.program.calls.records import Site
from auditor.program.running.command_forms import is_server

REF_KINDS = {
    "model": NodeKind.MODEL,
    "metric": NodeKind.METRIC,
    "report": NodeKind.REPORT,
    "config": NodeKind.CONFIG,
    "script": NodeKind.SCRIPT,
    "param": NodeKind.PARAM,
    "env": NodeKind.ENV,
}


class Builder:
    """States everything that is known into a store, declared and observed."""

    def __init__(
        self,
        resolved: Resolved,
        steps: Steps,
        lineage: Lineage,
        transport: Transport,
        flows: Callable[[], Flows],
        *,
        links: Mapping[str, Pin],
        detailed: bool = False,
    ) -> None:
        self.resolved = resolved
        self.steps = steps
        self.lineage = lineage
        self.transport = transport
        self.flows = flows
        self.links = links
        self.detailed = detailed
        self.store = Store()

    def build(self) -> Store:
        """The filled store."""
        name_assets(self.store, self.resolved.files)
        in_code = CodePipelines(self.store, self.steps, self.lineage)
        in_code.state_artefacts()
        for path, facts in sorted(self.resolved.files.items()):
            self._file(path, facts)
        state_links(self.store, self.links)
        for step in self.steps.all:
            if step.tool not in ("readme", "dvc-lock") and not step.in_code:
                self._step(step)
        entries, touching = frozenset(self.lineage.entries), defaultdict[str, list[Site]](list)
        for site in sorted(site for site, touches in self.lineage.touches.items() if touches):
            touching[site[0]].append(site)
        for path in self.resolved.code.paths:
            self._program(path, touching.get(path, ()), entry=path in entries)
        for path in self.lineage.entries:
            self._lifted(path)
        for step, touch in in_code.state_steps():
            self._touch(touch, step.id)
        self._launched()
        self.transport.state(self.store)
        state_keys(self.store, self.resolved)
        state_options(self.store, self.resolved, self.steps, self.lineage.entries)
        if self.detailed:
            state_calls(self.store, self.resolved)
        self._triggers()
        Watches(self.steps, self.store).state(self.resolved.files)
        self._practices()
        join_seeds(self.store, self.steps.projects)
        self._containment()
        state_cards(self.store, self.resolved.files)
        state_owners(self.store, self.resolved.files, self.resolved.tree)
        return self.store

    # --- files ---

    def _file(self, path: str, facts: Facts) -> None:
        node = f"file:{path}"
        for trouble in facts.troubles:
            if trouble.code not in ("pointer", "outcome"):
                self.store.node(f"error:{path}", NodeKind.PARSE_ERROR, path, path=path, line=trouble.line)
                break
        if facts.sections:
            self.store.node(node, NodeKind.DOCUMENT, path, path=path)
        for storage in facts.storages:
            self.store.node(
                f"storage:{storage.tool}:{storage.name}",
                NodeKind.STORAGE,
                storage.name,
                path=path,
                line=storage.line,
                url=storage.url,
            )
        if (
            facts.requirements and facts.attr("inline") is None
        ):  # a script that names its own packages is no environment
            state_environment(self.store, path, facts)
        if facts.kind == "sql":
            self._sql(path)
        state_includes(self.store, path, facts, self.resolved.files)
        for pin in facts.pins:
            state_pin(self.store, path, facts, pin)

    def _sql(self, path: str) -> None:
        """The tables of a .sql file."""
        script = self.store.node(f"file:{path}", NodeKind.SCRIPT, path, path=path)
        for way, artefact, kind, line in self.lineage.tables.of_file(path):
            label = artefact.path or artefact.id.partition(":")[2]
            other = self.store.node(artefact.id, kind, label, path=artefact.path, templated=artefact.templated or None)
            evidence = Evidence(path, line, label[:120], "sql", way, artefact.confidence)
            if way == "read":
                self.store.edge(other, script, EdgeKind.CONSUMES, (evidence,))
            else:
                self.store.edge(script, other, EdgeKind.PRODUCES, (evidence,))

    # --- declared ---

    def _step(self, step: DeclaredStep) -> None:
        evidence = Evidence(
            step.path, step.step.line, step.step.name[:120], step.tool, "step", step.confidence, declared=True
        )
        node = self._step_node(step, evidence)
        for declared in step.reads:
            self._declared(step, node, declared, reads=True)
        for declared in step.writes:
            self._declared(step, node, declared, reads=False)
        self._configured(step, node)
        self._runs(step, node)
        for other in step.after:
            if other in self.steps.by_id:
                self.store.edge(other, node, EdgeKind.PRECEDES, (evidence,))
        if step.tool in PIPELINES:
            for path in self.steps.programs(step):
                self._touches(path, node, self.steps.closure(step))

    def _step_node(self, step: DeclaredStep, evidence: Evidence) -> str:
        """The node of a step, in its pipeline where it has one; a shell script is itself the step."""
        if step.tool == "shell":
            return self.store.node(f"file:{step.path}", NodeKind.SCRIPT, step.path, path=step.path)
        automated = NodeKind.CI_JOB if step.tool in AUTOMATION else NodeKind.STEP
        node = self.store.node(
            step.id,
            NodeKind.SERVICE if automated is NodeKind.STEP and self._goes_on(step) else automated,
            step.step.name,
            path=step.path,
            line=step.step.line,
            end_line=step.step.end_line,
            tool=step.tool,
            instances=len(step.instances) or None,
        )
        if step.tool in PIPELINES:
            pipeline = self.store.node(f"file:{step.path}", NodeKind.PIPELINE, step.path, path=step.path)
            self.store.edge(pipeline, node, EdgeKind.CONTAINS, (evidence,))
        return node

    def _goes_on(self, step: DeclaredStep) -> bool:
        """Whether a step answers until it is stopped. Building an image ends, and so does the job that an image may hold."""
        if step.tool == "docker":
            said = self.resolved.files[step.path].attrs
            answers = any(key == "expose" or (key == "base-image" and "/lambda/" in value) for key, value in said)
            return step.step.name == "cmd" and (answers or any(is_server(run.launcher) for run in step.runs))
        return step.tool in SERVING and (step.tool, step.step.name) != ("procfile", "release")

    def _configured(self, step: DeclaredStep, node: str) -> None:
        """The keys of parameters that a step declares."""
        for declared in step.params:
            keys = dict(declared.ref.attrs).get("keys", "")
            for key in keys.split(",") if keys else [""]:
                label = key or str(declared.path)
                param = self.store.node(f"param:{declared.path}#{key}", NodeKind.PARAM, label, path=declared.path)
                says = f"params {key}"[:120]
                piece = Evidence(
                    step.path, declared.ref.line, says, step.tool, "params", step.confidence, declared=True
                )
                self.store.edge(param, node, EdgeKind.CONFIGURES, (piece,))

    def _runs(self, step: DeclaredStep, node: str) -> None:
        """The programs that a step runs, and the steps that it hands on to."""
        for run in step.runs:
            if run.kind in ("script", "notebook", "shell", "foreign"):
                kind = NodeKind.NOTEBOOK if run.kind == "notebook" else NodeKind.SCRIPT
                target = program_node(self.store, self.resolved.code, run.target, kind)
                if target != node:
                    says = self.resolved.code.said_at_home(run.target)[:120]
                    piece = Evidence(step.path, run.line, says, step.tool, "command", step.confidence)
                    self.store.edge(node, target, EdgeKind.RUNS, (piece,))
        for handed in self.steps.handed(step):
            piece = Evidence(
                step.path, step.step.line, handed.step.name[:120], step.tool, "uses", step.confidence, declared=True
            )
            self.store.edge(node, handed.id, EdgeKind.RUNS, (piece,))

    def _declared(self, step: DeclaredStep, node: str, declared: Declared, *, reads: bool) -> None:
        target, path, ref = declared.id, declared.path, declared.ref
        code = path is not None and path.endswith((".py", ".sh", ".ipynb"))
        sure = min(ref.confidence, step.confidence)
        evidence = Evidence(
            step.path, ref.line, ref.path[:120], step.tool, "deps" if reads else "outs", sure, declared=True
        )
        node_kind = REF_KINDS.get(ref.kind, NodeKind.DATASET)
        if node_kind is NodeKind.ENV:
            self.store.edge(
                self.store.node(target, node_kind, path or target, path=path), node, EdgeKind.ENV_OF, (evidence,)
            )
            return
        if code and reads:
            script = self.store.node(target, NodeKind.MODULE, path or target, path=path)
            runs = any(run.target == path for run in step.runs)
            self.store.edge(node, script, EdgeKind.RUNS if runs else EdgeKind.IMPORTS, (evidence,), via="declared")
            return
        if node_kind is NodeKind.DATASET and path is not None:
            node_kind = data_kind(path)
        if step.tool in SERVING and node_kind is NodeKind.MODEL and ref.how == "model":
            model = self.store.node(target, node_kind, path or target.partition(":")[2], path=path)
            self.store.edge(node, model, EdgeKind.SERVES, (evidence,))
            return
        if step.tool in SERVING and not (
            path is not None and (places.is_data(path) or places.is_model(path)) and not path.endswith(".txt")
        ):
            return
        label = path or declared.label or ref.path.removeprefix("mem:") or target
        packed = True if ref.kind == "artifact" else None
        artefact = self.store.node(target, node_kind, label, path=path, artifact=packed)
        if reads:
            self.store.edge(artefact, node, EdgeKind.CONSUMES, (evidence,))
        else:
            self.store.edge(node, artefact, EdgeKind.PRODUCES, (evidence,))

    # --- observed ---

    def _program(self, path: str, touching: Iterable[Site], *, entry: bool) -> None:
        program = self.resolved.code.programs[path]
        kind = NodeKind.NOTEBOOK if path.endswith(".ipynb") else NodeKind.SCRIPT if entry else NodeKind.MODULE
        test = True if places.is_test(path) else None
        node = program_node(self.store, self.resolved.code, path, kind)
        self.store.node(node, kind, test=test, lines=program.logical)
        for target, piece in self.resolved.code.of_imports(imported, path):
            other = self.store.node(f"file:{target}", NodeKind.MODULE, target, path=target)
            self.store.edge(node, other, EdgeKind.IMPORTS, (piece,))
        for site in touching:
            owner = function_node(self.store, self.resolved, site)
            for touch in self.lineage.touches[site]:
                self._touch(touch, owner)

    def _touch(self, touch: Touch, owner: str) -> None:
        where = self.lineage.place(touch)
        snippet = f"{touch.effect.name}({touch.artefact.path or touch.artefact.id})"[:120]
        evidence = Evidence(
            where.path,
            where.line,
            snippet,
            "python",
            touch.effect.targets[0].how if touch.effect.targets else "call",
            touch.confidence,
            cell=where.cell,
        )
        artefact = self.store.node(
            touch.artefact.id,
            touch.kind,
            touch.artefact.path or touch.artefact.id.partition(":")[2],
            path=touch.artefact.path,
            templated=True if touch.artefact.templated else None,
        )
        if artefact == owner:
            return
        if touch.way == "read":
            kind = EdgeKind.CONFIGURES if touch.kind is NodeKind.CONFIG else EdgeKind.CONSUMES
            self.store.edge(artefact, owner, kind, (evidence,))
            if kind is EdgeKind.CONFIGURES:
                self.store.edge(artefact, owner, EdgeKind.CONSUMES, (evidence,))
        else:
            self.store.edge(owner, artefact, EdgeKind.PRODUCES, (evidence,))

    def _lifted(self, path: str) -> None:
        self._touches(path, f"file:{path}")

    def _touches(self, path: str, owner: str, by: frozenset[str] | None = None) -> None:
        for touch in self.lineage.of_program(path, by) if path in self.resolved.code.programs else ():
            self._touch(touch, owner)

    def _launched(self) -> None:
        for path, launched in sorted(self.lineage.launched.items()):
            for launch in launched:
                if launch.run.kind in ("script", "notebook", "shell", "foreign") and launch.run.target != path:
                    kind = NodeKind.NOTEBOOK if launch.run.kind == "notebook" else NodeKind.SCRIPT
                    target = program_node(self.store, self.resolved.code, launch.run.target, kind)
                    where = self.resolved.code.place(path, launch.line)
                    evidence = Evidence(
                        where.path, where.line, launch.run.target[:120], "python", "exec", 0.8, cell=where.cell
                    )
                    self.store.edge(f"file:{path}", target, EdgeKind.RUNS, (evidence,))

    def _triggers(self) -> None:
        for number, (path, trigger) in enumerate(self.steps.triggers()):
            node = self.store.node(
                f"trigger:{path}#{trigger.kind}-{number}",
                NodeKind.TRIGGER,
                trigger.schedule or trigger.kind,
                path=path,
                line=trigger.line,
                schedule=trigger.schedule or None,
            )
            evidence = Evidence(
                path,
                trigger.line,
                (trigger.schedule or trigger.kind)[:120],
                "trigger",
                trigger.kind,
                self.steps.certainty(path),
                declared=True,
            )
            for step in self.steps.started(path, trigger):
                if self.store.has(step.id):
                    self.store.edge(node, step.id, EdgeKind.TRIGGERS, (evidence,))
            for pipeline in self.steps.pipelines_started(path, trigger):
                self.store.edge(node, pipeline.id, EdgeKind.TRIGGERS, (evidence,))
        for before, after in self.steps.chained():
            where = Place(after.path, after.step.line)
            piece = Evidence(where.path, where.line, before.path[:120], after.tool, "workflow_run", 0.95, declared=True)
            self.store.edge(before.id, after.id, EdgeKind.PRECEDES, (piece,))

    def _practices(self) -> None:
        product = [path for path in self.resolved.code.paths if places.is_product(path)]
        services = serving_programs(product, self.resolved, self.lineage)
        Practices(self.store, self.resolved, self.lineage, self.flows).state(services)

    def _containment(self) -> None:
        """Tie every data path to the declared folders above it."""
        kinds = (NodeKind.DATASET, NodeKind.MODEL, NodeKind.METRIC, NodeKind.REPORT)
        data = [(node, path) for node, kind, path in self.store.places() if kind in kinds]
        nodes = {path: node for node, path in data if path}
        for node, path in data:
            folder = path.rpartition("/")[0]
            while folder:
                above = nodes.get(folder)
                if above is not None and within(path, folder):
                    self.store.edge(node, above, EdgeKind.PART_OF)
                folder = folder.rpartition("/")[0]
        self._patterns(nodes)

    def _patterns(self, paths: Collection[str]) -> None:
        """Tie what a step reads to the declared outputs whose pattern covers it."""
        made = {d.path: d.id for step in self.steps.all for d in step.writes if d.path and "{" in d.path}
        read = {d.path: d.id for step in self.steps.all for d in step.reads if d.path} if made else {}
        index = PathIndex(made)
        for path, node in read.items():
            for general in index.patterns(path) if path not in made and path in paths else ():
                if general in paths:
                    self.store.edge(node, made[general], EdgeKind.PART_OF)
