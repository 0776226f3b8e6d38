"""What an answer was found by, when parts of files are enough."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from auditor.program.kept.parts import Part
from auditor.program.kept.traces import UNDER, Calls, Import, Since, Trace, Tree, since
from auditor.program.naming.code import Code
from tests.program.asking import program

Parts = dict[str, set[Part]]


def tree(text: str, last: Since | None) -> Tree:
    asked = program({"g.py": text})
    code = asked.code
    return Tree(code, asked.evaluator.invocations, since(code, {"g.py": text.encode()}, last))


@pytest.mark.parametrize(
    ("own", "other", "after"),
    [
        pytest.param({}, {"g.py": {1}}, {"g.py": {1}}, id="seen by the other alone"),
        pytest.param({"g.py": {0}}, {"g.py": {1}}, {"g.py": {0, 1}}, id="other parts"),
        pytest.param({"g.py": {0}}, {}, {}, id="all of it"),
    ],
)
def test_what_another_answer_was_found_by_is_taken_in(own: Parts, other: Parts, after: Parts) -> None:
    mine = Trace(files=dict.fromkeys(own, b"g"), parts=own)
    mine.take(Trace(files={"g.py": b"g"}, parts=other))
    assert (mine.parts, mine.files) == (after, {"g.py": b"g"})


def test_what_was_looked_at_as_a_whole_stays_so() -> None:
    mine = Trace(files={"g.py": b"g"})
    mine.take(Trace(files={"g.py": b"g"}, parts={"g.py": {1}}))
    assert not mine.parts


def test_a_trace_that_holds_by_parts_tells_what_the_file_is_now() -> None:
    first = tree("a = 1\nb = 1\n", None)
    trace = Trace(files={"g.py": first.file("g.py")}, parts={"g.py": {(0, "a")}}, held=first.since.number)
    second = tree("a = 1\nb = 2\n", first.since)
    assert trace.holds(second)
    assert trace.files == {"g.py": second.file("g.py")}
    third = tree("a = 2\nb = 2\n", second.since)
    assert not trace.holds(third)


def test_of_a_file_that_came_no_part_holds() -> None:
    first = tree("a = 1\n", None)
    trace = Trace(files={"h.py": None}, parts={"h.py": {(0, "a")}}, held=first.since.number)
    again = since(first.code, {"g.py": b"a = 1\n", "h.py": b""}, first.since)
    assert not trace.holds(Tree(first.code, first.invocations, again))


@pytest.mark.parametrize(
    ("asked", "come", "anew"),
    [
        pytest.param(("p/a.py", "h", 0), {}, False, id="nothing moved"),
        pytest.param(("p/a.py", "h", 0), {"p/k.py": ""}, False, id="another module"),
        pytest.param(("p/a.py", "h", 0), {"h.py": ""}, True, id="the module"),
        pytest.param(("p/a.py", "h.x", 0), {"h/__init__.py": "", "h/x.py": ""}, True, id="the package"),
        pytest.param(("p/q/a.py", "", 2), {"p/__init__.py": ""}, True, id="the folder it counts from"),
        pytest.param(("p", "h", UNDER), {"p/h.py": ""}, True, id="what lies under a folder"),
        pytest.param(("p/q", "", UNDER), {"p/q/__init__.py": ""}, True, id="the folder"),
    ],
)
def test_imports_are_asked_for_anew_where_something_of_their_names_moved(
    asked: Import, come: dict[str, str], anew: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {"p/a.py": "", "p/q/a.py": "", "p/q/b.py": ""}
    first = among(files, None)
    second = among(files | come, first)
    trace = Trace(imports={asked: first.imported(asked)}, held=first.since.number, among=first.code.modules.number)
    resolving: list[Import] = []
    really = Tree.imported

    def imported(tree: Tree, asked: Import) -> str | None:
        resolving.append(asked)
        return really(tree, asked)

    monkeypatch.setattr(Tree, "imported", imported)
    assert trace.holds(second) is (really(second, asked) == really(first, asked))
    assert bool(resolving) is anew


def test_imports_that_were_found_among_the_modules_of_an_older_tree_are_asked_for_anew() -> None:
    first = among({"a.py": ""}, None)
    trace = Trace(imports={("a.py", "h", 0): None}, held=first.since.number, among=first.code.modules.number)
    second = among({"a.py": "", "h.py": ""}, first)
    assert not trace.holds(among({"a.py": "", "h.py": "", "k.py": ""}, second))


def among(files: dict[str, str], last: Tree | None) -> Tree:
    """A tree of some files after another."""
    asked = program(files)
    code = Code(asked.files, asked.knowledge, modules=None if last is None else last.code.modules)
    digests = {path: path.encode() for path in files}
    return Tree(code, asked.evaluator.invocations, since(code, digests, None if last is None else last.since))


EFFECTS, SITE = object(), ("g.py", 0)


@pytest.mark.parametrize(
    ("found", "other"),
    [
        pytest.param(Trace(used={"g.py": EFFECTS}), Trace(used={"g.py": object()}), id="other effects"),
        pytest.param(Trace(told={"g.py": b"told"}), Trace(told={"g.py": b"else"}), id="told otherwise"),
        pytest.param(Trace(landing={SITE: ("a.py",)}), Trace(landing={SITE: ("b.py",)}), id="other files land"),
        pytest.param(Trace(carried={"g.py": b"land"}), Trace(carried={"g.py": b"else"}), id="something else lands"),
        pytest.param(Trace(names={1: "data"}), Trace(names={1: "other"}), id="another name"),
    ],
)
def test_what_is_known_of_calls_is_to_be_the_same(found: Trace, other: Trace) -> None:
    calls = Calls(
        effects=lambda _path: EFFECTS,
        told=lambda _path: b"told",
        landing=lambda _site: ("a.py",),
        carried=lambda _path: b"land",
    )
    known = replace(tree("a = 1\n", None), calls=calls, names={1: "data"})
    assert found.holds(known)
    assert not other.holds(known)
