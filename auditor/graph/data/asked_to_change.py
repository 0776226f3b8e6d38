"""Comments that ask whoever runs a program to put a path of their own where one stands."""

from __future__ import annotations

import re

from auditor.model.ir import Program
from auditor.model.regex import regex

_ASKS = regex(
    r"\b(change|replace|adjust|edit|update|modify|set|point|adapt|put|fill)\b[^.\n]{0,40}\byour\b"
    r"|\byour\b[^.\n]{0,30}\b(path|folder|directory|dir|file|data|dataset|location)\b[^.\n]{0,10}\bhere\b",
    re.I,
)
"""What such comments say."""
_BEFORE = 5
"""Lines that may lie between the comment and the call that uses the path."""


def asks_to_change(program: Program, line: int, end: int = 0) -> bool:
    """Whether a comment at, or shortly before, some lines of a program asks to put one's own path there."""
    last = max(line, end)
    return any(line - _BEFORE <= comment.line <= last and _ASKS.search(comment.text) for comment in program.comments)
