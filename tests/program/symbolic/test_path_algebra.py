"""Laws of the path algebra over symbolic texts."""

from __future__ import annotations

import posixpath
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from auditor.graph.artefacts.identity import matches, within
from auditor.program.symbolic.values import (
    Hole,
    Value,
    change_last,
    concat,
    covers,
    is_absolute,
    is_uri,
    join,
    literal,
    normal,
    parent,
    pattern,
    uri,
)

HOLES = st.builds(Hole, st.sampled_from(["param", "cli", "loop", "unknown"]), st.sampled_from(["a", "b", "n"]))
TEXT = st.text(alphabet="ab./{}*\\~ é:", max_size=8)
VALUES = st.builds(
    Value,
    st.lists(st.one_of(TEXT, HOLES), max_size=4).map(tuple),
    st.booleans(),
    st.floats(0.1, 0.95),
)
PLAIN = st.lists(st.sampled_from(["a", "b", "data", "x.csv", ".."]), min_size=1, max_size=4).map("/".join)


@given(VALUES, st.lists(VALUES, max_size=3))
def test_joining_never_raises_and_never_grows_surer_than_a_literal(base: Value, rest: list[Value]) -> None:
    result = join(base, *rest)
    assert isinstance(result.text(), str)
    assert 0 < result.confidence <= 0.95


@given(VALUES, st.integers(1, 6))
def test_going_up_never_raises_and_never_lengthens_a_folder(value: Value, times: int) -> None:
    assert isinstance(parent(value, times).text(), str)


@given(st.lists(VALUES, max_size=4))
def test_concatenation_is_the_concatenation_of_texts(listed: list[Value]) -> None:
    assert concat(listed).text() == "".join(value.text() for value in listed)


@given(st.text(max_size=30))
def test_normal_is_idempotent(text: str) -> None:
    assert normal(normal(text)) == normal(text)


@given(st.text(max_size=30))
def test_uri_is_idempotent(text: str) -> None:
    assert uri(uri(text)) == uri(text)


@given(st.text(alphabet="ab/._-{}*x", max_size=20))
def test_a_path_covers_and_matches_itself(text: str) -> None:
    assert matches(text, text)
    assert pattern(pattern(text)) == pattern(text)
    if "*" not in text and "{" not in text:
        assert covers(text, text)


@given(st.text(max_size=20), st.text(max_size=20))
def test_matching_never_raises(general: str, concrete: str) -> None:
    assert matches(general, concrete) in (True, False)
    assert covers(general, concrete) in (True, False)


@given(PLAIN, PLAIN)
@example("", "x.csv")
@example("a", "")
def test_plain_paths_join_as_the_standard_library_joins(one: str, other: str) -> None:
    assert join(literal(one), literal(other)).text() == posixpath.join(one, other)


@given(st.lists(st.sampled_from(["a", "b", "x.csv"]), min_size=2, max_size=5).map("/".join))
def test_going_up_is_dirname(path: str) -> None:
    assert parent(literal(path)).text() == posixpath.dirname(path)


@pytest.mark.parametrize(
    ("general", "concrete", "same"),
    [
        ("data/{date}.csv", "data/2024.csv", True),
        ("data/raw_{date}.csv", "data/raw_{day}.csv", True),
        ("data/{date}.csv", "data/{day}.csv", False),  # two names of which nothing is known
        ("data/{date}.csv", "data/a/b.csv", False),
        ("data/*.csv", "data/b.csv", True),
        ("data/*.csv", "data/{i}.csv", True),
        ("data/{i}.csv", "data/{i}.json", False),
        ("data/{**}", "data/a/b.csv", True),
        ("{a}/{b}", "{c}/{d}", False),
        ("{a}", "data/x.csv", False),
        ("data/x.csv", "data/{i}.csv", False),
        ("data/x.csv", "data/x.csv", True),
        ("data/x+1.csv", "data/xx1.csv", False),
    ],
)
def test_patterns_and_what_they_mean(general: str, concrete: str, same: bool) -> None:
    assert matches(general, concrete) is same


@pytest.mark.parametrize(
    ("written", "spelled"),
    [
        ("s3a://Bucket/k", "s3://Bucket/k"),
        ("S3N://b/k", "s3://b/k"),
        ("gcs://b/k", "gs://b/k"),
        ("https://User:pass@Host.org/a?x=1#y", "https://host.org/a"),
        ("s3://key:secret@bucket/k", "s3://bucket/k"),
        ("data/x", "data/x"),
    ],
)
def test_one_spelling_for_a_uri(written: str, spelled: str) -> None:
    assert uri(written) == spelled


@pytest.mark.parametrize(
    ("path", "clean"),
    [
        ("./a", "a"),
        ("a//b", "a/b"),
        ("a/../b", "b"),
        ("../a", "../a"),
        ("a\\b", "a/b"),
        (".", ""),
        ("", ""),
        ("a/", "a"),
    ],
)
def test_normal(path: str, clean: str) -> None:
    assert normal(path) == clean


def test_kinds_of_paths() -> None:
    assert all(map(is_absolute, ["/a", "~/a", "C:\\a", "d:/a"]))
    assert not any(map(is_absolute, ["a", "./a", "s3://b", "c"]))
    assert is_uri("s3://b/k")
    assert not is_uri("c:/a")
    assert within("a/b", "a")
    assert within("a", "a")
    assert not within("ab", "a")
    assert change_last(literal("a/b.csv"), str.upper).text() == "a/B.CSV"


@given(st.lists(st.sampled_from(["{a}", "a", "-", "/", "b/", "*"]), max_size=7), st.text(alphabet="ab-/", max_size=9))
def test_covering_is_what_the_plain_expression_says(pieces: list[str], concrete: str) -> None:
    plain = "".join("[^/]*" if piece in ("{a}", "*") else re.escape(piece) for piece in pieces)
    assert covers("".join(pieces), concrete) is (re.fullmatch(plain, concrete) is not None)


def test_many_holes_are_no_burden() -> None:
    """Tried at every place, twelve holes over sixty dashes take longer than anyone waits."""
    assert not covers("{a}-" * 12 + "z", "-" * 60)
    assert covers("{a}-" * 12 + "{b}", "-" * 60)
