"""Pipfile: what Pipenv installs."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.language.lock_hash import pipfile_hash
from auditor.language.node import ABSENT, Node
from auditor.language.requirement import read_poetry, read_requirement
from auditor.language.toml import read_toml
from auditor.model.facts import Facts, Requirement
from auditor.readers.contract import Reader, over_text, pairs

_GROUPS = {"packages": "", "dev-packages": "dev"}


def read(text: str) -> Facts:
    """Requirements of both groups, and the Python version."""
    document, troubles = read_toml(text)
    root = document or ABSENT
    requires = root.get("requires")
    made = [
        _entry(name, node, root.get(table).line_of(name), group)
        for table, group in _GROUPS.items()
        for name, node in root.get(table).items()
    ]
    return Facts(
        kind="pipfile",
        requirements=tuple(requirement for found in made for requirement in found),
        attrs=pairs(
            [
                ("python", requires.get("python_version").raw or requires.get("python_full_version").raw),
                *(("lock-hash", f"pipenv:{found}") for found in (pipfile_hash(root) if document else ())),
            ]
        ),
        troubles=troubles,
    )


def _entry(name: str, node: Node, line: int, group: str) -> Iterator[Requirement]:
    place = next((node.get(key).raw for key in ("git", "path", "file", "url") if node.get(key)), "")
    if place:
        revision = node.get("ref").raw
        form = f"git+{place}" + (f"@{revision}" if revision else "") if node.get("git") else place
        made = read_requirement(f"{name} @ {form}", line, group=group)
        if made is not None:
            yield made
    else:
        yield read_poetry(name, node.raw if node.is_scalar else node.get("version").raw, line, group=group)


READER = Reader(name="pipfile", names=("Pipfile",), read=over_text(read))
