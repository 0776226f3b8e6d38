"""The hashes by which lock files remember the manifest that they were made from.

A tool hashes the JSON of some tables of the manifest; which ones has changed over its versions, so that each is tried.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from auditor.language.node import Node

MAX_DEPTH = 40

_POETRY_OLD = ("dependencies", "source", "extras", "dev-dependencies")
_PIPFILE = ("source", "packages", "dev-packages", "requires", "scripts", "pipfile", "pipenv")


def poetry_hashes(root: Node) -> tuple[str, ...]:
    """The content hashes that versions of Poetry give to a pyproject.toml; none where it has no table of Poetry's."""
    poetry, project = root.get("tool").get("poetry"), root.get("project")
    groups = plain(root.get("dependency-groups"))
    if not poetry and not project:
        return ()
    own = {key: plain(poetry.get(key)) for key in (*_POETRY_OLD, "group")}
    shared = {key: plain(project.get(key)) for key in ("requires-python", "dependencies", "optional-dependencies")}
    shared = {key: value for key, value in shared.items() if value is not None}
    said = {key: value for key, value in own.items() if value is not None}
    old = {key: own[key] for key in _POETRY_OLD}
    forms: list[dict[str, Any]] = [old, old | ({"group": own["group"]} if own["group"] is not None else {})]
    new: dict[str, Any] = {"project": shared} if shared else {}
    forms += [{**new, "tool": {"poetry": said}}] if new else []
    forms += [{**new, "dependency-groups": groups, "tool": {"poetry": said}}] if groups else []
    return tuple(dict.fromkeys(found for form in forms for found in _hash(form)))


def pdm_hashes(root: Node) -> tuple[str, ...]:
    """The content hashes that versions of PDM give to a pyproject.toml."""
    project, pdm = root.get("project"), root.get("tool").get("pdm")
    if not project:
        return ()
    groups = plain(root.get("dependency-groups")) or {}
    shared = {
        "sources": plain(pdm.get("source")) or [],
        "dependencies": plain(project.get("dependencies")) or [],
        "dev-dependencies": {**groups, **(plain(pdm.get("dev-dependencies")) or {})},
        "optional-dependencies": plain(project.get("optional-dependencies")) or {},
        "requires-python": project.get("requires-python").raw,
    }
    resolution = plain(pdm.get("resolution")) or {}
    forms = (shared | {"resolution": resolution}, shared | {"overrides": resolution.get("overrides", {})})
    return tuple(dict.fromkeys(found for form in forms for found in _hash(form)))


def pipfile_hash(root: Node) -> tuple[str, ...]:
    """The hash that Pipenv gives to a Pipfile."""
    data = {
        "_meta": {"sources": plain(root.get("source")) or [], "requires": plain(root.get("requires")) or {}},
        "default": plain(root.get("packages")) or {},
        "develop": plain(root.get("dev-packages")) or {},
    }
    data |= {name: plain(part) for name, part in root.items() if name not in _PIPFILE}
    return tuple(_hash(data, (",", ":")))


def plain(node: Node, depth: int = 0) -> Any:
    """The value of a node as a parser of JSON or TOML would give it; None for what is absent."""
    if node.kind == "map":
        return {name: plain(part, depth + 1) for name, part in node.items()} if depth < MAX_DEPTH else None
    if node.kind == "list":
        return [plain(part, depth + 1) for part in node.parts] if depth < MAX_DEPTH else None
    return node.value if node else None


def _hash(content: Any, separators: tuple[str, str] | None = None) -> Iterator[str]:
    text = json.dumps(content, sort_keys=True, separators=separators)
    yield hashlib.sha256(text.encode()).hexdigest()
