"""Workloads of Kubernetes that machine learning runs as: jobs, training jobs, model servers."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.language.container import container_commands
from auditor.language.credentials import mask
from auditor.language.node import ABSENT, Node
from auditor.language.shell import read_shell
from auditor.model.facts import Ref, Step, Trigger
from auditor.model.regex import regex

JOB, KSERVE, SELDON = "kubernetes", "kserve", "seldon"

JOBS = ("Job", "CronJob", "TFJob", "PyTorchJob", "MPIJob", "XGBoostJob", "PaddleJob", "JAXJob", "TrainJob", "RayJob", "SparkApplication", "ScheduledSparkApplication", "Experiment")  # fmt: skip
SERVERS = (
    "InferenceService",
    "InferenceGraph",
    "LLMInferenceService",
    "TrainedModel",
    "SeldonDeployment",
    "Model",
    "Pipeline",
)
_GROUPS = regex(r"^(?:batch|kubeflow\.org|trainer\.kubeflow\.org|ray\.io|sparkoperator\.k8s\.io|serving\.kserve\.io|serving\.kubeflow\.org|machinelearning\.seldon\.io|mlops\.seldon\.io)/")  # fmt: skip
_SETTINGS = frozenset({"minReplicas", "maxReplicas", "canaryTrafficPercent", "containers", "logger", "model", "batcher", "timeout", "serviceAccountName", "nodeSelector", "tolerations", "affinity", "volumes", "containerConcurrency", "scaleTarget", "scaleMetric", "annotations", "labels", "imagePullSecrets", "env", "workerSpec", "podSpec", "autoScaling", "deploymentStrategy"})  # fmt: skip


def workload(document: Node) -> tuple[list[Step], list[Trigger]]:
    """The steps of one manifest and what starts them; nothing for kinds that are no workload of these."""
    kind, version = document.get("kind").raw, document.get("apiVersion").raw
    if not _GROUPS.match(version):
        return [], []
    metadata = document.get("metadata")
    name = metadata.get("name").raw or metadata.get("generateName").raw.rstrip("-") or kind
    spec = document.get("spec")
    if kind in JOBS and not (kind == "Experiment" and "seldon" in version):
        step = _job(kind, name, document)
        return [step], [Trigger(t.kind, t.schedule, t.line, (name,), t.attrs) for t in _schedule(spec)]
    reader = {"SeldonDeployment": _seldon, "Pipeline": _seldon_pipeline, "Experiment": _seldon_experiment}.get(
        kind, _server
    )
    return (list(reader(name, document)) if kind in SERVERS or kind == "Experiment" else []), []


def _schedule(spec: Node) -> Iterator[Trigger]:
    schedule = spec.get("schedule")
    if schedule.is_scalar:
        attrs = [
            ("timezone", spec.get("timeZone").raw),
            ("suspended", "true" if spec.get("suspend").value is True else ""),
        ]
        yield Trigger("schedule", schedule.raw, schedule.line, attrs=tuple(pair for pair in attrs if pair[1]))


# --- jobs ---


def _job(kind: str, name: str, document: Node) -> Step:
    spec = document.get("spec")
    containers = list(_containers(spec, 0))
    entry = spec.get("entrypoint") if kind == "RayJob" else ABSENT
    spark = spec.get("template").get("mainApplicationFile") or spec.get("mainApplicationFile")
    commands = [
        command
        for container in containers
        for command in container_commands(container.get("command"), container.get("args"))
    ]
    if entry.is_scalar:
        commands += read_shell(entry.raw, line=entry.text_line)
    if spark.is_scalar:
        commands += read_shell(f"spark-submit {spark.raw.removeprefix('local://')}", line=spark.line)
    return Step(
        name=name,
        tool=JOB,
        line=document.line,
        end_line=document.end_line,
        commands=tuple(commands),
        uses=tuple(mask(container.get("image").raw) for container in containers if container.get("image")),
        attrs=(("kind", kind),),
    )


def _containers(node: Node, depth: int) -> Iterator[Node]:
    """Every container of every pod template below, however the kind of job nests them."""
    yield from node.get("containers").maps()
    for key, part in node.items() if depth < 12 else ():
        if part.kind == "map" and key not in ("containers", "initContainers"):
            yield from _containers(part, depth + 1)
        elif part.kind == "list" and key != "containers":
            for item in part.maps():
                yield from _containers(item, depth + 1) if item.get("template") else ()


# --- servers ---


def _server(name: str, document: Node) -> Iterator[Step]:
    """KServe: the predictor with its model, what stands before and behind it, and how much traffic a new one gets."""
    spec = document.get("spec")
    predictor = spec.get("predictor")
    parts = [part for key in ("predictor", "transformer", "explainer") for part in (spec.get(key),) if part]
    containers = [container for part in parts for container in part.get("containers").maps()]
    nodes = spec.get("nodes")
    named = [step.get("serviceName").raw for node in nodes.values() for step in node.get("steps").maps()]
    yield Step(
        name=name,
        tool=KSERVE,
        line=document.line,
        end_line=document.end_line,
        commands=tuple(
            c for container in containers for c in container_commands(container.get("command"), container.get("args"))
        ),
        reads=tuple(ref for part in (*parts, spec.get("model"), spec) for ref in _models(part)),
        uses=(
            *(mask(container.get("image").raw) for container in containers if container.get("image")),
            *(f"service:{service}" for service in named if service),
        ),
        attrs=tuple(_server_attrs(name, predictor, document.get("kind").raw)),
    )


def _server_attrs(name: str, predictor: Node, kind: str) -> Iterator[tuple[str, str]]:
    yield "provides", f"service:{name}"
    yield "kind", kind
    framework = predictor.get("model").get("modelFormat").get("name").raw
    framework = framework or next((k for k, v in predictor.items() if k not in _SETTINGS and v.kind == "map"), "")
    if framework:
        yield "framework", framework
    if predictor.get("canaryTrafficPercent"):
        yield "canary", predictor.get("canaryTrafficPercent").raw
    if predictor.get("logger"):
        yield "collects", "true"


def _models(part: Node) -> Iterator[Ref]:
    """Where the models of a part lie: under the framework, under `model`, or in the part itself."""
    for holder in (part, *(value for key, value in part.items() if value.kind == "map" and key not in ("metadata",))):
        for uri in (holder.get("storageUri"), holder.get("uri") if part.get("uri") is holder.get("uri") else ABSENT):
            if uri.is_scalar:
                yield Ref(mask(uri.raw), "model", "model", uri.line, "{" in uri.raw)
        stored = holder.get("storage").get("path")
        if stored.is_scalar:
            yield Ref(f"model:storage:{stored.raw}", "model", "model", stored.line)


def _seldon(name: str, document: Node) -> Iterator[Step]:
    """Seldon, version 1: a step per unit of the graph of each predictor; a unit comes before its children."""
    for predictor in document.get("spec").get("predictors").maps():
        images = {
            c.get("name").raw: c
            for spec in predictor.get("componentSpecs").maps()
            for c in spec.get("spec").get("containers").maps()
        }
        path = f"{name}/{predictor.get('name').raw}"
        yield from _units(path, predictor.get("graph"), (), predictor, images, 0)


def _units(
    path: str, unit: Node, before: tuple[str, ...], predictor: Node, images: dict[str, Node], depth: int
) -> Iterator[Step]:
    if depth > 20 or not unit.get("name"):
        return
    name = f"{path}/{unit.get('name').raw}"
    container = images.get(unit.get("name").raw, ABSENT)
    uri, image = unit.get("modelUri"), container.get("image")
    attrs = [("provides", f"service:{path.partition('/')[0]}"), ("kind", "SeldonDeployment"), ("framework", unit.get("implementation").raw), ("traffic", predictor.get("traffic").raw), ("shadow", "true" if predictor.get("shadow").value is True else ""), ("collects", "true" if unit.get("logger") else "")]  # fmt: skip
    yield Step(
        name=name,
        tool=SELDON,
        line=unit.line,
        end_line=unit.end_line,
        commands=container_commands(container.get("command"), container.get("args")),
        reads=(Ref(mask(uri.raw), "model", "model", uri.line, "{" in uri.raw),) if uri.is_scalar else (),
        after=before,
        uses=(mask(image.raw),) if image.is_scalar else (),
        attrs=tuple(pair for pair in attrs if pair[1]),
    )
    for child in unit.get("children").maps():
        yield from _units(path, child, (name,), predictor, images, depth + 1)


def _seldon_pipeline(name: str, document: Node) -> Iterator[Step]:
    """Seldon, version 2: a step per model of the pipeline, after those whose outputs it takes."""
    listed = list(document.get("spec").get("steps").maps())
    names = {step.get("name").raw for step in listed}
    for step in listed:
        inputs = [node.raw.partition(".")[0] for key in ("inputs", "triggers") for node in step.get(key).texts()]
        model = step.get("name").raw
        yield Step(
            name=f"{name}/{model}",
            tool=SELDON,
            line=step.line,
            end_line=step.end_line,
            after=tuple(f"{name}/{other}" for other in dict.fromkeys(inputs) if other in names and other != model),
            uses=(f"service:{model}",),
            attrs=(("provides", f"service:{name}"), ("kind", "Pipeline")),
        )


def _seldon_experiment(name: str, document: Node) -> Iterator[Step]:
    """Traffic shared out among models."""
    candidates = list(document.get("spec").get("candidates").maps())
    yield Step(
        name=name,
        tool=SELDON,
        line=document.line,
        end_line=document.end_line,
        uses=tuple(f"service:{candidate.get('name').raw}" for candidate in candidates),
        attrs=(
            ("kind", "Experiment"),
            *(("traffic", f"{c.get('name').raw}:{c.get('weight').raw}") for c in candidates),
        ),
    )
