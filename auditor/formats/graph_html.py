"""The dependency graph as one HTML file that needs no network and, to be read, no script."""

from __future__ import annotations

from auditor.formats.html_file import content_policy, joined, page_of, template
from auditor.model.export import GraphExport


def render(graph: GraphExport) -> str:
    """The graph as a page. Everything that the target could choose is escaped; equal graphs give equal bytes."""
    from auditor.formats.view.graph import page

    style, script = joined(template, "style.css", "graph/graph.css"), joined(template, "page.js", "graph/graph.js")
    return page_of(
        "graph/graph.html.j2", g=page(graph), style=style, script=script, policy=content_policy(style, script)
    )
