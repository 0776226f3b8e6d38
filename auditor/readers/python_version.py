"""Files that name the Python version: .python-version, runtime.txt, .tool-versions."""

from __future__ import annotations

import re

from auditor.model.facts import Facts, Trouble
from auditor.model.regex import regex
from auditor.readers.contract import Reader, over_text

_VERSION = regex(r"^\s*(?:python[-\s]*|cpython-)?v?(\d+(?:\.\d+){0,2}(?:[-\w.]*)?)\s*(?:#.*)?$", re.MULTILINE)
_TOOL = regex(r"^python\s+(\S+)", re.MULTILINE)


def read(text: str) -> Facts:
    """The version as the attribute `python`."""
    found = _TOOL.search(text) or _VERSION.search(text)
    if found is None:
        troubles = (
            ()
            if not text.strip() or "python" not in text.lower()
            else (Trouble(1, "no Python version in it", "invalid"),)
        )
        return Facts(kind="python-version", troubles=troubles)
    return Facts(kind="python-version", attrs=(("python", found.group(1)),))


READER = Reader(name="python-version", names=(".python-version", "runtime.txt", ".tool-versions"), read=over_text(read))
