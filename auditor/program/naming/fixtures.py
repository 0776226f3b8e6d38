"""Parameters that pytest supplies: which of them are folders that last for one test."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.model.ir import Attr, Call, Expr, Name
from auditor.program.naming.code import Frame, Local
from auditor.program.symbolic.values import Hole

if TYPE_CHECKING:
    from auditor.program.symbolic.evaluate import Evaluator

_TEMPORARY = frozenset({"tmp_path", "tmpdir"})


def is_temporary(evaluator: Evaluator, name: str, frame: Frame) -> bool:
    """Whether pytest fills a parameter with a temporary folder: its own fixture, or one of the module that returns such."""
    scope = evaluator.code.scope(frame.path, frame.scope)
    if not (scope.name.rpartition(".")[2].startswith("test") or any(map(_is_fixture, scope.decorators))):
        return False
    if name in _TEMPORARY:
        return True
    made = evaluator.denoter.member(frame.path, name)
    if type(made) is not Local or not any(map(_is_fixture, evaluator.code.scope(made.path, made.scope).decorators)):
        return False
    inner = Frame(made.path, made.scope)
    values = [v for each in evaluator.code.index(*made).returns for v in evaluator.values(each, inner)]
    return bool(values) and all(
        value.parts and isinstance(first := value.parts[0], Hole) and first.kind == "temporary" for value in values
    )


def _is_fixture(decorator: Expr) -> bool:
    func = decorator.func if type(decorator) is Call else decorator
    return (func.name if type(func) is Attr else func.id if type(func) is Name else "") == "fixture"
