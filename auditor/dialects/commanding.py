"""Commands that a framework is given in code, word by word."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.dialects.symbolic import Machine
from auditor.dialects.symbolic.things import Items, Thing, options
from auditor.language.shell import read_shell
from auditor.model.facts import Command, Word


def words(machine: Machine, thing: Thing | None) -> Iterator[Word]:
    """The words of a list of them, or the one; what is not known at all is left out."""
    for option in options(thing) if thing is not None else ():
        if isinstance(option, Items):
            for item in option.items:
                yield from words(machine, item)
        else:
            for value in machine.values(option)[:1]:
                yield Word(value.text(), value.exact)


def commands(found: list[Word], line: int) -> Iterator[Command]:
    """The command that some words are; a single text of several is read as a shell reads it."""
    if len(found) == 1 and " " in found[0].text:
        yield from read_shell(found[0].text, line=line)
    elif found:
        yield Command(tuple(found), line)
