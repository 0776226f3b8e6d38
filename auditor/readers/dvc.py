"""dvc.yaml: the stages of a DVC pipeline. Templates and loops stay as written; where params are known they are expanded."""

from __future__ import annotations

from collections.abc import Iterable
from math import prod

from auditor.language.credentials import mask
from auditor.language.document import leaves
from auditor.language.node import ABSENT, Node
from auditor.language.paths import kind_of_path
from auditor.language.shell import read_shell
from auditor.language.template import is_templated
from auditor.language.yaml import read_yaml
from auditor.model.facts import Command, Facts, Leaf, Ref, Step, Text, Trouble
from auditor.readers.contract import Reader, over_text, pairs

_FLAGS = ("cache", "persist", "remote", "push", "type")
_OUTPUTS = {
    "outs": "dataset",
    "outs_no_cache": "dataset",
    "outs_persist": "dataset",
    "metrics": "metric",
    "plots": "report",
}


def read(text: str) -> Facts:
    """Stages as steps; files declared at the top level, artifacts and datasets as references.

    The leaves are what templates are filled from: `vars`, and for each stage `stages.NAME.vars`, `.foreach` and `.matrix`.
    """
    documents, duplicates, troubles = read_yaml(text)
    root = next((document for document in documents if document.kind == "map"), ABSENT)
    if documents and not root:
        troubles = (*troubles, Trouble(1, "dvc.yaml is not a mapping", "invalid"))
    stages = root.get("stages")
    steps = tuple(_stage(name, stage, stages.line_of(name)) for name, stage in stages.items() if stage.kind == "map")
    return Facts(
        kind="dvc",
        steps=steps,
        references=tuple(_top_level(root)),
        leaves=tuple(_vars(root, stages)),
        duplicates=duplicates,
        attrs=(("tool", "dvc"),),
        troubles=troubles,
    )


def _stage(name: str, stage: Node, line: int) -> Step:
    loop, variants = _loop(stage)
    body = stage.get("do") if stage.get("foreach") and stage.get("do").kind == "map" else stage
    commands = body.get("cmd")
    end = max(stage.end_line, line)
    return Step(
        name=name,
        tool="dvc",
        line=line,
        end_line=end,
        commands=tuple(_commands(commands)),
        reads=tuple(_reads(body.get("deps"))),
        writes=tuple(ref for how, kind in _OUTPUTS.items() for ref in _writes(body.get(how), how, kind)),
        params=tuple(_params(body.get("params"))),
        folder=_text(body.get("wdir")),
        variants=variants,
        loop=loop,
        texts=tuple(Text(mask(node.raw), node.text_line) for node in commands.texts() if is_templated(node.raw)),
        attrs=pairs(
            [
                ("cmd", mask("\n".join(node.raw for node in commands.texts()))),
                ("frozen", body.get("frozen").value),
                ("always_changed", body.get("always_changed").value),
                ("desc", _text(body.get("desc"))[:500]),
            ]
        ),
    )


def _loop(stage: Node) -> tuple[str, int]:
    """The source of a `foreach` or `matrix` as text, and how many stages it makes (0 = only params can tell)."""
    over = stage.get("foreach")
    if over:
        if over.is_scalar:
            return over.raw, 0
        names = list(over.entries) or [part.raw or str(index) for index, part in enumerate(over.parts)]
        return "foreach: " + ", ".join(names)[:500], len(over.entries) or len(over.parts)
    matrix = stage.get("matrix")
    if not matrix:
        return "", 1
    axes = [f"{name}: {', '.join(part.raw for part in axis.parts) or axis.raw}" for name, axis in matrix.items()]
    known = all(axis.kind == "list" for _, axis in matrix.items())
    return "matrix: " + "; ".join(axes)[:500], prod(len(axis.parts) for _, axis in matrix.items()) if known else 0


def _commands(node: Node) -> Iterable[Command]:
    for part in node.texts():
        yield from read_shell(part.raw, line=part.text_line)


def _reads(node: Node) -> Iterable[Ref]:
    for part in node.texts():
        yield _ref(part.raw, kind_of_path(part.raw), "deps", part.line)


