"""What an answer about one file looks at is noted, and what concerns all files at once cannot be asked."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from auditor.program import Resolved
from auditor.program.kept.parts import (
    FIELDS,
    LISTS,
    OUTLINE,
    PRESENCE,
    STARS,
    STORES,
    Part,
    bound,
    placed,
    stored,
)
from auditor.program.kept.traces import Tree, since
from auditor.program.kept.watched import PartlyWatched, Watched
from auditor.program.naming.code import Code
from tests.program.asking import program

FILES = {"a.py": "import b\n", "b.py": "x = 1\n", "c.yaml": "k: 1\n"}


@pytest.fixture
def whole() -> Resolved:
    return program(FILES)


@pytest.fixture
def watched(whole: Resolved) -> Watched:
    contents = since(whole.code, {path: path.encode() for path in FILES}, None)
    found = Watched(Tree(whole.code, whole.evaluator.invocations, contents))
    _ = found.files["a.py"], found.programs["a.py"]  # had once, it is in the dict itself
    return found


@pytest.mark.parametrize("part", ["files", "programs"])
@pytest.mark.parametrize(
    "ask",
    [
        pytest.param(lambda files: files.items(), id="items"),
        pytest.param(lambda files: files.values(), id="values"),
        pytest.param(lambda files: files.keys(), id="keys"),
        pytest.param(lambda files: files.copy(), id="copy"),
        pytest.param(copy.copy, id="copied by the library"),
        pytest.param(dict, id="dict"),
        pytest.param(lambda files: {**files}, id="spread"),
        pytest.param(lambda files: files | {}, id="joined"),
        pytest.param(lambda files: {} | files, id="joined to another"),
        pytest.param(lambda files: files == {}, id="compared"),
        pytest.param(lambda files: files != {}, id="told apart"),
        pytest.param(list, id="paths"),
        pytest.param(reversed, id="reversed"),
        pytest.param(len, id="counted"),
        pytest.param(bool, id="whether there are any"),
    ],
)
def test_what_concerns_all_files_cannot_be_asked(watched: Watched, part: str, ask: Callable[[Any], object]) -> None:
    with pytest.raises(LookupError):
        ask(getattr(watched, part))


@pytest.mark.parametrize("part", ["files", "programs"])
@pytest.mark.parametrize(
    ("ask", "noted"),
    [
        pytest.param(lambda files: files["b.py"], {"b.py"}, id="had"),
        pytest.param(lambda files: files.get("b.py"), {"b.py"}, id="got"),
        pytest.param(lambda files: files.get("gone.py"), {"gone.py"}, id="not there"),
        pytest.param(lambda files: "b.py" in files, {"b.py"}, id="whether it is there"),
        pytest.param(lambda files: "gone.py" in files, {"gone.py"}, id="that it is not there"),
        pytest.param(lambda files: files["a.py"], set(), id="had before"),
    ],
)
def test_what_is_looked_at_is_noted(watched: Watched, part: str, ask: Callable[[Any], object], noted: set[str]) -> None:
    ask(getattr(watched, part))
    assert watched.trace.files.keys() == {"a.py"} | noted


def test_files_are_those_of_the_tree(whole: Resolved, watched: Watched) -> None:
    assert watched.files["c.yaml"] is whole.files["c.yaml"]
    assert watched.programs.get("b.py") is whole.code.programs["b.py"]


@pytest.mark.parametrize(
    ("ask", "parts"),
    [
        pytest.param(lambda code: code.outline("p.py"), {OUTLINE}, id="outline"),
        pytest.param(lambda code: code.scope("p.py", 1), {PRESENCE}, id="scope of which nothing is asked"),
        pytest.param(lambda code: code.scope("p.py", 1).body, {PRESENCE, 1}, id="body"),
        pytest.param(lambda code: code.scope("p.py", 1).kind, {PRESENCE, (1, FIELDS["kind"])}, id="kind"),
        pytest.param(lambda code: code.scope("p.py", 1).line, {PRESENCE, 1}, id="line"),
        pytest.param(lambda code: code.index("p.py", 1).returns, {PRESENCE, (1, LISTS["returns"])}, id="returns"),
        pytest.param(lambda code: code.index("p.py", 1).bindings, {PRESENCE, 1}, id="bindings"),
        pytest.param(lambda code: code.index("p.py", 0).final("x"), {PRESENCE, (0, "x")}, id="name"),
        pytest.param(lambda code: code.index("p.py", 0).reaching("x", 1, ()), {PRESENCE, (0, "x")}, id="name so far"),
        pytest.param(lambda code: code.index("p.py", 0).stars, {PRESENCE, (0, STARS)}, id="stars"),
        pytest.param(lambda code: code.stores("p.py", 1).get("y"), {PRESENCE, (1, stored("y"))}, id="an attribute"),
        pytest.param(lambda code: code.stores("p.py", 1).get("z", ()), {PRESENCE, (1, stored("z"))}, id="no attribute"),
        pytest.param(lambda code: sorted(code.stores("p.py", 1)), {PRESENCE, (1, STORES)}, id="attributes"),
        pytest.param(lambda code: len(code.stores("p.py", 1)), {PRESENCE, (1, STORES)}, id="how many attributes"),
        pytest.param(lambda code: code.index("p.py", 0).binds("x"), {PRESENCE, (0, bound("x"))}, id="whether bound"),
        pytest.param(lambda code: "p.py" in code.programs, {PRESENCE}, id="presence"),
        pytest.param(lambda code: code.programs["p.py"], None, id="program"),
        pytest.param(lambda code: code.leaves("p.py"), None, id="leaves"),
        pytest.param(lambda code: code.words("p.py"), None, id="words"),
    ],
)
def test_what_of_a_file_is_looked_at_is_noted(ask: Callable[[Code], object], parts: set[Part] | None) -> None:
    whole = program(
        {"p.py": "from m import *\nx = 1\nclass A:\n    def f(self):\n        self.y = x\n        return x\n"}
    )
    contents = since(whole.code, {"p.py": b"p"}, None)
    tree = Tree(whole.code, whole.evaluator.invocations, contents)
    watched, with_lines = PartlyWatched(tree), PartlyWatched(tree, lines=True)
    assert ask(watched) is not None
    assert watched.trace.files == {"p.py": b"p"}
    assert watched.trace.parts.get("p.py") == parts
    assert ask(with_lines) is not None
    in_lines = {part if part in (OUTLINE, PRESENCE) else placed(part) for part in parts or ()}
    assert with_lines.trace.parts.get("p.py", set()) == in_lines
    watched.note("p.py")
    assert not watched.trace.parts
