"""Assets of Dagster: their keys, what they depend on, and which asset a key means."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from auditor.dialects.flowing import Unit
from auditor.dialects.symbolic import Machine
from auditor.dialects.symbolic.things import Arguments, Items, Made, Table, Thing, Where, options


class Key(NamedTuple):
    """The key of an asset, its parts joined by `/`; `loose` where only its last part is known to be right."""

    text: str
    trust: float
    loose: bool = False


@dataclass(eq=False)
class Spec:
    """One asset. `bare` is its key before a loader put a prefix in front, `condition` what materializes it by itself."""

    key: Key
    where: Where
    deps: list[Dep] = field(default_factory=list)
    group: str = ""
    kinds: frozenset[str] = frozenset()
    condition: Thing = None
    owner: Asset | None = None
    bare: str = ""

    def __post_init__(self) -> None:
        self.bare = self.key.text


@dataclass(eq=False)
class Asset:
    """What makes assets: a function, a graph, a notebook; `kind` is `asset`, `graph` or `check`."""

    kind: str
    name: str
    func: Thing
    where: Where
    specs: list[Spec] = field(default_factory=list)
    ins: dict[str, Dep] = field(default_factory=dict)  # by argument
    deps: list[Dep] = field(default_factory=list)
    unit: Unit | None = None

    def __post_init__(self) -> None:
        self._whole = Spec(Key("", 0.0), self.where, owner=self)

    @property
    def selectable(self) -> list[Spec]:
        """What a selection may take of it: its assets, or all of it where those are not known."""
        return self.specs or [self._whole]

    @property
    def upstream(self) -> Iterator[Dep]:
        """All that it depends on."""
        yield from self.ins.values()
        yield from self.deps
        for spec in self.specs:
            yield from spec.deps


@dataclass(eq=False)
class Upstream:
    """An asset as it is handed to the ops of a graph."""

    dep: Dep


Dep: TypeAlias = Key | Spec | Asset


class Keys:
    """Reads keys and dependencies as code writes them."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine

    def deps(self, thing: Thing | None) -> Iterator[Dep]:
        """The assets in a list, or the one."""
        for option in options(thing) if thing is not None else ():
            if isinstance(option, Items):
                for item in option.items:
                    yield from self.one(item)
            elif isinstance(option, Table):
                for item in option.values():
                    yield from self.one(item)
            else:
                yield from self.one(option)

    def one(self, thing: Thing | None) -> Iterator[Dep]:
        """The asset that a thing means: an asset itself, or a key in any of its spellings."""
        for option in options(thing) if thing is not None else ():
            if isinstance(option, (Spec, Asset)):
                yield option
            elif isinstance(option, Made) and option.dotted.rpartition(".")[2].startswith("get_asset_key_for_model"):
                name = self.path(option.args.get("model_name", 1))
                if name is not None:
                    yield name._replace(loose=True)
            elif (key := self.path(option)) is not None:
                yield key

    def path(self, thing: Thing | None) -> Key | None:
        """A key: a text, a list of texts, `AssetKey(…)`."""
        for option in options(thing) if thing is not None else ():
            if isinstance(option, Made):
                return self.path(option.args.get("path", 0)) if "AssetKey" in option.dotted else None
            if isinstance(option, Items):
                parts = [self.path(item) for item in option.items]
                known = any(parts) and not option.open
                return joined([part or Key("{?}", 0.5) for part in parts]) if known else None
            values = self.machine.values(option)
            if values and any(isinstance(part, str) and part for part in values[0].parts):
                return Key(values[0].text(), min(values[0].confidence + 0.05, 0.95))
        return None

    def named(self, given: Arguments, name: str) -> Key | None:
        """The key that options of an asset give it: `key`, else a prefix and a name."""
        said = given.get("key") or given.get("asset_key")
        if said is not None:
            return self.path(said)
        prefix = given.get("key_prefix")
        own = Key(name, 0.95) if name else None
        return joined([self.path(prefix), own]) if prefix is not None and own is not None else own


def members(thing: Thing) -> list[Spec]:
    """The assets that something makes, or is."""
    return thing.specs if isinstance(thing, Asset) else [thing] if isinstance(thing, Spec) else []


def joined(parts: Iterable[Key | None]) -> Key | None:
    """Parts of a key as one."""
    known = [part for part in parts if part is not None]
    return Key("/".join(part.text for part in known), min(part.trust for part in known)) if known else None


class Known:
    """All assets of a tree, by key."""

    def __init__(self, specs: Iterable[Spec]) -> None:
        self.specs = list(specs)
        self._by_text: dict[str, list[Spec]] = defaultdict(list)
        self._by_last: dict[str, list[Spec]] = defaultdict(list)
        for spec in self.specs:
            for text in dict.fromkeys((spec.key.text, spec.bare)):
                self._by_text[text].append(spec)
            self._by_last[spec.key.text.rpartition("/")[2]].append(spec)

    def id_of(self, spec: Spec) -> str:
        """The node of an asset: its key, and the file as well where several files have an asset of that key."""
        text = spec.key.text
        homes = {other.where.path for other in self._by_text[text] if other.key.text == text}
        return f"name:dagster:{text}" if len(homes) < 2 else f"name:dagster:{spec.where.path}#{text}"

    def of(self, dep: Dep, user: Asset | Spec) -> tuple[list[Spec], Key | None]:
        """The assets that a dependency means; else the key of one that is defined elsewhere, or None for nothing certain."""
        if isinstance(dep, Spec):
            return [dep], None
        if isinstance(dep, Asset):
            return dep.specs, None
        found = self._by_text.get(dep.text, [])
        if not found:
            near = self._by_last.get(dep.text, [])
            found = near if dep.loose and len(near) == 1 else [spec for spec in near if self._related(spec, user)]
        chosen = _nearest(found, user.where.path)
        if chosen is not None:
            return [chosen], None
        return [], None if found else dep

    @staticmethod
    def _related(spec: Spec, user: Asset | Spec) -> bool:
        """Whether a key without its prefix is enough: an asset of the same prefix or group means a neighbour by its name."""
        owns = user.specs if isinstance(user, Asset) else [user]
        prefix = spec.key.text.rpartition("/")[0]
        return any((own.group and own.group == spec.group) or own.key.text.rpartition("/")[0] == prefix for own in owns)


def _nearest(found: list[Spec], path: str) -> Spec | None:
    """The one that stands nearest to a file; None for none, or several that do."""
    if len(found) < 2:
        return found[0] if found else None
    ranked = sorted(((shared(spec.where.path, path), spec) for spec in found), key=lambda pair: -pair[0])
    return ranked[0][1] if ranked[0][0] > ranked[1][0] else None


def shared(one: str, other: str) -> int:
    """How many folders two paths share; more than all for the same file."""
    if one == other:
        return 1000
    count = 0
    for left, right in zip(one.split("/")[:-1], other.split("/")[:-1], strict=False):
        if left != right:
            break
        count += 1
    return count
