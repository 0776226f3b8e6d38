"""The words of a program: what it writes out, in one walk."""

from __future__ import annotations

from auditor.model.ir import Const, If, Program
from auditor.program.naming.words import records, words_of
from auditor.source.program import read_program


def read(text: str) -> Program:
    program = read_program(text.encode())[0]
    assert program is not None
    return program


def test_texts_are_all_and_said_are_those_in_bodies() -> None:
    words = words_of(read("@route('/a')\ndef f(x='default'):\n    return load('b', mode='c')\n"))
    assert words.texts == {"/a", "default", "b", "c"}
    assert words.said == {"b", "c"}


def test_members_are_attributes_and_keywords_of_bodies() -> None:
    words = words_of(read("@app.route\ndef f():\n    a.b.c(d=1, **e)\n"))
    assert words.members >= {"b", "c", "d"}
    assert "route" not in words.members


def test_free_names_are_those_that_nothing_in_the_program_binds() -> None:
    words = words_of(read("import x\ndef f(a: Kind, b=start) -> Done:\n    c = x + a + d\n    return c\n"))
    assert {"Kind", "start", "Done", "d"} <= words.free
    assert not {"x", "c"} & words.free


def test_names_that_an_expression_binds_for_itself_are_not_free() -> None:
    words = words_of(read("found = [a + y for a, (b, c) in z]\nsorted(k, key=lambda d: d + e)\n"))
    assert words.free == {"y", "z", "sorted", "k", "e"}


def test_records_are_found_however_deep() -> None:
    scope = read("if 0:\n    while a:\n        if 1: f([{'k': 2}])\n").scopes[0]
    found = list(records(scope.body))
    assert sum(type(each) is If for each in found) == 2
    assert {each.value for each in found if type(each) is Const} == {0, 1, 2, "k"}


def test_told_is_what_a_program_can_look_up_or_fill() -> None:
    words = words_of(
        read(
            "from a import b as Alias\n@app.route(via=x)\nclass C:\n    field: int = 1\n"
            "    def f(self, taken=lambda inner: inner):\n        local = g(handed=x, aside=3)\n        return local.part\n"
        )
    )
    assert words.told >= {"Alias", "route", "via", "field", "self", "taken", "inner", "handed", "part"}
    assert not {"aside", "local", "b"} & words.told


def test_keyed_are_the_names_of_which_a_written_key_is_read() -> None:
    words = words_of(read("def f(a, b, c, d):\n    return a['k'], b.get('k'), c[d], d.pop('k')\n"))
    assert words.keyed == {"a", "b"}


def test_never_tells_of_a_branch_that_no_run_enters_however_deep() -> None:
    assert words_of(read("def f():\n    while x:\n        if False:\n            g()\n")).never
    assert words_of(read("if 0:\n    g()\n")).never
    assert not words_of(read("if 1:\n    g()\nif x:\n    h(False)\n")).never
