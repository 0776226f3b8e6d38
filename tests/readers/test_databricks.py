from __future__ import annotations

from auditor.model.artefact import EdgeKind
from auditor.model.facts import Facts, Step
from auditor.readers import candidates, read_file
from tests.pages import graphs


def read(text: str) -> Facts:
    return read_file(candidates("resources/x.yml"), text.encode())


def named(facts: Facts) -> dict[str, Step]:
    return {step.name: step for step in facts.steps}


def words(step: Step) -> list[str]:
    return [" ".join(word.text for word in command.words) for command in step.commands]


JOBS = """\
resources:
  jobs:
    train:
      schedule: {quartz_cron_expression: "0 0 3 * * ?", timezone_id: UTC, pause_status: PAUSED}
      tasks:
        - task_key: load
          notebook_task: {notebook_path: ../src/load.py, base_parameters: {day: "${var.day}"}}
        - task_key: fit
          depends_on: [{task_key: load, outcome: "true"}]
          spark_python_task: {python_file: "${workspace.file_path}/src/fit.py", parameters: [--lr, "0.1", "${var.x}"]}
        - task_key: each
          depends_on: [{task_key: fit}]
          for_each_task: {inputs: "[1, 2]", task: {task_key: inner, python_wheel_task: {package_name: p, entry_point: main}}}
        - task_key: models
          dbt_task: {project_directory: ../dbt, commands: [dbt deps, dbt run -s a]}
        - {task_key: next, run_job_task: {job_id: "${resources.jobs.score.id}"}}
        - {task_key: eda, notebook_task: {notebook_path: ../eda.ipynb}}
    score:
      trigger: {periodic: {interval: 1, unit: DAYS}}
      tasks:
        - {task_key: load, pipeline_task: {pipeline_id: "${resources.pipelines.etl.id}"}}
        - {task_key: go, depends_on: [{task_key: load}], sql_task: {file: {path: ../q.sql}}}
    watch: {trigger: {table_update: {table_names: [a.b.c]}}, notebook_task: {notebook_path: w.py}}
  pipelines:
    etl: {libraries: [{notebook: {path: ../src/dlt.py}}, {glob: {include: ../src/t/**}}]}
"""


def test_tasks_of_jobs_and_pipelines_are_steps() -> None:
    found = named(read(JOBS))
    assert list(found) == ["load", "fit", "each", "models", "next", "eda", "score.load", "go", "watch", "etl"]
    assert (words(found["load"]), found["load"].line) == (["python ../src/load.py"], 6)
    assert words(found["fit"]) == ["python src/fit.py --lr 0.1 {var.x}"]
    assert (found["fit"].after, found["fit"].condition) == (("load",), "load true")
    assert (words(found["each"]), found["each"].variants, found["each"].loop) == (["main"], 0, "[1, 2]")
    assert [(words(found["models"])), found["models"].commands[0].cwd] == [["dbt deps", "dbt run -s a"], "../dbt/"]
    assert (found["next"].uses, found["score.load"].uses) == (("job:score",), ("pipeline:etl",))
    assert (words(found["eda"]), found["go"].after) == (["papermill ../eda.ipynb"], ("score.load",))
    assert [ref.path for ref in (*found["go"].reads, *found["etl"].reads)] == ["../q.sql", "../src/t/**"]
    assert ("set:day", "${var.day}") in found["load"].attrs


def test_each_job_has_its_own_triggers() -> None:
    triggers = read(JOBS).triggers
    assert [(t.kind, t.schedule, t.line, len(t.steps)) for t in triggers] == [
        ("schedule", "0 0 3 * * ?", 4, 6),
        ("schedule", "every 1 days", 19, 2),
        ("dataset", "", 23, 1),
    ]
    assert dict(triggers[0].attrs) == {"timezone": "UTC", "suspended": "true"}
    assert dict(triggers[2].attrs)["dataset"] == "a.b.c"


def test_targets_add_resources_and_say_others_again() -> None:
    bundle = """\
bundle:
  name: churn
include: [resources/*.yml]
variables: {x: {default: 1}}
resources:
  jobs: {a: {tasks: [{task_key: t, notebook_task: {notebook_path: a.py}}]}}
targets:
  dev: {resources: {jobs: {a: {tasks: [{task_key: t}]}, b: {tasks: [{task_key: u, notebook_task: {notebook_path: b.py}}]}}}}
"""
    facts = read(bundle)
    assert ([step.name for step in facts.steps], words(facts.steps[0])) == (["t", "u"], ["python a.py"])
    assert (facts.attr("name"), facts.attr("target"), facts.references[0].how) == ("churn", "dev", "include")
    assert [leaf.key for leaf in facts.leaves] == ["variables.x.default", "bundle.name"]


