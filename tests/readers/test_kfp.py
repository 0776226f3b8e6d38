from __future__ import annotations

import json

import yaml

from auditor.model.facts import Facts
from auditor.readers import candidates, read_file

CODE = "import pandas\ndef fit(data):\n    pass\n"
PIPELINE = {
    "components": {
        "comp-load": {"executorLabel": "exec-load", "outputDefinitions": {"artifacts": {"data": {"artifactType": {"schemaTitle": "system.Dataset"}}}, "parameters": {"rows": {}}}},
        "comp-fit": {"executorLabel": "exec-fit", "outputDefinitions": {"artifacts": {"model": {"artifactType": {"schemaTitle": "system.Model"}}}}},
        "comp-importer": {"executorLabel": "exec-importer", "outputDefinitions": {"artifacts": {"artifact": {"artifactType": {"schemaTitle": "system.Model"}}}}},
        "comp-loop": {
            "dag": {
                "outputs": {"artifacts": {"best": {"artifactSelectors": [{"producerSubtask": "fit", "outputArtifactKey": "model"}]}}},
                "tasks": {
                    "fit": {
                        "componentRef": {"name": "comp-fit"},
                        "inputs": {
                            "artifacts": {"d": {"componentInputArtifact": "outer"}},
                            "parameters": {"n": {"componentInputParameter": "item"}, "lr": {"componentInputParameter": "lr"}},
                        },
                    },
                    "load": {"componentRef": {"name": "comp-load"}, "dependentTasks": ["fit"]},
                },
            }
        },
    },
    "deploymentSpec": {
        "executors": {
            "exec-load": {"container": {"image": "gcr.io/x:1", "command": ["sh", "-c", "python load.py --n \"{{$.inputs.parameters['n']}}\""]}},
            "exec-fit": {"container": {"image": "python:3.11", "command": ["sh", "-c", "pip install 'pandas' && \"$0\" \"$@\"\n", "sh", "-ec", "p=$(mktemp)\nprintf \"%s\" \"$0\" > $p\n", CODE], "args": ["--function_to_execute", "fit"]}},
            "exec-importer": {"importer": {"artifactUri": {"constant": "gs://b/m"}}},
        }
    },
    "pipelineInfo": {"name": "churn"},
    "schemaVersion": "2.1.0",
    "root": {
        "dag": {
            "tasks": {
                "load": {"componentRef": {"name": "comp-load"}},
                "importer": {"componentRef": {"name": "comp-importer"}},
                "loop": {
                    "componentRef": {"name": "comp-loop"},
                    "dependentTasks": ["load"],
                    "inputs": {
                        "artifacts": {"outer": {"taskOutputArtifact": {"producerTask": "load", "outputArtifactKey": "data"}}},
                        "parameters": {"items": {"taskOutputParameter": {"producerTask": "load", "outputParameterKey": "rows"}}, "lr": {"componentInputParameter": "lr"}},
                    },
                    "parameterIterator": {"itemInput": "item", "items": {"inputParameter": "items"}},
                    "triggerPolicy": {"condition": "a == b"},
                },
                "use": {"componentRef": {"name": "comp-fit"}, "inputs": {"artifacts": {"m": {"taskOutputArtifact": {"producerTask": "loop", "outputArtifactKey": "best"}}}}, "dependentTasks": ["loop"]},
            }
        }
    },
}  # fmt: skip


def read(text: str, path: str = "pipeline.yaml") -> Facts:
    return read_file(candidates(path), text.encode())


def test_tasks_of_all_graphs_are_steps() -> None:
    for text, path in ((yaml.safe_dump(PIPELINE, sort_keys=False), "pipeline.yaml"), (json.dumps({"pipelineSpec": PIPELINE}), "job.json")):  # fmt: skip
        facts = read(text, path)
        found = {step.name: step for step in facts.steps}
        assert (facts.kind, list(found)) == ("kfp", ["load", "importer", "fit", "loop.load", "use"])
        assert [(ref.path, ref.kind) for ref in found["fit"].reads] == [
            ("mem:load.data", "dataset"),
            ("mem:load.rows", "dataset"),
        ]
        assert [(ref.path, ref.kind) for ref in found["use"].reads] == [("mem:fit.model", "model")]
        assert {name: step.after for name, step in found.items()} == {
            "load": (),
            "importer": (),
            "fit": ("load",),
            "loop.load": ("fit",),
            "use": ("fit", "loop.load"),
        }
        assert (found["fit"].loop, found["fit"].variants, found["fit"].condition) == ("items", 0, "a == b")
        assert [dict(ref.attrs)["keys"] for ref in found["fit"].params] == ["root.inputDefinitions.parameters.lr"]
        assert [(ref.path, ref.kind) for ref in found["importer"].reads] == [("gs://b/m", "model")]


def test_code_within_a_component_is_its_body() -> None:
    facts = read(yaml.safe_dump(PIPELINE))
    found = {step.name: step for step in facts.steps}
    assert [command.body for command in found["fit"].commands if command.body] == [CODE]
    assert any(command.words[0].text == "pip" for command in found["fit"].commands)
    assert [word.text for word in found["loop.load"].commands[0].words] == ["python", "load.py", "--n", "{n}"]


def test_components_of_the_first_version() -> None:
    text = """\
name: Train
inputs: [{name: data, type: CSV}, {name: lr, type: Float}]
outputs: [{name: model, type: {Model: {}}}]
implementation:
  container:
    image: gcr.io/x/train:1
    command: [python3, /app/train.py, --data, {inputPath: data}]
    args: [--out, {outputPath: model}]
"""
    facts = read(text, "component.yaml")
    (step,) = facts.steps
    assert (facts.kind, step.name, step.uses) == ("kfp-component", "Train", ("gcr.io/x/train:1",))
    assert [word.text for word in step.commands[0].words] == ["python3", "/app/train.py", "--data", "{data}", "--out", "{model}"]  # fmt: skip
    assert step.attrs == (("input", "data:CSV"), ("input", "lr:Float"), ("output", "model:map"))


def test_graphs_within_themselves_end() -> None:
    text = "deploymentSpec: {}\nroot: {dag: {tasks: {a: {componentRef: {name: c}}}}}\ncomponents: {c: {dag: {tasks: {b: {componentRef: {name: c}}, d: {componentRef: {name: c}}}}}}\n"
    assert len(read(text).steps) <= 2_000
