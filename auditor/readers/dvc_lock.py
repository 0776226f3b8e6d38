"""dvc.lock: what the stages of a pipeline read and wrote when they last ran."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.language.credentials import mask
from auditor.language.document import leaves
from auditor.language.dvc_entry import read_pin
from auditor.language.node import ABSENT, Node
from auditor.language.yaml import read_yaml
from auditor.model.facts import Facts, Pin, Step
from auditor.readers.contract import Reader, over_text, pairs


def read(text: str) -> Facts:
    """A pin per locked file, and per stage its command and the values of its parameters (`<file>:<key>=<value>`)."""
    documents, duplicates, troubles = read_yaml(text)
    root = documents[0] if documents else ABSENT
    stages = root.get("stages") or root  # schema 1 has the stages at the top
    named = [(name, stage, stages.line_of(name)) for name, stage in stages.items() if stage.kind == "map"]
    return Facts(
        kind="dvc-lock",
        steps=tuple(_stage(name, stage, line) for name, stage, line in named),
        pins=(*(pin for name, stage, _ in named for pin in _pins(name, stage)), *_datasets(root)),
        duplicates=duplicates,
        attrs=pairs([("tool", "dvc"), ("schema", root.get("schema").raw)]),
        troubles=troubles,
    )


def _stage(name: str, stage: Node, line: int) -> Step:
    command = "\n".join(node.raw for node in stage.get("cmd").texts())
    return Step(
        name,
        "dvc-lock",
        line,
        max(line, stage.end_line),
        attrs=pairs([("cmd", command), *_values(stage.get("params"))]),
    )


def _values(params: Node) -> Iterator[tuple[str, object]]:
    for path, values in params.items():
        for leaf in leaves(values):
            yield f"param:{path}#{leaf.key}", "null" if leaf.value is None else leaf.value


def _pins(step: str, stage: Node) -> Iterator[Pin]:
    for role in ("deps", "outs"):
        for entry in stage.get(role).maps():
            yield read_pin(entry, step=step, role=role)


def _datasets(root: Node) -> Iterator[Pin]:
    for entry in root.get("datasets").maps():
        lock = entry.get("lock") or entry
        revision = lock.get("rev_lock").raw or lock.get("version").raw
        path = f"ds://{entry.get('name').raw}"
        yield Pin(path, "import", revision, entry.line, origin=mask(entry.get("url").raw), role="datasets")


READER = Reader(name="dvc-lock", names=("dvc.lock",), read=over_text(read))
