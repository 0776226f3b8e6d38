"""What libraries do not have any more, by the table `gone.txt`."""

from __future__ import annotations

from collections.abc import Mapping
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


@cache
def gone() -> Mapping[str, tuple[Gone, ...]]:
    """All of it, by the last part of the name."""
    found: dict[str, tuple[Gone, ...]] = {}
    for line in (files("auditor.knowledge") / "gone.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            head, _, rest = line.partition(": ")
            names, _, instead = rest.partition(" -> ")
            distributions, version, python = head.split()
            for written in names.split():
                name, _, keyword = written.partition("(")
                one = Gone(name, keyword[:-2], tuple(distributions.split("|")), version, python, instead)
                tail = name.rpartition(".")[2]
                found[tail] = (*found.get(tail, ()), one)
    return found


@cache
def roots() -> frozenset[str]:
    """The libraries that have lost anything, by the first part of what is imported."""
    return frozenset(each.name.partition(".")[0] for several in gone().values() for each in several)
