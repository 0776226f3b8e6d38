"""The dependency graph as one HTML file that needs no network and, to be read, no script."""

from __future__ import annotations

from auditor.formats.html_file import content_policy, page_of, template
from auditor.model.export import GraphExport


def render(graph: GraphExport) -> str:
    """The graph as a page. Everything that the target could choose is escaped; equal graphs give equal bytes."""
    from auditor.formats.view.graph import page

    style = f"{template('style.css').strip()}\n{template('graph/graph.css').strip()}"
    script = template("graph/graph.js").strip()
    return page_of(
        "graph/graph.html.j2", g=page(graph), style=style, script=script, policy=content_policy(style, script)
    )
