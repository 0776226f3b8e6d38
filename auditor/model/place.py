"""Where something stands in the audited tree."""

from __future__ import annotations

import msgspec

from auditor.model.ordered import Ordered


class Place(Ordered, frozen=True):
    """A spot in one file.

    Lines are 1-based. In a notebook `cell` is the 0-based index of the cell and lines count within
    that cell. An absence has no line: it is placed at the root of its component.
    """

    path: str
    line: int | None = None
    end_line: int | None = None
    cell: int | None = None

    def __str__(self) -> str:
        """`src/train.py:12`, or `eda.ipynb#cell=3:line=2` for a notebook."""
        if self.line is None:
            return self.path
        if self.cell is None:
            return f"{self.path}:{self.line}"
        return f"{self.path}#cell={self.cell}:line={self.line}"

    @property
    def named(self) -> str:
        """The place as a reader of the file would name it, with cells counted from 1: `eda.ipynb, cell 4, line 2`."""
        return named(self.path, self.line, self.cell)

    def says(self, text: str) -> Related:
        """This place as a supporting one of a finding, with what it shows."""
        return Related(path=self.path, line=self.line, cell=self.cell, says=text)


class Related(msgspec.Struct, frozen=True, order=True):
    """A second place that a finding rests on, and what it shows."""

    path: str
    line: int | None
    cell: int | None
    says: str


def named(path: str, line: int | None, cell: int | None) -> str:
    """A place for a reader, whose editor counts cells from 1."""
    if cell is not None and line is not None:
        return f"{path}, cell {cell + 1}, line {line}"
    return path if line is None else f"{path}:{line}"
