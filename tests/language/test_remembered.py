from __future__ import annotations

from typing import Any

import pytest

from auditor.language import remembered
from auditor.language.shell import read_shell
from auditor.model.facts import Command, Word


def test_what_was_asked_before_is_not_read_again() -> None:
    asked: list[str] = []

    @remembered.remembered
    def read(text: str, guard: bool) -> tuple[Command, ...] | None:
        asked.append(text)
        return (Command((Word(text),), 1, guard=guard),) if text else None

    assert read("a", False) == read("a", False) == (Command((Word("a"),), 1),)
    assert read("a", True) != read("a", False)
    assert read("", False) is read("", False) is None
    assert asked == ["a", "a", ""]


def test_what_is_remembered_has_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembered, "MOST", 80)
    asked: list[str] = []

    @remembered.remembered
    def read(text: str) -> tuple[Command, ...]:
        asked.append(text)
        return (Command((Word(text * 10),), 1),)

    for text in ("abc", "abc", "defg", "abc", "h" * 50, "h" * 50):
        assert read(text)[0].words[0].text == text * 10
    assert asked == ["abc", "defg", "abc", "h" * 50, "h" * 50]


@pytest.mark.parametrize(
    "held",
    [
        {"reads": (Word("x" * 50),)},
        {"writes": (Word("x" * 50),)},
        {"body": "x" * 50},
        {"assignments": (("X", "x" * 50),)},
        {"environment": (("X", "x" * 50),)},
    ],
)
def test_all_that_a_command_holds_counts(held: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembered, "MOST", 40)
    asked: list[str] = []

    @remembered.remembered
    def read(text: str) -> tuple[Command, ...]:
        asked.append(text)
        return (Command((Word(text),), 1, **(held if text == "much" else {})),)

    for text in ("much", "much", "less", "less"):
        read(text)
    assert asked == ["much", "much", "less"]


def test_lines_of_a_text_are_read_once_wherever_they_stand() -> None:
    first = read_shell("python a.py\npython b.py\n", line=3)
    again = read_shell("python b.py\n\n\npython a.py\n", line=10)
    assert [(command.words[1].text, command.line) for command in first] == [("a.py", 3), ("b.py", 4)]
    assert [(command.words[1].text, command.line) for command in again] == [("b.py", 10), ("a.py", 13)]


def test_half_a_character_is_read_and_not_remembered() -> None:
    assert read_shell("python \ud800.py")[0].words[1].text == "\ud800.py"
