"""SageMaker pipelines: steps with their jobs, properties, conditions, order, data in S3, functions as steps."""

from __future__ import annotations

import pytest

from auditor.dialects.symbolic import Machine
from auditor.graph import Graphs
from auditor.model.artefact import EdgeKind, NodeKind
from tests.dialects.seen import edges, order, pipelines, reads, steps, writes
from tests.pages import graphs

HEAD = """
from sagemaker.estimator import Estimator
from sagemaker.inputs import TrainingInput
from sagemaker.processing import ProcessingInput, ProcessingOutput
from sagemaker.sklearn.processing import SKLearnProcessor
from sagemaker.workflow.condition_step import ConditionStep
from sagemaker.workflow.conditions import ConditionGreaterThan
from sagemaker.workflow.function_step import step
from sagemaker.workflow.functions import Join, JsonGet
from sagemaker.workflow.parameters import ParameterString
from sagemaker.workflow.pipeline import Pipeline
from sagemaker.workflow.step_collections import RegisterModel
from sagemaker.workflow.steps import CacheConfig, ProcessingStep, TrainingStep
source = ParameterString(name="Source", default_value="s3://b/raw.csv")
worker = SKLearnProcessor(instance_type="ml.m5.large")
fitter = Estimator(image_uri="x", output_path="s3://b/models")
prepare = ProcessingStep(
    name="Prepare", processor=worker, code="prepare.py",
    inputs=[ProcessingInput(source=source, destination="/opt/in")],
    outputs=[ProcessingOutput(output_name="train", source="/opt/out")],
)
train_data = prepare.properties.ProcessingOutputConfig.Outputs["train"].S3Output.S3Uri
"""
TRAIN = 'train = TrainingStep(name="Train", estimator=fitter, inputs={"train": TrainingInput(s3_data=train_data)})\n'


def pipe(body: str, listed: str, more: dict[str, str] | None = None) -> Graphs:
    text = HEAD + body + f'\npipeline = Pipeline(name="P", parameters=[source], steps=[{listed}])\n'
    return graphs({"pipe.py": text, "prepare.py": "print(1)\n", **(more or {})})


def test_a_pipeline_in_a_line() -> None:
    register = 'reg = RegisterModel(name="Register", estimator=fitter, model_data=train.properties.ModelArtifacts.S3ModelArtifacts)\n'
    graph = pipe(TRAIN + register, "prepare, train, reg")
    assert pipelines(graph) == {"P"}
    assert steps(graph) == ["Prepare", "Train", "Register"]
    assert order(graph) == {"Prepare > Train", "Train > Register"}
    assert reads(graph) == {"s3://b/raw.csv > Prepare", "Prepare.train > Train", "Train.model > Register"}
    assert writes(graph) == {"Prepare > Prepare.train", "Train > Train.model"}
    assert graph.nodes["mem:P/Train.model"].kind is NodeKind.MODEL
    assert "Prepare > prepare.py" in edges(graph, EdgeKind.RUNS)


@pytest.mark.parametrize(
    ("body", "listed", "expected"),
    [
        pytest.param('train = TrainingStep(name="Train", estimator=fitter, depends_on=[prepare])', "prepare, train", {"Prepare > Train"}, id="depends_on"),
        pytest.param('train = TrainingStep(name="Train", estimator=fitter, depends_on=["Prepare"])', "prepare, train", {"Prepare > Train"}, id="by name"),
        pytest.param('train = TrainingStep(name="Train", estimator=fitter)\ntrain.add_depends_on([prepare])', "prepare, train", {"Prepare > Train"}, id="added"),
        pytest.param('train = TrainingStep(name="Train", step_args=fitter.fit(inputs={"a": TrainingInput(train_data)}))', "prepare, train", {"Prepare > Train"}, id="step_args"),
        pytest.param('train = TrainingStep(name="Train", estimator=fitter, inputs=Join(on="/", values=[train_data, "x"]))', "prepare, train", {"Prepare > Train"}, id="joined"),
        pytest.param(TRAIN, "train", set(), id="a step of no pipeline"),
        pytest.param('train = TrainingStep(name="Train", estimator=fitter)', "prepare, train", set(), id="none"),
    ],
)  # fmt: skip
def test_what_comes_first(body: str, listed: str, expected: set[str]) -> None:
    assert order(pipe(body, listed)) == expected


