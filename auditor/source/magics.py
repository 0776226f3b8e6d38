"""IPython syntax out of a cell: magics, shell commands and help requests become Python with the same line count.

What is taken out is kept as an `Escape`. The text of a `shell` or `magic` escape begins at its line; the text of a
`cell-magic` begins with the arguments of the `%%name` line, and the body follows. So line k of the text is always
program line `line + k - 1`. A magic that only measures or moves Python (`%time`, `%%capture`) is recorded with kind
`magic`, and its Python stays.
"""

from __future__ import annotations

import re

import msgspec

from auditor.model.ir import Escape
from auditor.model.regex import regex
from auditor.source.comments import STRINGS_AND_COMMENTS
from auditor.source.limits import MAX_ESCAPE
from auditor.source.syntax import is_python

_PYTHON_CELLS = frozenset(
    {
        *("time", "timeit", "capture", "prun", "debug", "memit", "mprun", "heat", "scalene", "wandb", "notify"),
        *("python", "python3", "pypy", "px", "local", "spark", "pyspark", "ipytest", "run_pytest"),
    }
)
_MOST_CELL_MAGICS = 10  # one above the other: `%%capture` over `%%time`
_PYTHON_LINES = frozenset({"time", "timeit", "prun", "memit"})
_SHELLS = frozenset({"bash", "sh", "zsh", "dash", "ksh", "system", "sx", "!"})

# A search that begins with one letter is several times faster than one for the start of a line.
_MAYBE = (
    regex(r"\n[ \t]*+(?:[%!?]|(?:pip3?|conda|mamba|uv)[ \t])"),
    regex(r"=[ \t]*+[%!]"),
    regex(r"\?[ \t]*+$", re.MULTILINE),
)
"""What a cell holds, below a line end, that has a line of IPython."""
_CELL = regex(r"(\s*)%%(!|\w[\w.]*)[ \t]*([^\n]*)(?:\n(.*))?\Z", re.DOTALL)
_SHELL = regex(r"([ \t]*)!{1,2}(.*)", re.DOTALL)
_LINE = regex(r"([ \t]*)%{1,2}(\w[\w.]*)[ \t]*(.*)", re.DOTALL)
_ASSIGNED = regex(r"([ \t]*[\w.,\[\]'\" \t*]{1,200}?=[ \t]*)(?:!(?!=)(.*)|%(\w+)[ \t]*(.*))", re.DOTALL)
_HELP = regex(r"([ \t]*)(?:\?{1,2}([%\w.*]+)|([%\w.*\[\]'\"()]+)\?{1,2})[ \t]*;?[ \t]*")
_BARE = regex(
    r"([ \t]*)((?:pip3?|conda|mamba|uv)[ \t]+(?:install|uninstall|list|show|freeze|update|pip)\b.*)", re.DOTALL
)
# Atomic, not possessive: Python before 3.11.5 mistakes possessive groups in which something is tried in two ways (gh-106052).
_OPTIONS = regex(r"(?>(?:-\w++(?:[ \t]++\d++)?[ \t]++)*)")
_BRACKETS = regex(r"[()\[\]{}]")


class Plain(msgspec.Struct, frozen=True):
    """A cell as Python text, and what was taken out of it; lines of escapes count within the cell."""

    text: str
    escapes: tuple[Escape, ...]


def plain(cell: str) -> Plain:
    """A cell without its IPython syntax."""
    above = 0
    found: list[Escape] = []
    match = _CELL.match(cell)
    while match and match[2] in _PYTHON_CELLS and len(found) < _MOST_CELL_MAGICS:
        line = above + match[1].count("\n") + 1
        found.append(magic_escape(match[2], match[3].strip(), line))
        cell = match[4] or ""
        above = line if match[4] is not None else line - 1
        match = _CELL.match(cell)
    if match:
        line = above + match[1].count("\n") + 1
        found.append(cell_escape(match[2], match[3].strip(), match[4] or "", line))
        return Plain("\n" * (above + cell.count("\n")), tuple(found))
    below = f"\n{cell}"
    may = any(form.search(below) for form in _MAYBE)
    text, inner = _lines(cell, above + 1) if may and not is_python(cell) else (cell, [])
    return Plain("\n" * above + text, (*found, *inner))


