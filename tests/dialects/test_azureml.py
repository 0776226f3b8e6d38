"""Azure ML: pipelines under `@pipeline`, components of files and of code, outputs that nodes hand on, schedules."""

from __future__ import annotations

import pytest

from auditor.graph import Graphs
from tests.dialects.seen import order, pipelines, reads, steps, triggers, writes
from tests.pages import graphs

HEAD = """
from azure.ai.ml import Input, command, load_component
from azure.ai.ml.dsl import pipeline
from azure.ai.ml.entities import CronTrigger, JobSchedule
prepare = load_component(source="./prepare.yml")
train = load_component("./train/train.yml")
score = command(name="score", code="./src", command="python score.py --in ${{inputs.model}}", inputs={"model": Input(type="uri_folder")})
"""
FILES = {
    "prepare.yml": "$schema: https://azuremlschemas.azureedge.net/latest/commandComponent.schema.json\nname: prepare_rows\n"
    "type: command\ncommand: python prepare.py\n",
}


def pipe(body: str, after: str = "", head: str = HEAD) -> Graphs:
    text = (
        head + "@pipeline(name='main')\ndef main(rows=None):\n" + "".join(f"    {line}\n" for line in body.splitlines())
    )
    return graphs({"run/flow.py": text + after, **{f"run/{name}": text for name, text in FILES.items()}})


def test_a_pipeline_in_a_line() -> None:
    graph = pipe(
        "p = prepare(rows=rows)\nt = train(data=p.outputs.clean)\ns = score(model=t.outputs['model'])\nreturn {'m': t.outputs.model}"
    )
    assert pipelines(graph) == {"main"}
    assert {"prepare_rows", "train", "score"} <= set(steps(graph))
    assert order(graph) == {"prepare_rows > train", "train > score"}
    assert {"train.model > score"} <= reads(graph)
    assert "train > train.model" in writes(graph)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param("p = train(data=1)\np.compute = 'x'\nscore(model=p.outputs.m)", {"train > score"}, id="settings"),
        pytest.param("p = train(data=1)\nc = command(name='c', command='x', inputs=dict(a=p.outputs.m))", {"train > c"}, id="built within"),
        pytest.param("p = train(data=1)\nc = command(name='c', command='x')\nc(a=p.outputs.m)", {"train > c"}, id="given afterwards"),
        pytest.param("p = train(data=1)\nscore(model=rows)", set(), id="none"),
    ],
)  # fmt: skip
def test_what_comes_first(body: str, expected: set[str]) -> None:
    assert order(pipe(body)) == expected


def test_data_that_a_pipeline_is_given() -> None:
    graph = pipe("train(data=rows)", "job = main(rows=Input(type='uri_file', path='https://x.org/a.csv'))\n")
    assert reads(graph) == {"https://x.org/a.csv > train"}


@pytest.mark.parametrize("path", ["azureml:rows:1", "azureml:rows@latest"])
def test_registered_data_is_no_file(path: str) -> None:
    graph = pipe("train(data=rows)", f"job = main(rows=Input(type='uri_file', path='{path}'))\n")
    assert reads(graph) == set()


def test_a_schedule() -> None:
    after = "job = main(rows=1)\nplan = JobSchedule(name='s', trigger=CronTrigger(expression='0 3 * * *'), create_job=job)\n"
    assert triggers(pipe("train(data=rows)", after)) == {"0 3 * * * > main"}


def test_what_is_no_pipeline() -> None:
    head = "from azure.storage import pipeline\nfrom other import train\n"
    assert not pipelines(pipe("train(data=1)", head=head))
