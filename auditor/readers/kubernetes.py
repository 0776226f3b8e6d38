"""Kubernetes manifests of jobs (plain, scheduled, training) and of model servers (KServe, Seldon)."""

from __future__ import annotations

from auditor.language.document import leaves
from auditor.language.kubernetes import JOBS, SERVERS, workload
from auditor.language.yaml import read_yaml
from auditor.model.facts import Facts, Leaf, Step, Trigger
from auditor.readers.contract import Reader, having, over_text

TOOL = "kubernetes"


def read(text: str) -> Facts:
    """A step per workload, schedules as triggers; the leaves of all documents, since most of them are settings."""
    documents, duplicates, troubles = read_yaml(text)
    steps: list[Step] = []
    triggers: list[Trigger] = []
    found: list[Leaf] = []
    for number, document in enumerate(documents):
        made, started = workload(document)
        steps += made
        triggers += started
        found += leaves(document, prefix=f"#{number}" if number else "")
    return Facts(
        kind=TOOL,
        steps=tuple(steps),
        triggers=tuple(triggers),
        leaves=tuple(found),
        duplicates=duplicates,
        attrs=(("tool", TOOL),),
        troubles=troubles,
    )


READER = Reader(
    name=TOOL,
    names=("*.yaml", "*.yml"),
    read=over_text(read),
    sniff=having(
        rb"^apiVersion:\s*[\"']?(?:batch/|kubeflow|trainer\.kubeflow|ray\.io|sparkoperator|serving\.k|machinelearning\.seldon|mlops\.seldon)",
        rb"^kind:\s*[\"']?(?:%s)\b" % "|".join((*JOBS, *SERVERS)).encode(),
    ),
)
