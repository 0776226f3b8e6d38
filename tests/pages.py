"""The examples on a rule's page, as small trees held in memory."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha1

from msgspec.structs import replace

from auditor.graph import Graphs
from auditor.graph.parts.components import component_roots
from auditor.knowledge import load
from auditor.model.changes import Change, Commit, History
from auditor.model.facts import Facts
from auditor.model.listing import Entry, Listing, Target
from auditor.model.settings import Settings
from auditor.program import resolve
from auditor.readers import candidates, read_file

_BLOCK = re.compile(r"^```(\w+)(.*?)\n(.*?)^```$", re.M | re.S)
_OPTION = re.compile(r'(\w+)="([^"]*)"')
_SIXTEEN = "Q7M2X9K4W8R3T6Z5"
"""What stands for `{sixteen}` in an example: sixteen letters of a credential, which no page may hold itself."""
_MARK = re.compile(r"# <- ([A-Z]{3}\d{3})")


@dataclass
class Example:
    """One tree of a page: its files, and what must be found as (rule, path, line or None)."""

    name: str
    bad: bool
    files: dict[str, str] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    expected: set[tuple[str, str, int | None]] = field(default_factory=set)
    history: History = field(default_factory=lambda: History("none"))


def examples(text: str) -> Iterator[Example]:
    """The examples under `## Bad` and `## Good`; a `###` heading begins a new one."""
    for heading in ("Bad", "Good"):
        match = re.search(rf"^## {heading}\s*$(.*?)(?=^## |\Z)", text, re.M | re.S)
        if match is None:
            continue
        pieces = re.split(r"^### +(.+)$", match[1], flags=re.M)
        named = [("", pieces[0]), *zip(pieces[1::2], pieces[2::2], strict=True)]
        for name, body in named:
            if "```" in body:
                yield _example(f"{heading} {name}".strip(), heading == "Bad", body)


def _example(name: str, bad: bool, body: str) -> Example:
    example = Example(name, bad)
    for language, options, text in _BLOCK.findall(body):
        given = dict(_OPTION.findall(options))
        if language == "history":
            example.history = scripted(text)
            continue
        text += "".join(f"PADDING_{n} = {n}\n" for n in range(int(given.get("pad", "0"))))
        for path, content in _repeated(given["title"], text, int(given.get("repeat", "0"))):
            _add(example, path, content, given)
        if "expect" in given:
            rule, _, where = given["expect"].partition(" ")
            place, _, line = where.partition(":")
            example.expected.add((rule, "." if where == "component" else place, int(line) if line else None))
    return example


def scripted(text: str) -> History:
    """A history, the newest first: a number of commits and the files that each changes, `by 1` where a second person made
    them; one commit a week."""
    commits: list[Commit] = []
    for line in text.strip().splitlines():
        said, _, author = line.partition(" by ")
        times, *paths = said.split()
        changes = tuple(Change(path, "M", "0" * 40) for path in paths)
        commits += [Commit("0" * 40, 0, int(author or 0), "change", changes)] * int(times)
    week, last = 7 * 86_400, 1_700_000_000
    return History("full", tuple(replace(c, time=last - n * week) for n, c in enumerate(commits)))


def _repeated(title: str, text: str, times: int) -> Iterator[tuple[str, str]]:
    if not times:
        yield title, text
        return
    stem, _, suffix = title.rpartition(".")
    for number in range(times):
        filled = text.replace("{next}", str((number + 1) % times)).replace("{first}", "0")
        yield f"{stem}{number}.{suffix}", "" if f"import {stem}{number}\n" in filled else filled


def _add(example: Example, path: str, text: str, given: dict[str, str]) -> None:
    for number, line in enumerate(text.splitlines(), 1):
        for rule in _MARK.findall(line):
            example.expected.add((rule, path, number))
    example.files[path] = re.sub(r"\s*# <- [A-Z]{3}\d{3}", "", text).replace("{sixteen}", _SIXTEEN)
    if "size" in given:
        example.sizes[path] = int(given["size"])


def graphs(
    files: dict[str, str],
    sizes: dict[str, int] | None = None,
    archetypes: str = "",
    history: History | None = None,
    unread: tuple[str, ...] = (),
) -> Graphs:
    """The graph of a tree held in memory, all its components of the given archetypes; `unread` is what was left out."""
    facts: dict[str, Facts] = {}
    for path, text in files.items():
        readers = candidates(path)
        if readers:
            facts[path] = read_file(readers, text.encode())
    entries = tuple(
        Entry(path, sha1(text.encode(), usedforsecurity=False).hexdigest(), (sizes or {}).get(path, len(text)))
        for path, text in sorted(files.items())
    )
    listing = Listing(Target("memory", "folder", "example", history="none"), entries, unread=unread)
    roots = component_roots(facts) if archetypes else ()
    settings = Settings(components={root or ".": archetypes for root in roots})
    return Graphs(resolve(facts, frozenset(files), load()), listing, settings, lambda: history or History("none"))
