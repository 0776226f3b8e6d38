"""Snakefiles parted into their own blocks and the Python around them, by Python's own tokens. Nothing is ever executed."""

from __future__ import annotations

import io
import token
import tokenize
from collections.abc import Iterator, Sequence
from itertools import pairwise

import msgspec

MAX_TEXT = 1_000_000
MAX_BLOCKS = 5_000

RULES = frozenset({"rule", "checkpoint"})
GLOBALS = frozenset(
    {
        "include", "configfile", "workdir", "container", "containerized", "singularity", "conda", "report", "localrules", "ruleorder",
        "wildcard_constraints", "onsuccess", "onerror", "onstart", "envvars", "pepfile", "pepschema", "scattergather", "storage",
        "resource_scopes", "inputflags", "outputflags", "pathvars",
    }
)  # fmt: skip

_SKIPPED = frozenset({token.NL, token.COMMENT, token.ENCODING, token.TYPE_COMMENT})
_F_STRINGS = tuple(
    getattr(token, name, -1) for name in ("FSTRING_START", "FSTRING_END")
)  # one token before Python 3.12


class Argument(msgspec.Struct, frozen=True):
    """One argument of a directive as Python text on as few lines as it can be; `name` is "" for a positional one."""

    name: str
    text: str
    line: int


class Directive(msgspec.Struct, frozen=True):
    """`input:`, `shell:`, … of a rule."""

    word: str
    arguments: tuple[Argument, ...]
    line: int


class Block(msgspec.Struct, frozen=True):
    """A rule, checkpoint, module, `use rule` or a directive of the whole file (then `kind` is its word).

    `heads` are the words between the keyword and the colon. `body` is the text of a `run:` block.
    """

    kind: str
    heads: tuple[str, ...]
    directives: tuple[Directive, ...]
    line: int
    end_line: int
    body: str = ""
    nested: bool = False

    def directive(self, word: str) -> Directive | None:
        """The directive of a name, if the block has it."""
        return next((found for found in self.directives if found.word == word), None)


class Snakefile(msgspec.Struct, frozen=True):
    """The blocks of a file, its Python with the blocks replaced by `pass` on the same lines, and where reading broke off."""

    blocks: tuple[Block, ...]
    python: str
    broken: tuple[int, str] | None


class _Piece(msgspec.Struct, frozen=True):
    """A token, or a whole f-string."""

    kind: int
    text: str
    line: int
    column: int
    end_line: int
    end_column: int


class _Line(msgspec.Struct, frozen=True):
    """One logical line of a file and how deep it is indented."""

    depth: int
    pieces: tuple[_Piece, ...]

    @property
    def line(self) -> int:
        return self.pieces[0].line

    @property
    def end_line(self) -> int:
        return self.pieces[-1].end_line

    def begins(self, *texts: str) -> bool:
        return tuple(piece.text for piece in self.pieces[: len(texts)]) == texts


def read_snakefile(text: str) -> Snakefile:
    """Part a Snakefile; what stands before a mistake is kept."""
    lines, broken = _lines(text[:MAX_TEXT])
    source = text[:MAX_TEXT].split("\n")
    blocks: list[Block] = []
    kept = list(source)
    position = 0
    while position < len(lines) and len(blocks) < MAX_BLOCKS:
        colon = _header(lines[position])
        if not colon:
            position += 1
            continue
        end = position + 1
        while end < len(lines) and lines[end].depth > lines[position].depth:
            end += 1
        block = _block(lines[position:end], colon, source)
        blocks.append(block)
        _blank(kept, block, lines[position].pieces[0].column)
        position = end
    return Snakefile(tuple(blocks), "\n".join(kept), broken)


def _lines(text: str) -> tuple[list[_Line], tuple[int, str] | None]:
    lines: list[_Line] = []
    depth = 0
    pieces: list[_Piece] = []
    source = text.split("\n")
    broken = None
    try:
        for piece in _pieces(text, source):
            if piece.kind == token.INDENT:
                depth += 1
            elif piece.kind == token.DEDENT:
                depth -= 1
            elif piece.kind in (token.NEWLINE, token.ENDMARKER):
                if pieces:
                    lines.append(_Line(depth, tuple(pieces)))
                pieces = []
            elif piece.kind not in _SKIPPED:
                pieces.append(piece)
    except (tokenize.TokenError, SyntaxError) as error:
        where = error.lineno if isinstance(error, SyntaxError) else error.args[1][0]
        broken = (where or 1, str(error.args[0]))
    if pieces and broken is None:
        lines.append(_Line(depth, tuple(pieces)))
    return lines, broken


