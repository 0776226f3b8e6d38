"""What a finding's statement says, whatever its form: by this a pinned waiver lapses and equal findings are told apart."""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from auditor.model.finding import Finding
from auditor.model.ir import Program, Record

_PLACES = frozenset({"line", "end_line", "scope", "version"})
"""Fields that tell where something stands: in the text, in the table of scopes, behind which assignment."""
_BODIES = frozenset({"body", "orelse", "handlers", "final"})
DIGITS = 16


def with_snippets(findings: Iterable[Finding], programs: Mapping[str, Program]) -> tuple[Finding, ...]:
    """The findings in their order, those on a statement of a program with a hash of it: of what it says, not of how it is set.

    A compound statement is known by its head alone. The hash holds nothing of the code: a report quotes no literal by it.
    """
    known: dict[str, _Statements] = {}
    quoted: list[Finding] = []
    for finding in findings:
        program = programs.get(finding.place.path)
        if program is None or finding.place.line is None or finding.snippet:
            quoted.append(finding)
            continue
        if finding.place.path not in known:
            known[finding.place.path] = _Statements(program)
        said = known[finding.place.path].at(finding.place.cell, finding.place.line)
        quoted.append(msgspec.structs.replace(finding, snippet=said))
    return tuple(quoted)


class _Statements:
    """The statements of one program by the lines on which they begin."""

    def __init__(self, program: Program) -> None:
        self._starts = {cell.index: cell.start for cell in program.cells}
        self._on: dict[int, list[Record]] = {}
        for scope in program.scopes:
            for statement in _within(scope.body):
                self._on.setdefault(_line(statement), []).append(statement)
        self._lines = sorted(self._on)

    def at(self, cell: int | None, line: int) -> str:
        """The hash of the last statement that begins at a line or above it; "" where there is none."""
        at = line if cell is None else self._starts.get(cell, 1) + line - 1
        place = bisect_right(self._lines, at)
        if not place:
            return ""
        said = repr([_plain(statement) for statement in self._on[self._lines[place - 1]]])
        return hashlib.sha256(said.encode("utf-8", errors="surrogatepass")).hexdigest()[:DIGITS]


def _within(statements: Iterable[Record]) -> Iterator[Record]:
    """The statements of a body and of those inside them; what nested functions hold has scopes of its own."""
    todo = list(statements)
    while todo:
        statement = todo.pop()
        yield statement
        for name in statement.__struct_fields__:
            inside = getattr(statement, name) if name in _BODIES else ()
            todo += inside if isinstance(inside, tuple) else ()


def _line(statement: Record) -> int:
    line = getattr(statement, "line", 0)
    return line if isinstance(line, int) else 0


def _plain(node: object) -> object:
    """A statement without its place and without what stands in its body."""
    if isinstance(node, Record):
        fields = [(name, getattr(node, name)) for name in node.__struct_fields__ if name not in _PLACES]
        parts = (_plain(value) for name, value in fields if not (name in _BODIES and isinstance(value, tuple)))
        return type(node).__name__, *parts
    if isinstance(node, tuple):
        return tuple(map(_plain, node))
    return node
