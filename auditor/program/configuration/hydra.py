"""How Hydra composes a configuration: the defaults list, groups, packages and overrides (hydra 1.1 and later)."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from posixpath import dirname, join
from typing import TypeAlias

from auditor.program.naming.code import Code
from auditor.program.running.invocations import Invocation
from auditor.program.symbolic.values import normal

Composed: TypeAlias = dict[str, tuple[object, str, int]]
"""Dotted key → (value, file, line)."""

MOST_FILES = 60


def primary(importer: str, folder: str, name: str, tree: Container[str]) -> str | None:
    """The primary configuration: `config_path` is relative to the module that asks for it."""
    base = normal(join(dirname(importer), folder)) if folder else dirname(importer)
    stem = f"{base}/{name}" if base else name
    return next((path for path in (stem, f"{stem}.yaml", f"{stem}.yml") if path in tree), None)


def overrides(invocations: Iterable[Invocation]) -> tuple[dict[str, str], dict[str, str]]:
    """What all command lines of a program agree to override: groups (a key without dots) and keys, by dotted key."""
    found: dict[str, set[str]] = {}
    count = 0
    for invocation in invocations:
        count += 1
        for word in invocation.words:
            key, equals, value = word.text.lstrip("+").partition("=")
            if equals and word.exact and not key.startswith("-"):
                found.setdefault(key.replace("/", "."), set()).add(value)
    agreed = {key: values.pop() for key, values in found.items() if len(values) == 1 and count == 1}
    return {key: value for key, value in agreed.items() if "," not in value}, agreed


def compose(path: str, root: str, groups: Mapping[str, str], code: Code) -> Composed:
    """The document that a primary configuration and its defaults list make; later entries override earlier ones."""
    table: Composed = {}
    budget = [MOST_FILES]
    for file, package in _ordered(path, root, "", groups, code, budget):
        for key, (value, line) in code.leaves(file).items():
            if key == "defaults" or key.startswith("defaults."):
                continue
            table[f"{package}.{key}" if package else key] = (value, file, line)
    return table


def _ordered(
    path: str, root: str, package: str, groups: Mapping[str, str], code: Code, budget: list[int]
) -> Iterator[tuple[str, str]]:
    """The files of a composition with the package each fills, in the order they are merged."""
    budget[0] -= 1
    if budget[0] < 0:
        return
    own_done = False
    for group, option in _defaults(path, code):
        if option == "_self_":
            own_done = True
            yield path, package
            continue
        name, _, at = group.partition("@")
        chosen = groups.get(name.replace("/", "."), option)
        found = _file(name, chosen, root, dirname(path), code)
        if found is not None:
            inner = "" if at == "_global_" else at or _package(found, root, code)
            yield from _ordered(found, root, inner, groups, code, budget)
    if not own_done:
        yield path, package


def _defaults(path: str, code: Code) -> Iterator[tuple[str, str]]:
    """(group, option) pairs of a defaults list; a plain entry has no group."""
    for key, (value, _) in code.leaves(path).items():
        parts = key.split(".", 2)
        if parts[0] != "defaults" or value is None or len(parts) < 2:
            continue
        group = parts[2] if len(parts) == 3 else ""
        group = group.removeprefix("override ").removeprefix("optional ").strip()
        if not group.startswith("hydra/"):
            yield group, str(value).removesuffix(".yaml")


def _file(group: str, option: str, root: str, folder: str, code: Code) -> str | None:
    below = f"{group}/{option}" if group else option
    bases = [root] if below.startswith("/") else [folder, root]
    for base in bases:
        stem = normal(join(base, below.lstrip("/")))
        for path in (f"{stem}.yaml", f"{stem}.yml"):
            if path in code.files:
                return path
    return None


def _package(path: str, root: str, code: Code) -> str:
    """Where the content of a group's file goes: its `# @package` header, else the path of its group."""
    said = code.files[path].attr("package")
    if said is not None:
        return "" if said == "_global_" else said.replace("_group_", _group(path, root))
    return _group(path, root)


def _group(path: str, root: str) -> str:
    folder = dirname(path)
    below = folder[len(root) :].lstrip("/") if folder.startswith(root) else folder
    return below.replace("/", ".")
