"""meta.yaml: the recipe of a conda package."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from auditor.language.node import ABSENT, Node
from auditor.language.requirement import read_conda
from auditor.language.yaml import read_yaml
from auditor.model.facts import Facts, Requirement
from auditor.model.regex import regex
from auditor.readers.contract import Reader, having, over_text, pairs

_SET = regex(r"\{%-?\s*set\s+(\w+)\s*=\s*[\"']([^\"'\n]*)[\"']\s*-?%\}")
_STATEMENT = regex(r"\{[%#].*?[%#]\}")
_FILLED = regex(r"\{\{\s*(\w+)(?:[^{}]*)\}\}")


def read(text: str) -> Facts:
    """Requirements of building, of the host and of running, the templates of the recipe filled as far as it sets them."""
    known: dict[str, str] = dict(_SET.findall(text))
    plain = _FILLED.sub(lambda found: known.get(str(found[1]), str(found[1])), _STATEMENT.sub("", text))
    documents, _, troubles = read_yaml(plain)
    root = documents[0] if documents else ABSENT
    made = tuple(_requirements(root.get("requirements")))
    python = next((each.specifier for each in made if each.name == "python" and not each.group), "")
    package = root.get("package")
    attrs = pairs([("package", package.get("name").raw), ("version", package.get("version").raw), ("python", python)])
    return Facts(kind="conda-recipe", requirements=made, attrs=attrs, troubles=troubles)


def _requirements(holder: Node) -> Iterator[Requirement]:
    for group in ("run", "host", "build"):
        for node in holder.get(group).texts():
            made = read_conda(node.raw, node.line)
            if made is not None:
                yield msgspec.structs.replace(made, group="" if group == "run" else group)


READER = Reader(
    name="conda-recipe",
    names=("meta.yaml", "meta.yml"),
    read=over_text(read),
    sniff=having(rb"^requirements\s*:", rb"^package\s*:"),
)
