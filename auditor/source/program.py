"""The program facts of one text: parse, lower, measure."""

from __future__ import annotations

import ast
from collections.abc import Callable
from operator import attrgetter

from auditor.model.facts import Trouble
from auditor.model.ir import Cell, Const, Escape, Expr, If, Name, Op, Program, Scope
from auditor.source import databricks, parse
from auditor.source.comments import comments
from auditor.source.complexity import complexities
from auditor.source.decode import decode
from auditor.source.expressions import Bindings, lower
from auditor.source.included import included
from auditor.source.limits import MAX_BYTES, MAX_EXPRESSION
from auditor.source.magics import plain
from auditor.source.scopes import Draft
from auditor.source.statements import lower_module
from auditor.source.syntax import explain, too_deep

Read = tuple[Program | None, tuple[Trouble, ...]]


def read_program(data: bytes) -> Read:
    """The program of a .py file, or None, and what could not be read of it. Never raises."""
    if len(data) > MAX_BYTES:
        return None, (Trouble(None, f"the file is larger than {MAX_BYTES:,} bytes", "too-large"),)
    decoded = decode(data)
    doubts = () if decoded.trouble is None else (decoded.trouble,)
    if decoded.text is None:
        return None, doubts
    escapes = databricks.escapes(decoded.text)
    program, troubles = program_of(decoded.text, escapes=escapes)
    if program is None:
        program, troubles = _unmarked(decoded.text, escapes) or (program, troubles)
    if program is None and not decoded.certain:
        return None, doubts  # a wrong guess of the encoding explains the broken syntax
    return program, (*doubts, *troubles)


def _unmarked(text: str, escapes: tuple[Escape, ...]) -> Read | None:
    """A notebook saved as a program with lines of IPython among its Python; None where that is not what broke it."""
    taken = plain(text)
    if not taken.escapes:
        return None
    program, _ = program_of(
        taken.text, escapes=tuple(sorted((*escapes, *taken.escapes), key=attrgetter("line"))), explained=False
    )
    if program is None:
        return None
    if databricks.is_notebook(text):
        return program, ()  # the platform runs them as they stand
    line = taken.escapes[0].line
    return program, (Trouble(line, "IPython among the Python: it runs in a notebook, not as a program", "ipython"),)


def read_expression(text: str) -> Expr | None:
    """One Python expression as a symbolic value, or None where it is not one. Names have version 0. Never raises."""
    if len(text) > MAX_EXPRESSION or comments(text):
        return None
    with parse.uncollected():
        try:
            return lower(parse.expression(text.strip()), Bindings())
        except (SyntaxError, RecursionError, MemoryError):
            return None


def program_of(
    text: str,
    cells: tuple[Cell, ...] = (),
    escapes: tuple[Escape, ...] = (),
    prepare: Callable[[ast.Module], ast.Module] | None = None,
    *,
    explained: bool = True,
) -> Read:
    """The program of a text with `\\n` line endings, with the cells and escapes that a notebook brings.

    `prepare` changes the tree before it is lowered. `explained`: what is wrong with broken syntax is told, which may cost
    more than to parse it.
    """
    with parse.uncollected():
        try:
            return _build(text, cells, escapes, prepare)
        except (RecursionError, MemoryError):
            pass  # tried again below: long chains are not deep in what they mean
        except SyntaxError as error:
            return None, ((explain(text, error),) if explained else ())
        try:
            return parse.with_more_room(lambda: _build(text, cells, escapes, prepare))
        except (RecursionError, MemoryError):
            return None, (too_deep(),)
        except SyntaxError as error:
            return None, ((explain(text, error),) if explained else ())


def _build(
    text: str,
    cells: tuple[Cell, ...],
    escapes: tuple[Escape, ...],
    prepare: Callable[[ast.Module], ast.Module] | None = None,
) -> Read:
    lines = text.count("\n") + (not text.endswith("\n") and text != "")
    tree: ast.Module = parse.module(text)
    tree = included(prepare(tree) if prepare is not None else tree, escapes)
    drafts = lower_module(tree, lines)
    scopes, failed = _measured(drafts)
    program = Program(
        scopes=scopes,
        comments=comments(text),
        cells=cells,
        escapes=escapes,
        lines=lines,
        logical=sum(scope.logical for scope in scopes),
        main_guard=_has_main_guard(scopes[0]),
    )
    if failed:
        message = f"the complexity of {failed} scopes is not known: they nest too deep"
        return program, (Trouble(None, message, "too-deep"),)
    return program, ()


def _measured(drafts: list[Draft]) -> tuple[tuple[Scope, ...], int]:
    numbers, failed = complexities(drafts)
    return tuple([draft.finished(number) for draft, number in zip(drafts, numbers, strict=True)]), failed


def _has_main_guard(module: Scope) -> bool:
    return any(type(statement) is If and _is_main(statement.test) for statement in module.body)


def _is_main(test: Expr) -> bool:
    if not isinstance(test, Op) or test.op not in ("==", "and", "or"):
        return False
    if test.op != "==":
        return any(_is_main(operand) for operand in test.operands)
    left, right = test.operands
    if isinstance(left, Const):
        left, right = right, left
    return isinstance(left, Name) and left.id == "__name__" and right == Const("__main__")
