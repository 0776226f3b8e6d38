"""What an answer was found by, when parts of files are enough."""

from __future__ import annotations

import pytest

from auditor.program.kept.parts import Part
from auditor.program.kept.traces import Since, Trace, Tree, since
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
