from __future__ import annotations

from auditor.model.artefact import EdgeKind
from auditor.model.facts import Facts
from auditor.readers import candidates, read_file
from tests.pages import graphs

PROJECT = """\
name: churn
python_env: python_env.yaml
docker_env: {image: "me:pw@registry/churn:1"}
entry_points:
  main:
    parameters:
      data: {type: path, default: data/raw.csv}
      out: {type: uri, default: out}
      alpha: {type: float, default: 0.5}
      name: string
    command: >-
      python train.py --data {data} --alpha {alpha}
      --name {name}
  report:
    command: "python report.py > report.txt"
"""


def read(path: str, text: str) -> Facts:
    return read_file(candidates(path), text.encode())


def test_entry_points_are_steps_with_defaults_filled_in() -> None:
    main, report = read("sub/MLproject", PROJECT).steps
    (command,) = main.commands
    assert [word.text for word in command.words] == ["python", "train.py", "--data", "data/raw.csv", "--alpha", "0.5", "--name", "{name}"]  # fmt: skip
    assert (command.line, main.line, command.words[-1].exact) == (12, 5, False)
    assert [(ref.path, ref.kind, ref.how, ref.line) for ref in main.reads] == [
        ("data/raw.csv", "dataset", "parameters", 7),
        ("python_env.yaml", "env", "python_env", 2),
    ]
    assert [dict(ref.attrs)["keys"].rpartition(".")[2] for ref in main.params] == ["data", "out", "alpha", "name"]
    assert [word.text for word in report.commands[0].writes] == ["report.txt"]


def test_a_template_of_a_project_is_a_trouble() -> None:
    facts = read("MLproject", "name: x\nentry_points:\n  main:\n{% for a in b %}\n    command: c\n{% endfor %}\n")
    assert [trouble.code for trouble in facts.troubles] == ["template"]


def test_a_saved_model_says_its_inputs() -> None:
    text = 'flavors: {sklearn: {x: 1}}\nrun_id: abc\nsignature: {inputs: \'[{"name": "age", "type": "long"}]\'}\n'
    facts = read("model/MLmodel", text)
    assert (facts.kind, facts.columns, facts.attr("run"), facts.attr("flavor")) == (
        "mlmodel",
        ("age",),
        "abc",
        "sklearn",
    )


def test_mlflow_run_starts_the_named_entry_point_of_that_folder_alone() -> None:
    files = {
        "sub/MLproject": PROJECT,
        "sub/train.py": "",
        "sub/report.py": "",
        "Makefile": "a:\n\tmlflow run sub -e report -P x=1\nb:\n\tmlflow run sub\nc:\n\tmlflow run https://h/o/r\n",
    }
    steps = graphs(files).world.steps
    started = {step.step.name: set(steps.programs(step)) for step in steps.all if step.tool == "make"}
    assert started == {"a": {"sub/report.py"}, "b": {"sub/train.py"}, "c": set()}


def test_the_environment_of_a_project_is_that_of_its_steps() -> None:
    edges = graphs({"MLproject": PROJECT, "train.py": ""}).edges
    assert ("file:python_env.yaml", "step:MLproject#main") in {
        (edge.source, edge.target) for edge in edges if edge.kind is EdgeKind.ENV_OF
    }
