"""conda environment files."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from auditor.language.node import ABSENT, Node
from auditor.language.requirement import read_conda, read_requirement
from auditor.language.yaml import read_yaml
from auditor.model.facts import Facts, Ref, Requirement
from auditor.readers.contract import Reader, having, over_text, pairs


def read(text: str) -> Facts:
    """Packages of conda and of the nested pip list; channels, Python version and a machine's `prefix` as attributes."""
    documents, duplicates, troubles = read_yaml(text)
    root = documents[0] if documents else ABSENT
    made = tuple(_requirements(root.get("dependencies")))
    python = next((requirement.specifier for requirement in made if requirement.name == "python"), "")
    attrs = [
        ("environment", root.get("name").raw),
        ("python", python.lstrip("= ").split("=")[0] if python.startswith("=") else python),
        ("channels", ",".join(node.raw for node in root.get("channels").texts())),
        ("prefix", root.get("prefix").raw),
        (
            "builds",
            sum(
                1 for requirement in made if requirement.specifier.count("=") >= 2 and "==" not in requirement.specifier
            )
            or "",
        ),
    ]
    return Facts(
        kind="conda",
        requirements=made,
        references=tuple(_references(root)),
        duplicates=duplicates,
        attrs=pairs(attrs),
        troubles=troubles,
    )


def _requirements(listed: Node) -> Iterator[Requirement]:
    for part in listed.parts:
        if part.is_scalar:
            made = read_conda(part.raw, part.line)
            if made is not None:
                yield made
        for node in part.get("pip").texts():
            found = None if node.raw.startswith("-") else read_requirement(node.raw.split(" #")[0], node.line)
            if found is not None:
                yield msgspec.structs.replace(found, group="")


def _references(root: Node) -> Iterator[Ref]:
    for part in root.get("dependencies").maps():
        for node in part.get("pip").texts():
            option, _, path = node.raw.partition(" ")
            if option in ("-r", "--requirement", "-c") and path:
                yield Ref(path.strip(), "config", "constraint" if option == "-c" else "requirement", node.line)


READER = Reader(
    name="conda",
    names=("*.yml", "*.yaml"),
    read=over_text(read),
    sniff=having(rb"^dependencies:[ \t\r]*(?:#.*)?$(?:\s*#.*$)*\s*-\s", rb"^(?:name|channels):"),
)
