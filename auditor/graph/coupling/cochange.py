"""Questions about history: files that change together although nothing in them says so (RULES §5.5)."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import combinations
from posixpath import dirname

import msgspec

from auditor.graph import places
from auditor.graph.commits import Work
from auditor.graph.world import World
from auditor.model.artefact import EdgeKind
from auditor.model.changes import History
from auditor.model.facts import Facts
from auditor.model.ir import Assign, Attr, Name, Stmt
from auditor.model.regex import regex
from auditor.program.naming.code import Local
from auditor.program.naming.statements import placed

SUPPORT = 5
CONFIDENCE = 0.6
LIFT = 2.0
MOST_OF_GROUP = 6
FEWEST_COMMITS = 50
MONTHS = 24
WEEKS = 4
"""From the first to the last common change: what is written and changed together in its first days is one piece of work."""
_WEEK = 7 * 86_400
_MONTH = 30.44 * 86_400
_CODE = frozenset({"py", "sh"})
"""Code and plain settings alone count: what a tool reads by conventions of its own (models of dbt, manifests, rules) it ties unseen."""
_SETTINGS = frozenset({"yaml", "yml", "toml", "cfg", "ini"})
_UNTOLD = regex(
    r"(^|/)(__init__\.py|conftest\.py|setup\.(py|cfg)|pyproject\.toml|package\.json|mkdocs\.ya?ml|\.pre-commit-config\.yaml|"
    r"version\.py|_version\.py|[^/]*lock[^/]*|[^/]*requirements[^/]*|environment\.ya?ml|conda\.ya?ml|manifest\.json)$|"
    r"(^|/)(\.github|\.ci|docs?)/|changelog",
    re.I,
)
_WORD = regex(r"[._-]")
_STAGES = frozenset(
    {"prod", "production", "staging", "stage", "dev", "development", "test", "qa", "uat", "local", "live"}
)
MOST_SHARING = 8
"""Files around a common neighbour up to which it explains what they have in common; a hub explains nothing."""
_TYING = frozenset(EdgeKind) - {EdgeKind.DOCUMENTS, EdgeKind.OWNS, EdgeKind.ENV_OF, EdgeKind.COCHANGE}


class Pair(msgspec.Struct, frozen=True):
    """Two files that change together: how often, how often each changes, and whether anything ties them."""

    one: str
    other: str
    together: int
    changes: tuple[int, int]
    tied: bool

    @property
    def twins(self) -> bool:
        """Whether their names say that they are kept alike.

        One folder apart, one word of several (`prod_jobs`, `test_jobs`), one name put for another wherever it stands
        (`recall/_recall.py`, `f1/_f1.py`), or settings of one folder.
        """
        one, other = self.one.split("/"), self.other.split("/")
        apart = [(a, b) for a, b in zip(one, other, strict=False) if a != b]
        if one[:-1] == other[:-1] and {one[-1].rpartition(".")[2], other[-1].rpartition(".")[2]} <= _SETTINGS:
            return True
        if len(apart) > 1 and self.one.replace(*apart[0]) == self.other:
            return True
        if len(one) != len(other) or len(apart) != 1:
            return False
        if one[-1] == other[-1]:
            return True
        words, others = (_WORD.split(name.rpartition(".")[0]) for name in apart[0])
        differing = [(a, b) for a, b in zip(words, others, strict=False) if a != b]
        return len(words) == len(others) and len(differing) == 1 and (len(words) > 1 or {*differing[0]} <= _STAGES)


class CoChange(msgspec.Struct, frozen=True):
    """The strong pairs of a component, over so many usable commits. `unread` says why history tells nothing, if so."""

    pairs: tuple[Pair, ...]
    commits: int
    unread: str = ""

    def untied(self) -> list[tuple[Pair, ...]]:
        """The pairs that nothing ties, those that hang together by a file in one group, the strongest first.

        Larger groups are families that one tool or one release moves.
        """
        groups = clusters(tuple(pair for pair in self.pairs if not pair.tied))
        return [group for group in groups if len({n for p in group for n in (p.one, p.other)}) <= MOST_OF_GROUP]


def clusters(pairs: tuple[Pair, ...]) -> list[tuple[Pair, ...]]:
    """Pairs that hang together by a file, the strongest first in each and among them."""
    found: list[list[Pair]] = []
    for pair in pairs:
        near = [group for group in found if any({p.one, p.other} & {pair.one, pair.other} for p in group)]
        rest = [group for group in found if group not in near]
        found = [*rest, [*(p for group in near for p in group), pair]]
    ordered = [tuple(sorted(group, key=lambda p: (-p.together, p.one, p.other))) for group in found]
    return sorted(ordered, key=lambda group: (-group[0].together, group[0].one))


def cochange(world: World, owned: Callable[[str], bool]) -> CoChange:
    """Files of a component that repeatedly change in the same commits."""
    mined = world.once(_mined)
    return msgspec.structs.replace(mined, pairs=tuple(p for p in mined.pairs if owned(p.one) and owned(p.other)))


def _mined(world: World) -> CoChange:
    history = world.history
    if history.state not in ("full", "partial") or not history.commits:
        return CoChange((), 0, _why(history))
    sets = change_sets(
        history, world.work, frozenset(path for path, facts in world.files.items() if _counts(path, facts))
    )
    if len(sets) < FEWEST_COMMITS:
        return CoChange((), len(sets))
    strong = strong_pairs(sets)
    ties = _Ties(world, frozenset(name for pair in strong for name in (pair.one, pair.other)))
    return CoChange(
        tuple(msgspec.structs.replace(pair, tied=ties.explain(pair.one, pair.other)) for pair in strong), len(sets)
    )


def _why(history: History) -> str:
    return {
        "shallow": "the clone is shallow: its history was not seen",
        "partial": "commits are missing from this clone",
    }.get(history.state, "")


def _counts(path: str, facts: Facts) -> bool:
    """Code and plain settings of the product; what changes with everything by its nature says nothing."""
    if not places.is_product(path) or _UNTOLD.search(path):
        return False
    plain = places.suffix(path) in _SETTINGS and not facts.steps and facts.attr("tool") is None
    return bool(facts.leaves) if plain else places.suffix(path) in _CODE and bool(facts.program or facts.steps)


class Changed(msgspec.Struct, frozen=True):
    """The files of one usable commit under their present names."""

    time: int
    names: frozenset[str]


def change_sets(history: History, people: Iterable[Work], kept: frozenset[str]) -> list[Changed]:
    """The files of each usable commit under their present names: no bots, no sweeps, no huge commits, the last 24 months."""
    first = history.commits[0].time - MONTHS * _MONTH if history.commits else 0
    return [Changed(one.time, one.names & kept) for one in people if not one.bulk and one.time >= first]


def strong_pairs(sets: list[Changed]) -> list[Pair]:
    """Pairs with support, confidence both ways and lift over the thresholds, over weeks; the strongest first."""
    alone = Counter(name for changed in sets for name in changed.names)
    often = {name for name, count in alone.items() if count >= SUPPORT}
    times: dict[tuple[str, str], list[int]] = defaultdict(list)
    for changed in sets:
        for pair in combinations(sorted(changed.names & often), 2):
            times[pair].append(changed.time)
    found = []
    for (one, other), when in times.items():
        n, m, count = alone[one], alone[other], len(when)
        sure = count >= SUPPORT and count / max(n, m) >= CONFIDENCE and count * len(sets) / (n * m) >= LIFT
        if sure and max(when) - min(when) >= WEEKS * _WEEK:
            found.append(Pair(one, other, count, (n, m), False))
    return sorted(found, key=lambda p: (-p.together, p.one, p.other))


class _Ties:
    """What the graph knows of some files that could explain why they change together."""

    def __init__(self, world: World, names: frozenset[str]) -> None:
        self._world = world
        self._around: dict[str, set[str]] = defaultdict(set)
        self._imports: dict[str, set[str]] = defaultdict(set)
        self._read: set[str] = set()
        files = {node.id: _file(node.id, node.path) or node.id for node in world.nodes.values()} if names else {}
        for edge in world.edges if names else ():
            one, other = files.get(edge.source, ""), files.get(edge.target, "")
            if edge.kind in _TYING and one != other:
                self._around[one].add(other)
                self._around[other].add(one)
                if edge.kind is EdgeKind.IMPORTS:
                    self._imports[one].add(other)
                if places.suffix(one) in _SETTINGS:
                    self._read.add(one)

    def explain(self, one: str, other: str) -> bool:
        """Whether a pair is tied, or whether what could tie it was not seen."""
        between = self._around[one] & self._around[other]
        return (
            other in self._around[one]
            or any(len(self._around[middle]) <= MOST_SHARING for middle in between)
            or self._import(one, other)
            or not self._bases(one).isdisjoint(self._bases(other))
            or self._hands_over(one, other)
            or self._hands_over(other, one)
            or self._unseen(one, other, between)
            or _names(self._world, one, other)
            or _names(self._world, other, one)
        )

    def _import(self, one: str, other: str) -> bool:
        """One imports the other over one module, or both are siblings over one base."""
        if dirname(one) == dirname(other) and self._imports[one] & self._imports[other]:
            return True
        pairs = ((one, other), (other, one))
        return any(last in self._imports[middle] for first, last in pairs for middle in self._imports[first])

    def _hands_over(self, one: str, other: str) -> bool:
        """Whether a program stores an attribute into objects of a module that both import, and the other names that attribute."""
        code = self._world.resolved.code
        if one not in code.programs or other not in code.programs or not self._imports[one] & self._imports[other]:
            return False
        said = code.words(other).members
        stored = {name for number in code.scopes(one) for name in _stored(code.scope(one, number).body) if name in said}
        return any(sum(name in code.words(path).members for path in code.paths) <= MOST_SHARING for name in stored)

    def _bases(self, path: str) -> set[Local]:
        """The classes of the repository that the classes of a file derive from: what their contract asks, all heirs answer."""
        code, bases = self._world.resolved.code, self._world.resolved.effects.bases
        found: set[Local] = set()
        todo = [Local(path, n) for n in code.scopes(path) if code.scope(path, n).bases] if path in code.programs else []
        while todo:
            further = set(bases.get(todo.pop(), ())) - found
            found |= further
            todo += further
        return found

    def _unseen(self, one: str, other: str, between: set[str]) -> bool:
        """Settings whose reader is not known, or programs whose files are not: that no tie was seen says nothing."""
        settings = {places.suffix(name) in _SETTINGS for name in (one, other)}
        if len(settings) == 2:
            return bool(between) or not self._read & {one, other}
        programs = self._world.resolved.code.programs
        return one in programs and other in programs and any(self._opaque(name) for name in (one, other))

    def _opaque(self, program: str) -> bool:
        """Whether a program, or a function of its file, touches files that could not be named."""
        lineage = self._world.lineage
        own = ((program, number) for number in self._world.resolved.code.scopes(program))
        return bool(lineage.unresolved_of_program(program)) or any(lineage.unresolved.get(site) for site in own)


def _stored(body: Sequence[Stmt]) -> Iterator[str]:
    """The attributes that statements store into objects other than their own."""
    for at in placed(body):
        for target in at.statement.targets if type(at.statement) is Assign else ():
            if type(target) is Attr and not (type(target.base) is Name and target.base.id == "self"):
                yield target.name


def _names(world: World, one: str, other: str) -> bool:
    """Whether a file writes out the name of another: its file name, or its module after its package."""
    folder, _, name = other.rpartition("/")
    dotted = f"{folder.rpartition('/')[2]}.{name.rpartition('.')[0]}"
    code = world.resolved.code
    texts = code.texts(one) if one in code.programs else (str(value) for value, _ in code.leaves(one).values())
    return any(name in text or dotted in text for text in texts)


def _file(node: str, path: str | None) -> str | None:
    """The file that a node lies in."""
    if path is not None:
        return path
    kind, _, rest = node.partition(":")
    return rest.partition("#")[0] if kind in ("file", "step", "function", "param", "cli") else None
