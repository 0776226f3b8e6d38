from __future__ import annotations

from auditor.model.artefact import EdgeKind, NodeKind
from auditor.model.facts import Facts, Step
from auditor.readers import candidates, read_file
from tests.pages import graphs

SCHEMA = "$schema: https://azuremlschemas.azureedge.net/latest/%s.schema.json\n"


def read(text: str, kind: str = "") -> Facts:
    return read_file(candidates("x/job.yml"), ((SCHEMA % kind if kind else "") + text).encode())


def named(facts: Facts) -> dict[str, Step]:
    return {step.name: step for step in facts.steps}


def words(step: Step) -> list[tuple[str, str | None]]:
    return [(" ".join(word.text for word in command.words), command.cwd) for command in step.commands]


PIPELINE = """\
type: pipeline
name: churn
inputs:
  raw: {type: uri_file, path: ./data/raw.csv}
  lr: 0.1
outputs: {best: {type: mlflow_model, path: azureml://datastores/d/paths/best}}
jobs:
  prep:
    type: command
    component: ./prep.yml
    inputs: {raw: "${{parent.inputs.raw}}", ref: {type: uri_file, path: "azureml:gold:3"}}
  fit:
    type: command
    code: ../src
    command: >-
      python fit.py --data ${{inputs.data}} --lr ${{inputs.lr}}
      --out ${{outputs.model}}
    environment: {image: "me/x:1", conda_file: env/conda.yml}
    inputs: {data: {path: "${{parent.jobs.prep.outputs.clean}}"}, lr: "${{parent.inputs.lr}}"}
    outputs: {model: "${{parent.outputs.best}}"}
  check: {type: if_else, condition: "${{parent.jobs.fit.outputs.good}}", true_block: "${{parent.jobs.score}}"}
  score:
    type: parallel
    inputs: {m: {type: custom_model, path: "azureml:best@latest"}}
    task: {type: run_function, code: ./s, entry_script: score.py, program_arguments: "--m ${{inputs.m}}"}
"""


def test_jobs_of_a_pipeline() -> None:
    found = named(read(PIPELINE))
    assert [(ref.path, ref.kind, dict(ref.attrs).get("version")) for ref in found["prep"].reads] == [
        ("./data/raw.csv", "dataset", None),
        ("azureml://data/gold", "dataset", "3"),
    ]
    assert (found["prep"].uses, [ref.path for ref in found["prep"].writes]) == (("./prep.yml",), ["mem:prep.clean"])
    assert words(found["fit"]) == [("python fit.py --data {inputs.data} --lr 0.1 --out {outputs.model}", "../src/")]
    assert [(ref.path, ref.kind) for ref in found["fit"].reads] == [
        ("mem:prep.clean", "dataset"),
        ("env/conda.yml", "env"),
    ]
    assert [(ref.path, ref.kind) for ref in found["fit"].writes] == [
        ("mem:fit.model", "dataset"),
        ("azureml://datastores/d/paths/best", "model"),
        ("mem:fit.good", "dataset"),
    ]
    assert (found["fit"].after, found["fit"].line, found["fit"].end_line) == (("prep",), 12, 20)
    assert [ref.attrs for ref in found["fit"].params] == [(("keys", "inputs.lr"),)]
    assert (found["score"].after, found["score"].condition) == (("check",), "${{parent.jobs.fit.outputs.good}}")
    assert words(found["score"]) == [("python score.py --m azureml:best@latest", "./s/")]
    assert [(ref.path, ref.kind, dict(ref.attrs)["version"]) for ref in found["score"].reads] == [("azureml://models/best", "model", "latest")]  # fmt: skip


def test_single_jobs_and_components() -> None:
    component = read("name: prep\ncommand: python prep.py ${{inputs.n}}\ncode: ./src\ninputs: {n: {type: integer, default: 3}, d: {type: uri_file}}\n", "commandComponent")  # fmt: skip
    (step,) = component.steps
    assert (step.name, words(step), ("provides", "component:prep") in step.attrs) == ("prep", [("python prep.py 3", "./src/")], True)  # fmt: skip
    (sweep,) = read("type: sweep\ntrial: {code: src, command: 'python a.py ${{search_space.lr}}'}\n", "sweepJob").steps
    assert words(sweep) == [("python a.py {search_space.lr}", "src/")]
    (spark,) = read("type: spark\ncode: src\nentry: {file: s.py}\nargs: --x 1\n", "sparkJob").steps
    assert words(spark) == [("python s.py --x 1", "src/")]
    assert read("type: pipeline\njobs: {a: {command: ls}}\n").kind == "azureml"
    assert read("type: pipeline\nsteps: [a]\n").kind == "config"


