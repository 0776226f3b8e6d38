"""setup.cfg: the older home of package metadata and tool settings."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.language.document import leaves
from auditor.language.ini import read_ini
from auditor.language.node import ABSENT, Node
from auditor.language.requirement import read_requirement
from auditor.model.facts import EntryPoint, Facts, Ref, Requirement
from auditor.readers.contract import Reader, over_text, pairs


def read(text: str) -> Facts:
    """Requirements by extra, console scripts, package name and Python range."""
    document, troubles = read_ini(text)
    root = document or ABSENT
    metadata, options = root.get("metadata"), root.get("options")
    classifiers = [line for line in metadata.get("classifiers").raw.split("\n") if line.strip()]
    attrs = [
        ("package", metadata.get("name").raw),
        ("version", metadata.get("version").raw),
        ("python", options.get("python_requires").raw),
        ("classifiers", str(len(classifiers)) if classifiers else ""),
    ]
    return Facts(
        kind="setup-cfg",
        leaves=leaves(root) if root else (),
        requirements=tuple(_requirements(root)),
        entry_points=tuple(_scripts(root.get("options.entry_points"))),
        references=tuple(_references(options)),
        attrs=pairs(attrs),
        troubles=troubles,
    )


def _requirements(root: Node) -> Iterator[Requirement]:
    tables = [("", root.get("options").get("install_requires")), ("test", root.get("options").get("tests_require"))]
    tables += list(root.get("options.extras_require").items())
    for group, node in tables:
        for offset, line in enumerate(node.raw.split("\n")):
            made = (
                read_requirement(line, node.line + offset, group=group)
                if line.strip() and not line.startswith("file:")
                else None
            )
            if made is not None:
                yield made


def _scripts(points: Node) -> Iterator[EntryPoint]:
    for kind in ("console_scripts", "gui_scripts"):
        for offset, line in enumerate(points.get(kind).raw.split("\n")):
            name, equals, target = line.partition("=")
            if equals:
                yield EntryPoint(name.strip(), target.strip(), points.line_of(kind) + offset)


def _references(options: Node) -> Iterator[Ref]:
    node = options.get("install_requires")
    if node.raw.startswith("file:"):
        for name in node.raw.removeprefix("file:").split(","):
            yield Ref(name.strip(), "config", "requirement", node.line)


READER = Reader(name="setup-cfg", names=("setup.cfg",), read=over_text(read))
