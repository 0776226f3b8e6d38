"""Declared steps: what they run, read and write, and what starts them."""

from __future__ import annotations

import pytest

from auditor.graph.declared.steps import DeclaredStep
from auditor.model.artefact import EdgeKind
from tests.pages import graphs

CODE = {"train.py": "", "prep.py": "", "eval.py": "", "ml/train.py": "", "ml/prep.py": ""}


def step(files: dict[str, str], name: str) -> DeclaredStep:
    found = [s for s in graphs({**CODE, **files}).world.steps.all if s.step.name == name]
    assert found, f"no step {name}"
    return found[0]


@pytest.mark.parametrize(
    ("files", "name", "runs", "reads", "writes"),
    [
        pytest.param(
            {"dvc.yaml": "stages:\n  t:\n    cmd: python train.py\n    deps: [data/a.csv]\n    outs: [m.pkl]\n"},
            "t", ["train.py"], ["data/a.csv"], ["m.pkl"], id="root",
        ),
        pytest.param(
            {"ml/dvc.yaml": "stages:\n  t:\n    cmd: python train.py\n    deps: [a.csv]\n    outs: [../m.pkl]\n"},
            "t", ["ml/train.py"], ["ml/a.csv"], ["m.pkl"], id="folder of the file",
        ),
        pytest.param(
            {"dvc.yaml": "stages:\n  t:\n    wdir: ml\n    cmd: python train.py\n    deps: [a.csv]\n    outs: [m.pkl]\n"},
            "t", ["ml/train.py"], ["ml/a.csv"], ["ml/m.pkl"], id="wdir",
        ),
        pytest.param(
            {"ml/dvc.yaml": "stages:\n  t:\n    wdir: ..\n    cmd: python train.py\n    outs: [m.pkl]\n"},
            "t", ["train.py"], [], ["m.pkl"], id="wdir upwards",
        ),
        pytest.param(
            {
                "dvc.yaml": "stages:\n  t:\n    cmd: python train.py\n    deps: ['${data.raw}']\n    outs: ['out/${name}.pkl']\n",
                "params.yaml": "data:\n  raw: data/r.csv\nname: best\n",
            },
            "t", ["train.py"], ["data/r.csv"], ["out/best.pkl"], id="templates of params.yaml",
        ),
        pytest.param(
            {"dvc.yaml": "vars:\n  - d: data\nstages:\n  t:\n    cmd: python train.py\n    deps: ['${d}/r.csv']\n"},
            "t", ["train.py"], ["data/r.csv"], [], id="templates of vars",
        ),
        pytest.param(
            {"dvc.yaml": "stages:\n  t:\n    cmd: python train.py\n    deps: ['${nowhere}/r.csv']\n"},
            "t", ["train.py"], ["{nowhere}/r.csv"], [], id="a template that nothing fills",
        ),
        pytest.param(
            {"dvc.yaml": "stages:\n  t:\n    cmd:\n      - python prep.py\n      - python train.py\n"},
            "t", ["prep.py", "train.py"], [], [], id="two commands",
        ),
        pytest.param({"Makefile": "t:\n\tpython train.py\n"}, "t", ["train.py"], [], [], id="make"),
        pytest.param({"Makefile": "t:\n\tcd ml && python train.py\n"}, "t", ["ml/train.py"], [], [], id="make and cd"),
        pytest.param(
            {".github/workflows/c.yml": "on: push\njobs:\n  t:\n    runs-on: x\n    steps:\n      - run: python train.py\n"},
            "t", ["train.py"], [], [], id="a workflow runs from the root",
        ),
        pytest.param(
            {
                ".github/workflows/c.yml": "on: push\njobs:\n  t:\n    runs-on: x\n    defaults:\n      run:\n"
                "        working-directory: ml\n    steps:\n      - run: python train.py\n"
            },
            "t", ["ml/train.py"], [], [], id="working-directory",
        ),
        pytest.param(
            {"Dockerfile": 'FROM python:3.11\nWORKDIR /app\nCOPY . .\nCMD ["python", "train.py"]\n'},
            "cmd", ["train.py"], [], [], id="image with a folder of its own",
        ),
    ],
)  # fmt: skip
def test_a_step_runs_reads_and_writes(
    files: dict[str, str], name: str, runs: list[str], reads: list[str], writes: list[str]
) -> None:
    found = step(files, name)
    assert [run.target for run in found.runs] == runs
    assert [declared.path for declared in found.reads] == reads
    assert [declared.path for declared in found.writes] == writes