def magic_escape(name: str, text: str, line: int) -> Escape:
    """The record of `%name text`."""
    return Escape("magic", name, text[:MAX_ESCAPE], line)


def cell_escape(name: str, args: str, body: str, line: int) -> Escape:
    """The record of a `%%name` cell that is not Python; `line` is that of the `%%name`."""
    if name in _SHELLS:
        # The command may stand on the magic's own line: `%%sx ls`, or `%sh ls` of Databricks.
        text, first = (body, line + 1) if body.strip() else (args, line)
        return Escape("shell", name, text[:MAX_ESCAPE], first)
    words = args.split()
    if name == "script" and words and words[0].rpartition("/")[2] in _SHELLS:
        return Escape("shell", "script", body[:MAX_ESCAPE], line + 1)
    return Escape("cell-magic", name, f"{args}\n{body}"[:MAX_ESCAPE], line)


def _lines(cell: str, first: int) -> tuple[str, list[Escape]]:
    rows = cell.split("\n")
    out: list[str] = []
    found: list[Escape] = []
    state = _State()
    position = 0
    while position < len(rows):
        end = position + 1
        if state.at_start:
            while end < len(rows) and rows[end - 1].endswith("\\"):
                end += 1
            taken = _escape("\n".join(rows[position:end]), first + position)
            if taken:
                out += [taken[0]] + [""] * (end - position - 1)
                found.append(taken[1])
                position = end
                continue
        out.append(rows[position])
        state.pass_over(rows[position])
        position += 1
    return "\n".join(out), found


def _escape(row: str, line: int) -> tuple[str, Escape] | None:
    """The Python that stands for an IPython line, and its record; None for a line of Python."""
    if match := _SHELL.fullmatch(row):
        return f"{match[1]}pass", Escape("shell", "!", match[2].strip()[:MAX_ESCAPE], line)
    if match := _HELP.fullmatch(row):
        return f"{match[1]}pass", magic_escape("?", match[2] or match[3], line)
    if match := _LINE.fullmatch(row):
        if match[2] in _SHELLS:  # Databricks: `%sh nvidia-smi`
            return f"{match[1]}pass", Escape("shell", match[2], match[3].strip()[:MAX_ESCAPE], line)
        return _python_or(match[1], "pass", match[2], match[3]), magic_escape(match[2], match[3].strip(), line)
    if match := _BARE.fullmatch(row):
        return f"{match[1]}pass", Escape("shell", "!", match[2].strip()[:MAX_ESCAPE], line)
    match = _ASSIGNED.fullmatch(row)
    if not match or not is_python(f"{match[1].strip()}0"):
        return None
    if match[3]:
        return _python_or(match[1], "...", match[3], match[4]), magic_escape(match[3], match[4].strip(), line)
    return f"{match[1]}...", Escape("shell", "!", match[2].strip()[:MAX_ESCAPE], line)


def _python_or(head: str, otherwise: str, name: str, args: str) -> str:
    """The Python that a measuring magic runs, or what stands for a magic; an assigned name stays assigned."""
    code = args[_OPTIONS.match(args).end() :].strip() if name in _PYTHON_LINES else ""  # type: ignore[union-attr]  # matches ""
    return head + (code if code and "\n" not in code and is_python(head.strip() + code) else otherwise)


class _State:
    """Whether the next line begins a statement: no bracket, triple quote or backslash is open."""

    __slots__ = ("depth", "joined", "quote")

    def __init__(self) -> None:
        self.depth = 0
        self.quote = ""
        self.joined = False

    @property
    def at_start(self) -> bool:
        return not (self.depth > 0 or self.quote or self.joined)

    def pass_over(self, row: str) -> None:
        if self.quote:
            _inside, found, row = row.partition(self.quote)
            if not found:
                return
            self.quote = ""
        code, done = "", 0
        for match in STRINGS_AND_COMMENTS.finditer(row):
            code += row[done : match.start()]
            done = match.end()
            if match[0] in ('"""', "'''"):
                self.quote, done = match[0], len(row)
                break
        code += row[done:]
        for bracket in _BRACKETS.findall(code):
            self.depth += 1 if bracket in "([{" else -1
        self.joined = not self.quote and code.endswith("\\")
