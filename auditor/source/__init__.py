"""Python text into the program facts of one file; the only room that sees `ast` and radon."""

from __future__ import annotations

from auditor.source.decode import normalised
from auditor.source.embedded import read_embedded
from auditor.source.limits import MAX_DEPTH, MAX_ITEMS, MAX_TEXT
from auditor.source.notebook import cell_texts, read_notebook
from auditor.source.program import read_expression, read_program

__all__ = [
    "MAX_DEPTH",
    "MAX_ITEMS",
    "MAX_TEXT",
    "cell_texts",
    "normalised",
    "read_embedded",
    "read_expression",
    "read_notebook",
    "read_program",
]
