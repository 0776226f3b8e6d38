"""Reads the library tables: heads cheaply and at once, bodies only when a name of the library is asked for."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

import msgspec

from auditor.knowledge.entry import (
    Argument,
    Domain,
    Entry,
    Kind,
    Library,
    Parse,
    PathSpec,
    Pin,
    RoleBy,
    RoleRefine,
    Seed,
    Status,
    TypeFacts,
    Value,
)
from auditor.model import compiled
from auditor.model.artefact import Role
from auditor.model.regex import regex

_HEAD_TEXT = regex(r'^(library|domain|draws) = "([^"]*)"$', re.MULTILINE)
_HEAD_LIST = regex(r"^(distributions|import_names) = \[(.*)\]$", re.MULTILINE)
_QUOTED = regex(r'"([^"]*)"')


class WrittenEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An `[[entry]]` as written. `names` with `within` stands for one entry per name."""

    role: Role | RoleBy
    status: Status
    name: str = ""
    within: str = ""
    names: tuple[str, ...] = ()
    path: PathSpec | None = None
    object: Argument | None = None
    dest: Argument | None = None
    source: Argument | None = None
    role_refine: RoleRefine | None = None
    seed: Seed | None = None
    pin: Pin | None = None
    attrs: dict[str, Value] = {}
    returns: str | None = None
    kind: Kind = "call"
    parse_as: Parse | None = None
    since: str | None = None
    removed: str | None = None
    note: str = ""

    def spelled(self) -> tuple[str, ...]:
        """The qualified names or patterns it stands for."""
        return (self.name,) if self.name else tuple(f"{self.within}.{name}" for name in self.names)


class WrittenTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One file of libraries/ as written."""

    library: str
    distributions: tuple[str, ...]
    import_names: tuple[str, ...]
    domain: Domain
    draws: str = ""
    checked_against: dict[str, str] = {}
    aliases: dict[str, str] = {}
    types: dict[str, TypeFacts] = {}
    entry: tuple[WrittenEntry, ...] = ()

    def entries(self) -> Iterator[Entry]:
        """One entry per name, classes returning themselves unless the table says otherwise."""
        for written in self.entry:
            for name in written.spelled():
                yield _entry(written, name)


def _entry(written: WrittenEntry, name: str) -> Entry:
    by = written.role if isinstance(written.role, RoleBy) else None
    returns = written.returns
    if returns is None and written.kind in ("class", "subclass") and "*" not in name:
        returns = name
    return Entry(
        name=name,
        library=name.partition(".")[0],
        role=by.default if by is not None else Role(written.role),
        status=written.status,
        role_by=by,
        path=written.path,
        object=written.object,
        dest=written.dest,
        source=written.source,
        role_refine=written.role_refine,
        seed=written.seed,
        pin=written.pin,
        attrs=written.attrs,
        returns=returns,
        kind=written.kind,
        parse_as=written.parse_as,
        since=written.since,
        removed=written.removed,
    )


def parse(text: str, name: str = "") -> WrittenTable:
    """The table in this TOML text, which is remembered under its `name`. Raises `tomllib.TOMLDecodeError` or `msgspec.ValidationError`."""
    return compiled.read(text, name, _written, WrittenTable) if name else _written(text)


def _written(text: str) -> WrittenTable:
    import tomllib

    return msgspec.convert(tomllib.loads(text), WrittenTable)


def head(file: str, text: str) -> Library:
    """The head of a table without parsing its body: its four keys, and `draws` if it has one, stand at the top, one line each."""
    top = text[: text.find("\n[")] if "\n[" in text else text
    found: dict[str, Any] = dict(_HEAD_TEXT.findall(top))
    found.update((key, tuple(_QUOTED.findall(names))) for key, names in _HEAD_LIST.findall(top))
    found["name"] = found.pop("library")
    return Library(file=file, **found)


def read_texts() -> dict[str, str]:
    """All shipped tables as text, by file name, in order."""
    found = {
        entry.name: entry.read_text(encoding="utf-8") for entry in _shipped().iterdir() if entry.name.endswith(".toml")
    }
    return dict(sorted(found.items()))


class Shipped(Mapping[str, str]):
    """The texts of the shipped tables, each read when it is asked for: a program uses a few of several hundred."""

    def __init__(self, names: Iterable[str]) -> None:
        self._texts: dict[str, str | None] = dict.fromkeys(names)

    def __getitem__(self, name: str) -> str:
        text = self._texts[name]
        if text is None:
            text = self._texts[name] = (_shipped() / name).read_text(encoding="utf-8")
        return text

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)


def read_heads() -> tuple[Library, ...]:
    """The heads of all shipped tables, in the order of their files; made anew where these have changed, or what reads them."""

    def make() -> tuple[Library, ...]:
        return tuple(head(name, text) for name, text in read_texts().items())

    return compiled.kept("heads", [files("auditor.knowledge")], make, tuple[Library, ...])


def _shipped() -> Traversable:
    return files("auditor.knowledge") / "libraries"


def read_distributions() -> dict[str, tuple[str, ...]]:
    """Import name → distributions, for names no table covers."""
    text = (files("auditor.knowledge") / "distributions.txt").read_text(encoding="utf-8")
    rows = (line.split() for line in text.splitlines() if line and not line.startswith("#"))
    return {row[0]: tuple(row[1:]) for row in rows}


def read_brought() -> dict[str, str]:
    """Distribution → the distributions that it always installs with it, spaces between: few of the many lines are asked for."""
    text = (files("auditor.knowledge") / "brings.txt").read_text(encoding="utf-8")
    return dict(line.split(" ", 1) for line in text.splitlines() if not line.startswith("#"))


def read_metrics() -> dict[str, tuple[str, str]]:
    """Word of a metric's name → which way is better, and what kind of metric of a classification it is."""
    text = (files("auditor.knowledge") / "metrics.txt").read_text(encoding="utf-8")
    rows = (line.split() for line in text.splitlines() if line and not line.startswith("#"))
    return {row[0]: (row[1], row[2]) for row in rows}


def read_unique_methods() -> dict[str, str]:
    """Method name → the entry it stands for whatever its receiver is."""
    text = (files("auditor.knowledge") / "unique_methods.txt").read_text(encoding="utf-8")
    rows = (line.split() for line in text.splitlines() if line and not line.startswith("#"))
    return {row[0]: row[1] for row in rows}


def digest(texts: Mapping[str, str]) -> str:
    """A digest of the tables, for cache keys."""
    total = hashlib.blake2b(digest_size=16)
    for name, text in texts.items():
        total.update(f"{name}\0{text}\0".encode())
    return total.hexdigest()