SERVING = """\
resources:
  model_serving_endpoints:
    churn:
      name: churn-api
      config:
        served_entities: [{entity_name: ml.prod.churn, entity_version: 3}]
        traffic_config: {routes: [{served_model_name: churn-3, traffic_percentage: 100}]}
        auto_capture_config: {enabled: true}
  quality_monitors:
    drift:
      table_name: ml.prod.Predictions
      baseline_table_name: ml.prod.train
      inference_log: {label_col: y, model_id_col: m}
"""


def test_endpoints_serve_models_and_monitors_watch_tables() -> None:
    facts = read(SERVING)
    (endpoint,) = facts.steps
    assert [(ref.path, dict(ref.attrs)["version"]) for ref in endpoint.reads] == [("model:mlflow:ml.prod.churn", "3")]
    assert {"traffic": "churn-3:100", "collects": "true"}.items() <= dict(endpoint.attrs).items()
    (watch,) = facts.watches
    assert (watch.kind, dict(watch.attrs)["drift"]) == ("monitor", "performance")
    edges = {(edge.source, edge.kind, edge.target) for edge in graphs({"resources/x.yml": SERVING}).edges}
    assert ("step:resources/x.yml#churn-api", EdgeKind.SERVES, "model:mlflow:ml.prod.churn") in edges
    assert ("monitor:resources/x.yml#drift-0", EdgeKind.MONITORS, "table:*.ml.prod.predictions") in edges


def test_paths_start_at_the_file_that_says_them_or_at_the_bundle() -> None:
    files = {"resources/x.yml": JOBS, "src/load.py": "", "src/fit.py": "", "eda.ipynb": "{}", "resources/w.py": ""}
    steps = {step.step.name: step for step in graphs(files).world.steps.all}
    assert [steps[name].runs[0].target for name in ("load", "fit", "eda", "watch")] == ["src/load.py", "src/fit.py", "eda.ipynb", "resources/w.py"]  # fmt: skip


def test_jobs_as_the_interface_takes_them() -> None:
    text = """{
  "name": "nightly",
  "schedule": {"quartz_cron_expression": "0 0 3 * * ?", "timezone_id": "UTC"},
  "tasks": [
    {"task_key": "load", "notebook_task": {"notebook_path": "/Repos/prod/shop/notebooks/load"}},
    {"task_key": "fit", "depends_on": [{"task_key": "load"}], "spark_python_task": {"python_file": "fit.py", "parameters": ["--lr"]}}
  ]
}"""
    for given in (text, f'{{"job_id": 1, "settings": {text}}}'):
        facts = read_file(candidates("jobs/nightly.json"), given.encode())
        assert (facts.kind, facts.attr("name"), facts.troubles) == ("databricks", "nightly", ())
        found = named(facts)
        assert words(found["load"]) == ["databricks-notebook /Repos/prod/shop/notebooks/load"]
        assert (words(found["fit"]), found["fit"].after) == (["python fit.py --lr"], ("load",))
        assert [(t.schedule, t.steps) for t in facts.triggers] == [("0 0 3 * * ?", ("load", "fit"))]


def test_a_job_of_one_task() -> None:
    facts = read_file(candidates("a.json"), b'{"run_name": "once", "notebook_task": {"notebook_path": "./fit"}}')
    assert [(step.name, words(step)) for step in facts.steps] == [("once", ["databricks-notebook ./fit"])]


def test_other_json_is_no_job() -> None:
    assert read_file(candidates("a.json"), b'{"notebook_path": "x", "task": {"notebook": 1}}').kind == "config"


def test_a_notebook_of_a_bundle_may_be_told_without_its_suffix() -> None:
    job = "resources:\n  jobs:\n    a: {tasks: [{task_key: t, notebook_task: {notebook_path: ../src/fit}}]}\n"
    for name in ("src/fit.py", "src/fit.ipynb"):
        graph = graphs({"resources/a.yml": job, name: "print(1)\n" if name.endswith(".py") else '{"cells": [{"cell_type": "code", "metadata": {}, "source": "x = 1"}], "nbformat": 4}'})  # fmt: skip
        assert f"file:{name}" in {edge.target for edge in graph.edges if edge.kind is EdgeKind.RUNS}
