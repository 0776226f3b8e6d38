"""Databricks jobs that code describes: as settings for the jobs API and as tasks of the SDK."""

from __future__ import annotations

import pytest

from auditor.graph import Graphs
from auditor.model.artefact import EdgeKind
from tests.dialects.seen import edges, order, pipelines, steps
from tests.pages import graphs

FILES = {
    "01_load.py": "# Databricks notebook source\nprint(1)\n",
    "nb/02_fit.py": "print(2)\n",
    "score.py": "print(3)\n",
}
TABLE = """import requests

folder = "nb"
job = {
    "name": "all",
    "tasks": [
        {"task_key": "load", "notebook_task": {"notebook_path": f"01_load"}},
        {"task_key": "fit", "notebook_task": {"notebook_path": folder + "/02_fit"}, "depends_on": [{"task_key": "load"}]},
        {"task_key": "score", "spark_python_task": {"python_file": "score.py"}, "depends_on": [{"task_key": "fit"}, {"task_key": "?"}]},
    ],
}
requests.post("https://host/api/2.1/jobs/create", json=job)
"""
SDK = """from databricks.sdk import WorkspaceClient
from databricks.sdk.service import jobs


def tasks():
    return [
        jobs.Task(task_key="load", notebook_task=jobs.NotebookTask(notebook_path="/Repos/a/shop/01_load")),
        jobs.Task(task_key="fit", notebook_task=jobs.NotebookTask(notebook_path="nb/02_fit"), depends_on=[jobs.TaskDependency(task_key="load")]),
        jobs.Task(task_key="score", spark_python_task=jobs.SparkPythonTask(python_file="score.py"), depends_on=[jobs.TaskDependency(task_key="fit")]),
    ]


WorkspaceClient().jobs.create(name="all", tasks=tasks())
"""


def described(text: str) -> Graphs:
    return graphs({"start.py": text, **FILES})


@pytest.mark.parametrize("text", [pytest.param(TABLE, id="settings"), pytest.param(SDK, id="tasks of the SDK")])
def test_the_tasks_of_a_job(text: str) -> None:
    graph = described(text)
    assert pipelines(graph) == {"start"}
    assert set(steps(graph)) == {"load", "fit", "score"}
    assert order(graph) == {"load > fit", "fit > score"}
    assert edges(graph, EdgeKind.RUNS) == {"load > 01_load.py", "fit > nb/02_fit.py", "score > score.py"}


def test_tasks_of_the_sdk_stand_where_they_are_called() -> None:
    lines = {node.label: node.line for node in described(SDK).nodes.values() if node.id.startswith("step:")}
    assert lines == {"load": 7, "fit": 8, "score": 9}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('import requests\nrequests.post("u", json={"notebook_path": "01_load"})\n', id="no task"),
        pytest.param(
            'import requests\nimport sys\njob = {"notebook_task": {"notebook_path": sys.argv[1]}}\n',
            id="a path from outside",
        ),
        pytest.param('import requests\njob = {"notebook_task": load()}\n', id="a task from elsewhere"),
        pytest.param('job = {"notebook_task": {"notebook_path": "01_load"}}\n', id="nothing that could hand it over"),
    ],
)
def test_what_describes_no_job(text: str) -> None:
    assert pipelines(described(text)) == set()


def test_one_task_under_no_key_is_called_after_its_notebook() -> None:
    assert steps(described('import requests\njob = {"notebook_task": {"notebook_path": "01_load"}}\n')) == ["01_load"]


def test_a_task_that_is_described_again_is_one() -> None:
    task = '{"task_key": "load", "notebook_task": {"notebook_path": "01_load"}}'
    graph = described(f"import requests\njob = {task}\nagain = {task}\n")
    assert [node for node in graph.nodes if node.startswith("step:")] == ["step:start.py#load"]
