"""Grafana: dashboards, and the alerts that stand in their panels."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.language.json import read_json
from auditor.language.monitoring import watched
from auditor.language.node import ABSENT, Node
from auditor.model.facts import Facts, Watch
from auditor.readers.contract import Reader, having, over_text, pairs

TOOL = "grafana"
MAX_DEPTH = 6  # rows within rows
MAX_PANELS = 500


def read(text: str) -> Facts:
    """A monitor per kind of thing that a dashboard shows, and an alert per panel that has one."""
    document, troubles = read_json(text)
    root = document or ABSENT
    return Facts(kind=TOOL, watches=tuple(_watches(root)), attrs=(("tool", TOOL),), troubles=troubles)


def _watches(root: Node) -> Iterator[Watch]:
    board = root.get("dashboard") or root
    told: set[str] = set()
    for panel in list(_panels(board, 0))[:MAX_PANELS]:
        shown = " ".join(
            [
                panel.get("title").raw,
                *(
                    target.get(key).raw
                    for target in panel.get("targets").maps()
                    for key in ("expr", "rawSql", "query", "metric")
                ),
            ]
        )
        kind = watched(shown)
        if kind not in told:
            told.add(kind)
            yield Watch(board.get("title").raw, "monitor", TOOL, panel.line, (), (("drift", kind),))
        if panel.get("alert").kind == "map":
            name = panel.get("alert").get("name").raw or panel.get("title").raw
            yield Watch(name, "alert", TOOL, panel.get("alert").line, (), pairs([("drift", kind)]))


def _panels(node: Node, depth: int) -> Iterator[Node]:
    for key in ("panels", "rows"):
        for panel in node.get(key).maps() if depth < MAX_DEPTH else ():
            yield panel
            yield from _panels(panel, depth + 1)


READER = Reader(
    name=TOOL,
    names=("*.json",),
    read=over_text(read),
    sniff=having(rb'"(?:panels|rows)"\s*:\s*\[', rb'"(?:schemaVersion|datasource|gridPos)"\s*:'),
)
