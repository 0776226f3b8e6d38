"""The dependency graph, and answers from it, as JSON (`auditor/graph/1`, `auditor/impact/1`)."""

from __future__ import annotations

import msgspec

from auditor.formats.json_file import writable
from auditor.model.export import GraphExport, ImpactExport


def render(graph: GraphExport | ImpactExport) -> str:
    """Indented JSON in stable order; equal graphs give equal bytes."""
    try:
        raw = msgspec.json.encode(graph)
    except UnicodeEncodeError:  # a file name that is not UTF-8 came along as lone surrogates
        raw = msgspec.json.encode(writable(msgspec.to_builtins(graph)))
    return msgspec.json.format(raw, indent=1).decode() + "\n"