def _writes(node: Node, how: str, kind: str) -> Iterable[Ref]:
    for part in node.parts or ([node] if node else []):
        if part.is_scalar:
            yield _ref(part.raw, _kind(part.raw, kind), how, part.line, _inherited(how))
        for path, flags in part.items():
            kept = [(name, flags.get(name).value) for name in _FLAGS if flags.get(name)]
            yield _ref(path, _kind(path, kind), how, part.line_of(path), pairs([*_inherited(how), *kept]))


def _kind(path: str, kind: str) -> str:
    """Outputs are data, unless their name says model or report."""
    told = kind_of_path(path)
    return told if kind == "dataset" and told in ("model", "report") else kind


def _inherited(how: str) -> tuple[tuple[str, str], ...]:
    return {"outs_no_cache": (("cache", "false"),), "outs_persist": (("persist", "true"),)}.get(how, ())


def _params(node: Node) -> Iterable[Ref]:
    """Keys by the file that holds them; plain names are keys of params.yaml."""
    plain = [part for part in node.parts if part.is_scalar]
    if plain:
        yield _ref("params.yaml", "param", "params", plain[0].line, (("keys", ",".join(part.raw for part in plain)),))
    for part in node.maps():
        for path, keys in part.items():
            yield _ref(
                path,
                "param",
                "params",
                part.line_of(path),
                pairs([("keys", ",".join(key.raw for key in keys.texts()))]),
            )


def _top_level(root: Node) -> Iterable[Ref]:
    for how, kind in (("params", "param"), ("metrics", "metric")):
        yield from (_ref(part.raw, kind, how, part.line) for part in root.get(how).texts())
    for part in [root.get("plots"), *root.get("plots").parts]:
        yield from _plots(part)
    for listed in [root.get("artifacts"), *root.get("artifacts").parts]:
        for name, artifact in listed.items():
            yield from _artifact(name, artifact, listed.line_of(name))
    for dataset in root.get("datasets").maps():
        yield from _dataset(dataset)


def _plots(part: Node) -> Iterable[Ref]:
    """A plot names its file, or is a title with the files of its axes below it."""
    if part.is_scalar:
        yield _ref(part.raw, "report", "plots", part.line)
    for name, plot in part.items():
        axes = [axis for axis in (plot.get("x"), plot.get("y")) if axis.kind == "map"]
        sources = [(source, axis.line_of(source)) for axis in axes for source in axis.entries]
        for source, line in sources or [(name, part.line_of(name))]:
            if "." in source or "/" in source:
                yield _ref(source, "report", "plots", line)


def _artifact(name: str, artifact: Node, line: int) -> Iterable[Ref]:
    kind = {"model": "model", "dataset": "dataset"}.get(_text(artifact.get("type")), "dataset")
    path = _text(artifact.get("path"))
    labels = ",".join(node.raw for node in artifact.get("labels").texts())
    if path:
        yield _ref(path, kind, "artifacts", line, pairs([("name", name), ("labels", labels)]))


def _dataset(dataset: Node) -> Iterable[Ref]:
    """Data that stages name as `ds://name`."""
    name = _text(dataset.get("name"))
    if name:
        fields = [(key, mask(_text(dataset.get(key)))) for key in ("type", "url", "path", "rev", "version")]
        yield _ref(f"ds://{name}", "dataset", "datasets", dataset.line, pairs([("name", name), *fields]))


def _vars(root: Node, stages: Node) -> Iterable[Leaf]:
    for prefix, node in [("vars", root.get("vars")), *_loops(stages)]:
        if node:
            yield from leaves(node, prefix=prefix)


def _loops(stages: Node) -> Iterable[tuple[str, Node]]:
    for name, stage in stages.items():
        for key in ("foreach", "matrix", "vars"):
            yield f"stages.{name}.{key}", stage.get(key)
        yield f"stages.{name}.vars", stage.get("do").get("vars")


def _ref(path: str, kind: str, how: str, line: int, attrs: tuple[tuple[str, str], ...] = ()) -> Ref:
    return Ref(mask(path), kind, how, line, is_templated(path), attrs)


def _text(node: Node) -> str:
    return node.raw if node.is_scalar else ""


READER = Reader(name="dvc", names=("dvc.yaml", "dvc.yml"), read=over_text(read))
