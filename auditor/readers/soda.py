"""Soda: checks in SodaCL, and data contracts."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.language.credentials import mask
from auditor.language.node import ABSENT, Node
from auditor.language.yaml import read_yaml
from auditor.model.facts import Facts, Ref, Watch
from auditor.model.regex import regex
from auditor.readers.contract import Reader, having, over_text, pairs

TOOL = "soda"
_CHECKED = regex(r"^(?:checks|automated monitoring|profile columns) for (?P<table>.+)$")


def read(text: str) -> Facts:
    """A check per line of SodaCL, tied to its table; freshness is told apart."""
    documents, duplicates, troubles = read_yaml(text)
    root = documents[0] if documents else ABSENT
    return Facts(
        kind=TOOL, watches=tuple(_watches(root)), duplicates=duplicates, attrs=(("tool", TOOL),), troubles=troubles
    )


def _watches(root: Node) -> Iterator[Watch]:
    for key, listed in root.items():
        if found := _CHECKED.match(key):
            table = found["table"].partition("[")[0].strip()
            yield from _checks(table, listed, root.line_of(key))
    if root.get("dataset").is_scalar and root.get("columns"):
        yield from _checks(root.get("dataset").raw, root.get("checks"), root.get("dataset").line)


def _checks(table: str, listed: Node, line: int) -> Iterator[Watch]:
    watched = (Ref(f"table:{mask(table)}", "dataset", "checks", line, "{" in table),)
    said = [(next(iter(part.entries), "") if part.kind == "map" else part.raw, part.line) for part in listed.parts]
    for text, where in said or [("contract", line)]:
        kind = (
            "freshness"
            if text.startswith("freshness")
            else "drift"
            if "distribution" in text or "anomaly" in text
            else ""
        )
        attrs = pairs([("test", mask(text)[:100]), ("drift", "data" if kind == "drift" else "")])
        yield Watch("freshness" if kind == "freshness" else text[:60], "check", TOOL, where or line, watched, attrs)


READER = Reader(
    name=TOOL,
    names=("*.yaml", "*.yml"),
    read=over_text(read),
    sniff=having(
        rb"^(?:checks|automated monitoring|profile columns) for \S|^dataset:\s*\S+",
        rb"^\s*-\s|^columns:",
        rb"checks",
    ),
)
