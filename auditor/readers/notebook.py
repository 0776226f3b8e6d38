"""Jupyter notebooks."""

from __future__ import annotations

from auditor.model.facts import Facts
from auditor.readers.contract import Reader, pairs


def read(data: bytes) -> Facts:
    """The program facts of a notebook's code cells, and the headings between them."""
    from auditor.source import read_notebook

    program, troubles, around = read_notebook(data)
    attrs = pairs([("language", around.language), ("platform", around.platform)])
    return Facts(
        kind="notebook",
        program=program,
        attrs=attrs,
        troubles=troubles,
        lines=program.lines if program else 0,
        headings=around.headings,
    )


READER = Reader(name="notebook", names=("*.ipynb",), read=read)
