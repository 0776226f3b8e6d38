"""Dependabot and Renovate: what keeps the dependencies fresh, and how often it looks."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.language.document import leaves
from auditor.language.json import read_json
from auditor.language.node import ABSENT, Node
from auditor.language.yaml import read_yaml
from auditor.model.facts import Facts
from auditor.readers.contract import Reader, having, over_text, pairs

KIND = "dependency-bot"


def read_dependabot(text: str) -> Facts:
    """One `update` attribute per watched ecosystem: `pip /api weekly`."""
    documents, duplicates, troubles = read_yaml(text)
    root = documents[0] if documents else ABSENT
    attrs = pairs([("tool", "dependabot"), *(("update", _update(entry)) for entry in root.get("updates").maps())])
    return Facts(kind=KIND, leaves=leaves(root) if root else (), duplicates=duplicates, attrs=attrs, troubles=troubles)


def _update(entry: Node) -> str:
    folders = [entry.get("directory").raw, *(node.raw for node in entry.get("directories").texts())]
    parts = [entry.get("package-ecosystem").raw, *folders, entry.get("schedule").get("interval").raw]
    return " ".join(part for part in parts if part)


def read_renovate(text: str) -> Facts:
    """The presets and managers that are on, and the schedule."""
    document, troubles = read_json(text)
    root = document or ABSENT
    return Facts(
        kind=KIND,
        leaves=leaves(root) if root else (),
        attrs=pairs([("tool", "renovate"), *_settings(root)]),
        troubles=troubles,
    )


def _settings(root: Node) -> Iterator[tuple[str, object]]:
    yield from (("preset", node.raw) for node in root.get("extends").texts())
    yield from (("update", node.raw) for node in root.get("enabledManagers").texts())
    yield "schedule", "; ".join(node.raw for node in root.get("schedule").texts())
    yield "disabled", root.get("enabled").value is False or ""


DEPENDABOT = Reader(
    name=KIND,
    names=("dependabot.yml", "dependabot.yaml"),
    read=over_text(read_dependabot),
    sniff=having(rb"^updates\s*:"),
)
RENOVATE = Reader(
    name=KIND,
    names=("renovate.json", "renovate.json5", ".renovaterc", ".renovaterc.json", ".renovaterc.json5"),
    read=over_text(read_renovate),
)
