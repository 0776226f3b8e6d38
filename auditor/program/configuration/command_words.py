"""The words of a command line, by the declared option that takes them."""

from __future__ import annotations

import msgspec

from auditor.model.facts import Word
from auditor.model.ir import Expr
from auditor.model.regex import regex
from auditor.program.naming.code import Frame
from auditor.program.symbolic.values import Values, literal, of_word

_PLACE = regex(r"\{(\d+)\}")


class Option(msgspec.Struct, frozen=True):
    """One declared option. `flags` are its spellings (none for a positional one).

    `takes` is `one`, `many` or `none` (`off` where giving it makes it false); `command` for the name of a sub-command.
    """

    dest: str
    flags: tuple[str, ...]
    default: tuple[Expr, Frame] | None
    takes: str
    path: str
    line: int

    @property
    def is_flag(self) -> bool:
        """Whether it takes no word: giving it is all it says."""
        return self.takes in ("none", "off")

    def says(self, words: list[Word] | None) -> bool:
        """What a flag is where these words are given for it; None where it is left out."""
        return (words is not None) is (self.takes == "none")


def distribute(words: list[Word], declared: tuple[Option, ...], subcommands: frozenset[str]) -> dict[str, list[Word]]:
    """The words of a command line by the option that takes them; positional options in the order they are declared."""
    by_flag = {flag: option for option in declared for flag in option.flags}
    waiting = [option for option in declared if not option.flags and option.takes != "command"]
    choosers = [option for option in declared if option.takes == "command"]
    found: dict[str, list[Word]] = {}
    position = 0
    while position < len(words):
        word = words[position]
        position += 1
        flag, equals, value = word.text.partition("=")
        option = by_flag.get(flag) if word.text.startswith("-") and len(word.text) > 1 else None
        if option is not None and equals:
            found.setdefault(option.dest, []).append(Word(value, word.exact))
        elif option is not None:
            taken = _taken(words, position, option)
            position += len(taken)
            found.setdefault(option.dest, []).extend(taken)
        elif word.text.startswith("-") and len(word.text) > 1:
            continue
        elif word.text in subcommands:
            subcommands = frozenset()
            found.update({option.dest: [word] for option in choosers})
        elif waiting:
            found.setdefault(waiting[0].dest, []).append(word)
            if waiting[0].takes != "many":
                del waiting[0]
    return found


def _taken(words: list[Word], position: int, option: Option) -> list[Word]:
    """The words that follow a flag and belong to it."""
    if option.is_flag:
        return []
    end = position
    while end < len(words) and not words[end].text.startswith("--") and (option.takes == "many" or end == position):
        end += 1
    return words[position:end]


def written(texts: tuple[Values, ...]) -> list[Word]:
    """A list of texts in the place of a command line, as its words; what is not one exact text is known by its place."""
    return [
        Word(values[0].text()) if len(values) == 1 and values[0].exact else Word(f"{{{place}}}", exact=False)
        for place, values in enumerate(texts)
    ]


def read(word: Word, texts: tuple[Values, ...]) -> Values:
    """The texts of such a word."""
    place = _PLACE.fullmatch(word.text) if not word.exact else None
    if place is not None and int(place[1]) < len(texts):
        return texts[int(place[1])]
    return (literal(word.text),) if word.exact else (of_word(word),)
