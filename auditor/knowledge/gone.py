"""What libraries do not have any more, by the table `gone.txt`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files

import msgspec


class Gone(msgspec.Struct, frozen=True):
    """A name, or a keyword of a call, that a library does not have any more.

    `version` is a release without it, mostly the first; `python` what that release needs; `instead` what stands in its place,
    "" where nothing does. `distributions` are the names under which the library is asked for; of Python itself it is `python`.
    """

    name: str
    keyword: str
    distributions: tuple[str, ...]
    version: str
    python: str
    instead: str

    @property
    def tail(self) -> str:
        """The last part of the name."""
        return self.name.rpartition(".")[2]

    @property
    def is_method(self) -> bool:
        """Whether it is something in a class: `pandas.DataFrame.append`."""
        return self.name.split(".")[-2][:1].isupper()


@cache
def gone() -> Mapping[tuple[str, str], Gone]:
    """All of it, by name and keyword."""
    found: list[Gone] = []
    for line in (files("auditor.knowledge") / "gone.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            head, _, rest = line.partition(": ")
            names, _, instead = rest.partition(" -> ")
            distributions, version, python = head.split()
            for written in names.split():
                name, _, keyword = written.partition("(")
                found.append(Gone(name, keyword[:-2], tuple(distributions.split("|")), version, python, instead))
    return {(each.name, each.keyword): each for each in found}


@cache
def roots() -> frozenset[str]:
    """The libraries that have lost anything, by the first part of what is imported."""
    return frozenset(name.partition(".")[0] for name, _ in gone())


class Lost(msgspec.Struct, frozen=True):
    """What some libraries have lost, by the last part of its name: what modules had, and what is looked for where it is called, the
    methods of classes and keywords of calls among it."""

    named: Mapping[str, tuple[Gone, ...]]
    called: Mapping[str, tuple[Gone, ...]]


@cache
def of_roots(libraries: frozenset[str]) -> Lost:
    """What libraries have lost that are imported by these names."""
    lost = [each for each in gone().values() if each.name.partition(".")[0] in libraries]
    plain = [each for each in lost if not each.keyword and not each.is_method]
    deep = [each for each in lost if each.keyword or each.is_method or each.name.count(".") > 1]
    return Lost(_by_tail(plain), _by_tail(deep))


def _by_tail(several: Iterable[Gone]) -> Mapping[str, tuple[Gone, ...]]:
    found: dict[str, tuple[Gone, ...]] = {}
    for each in several:
        found[each.tail] = (*found.get(each.tail, ()), each)
    return found
