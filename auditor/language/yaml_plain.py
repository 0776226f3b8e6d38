"""YAML text that has only plain lines: most files do, and they need no real parser.

A plain line has one key, one value, or one of both behind the dash of a list: all that stands on it can be told without the lines
around it. Blocks of text belong to the line that begins them. Of whatever is left over nothing is said, not even that it is wrong.
"""

from __future__ import annotations

import re
from itertools import islice
from operator import itemgetter
from typing import TypeAlias

from auditor.language.node import ListNode, MapNode, Node, Single
from auditor.language.yaml_scalars import TELLING, typed
from auditor.model.regex import regex

MAX_INDENT = 80
"""Columns before the deepest plain line. A level takes one at least, so that nothing nests deeper than any document may."""
BEGINNING = 40
"""Lines of a long text that are looked at first: what has other lines mostly shows them early."""
LONG = 4_000
"""Characters of a long text."""

_Collection: TypeAlias = MapNode | ListNode
_Line: TypeAlias = tuple[str, str, str, str, str, str, str, str, str]

_FOREIGN = regex("[\x80-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
"""Beyond ASCII: what YAML calls no character of a text, what is a mark of its encoding, and what ends lines beside our own."""
# A set that says what it holds is the fastest; of what is beyond ASCII it cannot say it: compiling that alone takes too long.
_BEYOND = r"[^\x00-\x7f]"
_ANY = rf"[ -~]*+(?:{_BEYOND}[ -~]*+)*+"
_WORD = r"[!\"$-9;-~]*+"  # without blank, colon and number sign, which may end a scalar
_BEGIN = r"\w./$+~=()\\;^"  # no sign of YAML's own
_KEY = rf"[{_BEGIN}][ !\"$-9;-~]{{0,500}}+"
_PLAIN = rf"(?:[{_BEGIN}<]|[-?](?![ \n])|{_BEYOND}){_WORD}(?:(?: ++(?![#\n])|:(?![ \n])|\#|{_BEYOND}){_WORD})*+"
_DOUBLE = rf"\"[ !#-\[\]-~]*+(?:(?:\n(?=[ \n])|{_BEYOND})[ !#-\[\]-~]*+)*+\""
_SINGLE = rf"'[ -&(-~]*+(?:(?:''|\n(?=[ \n])|{_BEYOND})[ -&(-~]*+)*+'"
_ITEM = r"(?:[\w.][\w./*+-]*+|\"[ !#-+\--\[\]-~]*\"|'[ -&(-+\--~]*')"
_FLOW = rf"\[ *(?:{_ITEM}(?: *, *{_ITEM})* *)?\]|\{{\}}"
_LINE = regex(
    rf"( {{0,{MAX_INDENT}}}+)(?!---|\.\.\.)(- +)?(?:({_KEY})(?<! ):(?=[ \n]) *)?"
    rf"(?:({_PLAIN})|({_DOUBLE}|{_SINGLE})|({_FLOW})|([|>]-?))?"
    rf"(?: *\n| *(?<![^ \n])\#{_ANY}\n)(?(7)((?:(?:\1 {_ANY}| *)\n)*))"
    r"|(.+\n?)",
    re.ASCII,
)
"""A plain line with its end: indentation, dash, key, a value of one of four kinds and the lines of its block. Or any other line."""
_HEAD = regex(rf"(?:(?:\#{_ANY})?\n)*---\n")
_FOLD = regex(r" *\n[ \n]*")
_ROOT = "document"
_other = itemgetter(8)


class _NotPlainError(Exception):
    """A line that cannot be told alone."""


def plain_document(text: str) -> Node | None:
    """The one document of a text that has only plain lines and says no key twice; None for any other."""
    if not text.isascii() and _FOREIGN.search(text):
        return None
    whole = text if text.endswith("\n") else text + "\n"
    head = _HEAD.match(whole)
    start = head.end() if head is not None else 0
    if len(whole) > LONG and any(match[9] for match in islice(_LINE.finditer(whole, start), BEGINNING)):
        return None
    lines: list[_Line] = _LINE.findall(whole, start)
    if not lines or any(map(_other, lines)) or (whole is not text and lines[-1][6]):
        return None  # the end of a block depends on that of its last line
    try:
        return _document(lines, whole.count("\n", 0, start))
    except _NotPlainError:
        return None


def _document(lines: list[_Line], number: int) -> Node | None:
    """The document that lines are behind so many others."""
    outline = _Outline()
    for indent, dash, key, plain, quoted, flow, block, body, _ in lines:
        number += 1
        if plain:
            value: Node | None = _scalar(plain, number)
        elif quoted:
            value = _quoted(quoted, number)
        elif flow:
            value = _flow(flow, number)
        elif block:
            value = _block(block, body, number, len(indent) + len(dash) if key else len(indent))
        elif key:
            value = None
        elif dash:
            raise _NotPlainError
        else:
            continue
        outline.add(len(indent), dash, key, value, number)
        if body or quoted:
            number += body.count("\n") + quoted.count("\n")
    return outline.whole()


class _Outline:
    """The collections that are open where a line stands, the innermost last, each with the column of its entries."""

    def __init__(self) -> None:
        self.around = MapNode(0, 0)
        self.open: list[tuple[int, _Collection]] = [(-1, self.around)]
        self.node: _Collection = self.around
        self.column, self.is_list = -1, False
        self.waiting = _ROOT  # the key of the innermost map whose value may stand below
        self.last = 0  # the line where the value that was met last ends

    def add(self, column: int, dash: str, key: str, value: Node | None, line: int) -> None:
        """Puts in what stands on a line; the value of a key may still come."""
        is_list = dash != ""
        if column != self.column or is_list is not self.is_list or self.waiting:
            self._reach(column, line, is_list=is_list)
        if is_list and key:
            item = MapNode(line, line)
            self.node.parts.append(item)
            self._enter(column + len(dash), item)
        if key:
            if key in self.node.entries:
                raise _NotPlainError
            if value is None:
                self.waiting, value = key, Single("null", line, line, None, "")
            self.node.entries[key] = value
            self.node.key_lines[key] = line
        elif is_list and value is not None:
            self.node.parts.append(value)
        else:
            raise _NotPlainError
        self.last = value.end_line

    def _reach(self, column: int, line: int, *, is_list: bool) -> None:
        """Opens what a line begins, or closes what ends before it."""
        waiting, self.waiting = self.waiting, ""
        if waiting and (column > self.column or (is_list and column == self.column)):
            made = ListNode(line, line) if is_list else MapNode(line, line)
            self.node.entries[waiting] = made
            self._enter(column, made)
        while (column, is_list) != (self.column, self.is_list):
            self.open.pop()[1].end_line = self.last
            self.column, self.node = self.open[-1]
            self.is_list = self.node.kind == "list"
            if self.column < column:
                raise _NotPlainError

    def _enter(self, column: int, node: _Collection) -> None:
        self.open.append((column, node))
        self.column, self.node, self.is_list = column, node, node.kind == "list"

    def whole(self) -> Node | None:
        """The document, where there is one."""
        for _, node in self.open:
            node.end_line = self.last
        return self.around.entries.get(_ROOT)


def _scalar(text: str, line: int) -> Node:
    if text[0] in TELLING:
        kind, value = typed(text)
        return Single(kind, line, line, value, text)
    return Single("str", line, line, text, text)


def _quoted(text: str, line: int) -> Node:
    inside, end = text[1:-1], line
    if "\n" in inside:
        inside, end = _FOLD.sub(_folded, inside), line + inside.count("\n")
    if text[0] == "'":
        inside = inside.replace("''", "'")
    return Single("str", line, end, inside, inside)


def _folded(blank: re.Match[str]) -> str:
    """What stands for line ends between two words, with the blanks around them."""
    return "\n" * (blank[0].count("\n") - 1) or " "


def _flow(text: str, line: int) -> Node:
    """A list of words, or an empty map."""
    if text == "{}":
        return MapNode(line, line)
    made = ListNode(line, line)
    for item in text[1:-1].split(",") if text[1:-1].strip(" ") else ():
        word = item.strip(" ")
        made.parts.append(_quoted(word, line) if word[0] in "\"'" else _scalar(word, line))
    return made


def _block(header: str, body: str, line: int, parent: int) -> Node:
    """A text of several lines that stands deeper than the column of what it belongs to."""
    lines = body.split("\n")[:-1]
    width = len(body) - len(body.lstrip(" "))
    if width <= parent or not lines[0][width:] or "".join([each[:width] for each in lines]).strip(" "):
        raise _NotPlainError
    text = "\n".join([each[width:] for each in lines]).rstrip("\n")
    end = line + text.count("\n") + 1
    if header[0] == ">":
        if "\n\n" in text or "\n " in text:  # a paragraph, or a line that stays one
            raise _NotPlainError
        text, end = text.replace("\n", " "), line + len(lines)
    if len(header) == 1:
        text += "\n"
    return Single("str", line, end, text, text, "", True)
