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
BEGINNING = 15
"""Lines of a long text that are looked at first: what has other lines mostly shows them early."""
LONG = 4_000
"""Characters of a long text."""

_Collection: TypeAlias = MapNode | ListNode
_Line: TypeAlias = tuple[str, str, str, str, str, str, str]

_FOREIGN = regex(r"[\x80-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
"""Beyond ASCII: what YAML calls no character of a text, what is a mark of its encoding, and what ends lines beside our own."""
# No part can be matched in another way once the rest fails, so none remembers how it was: groups are atomic, as Python before
# 3.11.5 mistakes possessive ones that hold a choice (gh-106052).
# A set that says what it holds is the fastest; of what is beyond ASCII it cannot say it: compiling that alone takes too long.
_BEYOND = r"[^\x00-\x7f]"
_ANY = rf"[ -~]*+(?>(?:{_BEYOND}[ -~]*+)*)"
_WORD = r"[!\"$-9;-~]*+"  # without blank, colon and number sign, which may end a scalar
_BEGIN = r"\w./$+~=()\\;^"  # no sign of YAML's own
_KEY = rf"(?:[{_BEGIN}][ !\"$-9;-~]{{0,500}}+|\"[ !#-\[\]-~]{{1,500}}+\"|'[ -&(-~]{{1,500}}+') *+"
_PLAIN = rf"(?:[{_BEGIN}<]|[-?](?![ \n])|{_BEYOND}){_WORD}(?>(?:(?: ++(?![#\n])|:(?![ \n])|\#|{_BEYOND}){_WORD})*)"
_DOUBLE = rf"\"[ !#-\[\]-~]*+(?>(?:(?:\\[nt\"\\/ ]|\\\n(?= +[^ \n])|\n(?=[ \n])|{_BEYOND})[ !#-\[\]-~]*+)*)\""
_SINGLE = rf"'[ -&(-~]*+(?>(?:(?:''|\n(?=[ \n])|{_BEYOND})[ -&(-~]*+)*)'"
_ITEM = r"(?:-{0,2}[\w.][\w./*+=-]*+|\"[ !#-+\--\[\]-~]*\"|'[ -&(-+\--~]*')"
_FLOW = rf"\[ *(?:{_ITEM}(?: *, *{_ITEM})* *)?\]|\{{\}}"
_DEEPER = r"(?(2)(?(3)\1   |\1 )|\1 )"  # than what a block belongs to: a key behind a dash stands two columns from it, or more
_LINE = regex(
    rf"( {{0,{MAX_INDENT}}}+)(?!---|\.\.\.)(?>(- ++)?)(?>(?:({_KEY}):(?=[ \n]) *+)?)"
    rf"(?>(?:({_PLAIN}|{_DOUBLE}|{_SINGLE}|{_FLOW})|([|>]-?))?)"
    rf" *+(?:\n|(?<![^ \n])\#{_ANY}\n)(?(5)((?>(?:(?:{_DEEPER}{_ANY}| *)\n)*)))"
    r"|(.+\n?)",
    re.ASCII,
)
"""A plain line with its end: indentation, dash, key, text, or the head of a block and its lines. Or any other line."""
_HEAD = regex(rf"(?:(?:\#{_ANY})?\n)*---\n")
_FOLD = regex(r" *\n[ \n]*")
_ESCAPE = regex(r"\\(?:\n +|.)| *\n[ \n]*")
_ESCAPED = {"n": "\n", "t": "\t", "\n": ""}
_ROOT = "document"
_SPECIAL = TELLING.union("\"'[{")
_other = itemgetter(6)


class _NotPlainError(Exception):
    """A line that cannot be told alone."""


def plain_documents(text: str) -> tuple[Node, ...] | None:
    """The document, if any, of a text that has only plain lines and says no key twice; None for any other text."""
    if not text.isascii() and _FOREIGN.search(text):
        return None
    whole = text if text.endswith("\n") else text + "\n"
    head = _HEAD.match(whole)
    start = head.end() if head is not None else 0
    if len(whole) > LONG and any(match[7] for match in islice(_LINE.finditer(whole, start), BEGINNING)):
        return None
    lines: list[_Line] = _LINE.findall(whole, start)
    if not lines or any(map(_other, lines)):
        return None
    try:
        if whole is not text:
            lines[-1] = _ended(lines[-1])
        document = _document(lines, whole.count("\n", 0, start))
    except _NotPlainError:
        return None
    if document is None:
        return None if head is not None else ()
    return (document,)


def _ended(line: _Line) -> _Line:
    """The last line of a text that does not end with a line end: a block has none either."""
    indent, dash, key, text, block, body, other = line
    if not block:
        return line
    if block[0] == ">" or body[-2:-1] in ("", " ", "\n"):
        raise _NotPlainError
    return indent, dash, key, text, "|-", body, other


def _document(lines: list[_Line], number: int) -> Node | None:
    """The document that lines are behind so many others."""
    outline = _Outline()
    node, place = outline.around, -1
    for indent, dash, key, text, block, body, _ in lines:
        number += 1
        line = number
        if key and (key[0] in "\"'" or key[-1] == " "):
            key = _bare(key)
        if not key and not dash:
            if text or block:
                raise _NotPlainError
            continue
        column = len(indent)
        if dash or outline.waiting or column != place:
            node = outline.reach(column, dash, key, line)
            place = column + len(dash) if key else -1  # where another key of that map would stand
        if text:
            made = _special(text, line) if text[0] in _SPECIAL else Single("str", line, line, text, text)
            number = made.end_line
        elif block:
            made = _block(block, body, line, place if key else column)
            number += body.count("\n")
        else:
            made = Single("null", line, line, None, "")
            outline.waiting = key
        outline.last = made.end_line
        if not key:
            node.parts.append(made)
        elif key in node.entries:
            raise _NotPlainError
        else:
            node.entries[key], node.key_lines[key] = made, line
    return outline.whole()


def _bare(key: str) -> str:
    """A key without its quotes and the blanks before its colon."""
    key = key.rstrip(" ")
    return key[1:-1] if key[0] in "\"'" else key


class _Outline:
    """The collections that are open where a line stands, the innermost last, each with the column of its entries."""

    def __init__(self) -> None:
        self.around: _Collection = MapNode(0, 0)
        self.open: list[tuple[int, bool, _Collection]] = [(-1, False, self.around)]
        self.waiting = _ROOT  # the key of the innermost map whose value may stand below
        self.last = 0  # the line where the value that was met last ends

    def reach(self, column: int, dash: str, key: str, line: int) -> _Collection:
        """The collection that a line adds to: opened where it begins one, others closed that end before it."""
        is_list = dash != ""
        top, listed, node = self.open[-1]
        waiting, self.waiting = self.waiting, ""
        if waiting and (column > top or (is_list and column == top)):
            made = ListNode(line, line) if is_list else MapNode(line, line)
            node.entries[waiting] = made
            top, listed, node = column, is_list, made
            self.open.append((top, listed, node))
        while column != top or is_list is not listed:
            node.end_line = self.last
            self.open.pop()
            top, listed, node = self.open[-1]
            if top < column:
                raise _NotPlainError
        if is_list and key:
            item = MapNode(line, line)
            node.parts.append(item)
            node = item
            self.open.append((column + len(dash), False, node))
        return node

    def whole(self) -> Node | None:
        """The document, where there is one."""
        for _, _, node in self.open:
            node.end_line = self.last
        return self.around.entries.get(_ROOT)


def _special(text: str, line: int) -> Node:
    """What begins with a sign that tells more than that it is text."""
    if text[0] in "\"'":
        return _quoted(text, line)
    if text[0] in "[{":
        return _flow(text, line)
    kind, value = typed(text)
    return Single(kind, line, line, value, text)


def _quoted(text: str, line: int) -> Node:
    inside, end = text[1:-1], line + text.count("\n")
    if end > line or "\\" in inside:
        inside = (_FOLD if text[0] == "'" else _ESCAPE).sub(_meant, inside)
    if text[0] == "'":
        inside = inside.replace("''", "'")
    return Single("str", line, end, inside, inside)


def _meant(found: re.Match[str]) -> str:
    """What an escape means, or line ends between two words with the blanks around them."""
    if found[0][0] != "\\":
        return "\n" * (found[0].count("\n") - 1) or " "
    return _ESCAPED.get(found[0][1], found[0][1])


def _flow(text: str, line: int) -> Node:
    """A list of words, or an empty map."""
    if text == "{}":
        return MapNode(line, line)
    made = ListNode(line, line)
    for item in text[1:-1].split(",") if text[1:-1].strip(" ") else ():
        word = item.strip(" ")
        made.parts.append(_special(word, line))
    return made


def _block(header: str, body: str, line: int, parent: int) -> Node:
    """A text of several lines that stands deeper than the column of what it belongs to."""
    width = len(body) - len(body.lstrip(" "))
    if width <= parent or body[width] == "\n":
        raise _NotPlainError
    text = _dedented(body, width).rstrip("\n")
    end = line + text.count("\n") + 1
    if header[0] == ">":
        if "\n\n" in text or "\n " in text:  # a paragraph, or a line that stays one
            raise _NotPlainError
        text, end = text.replace("\n", " "), line + body.count("\n")
    if len(header) == 1:
        text += "\n"
    return Single("str", line, end, text, text, "", True)


def _dedented(body: str, width: int) -> str:
    """The lines of a block without the blanks before them, of which an empty line may have fewer."""
    whole = "\n" + body
    text = whole.replace("\n" + " " * width, "\n")
    if len(whole) - len(text) == width * body.count("\n"):  # all lines had them
        return text[1:]
    lines = body.split("\n")
    if "".join([each[:width] for each in lines]).strip(" "):
        raise _NotPlainError
    return "\n".join([each[width:] for each in lines])
