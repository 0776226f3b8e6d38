"""Which assets a job or a schedule of Dagster selects."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from fnmatch import fnmatchcase
from typing import NamedTuple

from auditor.dialects.dagster.assets import Asset, Key, Keys, Known, Spec
from auditor.dialects.symbolic.things import Items, Thing, options
from auditor.model.regex import regex

_QUERY = regex(r'(?P<up>\*|(?:\d*\+)?)(?:(?P<field>\w+):)?"?(?P<value>[\w*/. -]+?)"?(?P<down>\*|(?:\+\d*)?)')
_SAME = frozenset({"materializable", "required_multi_asset_neighbors", "without_checks"})
OVER = frozenset({"upstream", "downstream", *_SAME})


class Selection(NamedTuple):
    """`AssetSelection.groups("x")`, `a | b`, `a.downstream()`; nothing is known of it but what it says."""

    how: str
    args: tuple[Thing, ...]


class Selector:
    """Works out selections among the assets of a code location; None where that cannot be told."""

    def __init__(self, keys: Keys, known: Known, scope: Iterable[Spec]) -> None:
        self.keys = keys
        self.known = known
        self.scope = list(scope)

    def of(self, thing: Thing | None) -> set[Spec] | None:
        """The assets that a thing selects; all of them where nothing is given."""
        if thing is None:
            return set(self.scope)
        found: set[Spec] = set()
        for option in options(thing):
            if isinstance(option, Selection):
                part = self._selected(option)
            elif isinstance(option, Items):
                parts = [self.of(item) for item in option.items]
                part = None if None in parts else {spec for one in parts if one is not None for spec in one}
            elif isinstance(option, (Asset, Spec)):
                part = set(_members(option))
            else:
                key = self.keys.path(option)
                part = self._asked(key) if key is not None else None
            if part is None:
                return None
            found |= part
        return found

    def _selected(self, selection: Selection) -> set[Spec] | None:
        how, args = selection
        texts = [key.text for arg in args if (key := self.keys.path(arg)) is not None]
        match how:
            case "all":
                return set(self.scope)
            case "checks" | "all_asset_checks":
                return set()
            case "assets" | "keys":
                return self._assets(args)
            case "groups":
                return {spec for spec in self.scope if spec.group in texts}
            case "kind":
                return {spec for spec in self.scope if spec.kinds.intersection(texts)}
            case "key_prefixes":
                return {spec for spec in self.scope if spec.key.text.startswith(tuple(f"{text}/" for text in texts))}
            case "from_string":
                key = self.keys.path(args[0]) if args else None
                return self._asked(key) if key is not None else None
            case "|" | "&" | "-":
                return self._combined(how, *args)
            case "upstream" | "downstream":
                found = self.of(args[0])
                return None if found is None else self._reach(found, down=how == "downstream")
        return self.of(args[0]) if how in _SAME else None

    def _assets(self, args: tuple[Thing, ...]) -> set[Spec]:
        found: set[Spec] = set()
        for dep in (dep for arg in args for dep in self.keys.one(arg)):
            if isinstance(dep, Key):
                found.update(spec for spec in self.scope if dep.text in (spec.key.text, spec.bare))
            else:
                found.update(_members(dep))
        return found

    def _combined(self, op: str, left: Thing, right: Thing) -> set[Spec] | None:
        one, other = self.of(left), self.of(right)
        if one is None or other is None:
            return None
        return one | other if op == "|" else one & other if op == "&" else one - other

    def _asked(self, key: Key) -> set[Spec] | None:
        """A selection in words: `key:"a/*"`, `group:"x"`, `+name`, `name*`."""
        match = _QUERY.fullmatch(key.text.strip())
        if key.text.strip() == "*":
            return set(self.scope)
        if match is None:
            return None
        value, by = match["value"], match["field"] or "key"
        tests: dict[str, Callable[[Spec], bool]] = {
            "key": lambda spec: fnmatchcase(spec.key.text, value) or spec.bare == value,
            "group": lambda spec: fnmatchcase(spec.group, value),
            "kind": lambda spec: value in spec.kinds,
        }
        if by not in tests:
            return None
        found = {spec for spec in self.scope if tests[by](spec)}
        above = self._reach(found, down=False) if match["up"] else found
        return above | (self._reach(found, down=True) if match["down"] else set())

    def _reach(self, found: set[Spec], *, down: bool) -> set[Spec]:
        """Some assets and all above them, or below."""
        onward: dict[Spec, set[Spec]] = defaultdict(set)
        for spec in self.scope:
            for parent in self._parents(spec):
                start, end = (parent, spec) if down else (spec, parent)
                onward[start].add(end)
        todo, seen = list(found), set(found)
        while todo:
            new = onward.get(todo.pop(), set()) - seen
            seen |= new
            todo += new
        return seen

    def _parents(self, spec: Spec) -> Iterator[Spec]:
        user = spec.owner or spec
        deps = [*spec.deps, *(user.upstream if isinstance(user, Asset) else ())]
        for dep in deps:
            yield from self.known.of(dep, user)[0]


def _members(thing: Asset | Spec) -> list[Spec]:
    return thing.selectable if isinstance(thing, Asset) else [thing]
