"""Jupyter notebooks."""

from __future__ import annotations

from auditor.model.facts import Facts
from auditor.readers.contract import Reader, pairs


def read(data: bytes) -> Facts:
    """The program facts of a notebook's code cells."""
    from auditor.source import read_notebook

    program, troubles, kernel = read_notebook(data)
    attrs = pairs([("language", kernel.language), ("platform", kernel.platform)])
    return Facts(
        kind="notebook", program=program, attrs=attrs, troubles=troubles, lines=program.lines if program else 0
    )


READER = Reader(name="notebook", names=("*.ipynb",), read=read)