@pytest.mark.parametrize(
    ("text", "id_", "path"),
    [
        ("s3://b/k.csv", "uri:s3://b/k.csv", None),
        ("/mnt/k.csv", "host:/mnt/k.csv", None),
        ("./d/../k.csv", "file:k.csv", "k.csv"),
    ],
)
def test_declared_paths_have_ids(text: str, id_: str, path: str | None) -> None:
    (declared,) = step({"dvc.yaml": f"stages:\n  t:\n    cmd: python train.py\n    deps: ['{text}']\n"}, "t").reads
    assert (declared.id, declared.path) == (id_, path)


CHAIN = """\
stages:
  prep: {cmd: python prep.py, outs: [a.csv]}
  train: {cmd: python train.py, deps: [a.csv], outs: [m.pkl]}
  eval: {cmd: python eval.py, deps: [m.pkl]}
"""


@pytest.mark.parametrize(
    ("files", "start", "programs"),
    [
        pytest.param({"Makefile": "all:\n\tdvc repro\n"}, "all", {"prep.py", "train.py", "eval.py"}, id="dvc repro"),
        pytest.param({"Makefile": "all:\n\tdvc repro train\n"}, "all", {"prep.py", "train.py"}, id="a stage and what it needs"),
        pytest.param({"Makefile": "all: one\none:\n\tpython prep.py\nci:\n\tmake one\n"}, "ci", {"prep.py"}, id="make of make"),
        pytest.param({"Makefile": "ci:\n\tbash go.sh\n", "go.sh": "python prep.py\n"}, "ci", {"prep.py"}, id="shell script"),
        pytest.param({"Makefile": "ci:\n\tmake -C ml go\n", "ml/Makefile": "go:\n\tpython prep.py\n"}, "ci", {"ml/prep.py"}, id="make -C"),
        pytest.param({"Makefile": "ci:\n\tmake -C gone go\ngo:\n\tpython prep.py\n"}, "ci", set(), id="make -C of nothing"),
        pytest.param(
            {"Makefile": "ci:\n\tdocker build -t churn .\n\tdocker run churn\n",
             "Dockerfile": "FROM x\nWORKDIR /app\nCOPY . .\nRUN python eval.py\nCMD python prep.py\n"},
            "ci", {"prep.py", "eval.py"}, id="build and run of an image",
        ),
        pytest.param(
            {"Makefile": "ci:\n\tdocker compose up web\n",
             "compose.yaml": "services:\n  web: {build: ., command: python prep.py}\n  db: {build: ., command: python eval.py}\n",
             "Dockerfile": "FROM x\nWORKDIR /app\nCOPY . .\n"},
            "ci", {"prep.py"}, id="one service",
        ),
        pytest.param(
            {"Makefile": "ci:\n\tcd ml && dvc repro\n", "ml/dvc.yaml": "stages:\n  t: {cmd: python train.py}\n"},
            "ci", {"ml/train.py"}, id="the pipeline of the folder",
        ),
        pytest.param({"Makefile": "a:\n\tmake b\nb:\n\tmake a\n\tpython prep.py\n"}, "a", {"prep.py"}, id="a circle"),
    ],
)  # fmt: skip
def test_programs_are_followed_through_tools(files: dict[str, str], start: str, programs: set[str]) -> None:
    graph = graphs({**CODE, "dvc.yaml": CHAIN, **files})
    first = next(s for s in graph.world.steps.all if s.step.name == start)
    assert set(graph.world.steps.programs(first)) == programs


