"""Airflow 1.10 to 3: DAGs of operators, decorated tasks, groups, chains, assets, schedules."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from auditor.dialects.airflow import work
from auditor.dialects.airflow.order import Dag, Task, leaves
from auditor.dialects.airflow.schedules import assets, triggers
from auditor.dialects.airflow.tasks import Airflow
from auditor.dialects.airflow.touched import touched
from auditor.dialects.contract import CodeStep, Pipeline, Statement, StepIds, memory_homes, reaching
from auditor.dialects.symbolic import Machine
from auditor.dialects.symbolic.things import Plain
from auditor.model.artefact import NodeKind
from auditor.model.declared import Declared
from auditor.model.facts import Ref, Step
from auditor.program import Resolved

TOOL = "airflow"
CONDITIONAL = 0.8
_ACROSS = {"ExternalTaskSensor": ("external_dag_id", "external_task_id")}


def read(resolved: Resolved, paths: tuple[str, ...]) -> Iterator[Statement]:
    """Every DAG that running the given files makes, and the files that import them."""
    meaning = Airflow()
    machine = meaning.machine = Machine(resolved, meaning)
    for path in reaching(resolved, paths):
        machine.start(path)
    yield from _Statements(machine, meaning).all()
    yield from machine.cut(paths)


class _Statements:
    """What all DAGs of a tree say: their tasks may wait for those of other DAGs."""

    def __init__(self, machine: Machine, meaning: Airflow) -> None:
        self.machine = machine
        self.made = meaning.dags
        self.dags = [dag for dag in meaning.dags if dag.tasks]
        self.homes = memory_homes((dag.where.path, _name(dag)) for dag in self.dags)
        ids = StepIds()
        self.ids = {id(task): ids.new(task.where.path, task.label) for dag in self.dags for task in dag.tasks}
        self.passed: dict[int, set[int]] = {}
        self.code = {id(task): work.implementation(machine, task) for dag in self.dags for task in dag.tasks}
        self.sources = {id(task): self._sources(dag, task) for dag in self.dags for task in dag.tasks}
        self.read = {id(source) for sources in self.sources.values() for source in sources}

    def all(self) -> Iterator[Statement]:
        """One pipeline for each DAG."""
        for dag in self.dags:
            steps = tuple(self._step(dag, task) for task in dag.tasks)
            yield msgspec.structs.replace(_pipeline(dag), steps=steps, triggers=tuple(triggers(self.machine, dag)))

    def _sources(self, dag: Dag, task: Task) -> list[Task]:
        """The tasks whose results a task is given or pulls."""
        wanted = work.pulled(self.machine, task, self.code[id(task)])
        pulled = [other for other in dag.tasks if other.label in wanted and other is not task]
        return list({id(other): other for other in (*task.feeds, *pulled) if id(other) in self.ids}.values())

    def _step(self, dag: Dag, task: Task) -> CodeStep:
        where = task.where
        doubt = CONDITIONAL if where.conditional else 1.0
        image = next((v.text() for v in self.machine.values(task.args.get("image") or Plain(None)) if v.exact), "")
        step = Step(
            task.label, TOOL, where.line, where.end_line,
            commands=tuple(work.commands(self.machine, task)),
            folder=self._folder(task),
            variants=0 if where.repeated or task.mapped else 1,
            uses=(image,) if image else (),
            attrs=(("operator", task.kind), *(("unmet-dag", name) for name in self._unmet(task))),
        )  # fmt: skip
        reads = [self._result(dag, other, where.line) for other in self.sources[id(task)]]
        writes = [self._result(dag, task, where.line)] if id(task) in self.read else []
        for name, into in (("inlets", reads), ("outlets", writes)):
            given = task.args.get(name)
            into += assets(self.machine, given, name, where.line) if given is not None else ()
        for way, declared in touched(self.machine, task):
            (reads if way == "read" else writes).append(declared)
        before = {self.ids[id(first)]: None for end in task.before for first in leaves(end) if id(first) in self.ids}
        before.update(dict.fromkeys(self._across(task)))
        return CodeStep(
            self.ids[id(task)], where.path, step, tuple(dict.fromkeys(reads)), tuple(dict.fromkeys(writes)),
            after=tuple(before), implements=self.code[id(task)], given=work.given(self.machine, task, self.code[id(task)]), starts=tuple(self._started(task)), confidence=round(0.95 * doubt, 3),
        )  # fmt: skip

    def _folder(self, task: Task) -> str:
        """The folder that a command starts in, where it is one of the repository."""
        values = self.machine.values(task.args.get("cwd") or Plain(None))
        return values[0].text() if values and values[0].exact and values[0].anchored else ""

    def _result(self, dag: Dag, task: Task, line: int) -> Declared:
        ref = Ref(task.label, "dataset", "xcom", line)
        home = self.homes[dag.where.path, _name(dag)]
        return Declared(f"mem:{home}/{task.label}", None, ref, task.label, NodeKind.DATASET, 0.95)

    def _started(self, task: Task) -> Iterator[str]:
        """The pipelines that a task sets off by name."""
        named = self._triggered(task)
        yield from (_pipeline(dag).id for dag in self.dags if dag.name in named)

    def _triggered(self, task: Task) -> set[str]:
        """The names of the DAGs that a task sets off, as far as they are written out."""
        given = task.args.get("trigger_dag_id") if task.kind == "TriggerDagRunOperator" else None
        return {value.text() for value in self.machine.values(given) if value.exact} if given is not None else set()

    def _unmet(self, task: Task) -> list[str]:
        """Those of them that no file defines, where the names of all DAGs are known."""
        named = [] if self.machine.spent else sorted(self._triggered(task))
        known = {dag.name for dag in self.made} if named else set()
        return [name for name in named if name not in known and "{" not in name] if all(known) else []

    def _across(self, task: Task) -> Iterator[str]:
        """The steps of another DAG that a sensor waits for."""
        if task.kind not in _ACROSS:
            return
        dag_id, task_id = (self.machine.values(task.args.get(name) or Plain(None)) for name in _ACROSS[task.kind])
        for dag in self.dags:
            if dag_id and dag_id[0].exact and dag.name == dag_id[0].text():
                wanted = {value.text() for value in task_id}
                yield from (self.ids[id(other)] for other in dag.tasks if other.label in wanted)


def _pipeline(dag: Dag) -> Pipeline:
    """The pipeline of a DAG, its steps not told yet."""
    doubt = CONDITIONAL if dag.where.conditional else 1.0
    where = dag.where
    return Pipeline(
        _name(dag), TOOL, where.path, where.line, (), end_line=where.end_line, confidence=round(0.95 * doubt, 3)
    )


def _name(dag: Dag) -> str:
    return dag.name or dag.where.path.rpartition("/")[2].rpartition(".")[0]
