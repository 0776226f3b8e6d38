"""MLproject and MLmodel files: the entry points of an MLflow project, and what a saved model says of itself."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.language.credentials import mask
from auditor.language.document import leaves
from auditor.language.json import read_json
from auditor.language.node import ABSENT, Node
from auditor.language.shell import read_shell
from auditor.language.yaml import read_yaml
from auditor.model.facts import Facts, Ref, Step
from auditor.model.regex import regex
from auditor.readers.contract import Reader, having, over_text, pairs

TOOL = "mlproject"

_HOLE = regex(r"\{([A-Za-z_]\w*)\}")


def read_project(text: str) -> Facts:
    """A step per entry point; `{p}` in its command is the default of its parameter, where it has one."""
    documents, duplicates, troubles = read_yaml(text)
    root = documents[0] if documents else ABSENT
    points = root.get("entry_points")
    return Facts(
        kind=TOOL,
        steps=tuple(_step(name, point, points.line_of(name), root) for name, point in points.items()),
        leaves=leaves(points, prefix="entry_points") if points else (),
        duplicates=duplicates,
        attrs=pairs([("tool", TOOL), ("name", root.get("name").raw)]),
        troubles=troubles,
    )


def _step(name: str, point: Node, line: int, root: Node) -> Step:
    parameters = point.get("parameters")
    command = point.get("command")
    image = root.get("docker_env").get("image").raw
    return Step(
        name=name,
        tool=TOOL,
        line=line,
        end_line=max(line, point.end_line),
        commands=read_shell(_filled(command.raw, parameters), line=command.text_line, braces=True),
        reads=(*_inputs(parameters), *_environments(root)),
        params=tuple(_settings(name, parameters)),
        uses=(mask(image),) if image else (),
    )


def _filled(command: str, parameters: Node) -> str:
    def value(match: re.Match[str]) -> str:
        found = _default(parameters.get(match.group(1)))
        return mask(found.raw) if found.is_scalar else match.group()

    return _HOLE.sub(value, command)


def _default(parameter: Node) -> Node:
    return parameter.get("default")


def _type(parameter: Node) -> str:
    return parameter.raw or parameter.get("type").raw


def _inputs(parameters: Node) -> Iterator[Ref]:
    """Parameters of type `path` are fetched before the command starts; of the others nobody knows which way data flow."""
    for name, parameter in parameters.items():
        path = _default(parameter).raw
        if _type(parameter) == "path" and path:
            yield Ref(mask(path), "dataset", "parameters", parameters.line_of(name), attrs=(("name", name),))


def _environments(root: Node) -> Iterator[Ref]:
    for how in ("conda_env", "python_env"):
        node = root.get(how)
        if node.is_scalar and node.raw:
            yield Ref(node.raw, "env", how, node.line)


def _settings(step: str, parameters: Node) -> Iterator[Ref]:
    for name in parameters.entries:
        key = f"entry_points.{step}.parameters.{name}"
        yield Ref("MLproject", "param", "parameters", parameters.line_of(name), attrs=(("keys", key),))


def read_model(text: str) -> Facts:
    """Flavors, versions and the run of a saved model as attributes; the names of its inputs as columns."""
    documents, duplicates, troubles = read_yaml(text)
    root = documents[0] if documents else ABSENT
    inputs, _ = read_json(root.get("signature").get("inputs").raw)
    return Facts(
        kind="mlmodel",
        columns=tuple(part.get("name").raw for part in (inputs or ABSENT).maps() if part.get("name")),
        duplicates=duplicates,
        attrs=pairs(
            [
                ("tool", "mlflow"),
                ("run", root.get("run_id").raw),
                ("mlflow", root.get("mlflow_version").raw),
                *(("flavor", name) for name in root.get("flavors").entries),
            ]
        ),
        troubles=troubles,
    )


PROJECT = Reader(name=TOOL, names=("MLproject",), read=over_text(read_project))
MODEL = Reader(name="mlmodel", names=("MLmodel",), read=over_text(read_model), sniff=having(rb"^flavors:"))
