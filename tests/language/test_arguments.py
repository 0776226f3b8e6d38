"""Options of commands."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.language.arguments import option_names, split
from auditor.model.facts import Word


def read(line: str, valued: str = "", *, leading: bool = False) -> tuple[list[str], list[str]]:
    made = split([Word(word, exact=True) for word in line.split()], option_names(valued), leading=leading)
    return [f"{name} {value.text}".strip() for name, value in made.options], [word.text for word in made.rest]


@pytest.mark.parametrize(
    ("line", "valued", "options", "rest"),
    [
        ("-n 3 a", "-n", ["-n 3"], ["a"]),
        ("-n3 a", "-n", ["-n 3"], ["a"]),
        ("--name=x a", "", ["--name x"], ["a"]),
        ("--name x a", "--name", ["--name x"], ["a"]),
        ("--flag x", "", ["--flag"], ["x"]),
        ("-xzf a.tgz b", "-f", ["-x", "-z", "-f a.tgz"], ["b"]),
        ("-xz a", "", ["-xz", "-x", "-z"], ["a"]),
        ("a -- -b", "", [], ["a", "-b"]),
        ("a - -1", "", [], ["a", "-", "-1"]),
        ("-o", "-o", ["-o"], []),
    ],
)
def test_options_are_told_from_words(line: str, valued: str, options: list[str], rest: list[str]) -> None:
    assert read(line, valued) == (options, rest)


def test_leading_options_end_at_the_first_word() -> None:
    assert read("-a b -c", leading=True) == (["-a"], ["b", "-c"])
    assert read("-a -- b -- c", leading=True) == (["-a"], ["b", "--", "c"])


def test_options_are_asked_by_any_of_their_names() -> None:
    made = split([Word(word, exact=True) for word in ["-o", "a", "--out", "b", "-v"]], {"-o", "--out"})
    assert made.first("--out", "-o") == Word("a", exact=True)
    assert made.first("--other") is None
    assert [word.text for word in made.every("-o", "--out")] == ["a", "b"]
    assert (made.has("-v"), made.has("-x")) == (True, False)


@given(st.lists(st.text(max_size=6), max_size=6), st.booleans())
def test_any_words_split(texts: list[str], leading: bool) -> None:
    made = split([Word(text, exact=True) for text in texts], {"-a", "--b"}, leading=leading)
    assert len(made.rest) <= len(texts)
