"""What the scopes of a file name of the repository, wherever they hand it: calls, lists of parameters, attributes, decorators."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from auditor.model.ir import Attr, Const, Name, Record
from auditor.program.naming.code import Code, Frame, Local, Module
from auditor.program.naming.words import records
from auditor.program.symbolic.evaluate import Evaluator

Named: TypeAlias = tuple[Local | str, ...]
"""Functions, classes and modules (as scope 0 of their file), each once, and texts that may be paths of programs."""

_PROGRAMS = (".py", ".ipynb")


def named_by_scopes(code: Code, evaluator: Evaluator, path: str) -> tuple[Named, ...]:
    """What each scope of a file names; of a method also what decorates its class."""
    return tuple(tuple(dict.fromkeys(_in_scope(code, evaluator, path, number))) for number in code.scopes(path))


def _in_scope(code: Code, evaluator: Evaluator, path: str, number: int) -> Iterator[Local | str]:
    scope, owner = code.scope(path, number), code.owner(path, number)
    around = code.scope(path, owner).decorators if owner is not None else ()
    for parts, outer in ((scope.body, number), (scope.decorators, max(scope.parent, 0)), (around, 0)):
        if parts:
            yield from _in_parts(code, evaluator, parts, Frame(path, outer))


def _in_parts(code: Code, evaluator: Evaluator, parts: tuple[Record, ...], frame: Frame) -> Iterator[Local | str]:
    denote = evaluator.denoter.denote
    for node in records(parts):
        if type(node) is Const and isinstance(node.value, str) and node.value.endswith(_PROGRAMS):
            yield node.value
        elif type(node) is Name or (type(node) is Attr and type(node.base) in (Name, Attr)):
            meant = denote(node, frame)
            if type(meant) is Local:
                yield meant
            elif type(meant) is Module and type(node) is Attr and meant.path in code.programs:
                yield Local(meant.path, 0)