@pytest.mark.parametrize("asked", ["step_name=prepare.name", "step_name='Prepare'", "step=prepare"])
def test_conditions(asked: str) -> None:
    body = (
        f"decide = ConditionStep(name='Decide', conditions=[ConditionGreaterThan(left=JsonGet({asked}, json_path='x'), right=1)],"
        " if_steps=[train], else_steps=[])"
    )
    graph = pipe(TRAIN + body, "prepare, decide")
    assert order(graph) == {"Prepare > Decide", "Decide > Train", "Prepare > Train"}


def test_addresses() -> None:
    body = (
        'job = worker.run(code="prepare.py", outputs=[ProcessingOutput(output_name="o", destination="s3://b/out")])\n'
        'more = ProcessingStep(name="More", step_args=job)\n'
        'model = fitter.fit(inputs=TrainingInput(s3_data=f"s3://b/{unknown()}/x"))\ntrain = TrainingStep(name="Train", step_args=model)\n'
    )
    graph = pipe(body, "more, train")
    assert writes(graph) == {"More > s3://b/out", "Train > s3://b/models"}
    assert {edge.rpartition(" > ")[2] for edge in reads(graph)} == {"Train"}


def test_a_pipeline_that_a_function_makes() -> None:
    text = HEAD + TRAIN + "def get_pipeline(region):\n    return Pipeline(name='P', steps=[prepare, train])\n"
    graph = graphs({"pipe.py": text})
    assert order(graph) == {"Prepare > Train"}


@pytest.mark.parametrize(
    ("body", "runs"),
    [
        ("reg = RegisterModel(name='Register', estimator=tuned, model_package_group_name='g')", set()),
        ("reg = RegisterModel(name='Register', estimator=tuned, entry_point='answer.py', model_package_group_name='g')", {"Register > answer.py"}),
        ("reg = ModelStep(name='Register', step_args=tuned.register(model_package_group_name='g'))", set()),
    ],
)  # fmt: skip
def test_who_registers_what_was_fitted_does_not_fit_it_again(body: str, runs: set[str]) -> None:
    head = (
        "from sagemaker.workflow.model_step import ModelStep\ntuned = Estimator(image_uri='x', entry_point='fit.py')\n"
    )
    graph = pipe(head + body + "\n", "reg", {"fit.py": "print(1)\n", "answer.py": "print(2)\n"})
    assert {edge for edge in edges(graph, EdgeKind.RUNS) if edge.startswith("Register")} == runs
    assert writes(graph) == {"Register > g"}


def test_functions_as_steps() -> None:
    body = "@step(name='Load')\ndef load(x):\n    return 1\n@step\ndef fit(data):\n    return 2\nmodel = fit(load(1))\n"
    graph = pipe(body, "model")
    assert order(graph) == {"Load > fit"}
    assert edges(graph, EdgeKind.IMPLEMENTS) == {"load > Load", "fit > fit"}


def test_what_is_no_pipeline() -> None:
    text = "from sagemaker.pipeline import PipelineModel\nfrom sklearn.pipeline import Pipeline\nimport sagemaker\np = Pipeline(steps=[('a', 1)])\n"
    assert not pipelines(graphs({"a.py": text}))


@pytest.mark.parametrize(
    ("files", "text"),
    [
        ({}, "from sagemaker.workflow.pipeline import Pipeline as P\nP(name='p', steps=[step])\n"),
        ({"own.py": "import sagemaker as sm\n"}, "from own import sm\nsm.workflow.pipeline.Pipeline(name='p', steps=[step])\n"),
        ({}, "import sagemaker\nsagemaker.workflow.pipeline.Pipeline(name='p', steps=[step])\n"),
        ({}, "def build():\n    from sagemaker.workflow.pipeline import Pipeline\n    return Pipeline(name='p', steps=[step])\n"),
        ({"own.py": "from sagemaker.workflow.pipeline import Pipeline as Made\n"}, "import sagemaker\nfrom own import Made\ndef build():\n    return Made(name='p', steps=[step])\n"),
    ],
)  # fmt: skip
def test_whatever_makes_a_pipeline_is_found_before_anything_is_run(files: dict[str, str], text: str) -> None:
    step = "from sagemaker.workflow.steps import ProcessingStep\nstep = ProcessingStep(name='clean')\n"
    graph = graphs({**files, "work.py": step, "flow.py": "from work import step\n" + text})
    assert (pipelines(graph), steps(graph)) == ({"p"}, ["clean"])


def test_jobs_without_a_pipeline_are_not_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Machine, "start", lambda _self, path: pytest.fail(path))
    job = "import sagemaker\nfrom sagemaker.estimator import Estimator\nEstimator(image_uri='x').fit('s3://b/a')\n"
    assert not pipelines(graphs({"job.py": job, "run.py": "import job\n"}))
