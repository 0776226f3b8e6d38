"""Which names the programs of a tree say anywhere: what none of them says, no code can look up by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from auditor.model.ir import Assign, Attr, Call, Const, Imported, Item, Name, Param, Program, Record
from auditor.model.regex import regex
from auditor.program.naming.words import records

_NOT_WORD = regex(r"[^\w-]+")


def words_of(text: str) -> Iterator[str]:
    """The names in a text, with dashes as underscores."""
    for word in _NOT_WORD.split(text):
        if word:
            yield word.strip("-").replace("-", "_").lower()


def mentions(programs: Iterable[Program]) -> frozenset[str]:
    """Every name that a program can look up or fill: attributes, texts, parameters, what classes declare, and keywords,
    those with a literal left out: they say the name to set it aside."""
    found: set[str] = set()
    texts: set[str] = set()
    for program in programs:
        for scope in program.scopes:
            around = (scope.params, scope.decorators, scope.bases, scope.keywords, scope.returns)
            for node in records((scope.body, around)):
                if type(node) is Const:
                    if isinstance(node.value, str):
                        texts.add(node.value)
                elif type(node) in _SAYING:
                    found.update(_said(node))
            if scope.kind == "class":
                found.update(_declared(scope.body))
        texts.update(escape.text for escape in program.escapes)
    found.update(word for text in texts for word in words_of(text))
    return frozenset(found)


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


_SAYING = frozenset({Attr, Call, Param, Imported})


def _said(node: Record) -> Iterator[str]:
    if type(node) is Attr:
        yield node.name.lower()
    elif type(node) is Call:
        yield from (name.lower() for name, value in node.keywords if type(value) is not Const)
    elif type(node) is Param:
        yield node.name.lower()
    elif type(node) is Imported:
        yield node.bound.id.lower()


def _declared(body: tuple[object, ...]) -> Iterator[str]:
    """Fields of a class: settings are mapped onto them by name."""
    for statement in body:
        for target in statement.targets if type(statement) is Assign else ():
            if type(target) is Name:
                yield target.id.lower()