def test_a_trigger_starts_the_steps_of_its_file() -> None:
    text = "on:\n  schedule:\n    - cron: '0 3 * * 1'\njobs:\n  t:\n    runs-on: x\n    steps:\n      - run: python train.py\n"
    steps = graphs({**CODE, ".github/workflows/nightly.yml": text}).world.steps
    ((path, trigger),) = steps.triggers()
    assert (trigger.kind, trigger.schedule) == ("schedule", "0 3 * * 1")
    assert [s.step.name for s in steps.started(path, trigger)] == ["t"]


WORKFLOWS = {
    "flows/cron.yaml": """\
apiVersion: argoproj.io/v1
kind: CronWorkflow
metadata: {name: nightly}
spec: {schedule: "0 3 * * *", workflowSpec: {workflowTemplateRef: {name: lib}}}
""",
    "lib.yaml": """\
apiVersion: argoproj.io/v1
kind: WorkflowTemplate
metadata: {name: lib}
spec:
  entrypoint: main
  templates:
  - name: main
    steps:
    - - {name: one, template: run, arguments: {parameters: [{name: what, value: train.py}]}}
    - - {name: two, template: run, arguments: {artifacts: [{name: m, from: "{{steps.one.outputs.artifacts.m}}"}]}}
  - name: run
    inputs: {parameters: [{name: what, value: eval.py}]}
    container: {image: x, command: [sh, -c, "python {{inputs.parameters.what}}"]}
    outputs: {artifacts: [{name: m, path: /m}]}
""",
}


def test_a_step_that_uses_another_file_runs_its_programs() -> None:
    graph = graphs({**CODE, **WORKFLOWS})
    steps = graph.world.steps
    ((path, trigger),) = steps.triggers()
    (start,) = steps.started(path, trigger)
    assert set(steps.programs(start)) == {"train.py", "eval.py"}
    runs = {(edge.source, edge.target) for edge in graph.edges if edge.kind is EdgeKind.RUNS}
    assert ("step:flows/cron.yaml#nightly", "step:lib.yaml#one") in runs


def test_what_is_handed_on_belongs_to_its_pipeline() -> None:
    graph = graphs({**CODE, **WORKFLOWS})
    ties = [
        (edge.source, edge.kind, edge.target)
        for edge in graph.edges
        if "mem:lib.yaml/one.m" in (edge.source, edge.target)
    ]
    assert ties == [
        ("mem:lib.yaml/one.m", EdgeKind.CONSUMES, "step:lib.yaml#two"),
        ("step:lib.yaml#one", EdgeKind.PRODUCES, "mem:lib.yaml/one.m"),
    ]
    assert graph.nodes["mem:lib.yaml/one.m"].label == "one.m"


def test_a_declared_monitor_is_evidence_that_inputs_are_watched() -> None:
    text = "resources:\n  quality_monitors:\n    m: {table_name: a.b.c, inference_log: {problem_type: x}}\n"
    found = graphs({**CODE, "resources/m.yml": text}).components[0].drift_evidence()
    assert [(evidence.says, evidence.wired, evidence.place.line) for evidence in found] == [
        ("declares the monitor m (databricks)", True, 3)
    ]


def test_what_an_image_copies_lies_where_it_is_built_from() -> None:
    files = {
        "docker/load/Dockerfile": 'FROM python:3.11\nCOPY docker/load/load.py .\nCMD ["python", "load.py"]\n',
        "docker/load/load.py": "print(1)\n",
        "score/Dockerfile": "FROM python:3.11\nCOPY score.py .\n",
        "score/score.py": "print(1)\n",
    }
    found = {(e.source, e.target) for e in graphs(files).edges if e.kind.value == "imports"}
    assert ("step:docker/load/Dockerfile#build", "file:docker/load/load.py") in found
    assert ("step:score/Dockerfile#build", "file:score/score.py") in found
    assert not [target for _, target in found if "load/docker" in target]
