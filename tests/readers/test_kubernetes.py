from __future__ import annotations

from auditor.model.artefact import EdgeKind, NodeKind
from auditor.model.facts import Facts, Step
from auditor.readers import candidates, read_file
from tests.pages import graphs


def read(text: str) -> Facts:
    return read_file(candidates("k8s/x.yaml"), text.encode())


def named(facts: Facts) -> dict[str, Step]:
    return {step.name: step for step in facts.steps}


JOBS = """\
apiVersion: batch/v1
kind: CronJob
metadata: {name: nightly}
spec:
  schedule: "0 3 * * *"
  timeZone: UTC
  jobTemplate:
    spec:
      template:
        spec:
          containers:
          - {name: a, image: "me/train:1", command: [python, train.py], args: [--lr, "0.1"]}
          initContainers: [{name: i, image: busybox}]
---
apiVersion: v1
kind: ConfigMap
data: {drift: "1"}
---
apiVersion: kubeflow.org/v1
kind: PyTorchJob
metadata: {name: big}
spec:
  pytorchReplicaSpecs:
    Master: {template: {spec: {containers: [{image: p, command: [sh, -c, "python train.py"]}]}}}
    Worker: {template: {spec: {containers: [{image: p, command: [sh, -c, "python train.py"]}]}}}
---
apiVersion: ray.io/v1
kind: RayJob
metadata: {name: ray}
spec: {entrypoint: python train.py}
"""


def test_jobs_run_their_containers_and_start_on_schedule() -> None:
    facts = read(JOBS)
    found = named(facts)
    assert list(found) == ["nightly", "big", "ray"]
    assert [word.text for word in found["nightly"].commands[0].words] == ["python", "train.py", "--lr", "0.1"]
    assert (found["nightly"].uses, found["nightly"].commands[0].line) == (("me/train:1",), 12)
    assert [len(found[name].commands) for name in found] == [1, 2, 1]
    assert [(t.schedule, t.steps, t.line, t.attrs) for t in facts.triggers] == [
        ("0 3 * * *", ("nightly",), 5, (("timezone", "UTC"),))
    ]
    assert "#1.data.drift" in [leaf.key for leaf in facts.leaves]
    graph = graphs({"k8s/x.yaml": JOBS, "train.py": ""})
    assert graph.nodes["step:k8s/x.yaml#nightly"].kind is NodeKind.STEP


KSERVE = """\
apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
metadata: {name: churn}
spec:
  predictor:
    canaryTrafficPercent: 10
    logger: {mode: all}
    model: {modelFormat: {name: sklearn}, storageUri: "gs://b/churn"}
  transformer: {containers: [{image: me/prep, command: [python, -m, prep]}]}
---
apiVersion: serving.kserve.io/v1alpha1
kind: InferenceGraph
metadata: {name: chain}
spec: {nodes: {root: {routerType: Sequence, steps: [{serviceName: churn}]}}}
"""


def test_servers_serve_the_model_at_their_address() -> None:
    found = named(read(KSERVE))
    assert [(ref.path, ref.kind) for ref in found["churn"].reads] == [("gs://b/churn", "model")]
    assert {"canary": "10", "framework": "sklearn", "collects": "true"}.items() <= dict(found["churn"].attrs).items()
    assert found["chain"].uses == ("service:churn",)
    graph = graphs({"k8s/x.yaml": KSERVE})
    edges = {(edge.source, edge.kind, edge.target) for edge in graph.edges}
    assert ("step:k8s/x.yaml#churn", EdgeKind.SERVES, "uri:gs://b/churn") in edges
    assert ("step:k8s/x.yaml#chain", EdgeKind.RUNS, "step:k8s/x.yaml#churn") in edges
    assert graph.nodes["step:k8s/x.yaml#churn"].kind is NodeKind.SERVICE


def test_seldon_graphs_share_traffic() -> None:
    text = """\
apiVersion: machinelearning.seldon.io/v1
kind: SeldonDeployment
metadata: {name: d}
spec:
  predictors:
  - name: main
    traffic: 80
    graph: {name: prep, type: TRANSFORMER, children: [{name: clf, implementation: SKLEARN_SERVER, modelUri: "s3://m"}]}
    componentSpecs: [{spec: {containers: [{name: prep, image: me/prep}]}}]
---
apiVersion: mlops.seldon.io/v1alpha1
kind: Pipeline
metadata: {name: p}
spec: {steps: [{name: a}, {name: b, inputs: [a.outputs.x]}]}
---
apiVersion: mlops.seldon.io/v1alpha1
kind: Experiment
metadata: {name: e}
spec: {candidates: [{name: a, weight: 50}, {name: b, weight: 50}]}
"""
    found = named(read(text))
    assert (found["d/main/prep"].uses, found["d/main/clf"].after) == (("me/prep",), ("d/main/prep",))
    assert ("traffic", "80") in found["d/main/clf"].attrs
    assert (found["p/b"].after, found["p/b"].uses) == (("p/a",), ("service:b",))
    assert ("traffic", "a:50") in found["e"].attrs


def test_other_manifests_stay_configuration() -> None:
    assert read("apiVersion: apps/v1\nkind: Deployment\nspec: {}\n").kind == "config"
    definition = (
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nspec: {names: {kind: InferenceService}}\n"
    )
    assert read(definition).kind == "config"
    chart = read('apiVersion: batch/v1\nkind: Job\nmetadata:\n{{- include "x" . }}\n')
    assert [trouble.code for trouble in chart.troubles] == ["template"]
