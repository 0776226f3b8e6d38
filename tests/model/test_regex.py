"""Expressions that wait until they are asked."""

from __future__ import annotations

import ast
import copy
import gc
import importlib
import pkgutil
import re
from pathlib import Path

import pytest

from auditor.model import regex as room
from auditor.model.regex import regex

ROOT = Path(__file__).parents[2]


def test_an_expression_answers_as_a_compiled_one_does() -> None:
    lazy, compiled = regex(r"(?P<key>\w+)=(\d+)", re.I), re.compile(r"(?P<key>\w+)=(\d+)", re.I)
    found = lazy.fullmatch("Depth=3")
    assert found is not None
    assert found.groupdict() == {"key": "Depth"}
    assert lazy.sub("x", "a=1, b=2") == compiled.sub("x", "a=1, b=2") == "x, x"
    assert (lazy.pattern, lazy.flags, lazy.groups, lazy.groupindex) == (
        compiled.pattern,
        compiled.flags,
        compiled.groups,
        compiled.groupindex,
    )
    assert regex(rb"\d+").findall(b"1 22") == [b"1", b"22"]


def test_nothing_is_compiled_before_a_question_and_then_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def noting(text: str, flags: int = 0) -> re.Pattern[str]:
        asked.append(text)
        return re.compile(text, flags)

    monkeypatch.setattr(room, "re", type("Noting", (), {"compile": staticmethod(noting)}))
    lazy = regex(r"never\d")
    assert lazy.pattern == r"never\d"
    assert not asked
    assert lazy.search("never1")
    assert lazy.search("never2")
    assert lazy.sub("", "never3") == ""
    assert asked == [r"never\d"]


def test_an_expression_can_be_copied() -> None:
    assert copy.deepcopy(regex(r"a+", re.I)).search("xAA")


def test_what_an_expression_has_not_is_said() -> None:
    with pytest.raises(AttributeError):
        regex("a").searched  # type: ignore[attr-defined]  # noqa: B018  # that it is not there is the point


def test_no_module_compiles_when_it_is_imported() -> None:
    """What waits until it is asked is asked nothing at import; `regex` is the one way to write a constant expression."""
    sources = (path for room in ("auditor", "rules") for path in sorted((ROOT / room).rglob("*.py")))
    eager = [f"{path.relative_to(ROOT)}:{line}" for path in sources for line in _compiling(ast.parse(path.read_text()))]
    assert not eager


def _compiling(tree: ast.Module) -> list[int]:
    lines, waiting = [], list(ast.iter_child_nodes(tree))
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            waiting.append(node.args)  # defaults are made at import, the body is not run
            continue
        if isinstance(node, ast.expr | ast.stmt) and _compiles(node):
            lines.append(node.lineno)
        waiting.extend(ast.iter_child_nodes(node))
    return lines


def _compiles(node: ast.AST) -> bool:
    """`re.compile(…)`, `from re import compile`, and `regex(…).search`, which asks at once."""
    if isinstance(node, ast.ImportFrom):
        return node.module == "re" and any(alias.name == "compile" for alias in node.names)
    if isinstance(node, ast.Attribute):
        return isinstance(node.value, ast.Call) and ast.unparse(node.value.func) == "regex"
    return isinstance(node, ast.Call) and ast.unparse(node.func) == "re.compile"


@pytest.mark.parametrize(
    "text",
    ["A = re.compile('a')", "from re import compile as c", "A = regex('a').search", "def f(a=re.compile('a')): ..."],
)
def test_what_compiles_at_import_is_seen(text: str) -> None:
    assert _compiling(ast.parse(text))
    assert not _compiling(ast.parse("A = regex('a')\ndef f():\n    return re.compile('a'), regex('b').search\n"))


def test_every_expression_of_the_program_is_well_formed() -> None:
    """A slip in one would otherwise show only when the format it is for turns up."""
    for module in pkgutil.walk_packages([str(ROOT / "auditor")], "auditor."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    gc.unfreeze()  # what another test froze is not listed
    waiting = [thing for thing in gc.get_objects() if type(thing) is room._Uncompiled]
    assert len(waiting) > 500
    for expression in waiting:
        assert expression.flags is not None
