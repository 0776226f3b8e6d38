"""Ids of artefacts that a framework names by a path, a URI or a name of its own (GRAPH §6)."""

from __future__ import annotations

import unicodedata

from auditor.model.regex import regex
from auditor.program.symbolic.values import is_absolute, is_uri, normal, uri

_HOLE = regex(r"\$?\{([^{}]*)\}")
_LOCAL = regex(r"^file:/{2,3}(?=/|[^/])")
_WEB = ("http://", "https://", "ftp://")


def path_identity(text: str, root: str) -> tuple[str, str | None] | None:
    """The id of what a path or URI means when it is relative to `root`, and its path if it lies in the repository.

    Holes stay as `{name}`. None where the text begins with a hole: it may lie anywhere.
    """
    text = _HOLE.sub(
        lambda match: f"{{{match.group(1).strip() or 'value'}}}", unicodedata.normalize("NFC", text.strip())
    )
    text = _LOCAL.sub("/", text) if text.startswith("file:///") else text.removeprefix("file://")
    if not text or text.startswith("{"):
        return None
    if is_uri(text):
        return f"{'url' if text.lower().startswith(_WEB) else 'uri'}:{uri(text)}", None
    if is_absolute(text):
        return f"host:{text}", None
    path = normal(f"{root}/{text}" if root else text)
    return (f"file:{path}", path) if path and not path.startswith("..") else None
