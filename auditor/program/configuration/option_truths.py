"""What options are known to be: by the words that each start of a program gives, or that a caller writes out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import msgspec

from auditor.model.facts import Word
from auditor.program.calls.truths import Thing, Things, settled
from auditor.program.configuration.command_words import Option

if TYPE_CHECKING:
    from auditor.program.symbolic.evaluate import Evaluator

_PERHAPS_FALSE = frozenset({"", "0", "0.0", "false", "False"})
"""Words that a type of the option may turn into something that counts as false."""


def things(evaluator: Evaluator, option: Option, given: Iterable[tuple[frozenset[int], list[Word] | None]]) -> Things:
    """What an option is in each of some starts, with the words given for it there; None where that is open."""
    found: list[Thing] = []
    for runs, words in given:
        of_start = _of_start(evaluator, option, words, runs)
        if of_start is None:
            return None
        found += of_start
    return found or None


def _of_start(evaluator: Evaluator, option: Option, words: list[Word] | None, runs: frozenset[int]) -> Things:
    if option.is_flag:
        return [Thing(option.says(words), runs=runs)]
    if words:
        word = words[0]
        plain = option.takes != "many" and word.exact and word.text not in _PERHAPS_FALSE
        return [Thing(word.text, runs=runs) if plain else Thing(None, is_object=True, runs=runs)]
    if option.default is None:
        return [Thing(None, runs=runs)] if option.takes == "one" and option.flags else None
    default = settled(evaluator, *option.default)
    return None if default is None else [msgspec.structs.replace(each, runs=runs) for each in default]
