"""Azure ML, version 1: steps, what they hand on, order, data sets, scripts, schedules, runs of a script."""

from __future__ import annotations

import pytest

from auditor.graph import Graphs
from auditor.model.artefact import EdgeKind
from tests.dialects.seen import edges, order, pipelines, reads, steps, triggers, writes
from tests.pages import graphs

HEAD = """
from azureml.core import Dataset, Experiment, ScriptRunConfig, Workspace
from azureml.data import OutputFileDatasetConfig
from azureml.pipeline.core import Pipeline, PipelineData, Schedule, ScheduleRecurrence, StepSequence
from azureml.pipeline.steps import ParallelRunConfig, ParallelRunStep, PythonScriptStep
ws = Workspace.from_config()
clean = PipelineData("clean")
"""
TWO = """
prepare = PythonScriptStep(name="prepare", script_name="prepare.py", source_directory="src", outputs=[clean], arguments=["--out", clean])
train = PythonScriptStep(name="train", script_name="train.py", source_directory="src", inputs=[clean], arguments=["--in", clean, "--lr", 0.1])
"""
FILES = {"src/prepare.py": "print(1)\n", "src/train.py": "print(2)\n", "src/score.py": "def run(rows): return rows\n"}


def pipe(text: str) -> Graphs:
    return graphs({"pipelines/build.py": HEAD + text, **FILES})


def test_a_pipeline_in_a_line() -> None:
    graph = pipe(TWO + "Pipeline(workspace=ws, steps=[prepare, train]).publish(name='nightly')\n")
    assert pipelines(graph) == {"nightly"}
    assert steps(graph) == ["prepare", "train"]
    assert order(graph) == {"prepare > train"}
    assert reads(graph) == {"clean > train"}
    assert writes(graph) == {"prepare > clean"}
    assert {"prepare > src/prepare.py", "train > src/train.py"} <= edges(graph, EdgeKind.RUNS)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("a = PythonScriptStep(name='a', script_name='x.py')\nb = PythonScriptStep(name='b', script_name='y.py')\nb.run_after(a)\nPipeline(ws, [b])", {"a > b"}, id="after, not listed"),
        pytest.param("o = PipelineData('o')\na = PythonScriptStep(name='a', script_name='x.py', outputs=[o])\nb = PythonScriptStep(name='b', script_name='y.py', inputs=[o])\nPipeline(ws, [b])", {"a > b"}, id="by data, not listed"),
        pytest.param("a, b = (PythonScriptStep(name=n, script_name='x.py') for n in ['a', 'b'])\nPipeline(ws, steps=StepSequence(steps=[a, b]))", {"a > b"}, id="a sequence"),
        pytest.param("o = OutputFileDatasetConfig(name='o').as_upload()\na = PythonScriptStep(name='a', script_name='x.py', arguments=['--o', o])\n"
                     "b = PythonScriptStep(name='b', script_name='y.py', arguments=['--i', o.as_input(name='i')])\nPipeline(ws, steps=[a, b])", {"a > b"}, id="an output that is taken"),
        pytest.param("a = PythonScriptStep(name='a', script_name='x.py')\nb = PythonScriptStep(name='b', script_name='y.py')\nPipeline(ws, steps=[a, b])", set(), id="none"),
    ],
)  # fmt: skip
def test_what_comes_first(text: str, expected: set[str]) -> None:
    assert order(pipe(text + "\n")) == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("Dataset.get_by_name(ws, 'rows').as_named_input('r').as_mount()", {"rows > t"}),
        ("Dataset.get_by_name(ws, name=unknown()).as_named_input('r')", set()),
        ("Dataset.File.from_files('https://x.org/a.csv').as_mount()", {"https://x.org/a.csv > t"}),
        ("Dataset.Tabular.from_delimited_files(path=[(store, 'a/b.csv')])", set()),
    ],
)
def test_data_sets(given: str, expected: set[str]) -> None:
    graph = pipe(f"t = PythonScriptStep(name='t', script_name='x.py', inputs=[{given}])\nPipeline(ws, steps=[t])\n")
    assert reads(graph) == expected


def test_the_script_of_a_configuration() -> None:
    text = (
        "c = ParallelRunConfig(source_directory='../src', entry_script='score.py')\n"
        "s = ParallelRunStep(name='s', parallel_run_config=c, inputs=[clean], output=PipelineData('scores'))\nPipeline(ws, steps=[s])\n"
    )
    graph = pipe(text)
    assert {"s > src/score.py"} <= edges(graph, EdgeKind.RUNS)
    assert (reads(graph), writes(graph)) == ({"clean > s"}, {"s > scores"})


def test_a_run_that_a_step_is_configured_with_is_no_run_of_its_own() -> None:
    text = (
        "run = ScriptRunConfig(source_directory='src', command=['python', 'train.py'])\n"
        "Pipeline(ws, steps=[CommandStep(name='fit', runconfig=run)])\nPipeline(ws, steps=[prepare])\n"
    )
    graph = pipe(
        TWO
        + text.replace("CommandStep", "steps.CommandStep").replace(
            "run =", "from azureml.pipeline import steps\nrun =", 1
        )
    )
    assert pipelines(graph) == {"build", "build@2"}


def test_a_schedule() -> None:
    text = (
        "whole = Pipeline(ws, steps=[prepare, train])\npublished = whole.publish(name='nightly')\n"
        "Schedule.create(ws, name='s', pipeline_id=published.id, recurrence=ScheduleRecurrence(frequency='Day', interval=2))\n"
    )
    assert triggers(pipe(TWO + text)) == {"every 2 Day > nightly"}


def test_a_run_of_a_script_by_itself() -> None:
    graph = pipe(
        "Experiment(ws, 'x').submit(ScriptRunConfig(source_directory='src', script='train.py', arguments=['--lr', 1]))\n"
    )
    assert pipelines(graph) == {"train"}
    assert {"train > src/train.py"} <= edges(graph, EdgeKind.RUNS)


def test_what_is_no_pipeline() -> None:
    text = "import azureml\nfrom sklearn.pipeline import Pipeline\nclass Step: ...\nPipeline(steps=[('a', Step())])\n"
    assert not pipelines(graphs({"a.py": text}))
