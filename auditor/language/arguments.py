"""Options and other words of a command: `-n 3 --name=x -xzf a.tgz b -- c`."""

from __future__ import annotations

from collections.abc import Container, Sequence

import msgspec

from auditor.model.facts import Word

_FLAG = Word("", exact=True)


class Arguments(msgspec.Struct, frozen=True):
    """The options of a command in order, each with its value ("" for a flag), and the words that are none."""

    options: tuple[tuple[str, Word], ...]
    rest: tuple[Word, ...]

    def first(self, *names: str) -> Word | None:
        """The value of the first of these options that is given."""
        return next((value for name, value in self.options if name in names), None)

    def every(self, *names: str) -> list[Word]:
        """The values of all options of these names."""
        return [value for name, value in self.options if name in names]

    def has(self, *names: str) -> bool:
        """Whether one of these options is given."""
        return any(name in names for name, _ in self.options)


def option_names(text: str) -> frozenset[str]:
    """Options that take a value, separated by blanks."""
    return frozenset(text.split())


def split(words: Sequence[Word], valued: Container[str] = (), *, leading: bool = False) -> Arguments:
    """Tell options from other words; `valued` are the options that take a value.

    Flags of one letter may stand together (`-xzf a.tgz`), and a value may follow its letter at once (`-n3`). Behind
    `--` nothing is an option; with `leading`, nothing is behind the first word that is none.
    """
    options: list[tuple[str, Word]] = []
    rest: list[Word] = []
    position = 0
    while position < len(words):
        word = words[position]
        position += 1
        if word.text == "--" or (leading and not _is_option(word)):
            rest += words[position - (word.text != "--") :]
            break
        if not _is_option(word):
            rest.append(word)
            continue
        made, waiting = _option(word, valued)
        if waiting and position < len(words):
            made[-1] = (made[-1][0], words[position])
            position += 1
        options += made
    return Arguments(tuple(options), tuple(rest))


def _is_option(word: Word) -> bool:
    return len(word.text) > 1 and word.text.startswith("-") and not word.text[1].isdigit()


def _option(word: Word, valued: Container[str]) -> tuple[list[tuple[str, Word]], bool]:
    """The options in one word; whether the last of them waits for the next word as its value."""
    name, equals, value = word.text.partition("=")
    if equals:
        return [(name, Word(value, word.exact))], False
    if name in valued:
        return [(name, _FLAG)], True
    if name.startswith("--"):
        return [(name, _FLAG)], False
    made: list[tuple[str, Word]] = []
    for position, letter in enumerate(name[1:], 1):
        if f"-{letter}" in valued:
            attached = name[position + 1 :]
            made.append((f"-{letter}", Word(attached, word.exact) if attached else _FLAG))
            return made, not attached
        made.append((f"-{letter}", _FLAG))
    # one word of several letters is also known as a whole: `-resume`
    return ([(name, _FLAG), *made] if len(name) > 2 else made), False
