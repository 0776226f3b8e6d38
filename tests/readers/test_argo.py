from __future__ import annotations

import json

from auditor.model.facts import Facts, Step
from auditor.readers import candidates, read_file

HEAD = "apiVersion: argoproj.io/v1alpha1\n"


def read(text: str) -> Facts:
    return read_file(candidates("flows/x.yaml"), text.encode())


def named(facts: Facts) -> dict[str, Step]:
    assert len({step.name for step in facts.steps}) == len(facts.steps)
    return {step.name: step for step in facts.steps}


def words(step: Step) -> list[str]:
    return [" ".join(word.text for word in command.words) for command in step.commands]


DAG = (
    HEAD
    + """\
kind: Workflow
metadata: {generateName: churn-}
spec:
  entrypoint: main
  arguments: {parameters: [{name: lr, value: "0.1"}]}
  templates:
  - name: main
    dag:
      tasks:
      - {name: load, template: py}
      - name: inner
        template: sub
        depends: "load.Succeeded && !other"
        arguments:
          artifacts: [{name: data, from: "{{tasks.load.outputs.artifacts.out}}"}]
      - name: report
        template: sh
        dependencies: [inner]
        when: "{{tasks.inner.outputs.parameters.score}} > 1"
  - name: sub
    inputs: {artifacts: [{name: data}]}
    outputs: {parameters: [{name: score, valueFrom: {parameter: "{{steps.fit.outputs.result}}"}}]}
    steps:
    - - name: fit
        template: sh
        withItems: [a, b]
        arguments:
          parameters: [{name: what, value: "fit.py --lr {{workflow.parameters.lr}}"}]
          artifacts: [{name: data, from: "{{inputs.artifacts.data}}"}]
    - - {name: after, templateRef: {name: lib, template: note}}
  - name: py
    script:
      image: python:3.11
      command: [python]
      source: |
        import pandas
    outputs:
      artifacts: [{name: out, path: /o, s3: {bucket: b, key: k.csv}}]
  - name: sh
    inputs: {parameters: [{name: what, value: report.py}]}
    container: {image: "me:1", command: [sh, -c], args: ["cd src && python {{inputs.parameters.what}}"]}
"""
)


def test_tasks_are_steps_with_what_they_are_given() -> None:
    found = named(read(DAG))
    assert list(found) == ["load", "report", "sub.fit", "sub.after"]
    assert (found["load"].commands[0].body, found["load"].commands[0].line) == ("import pandas\n", 37)
    assert [ref.path for ref in found["load"].writes] == ["mem:load.out", "s3://b/k.csv"]
    assert words(found["sub.fit"]) == ["python fit.py --lr 0.1"]
    assert words(found["report"]) == ["python report.py"]
    assert (found["sub.fit"].variants, found["sub.fit"].line, found["sub.fit"].uses) == (2, 25, ("me:1",))
    assert [ref.attrs for ref in found["sub.fit"].params] == [(("keys", "workflow.parameters.lr"),)]


def test_order_and_data_pass_through_inner_graphs() -> None:
    found = named(read(DAG))
    assert {name: step.after for name, step in found.items()} == {
        "load": (),
        "report": ("sub.fit", "sub.after"),
        "sub.fit": ("load",),
        "sub.after": ("sub.fit",),
    }
    assert [ref.path for ref in found["sub.fit"].reads] == ["mem:load.out"]
    assert [ref.path for ref in found["report"].reads] == ["mem:sub.fit.result"]
    assert [ref.path for ref in found["sub.fit"].writes] == ["mem:sub.fit.result"]
    assert "template:lib/note" in found["sub.after"].uses


def test_schedules_start_the_steps_of_their_workflow() -> None:
    text = (
        HEAD
        + """\
kind: CronWorkflow
metadata: {name: nightly}
spec:
  schedules: ["0 3 * * *", "0 4 * * *"]
  timezone: Europe/Paris
  suspend: true
  workflowSpec:
    entrypoint: a
    templates: [{name: a, container: {image: x, command: [python, train.py]}}, {name: dead, container: {image: y}}]
---
apiVersion: argoproj.io/v1alpha1
kind: CronWorkflow
metadata: {name: weekly}
spec: {schedule: "0 0 * * 0", workflowSpec: {workflowTemplateRef: {name: lib}}}
"""
    )
    facts = read(text)
    assert [(t.schedule, t.steps) for t in facts.triggers] == [
        ("0 3 * * *", ("a",)),
        ("0 4 * * *", ("a",)),
        ("0 0 * * 0", ("weekly",)),
    ]
    assert dict(facts.triggers[0].attrs) == {"timezone": "Europe/Paris", "suspended": "true"}
    assert named(facts)["weekly"].uses == ("template:lib/",)


