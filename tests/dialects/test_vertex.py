"""Vertex AI: jobs of training, tuning and batch prediction, what they run and the data that they are given; jobs in pipelines."""

from __future__ import annotations

import pytest

from auditor.graph import Graphs
from auditor.model.artefact import EdgeKind
from tests.dialects.seen import edges, order, pipelines, reads, steps, writes
from tests.pages import graphs

HEAD = "from google.cloud import aiplatform\naiplatform.init(project='p', staging_bucket='gs://b')\n"
FILES = {"jobs/trainer/task.py": "print(1)\n", "train.py": "print(2)\n"}


def jobs(text: str) -> Graphs:
    return graphs({"jobs/start.py": HEAD + text, **FILES})


@pytest.mark.parametrize(
    ("text", "program"),
    [
        pytest.param("aiplatform.CustomTrainingJob(display_name='j', script_path='trainer/task.py', container_uri='i').run(args=['--lr', '1'])", "jobs/trainer/task.py", id="a script beside the code"),
        pytest.param("aiplatform.CustomJob.from_local_script(display_name='j', script_path='train.py', container_uri='i').run()", "train.py", id="a script at the root"),
        pytest.param("job = aiplatform.CustomContainerTrainingJob(display_name='j', container_uri='i', command=['python', 'train.py'])\njob.run()", "train.py", id="a container"),
        pytest.param("aiplatform.CustomJob(display_name='j', worker_pool_specs=[{'machine_spec': {}, 'container_spec': {'image_uri': 'i', 'command': ['python'], 'args': ['train.py']}}]).submit()", "train.py", id="a pool of workers"),
    ],
)  # fmt: skip
def test_what_a_job_runs(text: str, program: str) -> None:
    graph = jobs(text + "\n")
    assert pipelines(graph) == {"j"}
    assert {f"j > {program}"} <= edges(graph, EdgeKind.RUNS)


def test_a_search_runs_the_job_that_it_is_given() -> None:
    text = (
        "inner = aiplatform.CustomJob(display_name='inner', worker_pool_specs=[{'container_spec': {'image_uri': 'i', 'args': ['python', 'train.py']}}])\n"
        "aiplatform.HyperparameterTuningJob(display_name='search', custom_job=inner, max_trial_count=5).run()\n"
    )
    graph = jobs(text)
    assert pipelines(graph) == {"search"}
    assert {"search > train.py"} <= edges(graph, EdgeKind.RUNS)


def test_the_data_of_a_job() -> None:
    text = (
        "rows = aiplatform.TabularDataset.create(display_name='r', gcs_source=['gs://b/rows.csv'])\n"
        "aiplatform.AutoMLTabularTrainingJob(display_name='j').run(dataset=rows, target_column='y', base_output_dir='gs://b/out')\n"
        "aiplatform.BatchPredictionJob.create(job_display_name='score', model_name='m', bigquery_source='bq://p.d.rows', gcs_destination_prefix='gs://b/scores')\n"
        "aiplatform.TabularDataset.create(display_name='r', gcs_source=unknown())\n"
    )
    graph = jobs(text)
    assert steps(graph) == ["j", "score"]
    assert reads(graph) == {"gs://b/rows.csv > j", "bq://p.d.rows > score"}
    assert writes(graph) == {"j > gs://b/out", "score > gs://b/scores"}


def test_jobs_in_a_pipeline() -> None:
    text = (
        "from kfp import dsl\nfrom google_cloud_pipeline_components.v1.custom_job import CustomTrainingJobOp\n"
        "from google_cloud_pipeline_components.v1.model import ModelUploadOp\n@dsl.pipeline(name='p')\ndef p():\n"
        "    t = CustomTrainingJobOp(display_name='t', worker_pool_specs=[{'containerSpec': {'imageUri': 'i', 'command': ['python', 'train.py']}}])\n"
        "    ModelUploadOp(display_name='m', unmanaged_container_model=t.outputs['model'])\n"
    )
    graph = graphs({"flow.py": text, **FILES})
    assert order(graph) == {"custom-training-job > model-upload"}
    assert {"custom-training-job > train.py"} <= edges(graph, EdgeKind.RUNS)


def test_what_is_no_job() -> None:
    text = "from google.cloud import storage\nfrom other import CustomJob\nCustomJob(display_name='x').run()\n"
    assert not pipelines(graphs({"a.py": text}))
