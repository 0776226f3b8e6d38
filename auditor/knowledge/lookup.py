"""The lookup over the tables: what a qualified name means, what it returns, who installs it.

Tables are parsed when a name under their root is first asked for; all answers are remembered.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import cache, cached_property
from importlib.resources import files
from typing import TypeAlias

import msgspec

from auditor.knowledge import row_effects, tables
from auditor.knowledge.entry import SELF, Entry, Library, TypeFacts, Value
from auditor.knowledge.patterns import NameTable
from auditor.model import compiled
from auditor.model.artefact import Role

_Playing: TypeAlias = tuple[tuple[str, list[dict[str, Value]]], ...]
"""Libraries with the attributes of their entries."""

_MAX_BASES = 16  # types a walk over `inherits` may visit: tables are ours, but a cycle must not hang
_OFTEN = 0.01  # share of the distributions of `brings.txt` that bring what is often brought
_KEEP_TYPE = frozenset({Role.TRANSFORM, Role.SAMPLE, Role.FIT_TRANSFORM, Role.FIT, Role.MODE})


class Knowledge:
    """What calls mean. Made by `load()`; tests may make one from tables of their own."""

    def __init__(
        self,
        texts: Mapping[str, str],
        distributions: dict[str, tuple[str, ...]],
        methods: dict[str, str],
        brought: Callable[[], Mapping[str, str]] = dict,
        *,
        shipped: tuple[Library, ...] = (),
    ):
        """`brought` reads, when it is first asked for, what a distribution installs with it.
        `shipped`: the tables are those of the package, with these heads, and their compiled form is kept."""
        self._texts = texts
        self._shipped_distributions = distributions
        self._brought = cache(brought)
        self._shipped = bool(shipped)
        self._unique = methods
        self._libraries = shipped or tuple(tables.head(name, text) for name, text in texts.items())
        self._files: dict[str, list[str]] = {}  # first part of an import name → files to parse
        self._by_import: dict[str, Library] = {}
        for library in self._libraries:
            for name in library.import_names:
                self._by_import[name] = library
                waiting = self._files.setdefault(name.partition(".")[0], [])
                if library.file not in waiting:
                    waiting.append(library.file)
        self._library_of: dict[str, Library | None] = {}
        self._read: set[str] = set()
        self._entries = NameTable[Entry]()
        self._older: dict[str, list[Entry]] = {}  # further version ranges of the same name
        self._types = NameTable[TypeFacts]()
        self._made_by = NameTable[str]()
        self._aliases: dict[str, str] = {}
        self._canonical: dict[str, str] = {}  # by the aliases read so far
        self._lookups: dict[str, Entry | None] = {}
        self._methods: dict[tuple[str, str], Entry | None] = {}
        self._returns: dict[str, str | None] = {}
        self._told_apart: set[str] = set()  # calls that mean something else with some literal argument

    # --- reading ---------------------------------------------------------------------------------

    def _need(self, name: str) -> None:
        """Parse the tables of the name's root, once."""
        root = name.partition(".")[0]
        if root in self._read:
            return
        self._read.add(root)
        for file in self._files.get(root, ()):
            if file not in self._read:
                self._read.add(file)
                self._take(self._parsed(file))

    def _parsed(self, file: str) -> tables.WrittenTable:
        return tables.parse(self._texts[file], file if self._shipped else "")

    def _take(self, table: tables.WrittenTable) -> None:
        self._aliases.update(table.aliases)
        self._canonical.clear()
        for name, facts in table.types.items():
            if facts.inherits or facts.closed_under_methods or self._types.literal(name) is None:
                self._types.add(name, facts)  # another library may only add makers to a type
            for maker in facts.made_by:
                self._made_by.add(maker, name)
        makers = [maker for facts in table.types.values() for maker in facts.made_by]
        self._told_apart.update(name.partition("(")[0] for name in (*makers, *table.types) if "(" in name)
        for entry in table.entries():
            if "(" in entry.name:
                self._told_apart.add(entry.name.partition("(")[0])
            known = self._entries.literal(entry.name)
            if known is None or known.removed is not None:
                self._entries.add(entry.name, entry)
            if known is not None:
                self._older.setdefault(entry.name, []).append(known if known.removed is not None else entry)

    # --- names -----------------------------------------------------------------------------------

    def canonical(self, qualified: str) -> str:
        """The name with aliases applied; the longest alias that is the name or a prefix of it counts."""
        known = self._canonical.get(qualified)
        if known is not None:
            return known
        self._need(qualified)
        known = self._aliased(qualified.replace('"', "'"))
        self._canonical[qualified] = known
        return known

    def _aliased(self, qualified: str) -> str:
        end = len(qualified)
        while end > 0:
            target = self._aliases.get(qualified[:end])
            if target is not None:
                self._need(target)
                return target + qualified[end:]
            end = qualified.rfind(".", 0, end)
        return qualified

    def lookup(self, qualified: str) -> Entry | None:
        """What the qualified name means, aliases applied; a literal name beats a wildcard."""
        if qualified in self._lookups:
            return self._lookups[qualified]
        name = self.canonical(qualified)
        owner, _, method = name.rpartition(".")
        found = self._entries.literal(name)
        if found is None and owner:
            found = self.method(owner, method)
        elif found is not None:
            found = _bound(found, owner)
        self._lookups[qualified] = found
        return found

    def tells_apart(self, qualified: str) -> bool:
        """Whether calls of the name mean different things by a literal argument: `boto3.client('s3')`."""
        return self.canonical(qualified) in self._told_apart

    def knows(self, qualified: str) -> bool:
        """Whether a name with a literal argument is told apart: it has an entry, or makes a type."""
        name = self.canonical(qualified)
        return self._entries.literal(name) is not None or self._made_by.get(name) is not None

    def variants(self, qualified: str) -> tuple[Entry, ...]:
        """All version ranges of the name, the current one first."""
        entry = self.lookup(qualified)
        return () if entry is None else (entry, *self._older.get(entry.name, ()))

    def bases(self, type_name: str) -> tuple[str, ...]:
        """The type and what it inherits, nearest first, as far as the tables say."""
        first = self.canonical(type_name)
        if self._types.get(first) is None:
            made = self._made_by.get(first)  # an attribute such as `SparkSession.builder` stands for its type
            first = made if made is not None and made != SELF else first
        order = [first]
        for name in order:
            self._need(name)
            facts = self._types.get(name)
            if facts is not None and len(order) < _MAX_BASES:
                order += [base for base in facts.inherits if base not in order]
        return tuple(order)

    def method(self, type_name: str, method: str) -> Entry | None:
        """The entry of a method on a receiver of this type, inherited ones included; its `returns` is bound."""
        key = (type_name, method)
        if key in self._methods:
            return self._methods[key]
        bases = self.bases(type_name)
        found = next((hit for base in bases if (hit := self._entries.literal(f"{base}.{method}"))), None)
        if found is None:
            found = next((hit for base in bases if (hit := self._entries.matching(f"{base}.{method}"))), None)
        if found is not None:
            found = _bound(found, bases[0])
            if found.returns is None and found.role in _KEEP_TYPE and self._closed(bases):
                found = msgspec.structs.replace(found, returns=bases[0])
        self._methods[key] = found
        return found

    def unique_method(self, method: str) -> Entry | None:
        """The entry of a method name that means one thing whatever its receiver is (`to_parquet`)."""
        target = self._unique.get(method)
        return self.lookup(target) if target is not None else None

    # --- types -----------------------------------------------------------------------------------

    def returns(self, qualified: str) -> str | None:
        """The type of the call's result, or of the attribute; None when the tables do not say."""
        if qualified in self._returns:
            return self._returns[qualified]
        self._returns[qualified] = None  # stands while bases are walked
        found = self._returned(self.canonical(qualified))
        self._returns[qualified] = found
        return found

    def _returned(self, name: str) -> str | None:
        owner, _, method = name.rpartition(".")
        entry = self._entries.literal(name)
        if entry is not None and entry.returns is not None:
            return _bound(entry, owner).returns
        made = self._made_by.get(name)
        if made is not None or not owner:
            return self.bases(owner)[0] if made == SELF else made
        entry = entry or self.method(owner, method)
        if entry is not None and entry.returns is not None:
            return _bound(entry, owner).returns
        bases = self.bases(owner)
        for base in bases[1:]:
            made = self._made_by.get(f"{base}.{method}")
            if made is not None:
                return bases[0] if made == SELF else made
        if (entry is None or entry.role in _KEEP_TYPE) and self._closed(bases):
            return bases[0]
        return None

    def _closed(self, bases: tuple[str, ...]) -> bool:
        return any((facts := self._types.get(base)) is not None and facts.closed_under_methods for base in bases)

    def is_type(self, qualified: str) -> bool:
        """Whether the tables know the name as a type (by its own record or as a class entry)."""
        name = self.canonical(qualified)
        if self._types.get(name) is not None:
            return True
        entry = self._entries.literal(name)
        return entry is not None and entry.kind in ("class", "subclass")

    # --- libraries -------------------------------------------------------------------------------

    def library(self, import_name: str) -> Library | None:
        """The library that an import name or a qualified name belongs to."""
        if import_name not in self._library_of:
            self._library_of[import_name] = self._find_library(import_name)
        return self._library_of[import_name]

    def _find_library(self, import_name: str) -> Library | None:
        name = import_name
        while name:
            if name in self._by_import:
                return self._by_import[name]
            name = name.rpartition(".")[0]
        below = import_name + "."
        return next((found for name, found in self._by_import.items() if name.startswith(below)), None)

    def libraries(self) -> tuple[Library, ...]:
        """The heads of all tables, by file name."""
        return self._libraries

    def covers(self, import_root: str) -> bool:
        """Whether a table covers this import name."""
        return self.library(import_root) is not None

    def is_ml(self, import_root: str) -> bool:
        """Whether calls of this library model or fit."""
        library = self.library(import_root)
        return library is not None and library.domain == "ml"

    def distributions(self, import_name: str) -> tuple[str, ...]:
        """What one may install to import the name; empty for the standard library, else at worst the name itself."""
        root = import_name.partition(".")[0]
        if root in sys.stdlib_module_names:
            return ()
        name = import_name
        while name:
            if name in self._shipped_distributions:
                return self._shipped_distributions[name]
            if name in self._by_import:
                return self._by_import[name].distributions
            name = name.rpartition(".")[0]
        return (root,)

    def lists(self, import_root: str) -> bool:
        """Whether the list of distributions names this import."""
        return import_root in self._shipped_distributions

    def brings(self, distribution: str) -> tuple[str, ...]:
        """What a distribution always installs with it, as far as it is listed; names as PEP 503 normalises them."""
        return tuple(self._brought().get(distribution, "").split())

    @cached_property
    def _distributions(self) -> frozenset[str]:
        """All distributions whose needs were looked up: those that are named anywhere, and those that they bring."""
        named = {name for names in self._shipped_distributions.values() for name in names}
        named.update(name for library in self._libraries for name in library.distributions)
        brought = {name for names in self._brought().values() for name in names.split()}
        return frozenset(re.sub(r"[-_.]+", "-", name).lower() for name in named) | self._brought().keys() | brought

    def knows_distribution(self, name: str) -> bool:
        """Whether it is known what a distribution brings, be it nothing; names as PEP 503 normalises them."""
        return name in self._distributions

    @cached_property
    def often_brought(self) -> frozenset[str]:
        """The distributions that come with at least one in a hundred of those whose needs are known, their own parts left out."""
        lines = ((named.partition("-")[0], names.split()) for named, names in self._brought().items())
        counted = Counter(name for family, names in lines for name in names if name.partition("-")[0] != family)
        least = len(self._brought()) * _OFTEN
        return frozenset(name for name, count in counted.items() if count >= least)

    def entries(self) -> Iterator[Entry]:
        """All entries of all tables, parsing what is not parsed yet; slow, for listings and tests."""
        for file in self._texts:
            yield from self._parsed(file).entries()

    def searched(self, role: Role, **attrs: Value) -> tuple[str, ...]:
        """Display names of the libraries with an entry of this role and these attributes: what an absence rests on."""
        asked = attrs.items()
        return tuple(name for name, marks in self._playing(role) if any(asked <= each.items() for each in marks))

    @cache  # noqa: B019 - one Knowledge lives as long as the process
    def _playing(self, role: Role) -> _Playing:
        """The libraries with entries of a role, by their display names; of the package's tables found once, and kept."""

        def make() -> _Playing:
            found: dict[str, list[dict[str, Value]]] = {}
            for file, text in self._texts.items():
                table = self._parsed(file) if f'"{role.value}"' in text else None
                for entry in table.entries() if table is not None else ():
                    if (
                        table is not None
                        and entry.role is role
                        and entry.attrs not in found.setdefault(table.library, [])
                    ):
                        found[table.library].append(entry.attrs)
            return tuple(sorted(found.items(), key=lambda each: each[0].casefold()))

        if not self._shipped:
            return make()
        return compiled.kept(f"playing-{role.value}", [files("auditor.knowledge")], make, _Playing)

    def version(self) -> str:
        """A digest of the tables, for cache keys."""
        return tables.digest(
            dict(self._texts)
            | {"distributions": repr(self._shipped_distributions), "methods": repr(self._unique)}
            | {"rows": row_effects.text()}
        )


def _bound(entry: Entry, receiver: str) -> Entry:
    """The entry with `self` in its `returns` replaced by the receiver's type."""
    return msgspec.structs.replace(entry, returns=receiver) if entry.returns == SELF else entry


@cache
def load() -> Knowledge:
    """The shipped tables, read once per process."""
    heads = tables.read_heads()
    return Knowledge(
        tables.Shipped(library.file for library in heads),
        tables.read_distributions(),
        tables.read_unique_methods(),
        tables.read_brought,
        shipped=heads,
    )