def test_a_sensor_submits_a_workflow_on_an_event() -> None:
    text = (
        HEAD
        + """\
kind: Sensor
metadata: {name: s}
spec:
  dependencies: [{name: d, eventName: upload}]
  triggers:
  - template:
      argoWorkflow:
        source:
          resource:
            apiVersion: argoproj.io/v1alpha1
            kind: Workflow
            metadata: {generateName: go-}
            spec: {entrypoint: a, templates: [{name: a, container: {image: x, command: [python, go.py]}}]}
"""
    )
    facts = read(text)
    assert [(t.kind, t.steps, dict(t.attrs)["event"]) for t in facts.triggers] == [("event", ("a",), "upload")]


def test_libraries_offer_every_template_and_repeated_names_are_told_apart() -> None:
    one = (
        HEAD
        + "kind: WorkflowTemplate\nmetadata: {name: %s}\nspec:\n  templates: [{name: a, container: {image: x, command: [ls]}}]\n"
    )
    facts = read(one % "p" + "---\n" + one % "q")
    assert [step.name for step in facts.steps] == ["a", "q/a"]
    assert [dict(step.attrs[:1])["provides"] for step in facts.steps] == ["template:p/a", "template:q/a"]


def test_templates_that_call_each_other_end() -> None:
    text = (
        HEAD
        + """\
kind: Workflow
spec:
  entrypoint: a
  templates:
  - {name: a, steps: [[{name: x, template: b, arguments: {parameters: [{name: p, value: "{{inputs.parameters.p}}"}]}}]]}
  - {name: b, dag: {tasks: [{name: y, template: a, depends: y}, {name: z, template: c, arguments: {parameters: [{name: p, value: "{{tasks.y.outputs.parameters.q}}{{inputs.parameters.p}}"}]}}]}}
"""
    )
    assert [step.name for step in read(text).steps] == ["b.z"]


def test_a_template_of_a_chart_is_a_trouble() -> None:
    facts = read(HEAD + "kind: Workflow\nspec:\n{{- if .Values.x }}\n  entrypoint: a\n{{- end }}\n")
    assert [trouble.code for trouble in facts.troubles] == ["template"]


def test_kubeflow_pipelines_are_unwrapped() -> None:
    root = {"dag": {"tasks": {"get": {"componentRef": {"name": "comp-get"}}, "put": {"componentRef": {"name": "comp-put-2"}, "inputs": {"artifacts": {"d": {"taskOutputArtifact": {"producerTask": "get", "outputArtifactKey": "o"}}}}}}}}  # fmt: skip
    component = {"executorLabel": "exec-get", "outputDefinitions": {"artifacts": {"o": {"artifactType": {"schemaTitle": "system.Model"}}}}}  # fmt: skip
    image = {"image": "python:3.11", "command": ["python", "get.py"]}
    spec = {
        "entrypoint": "e",
        "arguments": {"parameters": [{"name": "components-root", "value": json.dumps(root)}, {"name": "components-ab1", "value": json.dumps(component)}, {"name": "implementations-ab1", "value": json.dumps(image)}]},
        "templates": [{"name": "root", "dag": {"tasks": [{"name": name, "template": "driver", "arguments": {"parameters": [{"name": "component", "value": "{{workflow.parameters.components-ab1}}"}, {"name": "task", "value": json.dumps({"componentRef": {"name": "comp-" + name}})}]}} for name in ("get", "put-2")]}}],
    }  # fmt: skip
    facts = read(HEAD + "kind: Workflow\nspec: " + json.dumps(spec))
    found = named(facts)
    assert (facts.attr("tool"), list(found)) == ("kfp", ["get", "put"])
    assert [ref.path for ref in found["put"].reads] == ["mem:get.o"]
    assert (words(found["get"]), found["get"].uses) == (["python get.py"], ("python:3.11",))
