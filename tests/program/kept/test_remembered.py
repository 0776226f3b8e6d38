"""What was found of plain values is remembered by later processes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from auditor.program.kept.remembered import Remembered
from tests.program.kept.shop import Held

ASKED: list[str] = []


def shout(word: str, times: int) -> tuple[str, ...]:
    """A question that takes long, as it were."""
    ASKED.append(word)
    return (word.upper(),) * times


def asked(held: Held | None, word: str, times: int, version: str = "1") -> tuple[tuple[str, ...], int]:
    """An answer, and how often it was found anew."""
    ASKED.clear()
    remembered = Remembered(held, version)
    found = remembered.ask(shout, (word, times), tuple[str, ...])
    remembered.store()
    return found, len(ASKED)


def test_it_is_found_once() -> None:
    held = Held()
    assert asked(held, "a", 2) == (("A", "A"), 1)
    assert asked(held, "a", 2) == (("A", "A"), 0)


@pytest.mark.parametrize(("word", "times", "version"), [("b", 2, "1"), ("a", 3, "1"), ("a", 2, "2")])
def test_other_values_and_other_code_are_asked_anew(word: str, times: int, version: str) -> None:
    held = Held()
    asked(held, "a", 2)
    assert asked(held, word, times, version) == ((word.upper(),) * times, 1)


@pytest.mark.parametrize(
    "spoilt", [lambda _: b"", lambda value: value[:-3], lambda _: b"x\x9c\x03\x00\x00\x00\x00\x01"]
)
def test_a_damaged_answer_is_found_anew(spoilt: Callable[[bytes], bytes]) -> None:
    held = Held()
    asked(held, "a", 2)
    held.values = {key: spoilt(value) for key, value in held.values.items()}
    assert asked(held, "a", 2) == (("A", "A"), 1)
    assert asked(held, "a", 2) == (("A", "A"), 0)


def test_without_a_store_it_is_found_each_time() -> None:
    assert asked(None, "a", 2) == asked(None, "a", 2) == (("A", "A"), 1)
