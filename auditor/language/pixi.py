"""The dependency tables of pixi, in a file of its own or in pyproject.toml."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from auditor.language.node import Node
from auditor.language.requirement import read_conda, read_poetry, read_requirement
from auditor.model.facts import Requirement


def read_pixi(tables: Node) -> Iterator[Requirement]:
    """Conda and PyPI dependencies of the project and of its features; a feature is the group."""
    yield from _tables(tables, "")
    for name, feature in tables.get("feature").items():
        yield from _tables(feature, name)


def _tables(holder: Node, group: str) -> Iterator[Requirement]:
    targets = [holder, *holder.get("target").values()]
    for table in targets:
        for key in ("dependencies", "host-dependencies", "build-dependencies"):
            for name, wanted in table.get(key).items():
                version = wanted.raw or wanted.get("version").raw
                made = read_conda(f"{name} {'' if version == '*' else version}", table.get(key).line_of(name))
                if made is not None:
                    yield msgspec.structs.replace(made, group=group)
        listed = table.get("pypi-dependencies")
        for name, wanted in listed.items():
            place = wanted.get("git").raw or wanted.get("path").raw or wanted.get("url").raw
            if place:
                form = f"git+{place}@{wanted.get('rev').raw}" if wanted.get("git") else place
                made = read_requirement(f"{name} @ {form.removesuffix('@')}", listed.line_of(name), group=group)
                editable = wanted.get("editable").value is True
                yield from [msgspec.structs.replace(made, editable=editable)] if made is not None else []
            else:
                version = wanted.raw or wanted.get("version").raw
                yield read_poetry(name, version, listed.line_of(name), group=group)
