"""Expressions of Azure Pipelines: `${{ parameters.x }}` and `${{ variables.x }}` of the template, `$(x)` of the run."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.language.credentials import is_secret_name
from auditor.language.node import Node
from auditor.model.regex import regex

MAX_DEPTH = 30

_TEMPLATE = regex(r"\$\{\{\s*(parameters|variables)(?:\.(\w+)|\[\s*'(\w+)'\s*\])\s*\}\}")
_MACRO = regex(r"\$\(([A-Za-z_][\w.]*)\)")
_ROOT = regex(
    r"\$\((?:Build\.SourcesDirectory|System\.DefaultWorkingDirectory|Build\.Repository\.LocalPath)\)"
    r"|\$\(Pipeline\.Workspace\)/s(?=/|$)",
    re.IGNORECASE,
)
_SHELL_ASKS = frozenset({"pwd", "date", "nproc", "whoami", "hostname", "uname", "id"})


def known_values(root: Node) -> dict[str, str]:
    """What names stand for: defaults of parameters as `parameters.x`, variables as `variables.x`, where written out."""
    made: dict[str, str] = {}
    given = root.get("parameters")
    for entry in given.maps() if given.kind == "list" else ():
        made[f"parameters.{entry.get('name').raw}"] = entry.get("default").raw
    made |= {f"parameters.{name}": value.raw for name, value in given.items()}
    for name, value in variables(root):
        made[f"variables.{name}"] = filled(value, made)
    return {
        name: value
        for name, value in made.items()
        if value and "\n" not in value and "$" not in value and not is_secret_name(name)
    }


def variables(holder: Node) -> Iterator[tuple[str, str]]:
    """Names and values of the variables of a pipeline, stage or job."""
    listed = holder.get("variables")
    if listed.kind == "map":
        yield from ((name, value.raw) for name, value in listed.items() if value.is_scalar)
    for part in items(listed):
        if part.get("name"):
            yield part.get("name").raw, part.get("value").raw


def filled(text: str, known: dict[str, str], *, root: str = ".") -> str:
    """The text with what is known in it; all else that the service would fill in is a hole `${{ x }}`; lines stay.

    `root` stands for the folder of the checkout: `${{ root }}` in scripts.
    """
    if "$" not in text:
        return text
    text = _TEMPLATE.sub(lambda f: known.get(f"{f[1]}.{f[2] or f[3]}", f.group()), text)
    text = _ROOT.sub(root, text)

    def macro(found: re.Match[str]) -> str:
        if found[1] in _SHELL_ASKS:
            return found.group()
        return known.get(f"variables.{found[1]}", "${{ " + found[1] + " }}")

    return _MACRO.sub(macro, text)


def items(node: Node, depth: int = 0) -> Iterator[Node]:
    """The elements of a list, those inside of `${{ if … }}:` and `${{ each … }}:` among them."""
    for part in node.parts if depth < MAX_DEPTH else ():
        inside = [value for key, value in part.items() if key.startswith("${{")]
        for value in inside:
            yield from items(value, depth + 1)
            if value.kind == "map":
                yield value
        if len(inside) < len(part.entries) or not inside:
            yield part
