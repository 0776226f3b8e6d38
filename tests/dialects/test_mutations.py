"""Programs of each framework, damaged: whatever is done to them, no dialect fails."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.dialects import DIALECTS, declarations
from auditor.knowledge import load
from auditor.program import resolve
from auditor.readers import candidates, read_file

SAMPLES = {
    "databricks-jobs": "import requests\nfrom databricks.sdk.service import jobs\nbase = '/Repos/a/b'\ntasks = [{'task_key': 'a', 'notebook_task': {'notebook_path': f'{base}/x'}},\n"
    "    jobs.Task(task_key='b', spark_python_task=jobs.SparkPythonTask(python_file='y.py'), depends_on=[{'task_key': 'a'}, *more])]\nrequests.post('u', json={**rest, 'tasks': tasks})\n",
    "kedro": "from kedro.pipeline import Pipeline, node, pipeline\ndef clean(raw): return raw\ndef create_pipeline(**kwargs):\n"
    "    base = pipeline([node(clean, ['raw', 'params:rate'], dict(a='x', b='y'), name='clean')])\n"
    "    return pipeline(base, namespace='n', inputs={'raw': 'rows'}) + Pipeline([node(clean, 'n.x', None)])\n",
    "airflow": "from datetime import timedelta\nfrom airflow import DAG\nfrom airflow.decorators import task, task_group\n"
    "from airflow.providers.x import GCSToBigQueryOperator, PostgresOperator, S3KeySensor\nwith DAG('d', schedule=timedelta(days=1)) as d:\n"
    "    @task\n    def load(x): return x\n    @task_group\n    def both(n):\n        return [load.override(task_id=f't{n}')(i) for i in range(n)]\n"
    "    s = S3KeySensor(task_id='s', bucket_name='b', bucket_key=['x', 's3://b/{{ ds }}'])\n"
    "    q = PostgresOperator(task_id='q', sql=['insert into a select * from b', 'x.sql'])\n"
    "    s >> [q, both(2)] >> GCSToBigQueryOperator(task_id='g', bucket='b', source_objects=['o'], destination_project_dataset_table='p.d.t')\n",
    "metaflow": "from metaflow import FlowSpec, Parameter, step\nclass F(FlowSpec):\n    rate = Parameter('rate', default=0.1)\n    @step\n"
    "    def start(self):\n        self.rows = [1]\n        self.next(self.fit, foreach='rows')\n    @step\n    def fit(self):\n        self.m = self.input\n"
    "        self.next(self.join)\n    @step\n    def join(self, inputs):\n        self.merge_artifacts(inputs)\n        self.next(self.end)\n    @step\n    def end(self): print(self.m)\n",
    "zenml": "from zenml import pipeline, step\nfrom zenml.client import Client\n@step\ndef load() -> int: return 1\n@step(enable_cache=False)\n"
    "def fit(rows, rate=0.1): return rows\n@pipeline(name='p')\ndef p():\n    r = load()\n    m = fit(r, after=['load'], id='f')\n    fit(Client().get_artifact_version('x'))\np.with_options()()\n",
    "prefect": "from prefect import flow, task\n@task(name='l')\ndef load(x): return x\n@flow\ndef main(n=2):\n    r = load.map([1, 2])\n    a = load.submit(r, wait_for=[r])\n"
    "    return load(a.result())\nif __name__ == '__main__':\n    main.serve(name='d', cron='0 3 * * *')\n",
    "dagster": "import dagster as dg\n@dg.asset(deps=['raw'], key_prefix=['a'])\ndef rows(context, other): ...\n@dg.op(out={'x': dg.Out(), 'y': dg.Out()})\ndef two(): ...\n"
    "@dg.job\ndef j():\n    x, y = two()\n@dg.multi_asset(specs=[dg.AssetSpec(k) for k in 'ab'])\ndef many(): ...\n"
    "s = dg.ScheduleDefinition(job=dg.define_asset_job('k', selection='+rows'), cron_schedule='@daily')\ndefs = dg.Definitions(assets=[rows, many], jobs=[j], schedules=[s])\n",
    "kfp-sdk": "from kfp import compiler, dsl\n@dsl.component\ndef load(n: int, out: dsl.Output[dsl.Dataset]) -> str: ...\n@dsl.pipeline(name='p')\ndef p(x: str = 'a'):\n"
    "    a = load(n=1)\n    with dsl.ParallelFor([1, 2]) as i:\n        b = load(n=i).after(a)\n        with dsl.If(a.outputs['Output'] == 'x'):\n            load(n=b.outputs['out'])\n"
    "    load(n=dsl.Collected(b.outputs['out']))\ncompiler.Compiler().compile(p, 'p.yaml')\n",
    "luigi": "import luigi\nclass A(luigi.Task):\n    d = luigi.DateParameter()\n    def output(self): return luigi.LocalTarget(f'a/{self.d}.csv')\n"
    "class B(luigi.Task):\n    def requires(self): return {'a': A(d=1), 'l': [A(d=2)]}\n    def run(self): yield A(d=3)\nluigi.build([B()])\n",
    "sagemaker-sdk": "from sagemaker.processing import ProcessingInput, ProcessingOutput, ScriptProcessor\nfrom sagemaker.workflow.pipeline import Pipeline\n"
    "from sagemaker.workflow.steps import ProcessingStep, TrainingStep\np = ScriptProcessor(image_uri='i', command=['python3'])\n"
    "s = ProcessingStep(name='s', processor=p, code='a.py', inputs=[ProcessingInput(source='s3://b/x')], outputs=[ProcessingOutput(output_name='o')])\n"
    "t = TrainingStep(name='t', estimator=p, inputs={'train': s.properties.ProcessingOutputConfig.Outputs['o'].S3Output.S3Uri}, depends_on=[s])\nPipeline(name='p', steps=[s, t])\n",
    "flyte": "import asyncio\nimport flyte\nfrom flytekit import conditional, map_task, task, workflow\nenv = flyte.TaskEnvironment(name='e')\n"
    "@env.task(triggers=flyte.Trigger('t', flyte.Cron('* * * * *')))\nasync def one(x): return x\n@env.task\nasync def two(xs):\n"
    "    made = await asyncio.gather(*[one(x) for x in xs])\n    return list(flyte.map(one, made))\n@task\ndef a(x: int) -> int: ...\n@workflow\ndef w(x: int):\n"
    "    b = map_task(a)(x=[x])\n    conditional('c').if_(b > 1).then(a(x=1)).else_().then(a(x=2)) >> a(x=3)\n",
    "azureml-sdk": "from azure.ai.ml import Input, command, load_component\nfrom azure.ai.ml.dsl import pipeline\nc = command(name='c', command='python a.py', code='./src')\n"
    "@pipeline(name='p')\ndef p(rows):\n    a = c(x=rows)\n    b = load_component(source='b.yml')(y=a.outputs.o)\n    return {'z': b.outputs['m']}\np(rows=Input(path='https://x.org/a'))\n",
    "azureml-v1": "from azureml.core import Dataset, ScriptRunConfig\nfrom azureml.data import OutputFileDatasetConfig\nfrom azureml.pipeline.core import Pipeline, PipelineData, Schedule\n"
    "from azureml.pipeline.steps import PythonScriptStep\no = OutputFileDatasetConfig(name='o').as_upload()\nd = Dataset.get_by_name(ws, 'rows').as_named_input('r')\n"
    "a = PythonScriptStep(name='a', script_name='a.py', source_directory='src', inputs=[d], arguments=['--o', o])\n"
    "b = PythonScriptStep(name='b', runconfig=ScriptRunConfig(script='b.py'), arguments=[o.as_input()], outputs=[PipelineData('x')])\nb.run_after(a)\n"
    "w = Pipeline(ws, steps=[a, [b]]).publish(name='n')\nSchedule.create(ws, pipeline_id=w.id, recurrence=None)\n",
    "vertex": "from google.cloud import aiplatform\nj = aiplatform.CustomJob(display_name='j', worker_pool_specs=[{'container_spec': {'image_uri': 'i', 'args': ['python', 'a.py']}}])\n"
    "d = aiplatform.TabularDataset.create(gcs_source=['gs://b/x'])\naiplatform.HyperparameterTuningJob(display_name='h', custom_job=j).run()\n"
    "aiplatform.CustomTrainingJob(script_path='a.py').run(dataset=d, bigquery_destination='bq://a.b.c')\n",
}  # fmt: skip
PIECES = ["(", ")", "[", "]", "*", "**", "=None", "None", "'x'", "1", "\n", "\n    ", "pass", "lambda: ", "f'{x}'", ".a", ", ", "await ", "self", "for x in y: ", "@", "{}", "x := 1"]  # fmt: skip
KNOWLEDGE = load()


@st.composite
def damaged(draw: st.DrawFn, text: str) -> str:
    """The text with words or lines cut out, doubled, exchanged or put in."""
    for _ in range(draw(st.integers(1, 3))):
        if draw(st.booleans()):
            lines = text.splitlines(keepends=True) or [""]
            at, other = draw(st.integers(0, len(lines) - 1)), draw(st.integers(0, len(lines) - 1))
            lines[at] = draw(st.sampled_from(["", lines[at] * 2, lines[other]]))
            text = "".join(lines)
        else:
            start = draw(st.integers(0, len(text)))
            end = min(len(text), start + draw(st.integers(0, 12)))
            text = text[:start] + draw(st.sampled_from([*PIECES, text[start:end] * 2])) + text[end:]
    return text


def troubles(text: str) -> list[str]:
    """What dialects say of their own failure."""
    files = {
        path: read_file(candidates(path), data) for path, data in (("run/flow.py", text.encode()), ("run/a.py", b""))
    }
    resolved = resolve(files, frozenset(files), KNOWLEDGE)
    return [r.trouble.message for r in declarations(resolved).remarks if r.trouble.code == "internal"]


def test_every_dialect_has_a_sample_that_says_something() -> None:
    assert set(SAMPLES) == {dialect.name for dialect in DIALECTS}


@pytest.mark.parametrize("name", SAMPLES)
def test_a_whole_sample_gives_steps(name: str) -> None:
    files = {"run/flow.py": read_file(candidates("run/flow.py"), SAMPLES[name].encode())}
    found = declarations(resolve(files, frozenset(files), KNOWLEDGE))
    assert found.remarks == ()
    assert any(pipeline.steps for pipeline in found.pipelines)


@pytest.mark.parametrize("name", SAMPLES)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_damaged_sample_fails_no_dialect(name: str, data: st.DataObject) -> None:
    assert troubles(data.draw(damaged(SAMPLES[name]))) == []
