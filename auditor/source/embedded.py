"""Programs that stand inside another file, in a command: their lines are those of the file, and others fill holes in them."""

from __future__ import annotations

import ast
import textwrap
from functools import partial

import msgspec

from auditor.model.ir import Program
from auditor.model.regex import regex
from auditor.source.decode import normalised
from auditor.source.limits import MAX_BYTES
from auditor.source.program import program_of

_HOLE = regex(r"⟦[^⟦⟧\n]*⟧")
_MARK, _HERE = "ꓘ", "ꓱ"  # letters, so that a hole may stand wherever a name may; the second is the folder of the file

_PARTS = regex(f"[{_MARK}{_HERE}]|[^{_MARK}{_HERE}]+")


def read_embedded(text: str, line: int) -> Program | None:
    """The program of a text that begins in a line of a file, or None where it is none. Never raises.

    A hole `⟦name⟧` in a text or in the place of a value is a value of which nothing is known, `⟦here⟧` the folder of the
    file; where a hole is part of the code itself, nobody can tell what the code is.
    """
    text = normalised(text).replace("\0", "\ufffd")
    if len(text) > MAX_BYTES or _MARK in text or _HERE in text:
        return None
    marked, holes = _HOLE.subn(lambda hole: _HERE if hole[0] == "⟦here⟧" else _MARK, text)
    for body in (marked, textwrap.dedent(marked)):
        program, _ = program_of(body, prepare=partial(_placed, line=line, holes=holes > 0), explained=False)
        if program is not None or marked[:1] not in (" ", "\t", "\n"):
            break
    return None if program is None else _moved(program, line - 1)


def _placed(tree: ast.Module, *, line: int, holes: bool) -> ast.Module:
    """The tree at its lines in the file, its holes opened."""
    return ast.increment_lineno(_opened(tree) if holes else tree, line - 1)


def _moved(program: Program, lines: int) -> Program:
    """The program with what does not come from the tree at its lines, too."""
    module, *others = program.scopes
    module = msgspec.structs.replace(module, line=module.line + lines, end_line=module.end_line + lines)
    comments = [msgspec.structs.replace(comment, line=comment.line + lines) for comment in program.comments]
    return msgspec.structs.replace(program, scopes=(module, *others), comments=tuple(comments))


def _opened(tree: ast.Module) -> ast.Module:
    """The tree with what nobody knows in the place of its holes. Raises SyntaxError where the code itself has one."""
    opened: ast.Module = _Opening().visit(tree)
    for node in ast.walk(opened):
        for value in vars(node).values():
            names = value if isinstance(value, list) else [value]
            if any(isinstance(name, str) and (_MARK in name or _HERE in name) for name in names):
                raise SyntaxError("a hole in the code itself")
    return ast.fix_missing_locations(opened)


class _Opening(ast.NodeTransformer):
    """Texts with holes become f-strings, and names that are holes values of a kind that is not read."""

    def visit_Expr(self, node: ast.Expr) -> ast.stmt:
        if isinstance(node.value, ast.Name) and node.value.id in (_MARK, _HERE):
            raise SyntaxError("a statement that somebody else fills in")
        self.generic_visit(node)
        return node

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id not in (_MARK, _HERE) or not isinstance(node.ctx, ast.Load):
            return node
        value = _unknown() if node.id == _MARK else ast.JoinedStr(values=_pieces(node.id))
        return ast.copy_location(value, node)

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        if not isinstance(node.value, str) or not _has_hole(node.value):
            return node
        return ast.copy_location(ast.JoinedStr(values=_pieces(node.value)), node)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.expr:
        made: list[ast.expr] = []
        for value in node.values:
            if isinstance(value, ast.Constant) and isinstance(value.value, str) and _has_hole(value.value):
                made += _pieces(value.value)
            else:
                made.append(self.visit(value))
        node.values = made
        return node


def _pieces(text: str) -> list[ast.expr]:
    """The parts of an f-string that says a text with holes."""
    made: list[ast.expr] = []
    for part in _PARTS.findall(text):
        if part == _MARK:
            made.append(ast.FormattedValue(_unknown(), -1))
        elif part == _HERE:  # what lies beside a file lies under the folder above it
            made += [ast.FormattedValue(ast.Name("__file__", ast.Load()), -1), ast.Constant("/..")]
        else:
            made.append(ast.Constant(part))
    return made


def _has_hole(text: str) -> bool:
    return _MARK in text or _HERE in text


def _unknown() -> ast.Constant:
    return ast.Constant(b"")
