"""Model servers that are set up by a file: Triton, TorchServe, MLServer, BentoML, Cog."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.language.credentials import mask
from auditor.language.document import leaves
from auditor.language.json import read_json
from auditor.language.node import ABSENT, Node
from auditor.language.yaml import read_yaml
from auditor.model.facts import Command, Facts, Leaf, Ref, Step, Word
from auditor.model.regex import regex
from auditor.readers.contract import Reader, having, over_text, pairs

_FIELD = regex(r'(?<![\w.])(name|platform|backend|model_name)\s*:\s*"([^"]*)"')
_PROPERTY = regex(r"^\s*([\w.]+)\s*[=:]\s*(.*?)\s*$", re.MULTILINE)


def read_triton(text: str) -> Facts:
    """One server step; the models that an ensemble chains are told as `service:NAME`."""
    told: dict[str, list[str]] = {}
    for match in _FIELD.finditer(text):
        told.setdefault(match[1], []).append(match[2])
    name = told.get("name", ["model"])[0]
    step = Step(
        name,
        "triton",
        1,
        max(1, text.count("\n")),
        uses=tuple(f"service:{model}" for model in told.get("model_name", ())),
        attrs=pairs(
            [("provides", f"service:{name}"), ("framework", (told.get("platform") or told.get("backend") or [""])[0])]
        ),
    )
    return Facts(kind="triton", steps=(step,), attrs=(("tool", "triton"),))


def read_torchserve(text: str) -> Facts:
    """One server step, with the folder of its models and whether it tells metrics."""
    said = {match[1]: (mask(match[2]), text.count("\n", 0, match.start(1)) + 1) for match in _PROPERTY.finditer(text)}
    store = said.get("model_store")
    reads = (Ref(store[0], "model", "model", store[1], "$" in store[0]),) if store and store[0] else ()
    attrs = pairs(
        [("models", said.get("load_models", ("", 0))[0]), ("metrics", said.get("metrics_address", ("", 0))[0])]
    )
    step = Step("torchserve", "torchserve", 1, max(1, text.count("\n")), reads=reads, attrs=attrs)
    found = tuple(Leaf(key, value, "str", line) for key, (value, line) in said.items())
    return Facts(kind="torchserve", steps=(step,), leaves=found, attrs=(("tool", "torchserve"),))


def read_mlserver(text: str) -> Facts:
    """One server step, with the model that it loads."""
    document, troubles = read_json(text)
    root = document or ABSENT
    uri = root.get("parameters").get("uri")
    name = root.get("name").raw or "model"
    step = Step(
        name,
        "mlserver",
        1,
        max(1, root.end_line),
        reads=(Ref(mask(uri.raw), "model", "model", uri.line),) if uri.is_scalar else (),
        attrs=pairs([("provides", f"service:{name}"), ("framework", root.get("implementation").raw)]),
    )
    return Facts(kind="mlserver", steps=(step,), leaves=leaves(root), attrs=(("tool", "mlserver"),), troubles=troubles)


def read_bento(text: str) -> Facts:
    """One server step that runs the file of the service, with the models it packs by name."""
    documents, duplicates, troubles = read_yaml(text)
    root = documents[0] if documents else ABSENT
    step = Step(
        root.get("name").raw or "bento",
        "bentoml",
        1,
        max(1, root.end_line),
        commands=tuple(_program(root.get("service"))),
        reads=tuple(_bento_models(root)),
    )
    return Facts(
        kind="bentofile",
        steps=(step,),
        leaves=leaves(root),
        duplicates=duplicates,
        attrs=(("tool", "bentoml"),),
        troubles=troubles,
    )


def _bento_models(root: Node) -> Iterator[Ref]:
    for part in root.get("models").parts:
        tag = part.get("tag") if part.kind == "map" else part
        if tag.is_scalar:
            yield Ref(f"model:bentoml:{mask(tag.raw)}", "model", "model", tag.line)


def read_cog(text: str) -> Facts:
    """One server step that runs the file of the predictor."""
    documents, duplicates, troubles = read_yaml(text)
    root = documents[0] if documents else ABSENT
    step = Step("predict", "cog", 1, max(1, root.end_line), commands=tuple(_program(root.get("predict"))))
    return Facts(
        kind="cog",
        steps=(step,),
        leaves=leaves(root),
        duplicates=duplicates,
        attrs=(("tool", "cog"),),
        troubles=troubles,
    )


def _program(named: Node) -> Iterator[Command]:
    """The Python file that `module:object` or `file.py:object` names, as the command that starts it."""
    module = named.raw.partition(":")[0]
    if named.is_scalar and module:
        file = module if module.endswith(".py") else f"{module.replace('.', '/')}.py"
        yield Command((Word("python"), Word(file)), named.line)


TRITON = Reader(
    name="triton",
    names=("config.pbtxt",),
    read=over_text(read_triton),
    sniff=having(rb"^\s*(?:name|platform|backend|max_batch_size)\s*:"),
)
TORCHSERVE = Reader(
    name="torchserve",
    names=("config.properties",),
    read=over_text(read_torchserve),
    sniff=having(rb"^\s*(?:inference_address|model_store|load_models|metrics_address)\s*[=:]"),
)
MLSERVER = Reader(
    name="mlserver",
    names=("model-settings.json",),
    read=over_text(read_mlserver),
    sniff=having(rb'"implementation"\s*:'),
)
BENTO = Reader(
    name="bentofile", names=("bentofile.yaml", "bentofile.yml"), read=over_text(read_bento), sniff=having(rb"^service:")
)
COG = Reader(name="cog", names=("cog.yaml",), read=over_text(read_cog), sniff=having(rb"^(?:predict|build):"))