def test_schedules_start_what_they_name() -> None:
    cron = read("name: s\ntrigger: {type: cron, expression: '0 * * * *'}\ncreate_job: ./p.yml\n", "schedule")
    assert [(t.schedule, t.starts) for t in cron.triggers] == [("0 * * * *", ("./p.yml",))]
    other = read("trigger: {type: recurrence, frequency: day, interval: 2, schedule: {hours: 3, minutes: 15}}\ncreate_job: {job: 'azureml:churn'}\n", "schedule")  # fmt: skip
    assert [(t.schedule, t.starts) for t in other.triggers] == [("every 2 day at 3:15", ("job:churn",))]


MONITOR = """\
name: m
trigger: {type: recurrence, frequency: day, interval: 1}
create_monitor:
  monitoring_target: {endpoint_deployment_id: "azureml:churn:main"}
  monitoring_signals:
    drift: {type: data_drift, alert_enabled: true, reference_data: {input_data: {path: "azureml:gold:1"}}}
"""


def test_monitors_watch_their_endpoint_and_reference() -> None:
    (watch,) = read(MONITOR, "schedule").watches
    assert (watch.name, watch.kind, watch.line, dict(watch.attrs)) == ("drift", "monitor", 7, {"type": "data_drift", "drift": "data", "alert": "true"})  # fmt: skip
    assert [ref.path for ref in watch.watches] == ["azureml://endpoints/churn:main", "azureml://data/gold"]


FILES = {
    "ml/pipeline.yml": PIPELINE,
    "ml/prep.yml": SCHEMA % "commandComponent" + "name: prep\ncode: ./src\ncommand: python prep.py\n",
    "ml/src/prep.py": "",
    "src/fit.py": "",
    "ml/s/score.py": "",
    "ml/nightly.yml": SCHEMA % "schedule" + "trigger: {type: cron, expression: '0 3 * * *'}\ncreate_job: ./pipeline.yml\n",
    "ml/monitor.yml": SCHEMA % "schedule" + MONITOR,
    "ml/gold.yml": SCHEMA % "data" + "name: gold\nversion: 3\npath: ./gold.csv\n",
    "ml/deploy.yml": SCHEMA % "managedOnlineDeployment" + "name: blue\nendpoint_name: churn\nmodel: {path: ./best}\ncode_configuration: {code: s, scoring_script: score.py}\n",
}  # fmt: skip


def test_files_of_a_project_are_joined() -> None:
    graph = graphs(FILES)
    steps = graph.world.steps
    trigger = next((path, t) for path, t in steps.triggers() if path == "ml/nightly.yml")
    started = steps.started(*trigger)
    assert {program for step in started for program in steps.programs(step)} == {"ml/src/prep.py", "src/fit.py", "ml/s/score.py"}  # fmt: skip
    edges = {(edge.source, edge.kind, edge.target) for edge in graph.edges}
    assert ("step:ml/pipeline.yml#prep", EdgeKind.RUNS, "step:ml/prep.yml#prep") in edges
    assert ("step:ml/deploy.yml#churn/blue", EdgeKind.SERVES, "file:ml/best") in edges
    assert ("uri:azureml://data/gold", EdgeKind.PART_OF, "file:ml/gold.csv") in edges
    assert ("monitor:ml/monitor.yml#drift-0", EdgeKind.MONITORS, "uri:azureml://data/gold") in edges
    assert graph.nodes["step:ml/deploy.yml#churn/blue"].kind is NodeKind.SERVICE


def test_a_name_that_several_files_provide_is_the_one_beside_or_none() -> None:
    component = SCHEMA % "commandComponent" + "name: prep\ncommand: python a.py\n"
    pipeline = "type: pipeline\njobs: {p: {type: command, component: 'azureml:prep:1'}}\n"
    files = {"a/c.yml": component, "b/c.yml": component, "a/p.yml": pipeline, "p.yml": pipeline}
    steps = graphs(files).world.steps
    handed = {step.path: [other.path for other in steps.handed(step)] for step in steps.all if step.step.name == "p"}
    assert handed == {"a/p.yml": ["a/c.yml"], "p.yml": []}
