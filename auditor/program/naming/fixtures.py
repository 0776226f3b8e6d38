"""Parameters that pytest supplies: which of them are folders that last for one test."""

from __future__ import annotations

from posixpath import dirname
from typing import TYPE_CHECKING

from auditor.model.ir import Call, Expr
from auditor.program.naming.code import Frame, Local
from auditor.program.naming.scopes import last_name
from auditor.program.symbolic import values

if TYPE_CHECKING:
    from auditor.program.symbolic.evaluate import Evaluator

_TEMPORARY = frozenset({"tmp_path", "tmpdir"})
_OWN = _TEMPORARY | {"self", "cls", "monkeypatch", "mocker", "capsys", "caplog", "request"}


def is_temporary(evaluator: Evaluator, name: str, frame: Frame) -> bool:
    """Whether pytest fills a parameter with a temporary folder: its own fixture, or one of the module that returns such."""
    scope = evaluator.code.scope(frame.path, frame.scope)
    if not (scope.name.rpartition(".")[2].startswith("test") or any(map(_is_fixture, scope.decorators))):
        return False
    if name in _TEMPORARY:
        return True
    made = of_name(evaluator, name, frame.path)
    if made is None:
        return False
    found = [v for each in _given(evaluator, made) for v in evaluator.values(each, Frame(*made))]
    return bool(found) and all(map(values.is_temporary, found))


def of_name(evaluator: Evaluator, name: str, path: str) -> tuple[str, int] | None:
    """The fixture that a parameter of a test in a file names: of the file itself, or of the nearest `conftest.py`."""
    if name in _OWN:
        return None
    folder, homes = dirname(path), [path]
    while True:
        homes.append(f"{folder}/conftest.py" if folder else "conftest.py")
        if not folder:
            break
        folder = dirname(folder)
    for home in homes:
        made = evaluator.denoter.modules.member(home, name) if home in evaluator.code.programs else None
        if type(made) is Local and any(map(_is_fixture, evaluator.code.scope(made.path, made.scope).decorators)):
            return made.path, made.scope
    return None


def _given(evaluator: Evaluator, made: tuple[str, int]) -> list[Expr]:
    """What a fixture hands to the test: what it returns, or yields."""
    index = evaluator.code.index(*made)
    return [*index.returns, *index.yields]


def _is_fixture(decorator: Expr) -> bool:
    func = decorator.func if type(decorator) is Call else decorator
    return last_name(func) == "fixture"