def _pieces(text: str, source: list[str]) -> Iterator[_Piece]:
    opened: list[tuple[int, int]] = []
    for kind, written, (line, column), (end_line, end_column), _ in tokenize.generate_tokens(
        io.StringIO(text).readline
    ):
        if kind == _F_STRINGS[0]:
            opened.append((line, column))
        elif kind == _F_STRINGS[1]:
            line, column = opened.pop()  # the f-string begins where its first part did
            if not opened:
                whole = _slice(source, line, column, end_line, end_column)
                yield _Piece(token.STRING, whole, line, column, end_line, end_column)
        elif not opened:
            yield _Piece(kind, written, line, column, end_line, end_column)


def _slice(source: Sequence[str], line: int, column: int, end_line: int, end_column: int) -> str:
    if line == end_line:
        return source[line - 1][column:end_column]
    return "\n".join([source[line - 1][column:], *source[line : end_line - 1], source[end_line - 1][:end_column]])


def _header(line: _Line) -> int:
    """The position of the colon of a line that opens a block, else 0."""
    first = line.pieces[0].text
    if first in RULES or first in ("module", "subworkflow", "storage"):
        return next((n for n in (1, 2) if len(line.pieces) > n and line.pieces[n].text == ":"), 0)
    if first == "use" and line.begins("use", "rule"):
        return next((n for n, piece in enumerate(line.pieces) if piece.text == ":"), len(line.pieces))
    return 1 if first in GLOBALS and len(line.pieces) > 1 and line.pieces[1].text == ":" else 0


def _block(lines: Sequence[_Line], colon: int, source: Sequence[str]) -> Block:
    first, body = lines[0], lines[1:]
    kind = first.pieces[0].text
    heads = tuple(piece.text for piece in first.pieces[1:colon])
    rest = first.pieces[colon + 1 :]
    end = max(line.end_line for line in lines)
    nested = first.depth > 0
    if kind in GLOBALS:
        arguments = _arguments([*rest, *(piece for line in body for piece in line.pieces)])
        return Block(kind, heads, (Directive(kind, arguments, first.line),), first.line, end, nested=nested)
    inside = [_Line(first.depth + 1, rest), *body] if rest else list(body)
    directives, code = _directives(inside, source)
    return Block(kind, heads, tuple(directives), first.line, end, code, nested)


def _directives(lines: Sequence[_Line], source: Sequence[str]) -> tuple[list[Directive], str]:
    found: list[Directive] = []
    code = ""
    position = 0
    level = lines[0].depth if lines else 0
    while position < len(lines):
        line = lines[position]
        end = position + 1
        while end < len(lines) and lines[end].depth > level:
            end += 1
        if len(line.pieces) > 1 and line.pieces[0].kind == token.NAME and line.pieces[1].text == ":":
            below = lines[position + 1 : end]
            pieces = [*line.pieces[2:], *(piece for other in below for piece in other.pieces)]
            word = line.pieces[0].text
            if word == "run" and below:
                code = "\n".join(source[below[0].line - 1 : below[-1].end_line])
                found.append(Directive(word, (), below[0].line))
            else:
                found.append(Directive(word, _arguments(pieces), line.line))
        position = end
    return found, code


def _arguments(pieces: Sequence[_Piece]) -> tuple[Argument, ...]:
    found: list[Argument] = []
    depth = 0
    current: list[_Piece] = []
    for piece in pieces:
        depth += (piece.text in ("(", "[", "{")) - (piece.text in (")", "]", "}"))
        if piece.text == "," and depth == 0:
            found += _argument(current)
            current = []
        else:
            current.append(piece)
    return (*found, *_argument(current))


def _argument(pieces: Sequence[_Piece]) -> list[Argument]:
    if not pieces:
        return []
    named = len(pieces) > 2 and pieces[0].kind == token.NAME and pieces[1].text == "="
    value = pieces[2:] if named else pieces
    text = value[0].text
    for before, after in pairwise(value):
        close = before.end_line == after.line
        text += (" " * (after.column - before.end_column) if close else " ") + after.text
    return [Argument(pieces[0].text if named else "", text, value[0].line)]


def _blank(kept: list[str], block: Block, column: int) -> None:
    for number in range(block.line - 1, block.end_line):
        kept[number] = ""
    kept[block.line - 1] = " " * column + "pass"
