"""Which names the programs of a tree say anywhere: what none of them says, no code can look up by name."""

from __future__ import annotations

from collections.abc import Iterable

from auditor.model.ir import Assign, Attr, Const, Item, Program
from auditor.model.regex import regex
from auditor.program.naming.code import Code
from auditor.program.naming.words import records

_NOT_WORD = regex(r"[^\w-]+")


def words_of(text: str) -> set[str]:
    """The names in a text, with dashes as underscores."""
    found = set(_NOT_WORD.split(text))
    found.discard("")
    return {word.strip("-").replace("-", "_").lower() for word in found}


def mentions(code: Code) -> frozenset[str]:
    """Every name that the programs of a tree can look up or fill (see `Words.told`), and every word of their texts."""
    return frozenset[str]().union(*(code.of_program(path, _mentioned, frozenset[str]) for path in code.programs))


def _mentioned(code: Code, path: str) -> frozenset[str]:
    words = code.words(path)
    texts = (*words.texts, *(escape.text for escape in code.programs[path].escapes))
    # No word goes over the end of a line: all texts are split at once.
    return frozenset({name.lower() for name in words.told} | words_of("\n".join(texts)))


def stored(programs: Iterable[Program]) -> frozenset[str]:
    """The names under which programs put something into an object or a mapping: `x["name"] = …`, `x.name = …`."""
    found: set[str] = set()
    for program in programs:
        for scope in program.scopes:
            for node in records(scope.body):
                for target in node.targets if type(node) is Assign else ():
                    if type(target) is Attr:
                        found.add(target.name.lower())
                    elif type(target) is Item and type(target.key) is Const and isinstance(target.key.value, str):
                        found.add(target.key.value.lower())
    return frozenset(found)
