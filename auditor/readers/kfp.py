"""Kubeflow pipelines: the compiled form of version 2 (YAML and JSON), and component files of version 1."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from auditor.language.container import container_commands
from auditor.language.credentials import mask
from auditor.language.json import read_json
from auditor.language.kfp import TOOL, Pipeline
from auditor.language.node import ABSENT, ListNode, Node, Single
from auditor.language.yaml import read_yaml
from auditor.model.facts import Facts, Step
from auditor.readers.contract import Reader, having, over_text, pairs


def read_pipeline(text: str) -> Facts:
    """A step per task that runs something; what tasks hand on are `mem:` artefacts."""
    documents, duplicates, troubles = read_yaml(text)
    root = next((document for document in documents if document.get("deploymentSpec")), ABSENT)
    return msgspec.structs.replace(_pipeline(root), duplicates=duplicates, troubles=troubles)


def read_job(text: str) -> Facts:
    """The same in JSON, by itself or as the `pipelineSpec` of a job."""
    document, troubles = read_json(text)
    root = document or ABSENT
    return msgspec.structs.replace(_pipeline(root.get("pipelineSpec") or root), troubles=troubles)


def _pipeline(root: Node) -> Facts:
    pipeline = Pipeline(
        root.get("root"), root.get("components").entries, root.get("deploymentSpec").get("executors").entries
    )
    return Facts(
        kind=TOOL,
        steps=tuple(pipeline.steps()),
        attrs=pairs(
            [
                ("tool", TOOL),
                ("name", root.get("pipelineInfo").get("name").raw),
                ("schema", root.get("schemaVersion").raw),
                ("sdk", root.get("sdkVersion").raw),
                ("root", mask(root.get("defaultPipelineRoot").raw)),
            ]
        ),
    )


def read_component(text: str) -> Facts:
    """A component of version 1: one step; its inputs and outputs are attributes, since only a pipeline binds them."""
    documents, duplicates, troubles = read_yaml(text)
    root = documents[0] if documents else ABSENT
    container = root.get("implementation").get("container")
    line = root.line_of("implementation")
    image = container.get("image").raw
    step = Step(
        name=root.get("name").raw or "component",
        tool="kfp-component",
        line=line,
        end_line=max(line, root.get("implementation").end_line),
        commands=container_commands(_words(container.get("command")), _words(container.get("args"))),
        uses=(mask(image),) if image else (),
        attrs=pairs([*_ports(root, "inputs", "input"), *_ports(root, "outputs", "output")]),
    )
    return Facts(
        kind="kfp-component",
        steps=(step,) if container else (),
        duplicates=duplicates,
        attrs=pairs([("tool", TOOL), ("name", root.get("name").raw)]),
        troubles=troubles,
    )


def _words(listed: Node) -> Node:
    """The words of a command with its placeholders, `{inputPath: x}` and the like, as holes."""
    made = ListNode(listed.line, listed.end_line)
    for part in listed.parts or ([listed] if listed.is_scalar else []):
        if part.is_scalar:
            made.parts.append(part)
        for kind, name in part.items():
            if kind in ("inputValue", "inputPath", "inputUri", "outputPath", "outputUri"):
                made.parts.append(Single("str", part.line, part.line, None, f"{{{{{name.raw}}}}}"))
    return made


def _ports(root: Node, key: str, word: str) -> Iterator[tuple[str, str]]:
    for port in root.get(key).maps():
        yield word, f"{port.get('name').raw}:{port.get('type').raw or port.get('type').kind}"


PIPELINE = Reader(
    name=TOOL,
    names=("*.yaml", "*.yml"),
    read=over_text(read_pipeline),
    sniff=having(rb"^deploymentSpec:", rb"^(?:pipelineInfo|root|schemaVersion|components):"),
)
JOB = Reader(
    name=TOOL,
    names=("*.json",),
    read=over_text(read_job),
    sniff=having(rb'"deploymentSpec"\s*:', rb'"pipelineInfo"\s*:', rb'"schemaVersion"\s*:'),
)
COMPONENT = Reader(
    name="kfp-component",
    names=("*.yaml", "*.yml"),
    read=over_text(read_component),
    sniff=having(rb"^implementation:\s*$", rb"^[ \t]+container:"),
)
