"""Audits and graphs to text, in every form that leaves the house."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from auditor.formats import (
    badge_file,
    github_file,
    gitlab_file,
    graph_dot,
    graph_graphml,
    graph_html,
    graph_json,
    graph_mermaid,
    graph_terminal,
    html_file,
    json_file,
    junit_file,
    markdown_file,
    mlbom_file,
    pdf_file,
    sarif_file,
    tables,
    terminal,
)
from auditor.formats.setting import PLAIN, Setting
from auditor.model.audit import Audit
from auditor.model.errors import UsageError
from auditor.model.export import GraphExport
from auditor.model.page import RulePages

__all__ = ["FORMATS", "GRAPH_FORMATS", "IMPACT_FORMATS", "Format", "GraphFormat", "encode", "render", "render_graph"]


class Format(msgspec.Struct, frozen=True):
    """One form of the audit: the name on the command line, the suffix of its file, and its writer."""

    name: str
    suffix: str
    render: Callable[[Audit, RulePages], str | bytes]
    dress: Callable[[Audit, RulePages, Setting], str | bytes] | None = None  # the writer of a form that has a setting


FORMATS = (
    Format("json", ".json", json_file.render),
    Format("terminal", ".txt", terminal.render),
    Format("markdown", ".md", markdown_file.render),
    Format("html", ".html", html_file.render, html_file.render),
    Format("sarif", ".sarif", sarif_file.render),
    Format("gitlab", ".json", gitlab_file.render),
    Format("junit", ".xml", junit_file.render),
    Format("github", ".txt", github_file.commands),
    Format("comment", ".md", github_file.comment),
    Format("badge", ".svg", badge_file.svg),
    Format("badge-json", ".json", badge_file.endpoint),
    Format("csv", ".csv", tables.findings_csv),
    Format("parquet", ".parquet", tables.findings_parquet),
    Format("facts-csv", ".csv", tables.facts_csv),
    Format("facts-parquet", ".parquet", tables.facts_parquet),
    Format("pdf", ".pdf", pdf_file.render, pdf_file.render),
    Format("ml-bom", ".cdx.json", mlbom_file.render),
)


class GraphFormat(msgspec.Struct, frozen=True):
    """One form of the dependency graph: the name on the command line, the suffix of its file, and its writer."""

    name: str
    suffix: str
    render: Callable[[GraphExport], str]


GRAPH_FORMATS = (
    GraphFormat("json", ".json", graph_json.render),
    GraphFormat("html", ".html", graph_html.render),
    GraphFormat("dot", ".dot", graph_dot.render),
    GraphFormat("mermaid", ".mmd", graph_mermaid.render),
    GraphFormat("graphml", ".graphml", graph_graphml.render),
    GraphFormat("terminal", ".txt", graph_terminal.render),
)

IMPACT_FORMATS = ("terminal", "json")


def render(audit: Audit, name: str, pages: RulePages | None = None, setting: Setting = PLAIN) -> str:
    """The audit in the named form of text. `pages` adds the prose of the rules. Raises UsageError for any other name."""
    written = _render(audit, name, pages, setting)
    if isinstance(written, bytes):
        raise UsageError(f"{name} is no text")
    return written


def encode(audit: Audit, name: str, pages: RulePages | None = None, setting: Setting = PLAIN) -> bytes:
    """The audit in the named form, as the bytes of its file; text in UTF-8. Raises UsageError for an unknown form."""
    written = _render(audit, name, pages, setting)
    return written.encode() if isinstance(written, str) else written


def _render(audit: Audit, name: str, pages: RulePages | None, setting: Setting) -> str | bytes:
    for form in FORMATS:
        if form.name == name:
            return form.dress(audit, pages or {}, setting) if form.dress else form.render(audit, pages or {})
    known = ", ".join(form.name for form in FORMATS)
    raise UsageError(f"there is no format {name!r}; choose one of {known}")


def render_graph(graph: GraphExport, name: str) -> str:
    """The dependency graph in the named form. Raises UsageError for an unknown form."""
    for form in GRAPH_FORMATS:
        if form.name == name:
            return form.render(graph)
    known = ", ".join(form.name for form in GRAPH_FORMATS)
    raise UsageError(f"there is no format {name!r}; choose one of {known}")
