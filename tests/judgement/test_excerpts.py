"""The code that findings rest on: what is around a place, joined where places lie close, and never a secret."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from auditor.judgement.excerpts import AROUND, COLUMNS, Read, excerpts
from auditor.model.finding import Finding, Severity
from auditor.model.place import Place

TEXT = "".join(f"line {number}\n" for number in range(1, 41))


def finding(*places: Place) -> Finding:
    first, *others = places
    related = tuple(place.says("seen here") for place in others)
    return Finding("LKG001", ".", Severity.HIGH, 1.0, "m", "r", "e", first, related)


def reader(**files: bytes) -> Read:
    def read(paths: Iterable[str]) -> Iterator[tuple[str, bytes | None]]:
        for path in paths:
            yield path, files.get(path)

    return read


def test_a_place_has_the_lines_around_it() -> None:
    (found,) = excerpts([finding(Place("a", 10))], reader(a=TEXT.encode()))
    assert (found.first, found.lines[0], found.lines[-1]) == (10 - AROUND, f"line {10 - AROUND}", f"line {10 + AROUND}")


def test_places_that_lie_close_share_one_excerpt_and_others_do_not() -> None:
    found = excerpts([finding(Place("a", 10), Place("a", 15)), finding(Place("a", 30))], reader(a=TEXT.encode()))
    assert [(each.first, len(each.lines)) for each in found] == [(7, 12), (27, 7)]


def test_an_excerpt_ends_with_the_file_and_a_line_beyond_it_has_none() -> None:
    found = excerpts([finding(Place("a", 1)), finding(Place("a", 99))], reader(a=b"one\r\ntwo\r\n"))
    assert [(each.first, each.lines[:2]) for each in found] == [(1, ("one", "two"))]


def test_secrets_are_taken_out() -> None:
    token = "ghp_" + "aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5"
    (found,) = excerpts([finding(Place("a", 1))], reader(a=f"TOKEN = '{token}'\n".encode()))
    assert found.lines[0] == "TOKEN = '***'"


def test_secrets_are_taken_out_but_of_what_was_searched_before() -> None:
    line = "TOKEN = 'ghp_" + "aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5'"
    found = excerpts([finding(Place("a", 1)), finding(Place("b", 1))], reader(a=line.encode(), b=b"x = 1\n"), {"b"})
    assert [excerpt.lines[0] for excerpt in found] == ["TOKEN = '***'", "x = 1"]


def test_cells_of_a_notebook_count_their_own_lines() -> None:
    cells = [
        {"cell_type": "markdown", "source": ["# title"]},
        {
            "cell_type": "code",
            "source": ["import a\n", "a.fit()"],
            "outputs": [],
            "execution_count": None,
            "metadata": {},
        },
    ]
    book = json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()
    (found,) = excerpts([finding(Place("n.ipynb", 2, cell=1))], reader(**{"n.ipynb": book}))
    assert (found.cell, found.first, found.lines) == (1, 1, ("import a", "a.fit()"))


def test_what_is_no_text_or_absent_has_no_excerpt() -> None:
    assert not excerpts([finding(Place("a", 1)), finding(Place("b", 1)), finding(Place("."))], reader(a=b"\x00\x01\n"))


def test_long_lines_are_cut() -> None:
    (found,) = excerpts([finding(Place("a", 1))], reader(a=b"x" * 5_000))
    assert len(found.lines[0]) == COLUMNS
