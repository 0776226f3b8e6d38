"""Text for a terminal: lines that fit, wrapped by what a character takes, coloured where colour was asked for."""

from __future__ import annotations

from auditor.formats.text import width

COLUMNS = 80
_STYLES = {"strong": "1", "faint": "2", "bad": "1;31", "warn": "33", "good": "32"}


class Screen:
    """Lines that never exceed the width, whatever the target's names look like."""

    def __init__(self, *, color: bool, columns: int) -> None:
        self._color, self._columns, self._lines = color, columns, list[str]()

    def add(self, text: str, *, indent: int = 0, hang: int = 0, style: str = "") -> None:
        """A paragraph, wrapped; later lines are indented by `hang` more."""
        lines = wrap(text, self._columns - indent - hang, first=self._columns - indent)
        for number, line in enumerate(lines):
            self._lines.append(" " * (indent + (hang if number else 0)) + self.painted(line, style))

    def line(self, text: str = "") -> None:
        """A line that is known to fit."""
        self._lines.append(text.rstrip())

    def painted(self, text: str, style: str) -> str:
        """The text in a colour, if colour was asked for."""
        return f"\x1b[{_STYLES[style]}m{text}\x1b[0m" if self._color and style else text

    def pair(self, left: str, right: str, style: str) -> None:
        """Two texts at both margins, or below each other where they do not fit."""
        gap = self._columns - width(left) - width(right)
        if gap < 2:
            self.add(left, style=style)
            self.add(right)
        else:
            self.line(self.painted(left, style) + " " * gap + right)

    def title(self, text: str) -> None:
        """A heading after an empty line."""
        self.line()
        self.add(text, style="strong")

    def text(self) -> str:
        """All lines."""
        return "\n".join(self._lines) + "\n"


def wrap(text: str, columns: int, *, first: int | None = None) -> list[str]:
    """The text broken at blanks into lines of at most `columns` terminal columns, the first of `first`; longer words are cut."""
    lines, line = list[str](), ""
    for word in text.split(" "):
        for piece in _pieces(word, columns):
            room = columns if lines or first is None else first
            if line and width(line) + 1 + width(piece) > room:
                lines.append(line)
                line = piece
            else:
                line = f"{line} {piece}" if line else piece
    return [*lines, line]


def _pieces(word: str, columns: int) -> list[str]:
    if width(word) <= columns:
        return [word]
    pieces, piece = list[str](), ""
    for char in word:
        if width(piece + char) > columns:
            pieces.append(piece)
            piece = ""
        piece += char
    return [*pieces, piece]
