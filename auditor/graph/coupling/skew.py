"""Questions about training-serving skew: features that are computed in code of their own on each side of a model."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import takewhile

import msgspec

from auditor.graph import places
from auditor.graph.artefacts.identity import alike
from auditor.graph.coupling.clones import copies_between
from auditor.graph.coupling.computed import Columns, Computed, keyed
from auditor.graph.coupling.sides import feeders, given_to_somebody, models, serving_side, training_side
from auditor.graph.coupling.ways import Ways
from auditor.graph.world import World
from auditor.model.ir import Attr, Const, Expr, Item
from auditor.model.place import Place, Related
from auditor.model.regex import regex
from auditor.program.calls.effects import Site
from auditor.program.naming.code import Code, Frame

_TARGET_NAME = regex(r"^(y|y_\w+|\w*target\w*|labels?|label_col\w*)$", re.I)
LONG = 10
COLUMNS = 3
STATEMENTS = 4
"""Statements of the same letters from which two scopes do the same, three of them over named parts of the data."""


class Twice(msgspec.Struct, frozen=True):
    """The same features computed by scopes on the training side (the most alike first) and by another on the serving side.

    `alike` are columns of equal code, `differing` those of other code; `copied` counts statements of a copied run, `letters`
    those that are equal to the letter. `linked`: the service is known to load what this training writes. `asked`: somebody gets
    what the serving side answers; else it may only be measured.
    """

    trained: tuple[Related, ...]
    served: Place
    trained_name: str
    served_name: str
    alike: tuple[str, ...]
    differing: tuple[str, ...]
    copied: int
    letters: int
    linked: bool
    tested: bool
    asked: bool = True


class Skew(msgspec.Struct, frozen=True):
    """What is computed twice, and the functions with feature code that both sides share. `sides`: whether both are here."""

    twice: tuple[Twice, ...]
    shared: tuple[str, ...]
    sides: tuple[bool, bool]


def skew(world: World, owned: Callable[[str], bool]) -> Skew:
    """Features of what a component serves held against the code that trains, wherever in the repository it lies."""
    return world.once_in(_skew, owned)


def _skew(world: World, owned: Callable[[str], bool]) -> Skew:
    training, answering = training_side(world).sites, serving_side(world).sites
    serving = frozenset(site for site in answering if owned(site[0]))
    if not serving or not training:
        return Skew((), (), (bool(training), bool(serving)))
    columns = Columns(world)
    targets = _targets(world, training)
    found: dict[tuple[Site, Site], _Pair] = defaultdict(_Pair)
    for left, right in _same_columns(columns, training - answering, serving - training):
        if left.column not in targets:
            found[left.site, right.site].add(left, right)
    _copied(world, columns, training - answering, serving - training, found)
    way = world.once(Ways)
    pairs = {
        (trained, served): pair
        for (trained, served), pair in found.items()
        if not way.beside_training(trained) and not way.beside_serving(served)
    }
    both = sorted({_name(world, site) for site in training & serving if site[1] and columns.works(site)})
    return Skew(tuple(_nearest(world, pairs)), tuple(both), (True, True))


class _Pair:
    """What two scopes have in common."""

    def __init__(self) -> None:
        self.columns: dict[str, bool] = {}
        self.lines: tuple[int, int] | None = None
        self.copied = 0
        self.letters = 0

    def add(self, left: Computed, right: Computed) -> None:
        """One column that both compute; of other code if it is anywhere of other code."""
        same = left.text == right.text
        if self.lines is None or (not same and all(self.columns.values())):
            self.lines = (left.line, right.line)
        self.columns[left.column] = same and self.columns.get(left.column, True)

    @property
    def enough(self) -> bool:
        """Whether that is more than chance."""
        return (
            not all(self.columns.values())
            or len(self.columns) >= COLUMNS
            or self.copied >= LONG
            or self.letters >= STATEMENTS
        )

    @property
    def weight(self) -> int:
        """How much the two have in common."""
        return 10 * len(self.columns) + self.copied + self.letters


# --- what both sides do ---


def _same_columns(
    columns: Columns, trains: Iterable[Site], serves: Iterable[Site]
) -> Iterator[tuple[Computed, Computed]]:
    """Columns of one name that both sides compute from a common input."""
    left: dict[str, list[Computed]] = defaultdict(list)
    for site in sorted(trains):
        for computed in columns.of(site):
            left[computed.column].append(computed)
    for site in sorted(serves):
        for computed in columns.of(site):
            yield from ((other, computed) for other in left[computed.column] if computed.inputs & other.inputs)


def _copied(
    world: World,
    columns: Columns,
    trains: Iterable[Site],
    serves: Iterable[Site],
    pairs: dict[tuple[Site, Site], _Pair],
) -> None:
    """Copied runs of feature code, and statements that are equal to the letter."""
    one, other = ({site for site in sites if columns.works(site)} for sites in (trains, serves))
    for clone, source, copy in copies_between(world, one, other):
        pair = pairs[(source, copy) if source in one else (copy, source)]
        pair.copied = max(pair.copied, clone.statements)
    where: dict[str, list[Site]] = defaultdict(list)
    for site in sorted(one):
        for text in columns.letters(site):
            where[text].append(site)
    for site in sorted(other):
        shared: dict[Site, list[str]] = defaultdict(list)
        for text in columns.letters(site):
            for trained in where.get(text, ()):
                shared[trained].append(text)
        for trained, texts in shared.items():
            if len(texts) >= STATEMENTS and sum(keyed(text) for text in texts) >= STATEMENTS - 1:
                pairs[trained, site].letters = len(texts)


def _targets(world: World, sites: Iterable[Site]) -> frozenset[str]:
    """The columns that training learns to predict: what names like `y` and `target` are bound to."""
    found: set[str] = set()
    code = world.resolved.code
    for site in (each for each in sites if each[1] in code.of_program(each[0], _naming_targets, frozenset[int])):
        for name, versions in code.index(*site).bindings.items():
            if _TARGET_NAME.match(name):
                for binding in versions.values():
                    if binding.value is not None:
                        found |= _texts(world, binding.value, Frame(*site))
    return frozenset(found)


def _naming_targets(code: Code, path: str) -> frozenset[int]:
    """The scopes of a program that bind a name which a target has."""
    return frozenset(n for n in code.scopes(path) if any(map(_TARGET_NAME.match, code.index(path, n).bindings)))


def _texts(world: World, value: Expr, frame: Frame) -> set[str]:
    if type(value) is Const:
        return {value.value} if isinstance(value.value, str) else set()
    if type(value) is Attr:
        return _texts(world, value.base, frame)
    if type(value) is Item:
        return set(world.flows.origins.columns(value.key, frame) or ())
    return set()


# --- which training belongs to which service ---


def _nearest(world: World, pairs: dict[tuple[Site, Site], _Pair]) -> Iterator[Twice]:
    """For each serving scope what it shares with the training it belongs to: of the model it loads, else the nearest one."""
    of: dict[Site, list[tuple[Site, _Pair]]] = defaultdict(list)
    for (trained, served), pair in sorted(pairs.items()):
        of[served].append((trained, pair))
    for served, candidates in sorted(of.items()):
        linked = _linked(world, served)
        chosen = [(t, pair) for t, pair in candidates if t in linked] if linked else _near(served, candidates)
        if any(pair.enough for _, pair in chosen):
            chosen.sort(key=lambda one: (-one[1].weight, one[0]))
            yield _told(world, chosen, served, linked=bool(linked))


def _near(served: Site, candidates: list[tuple[Site, _Pair]]) -> list[tuple[Site, _Pair]]:
    """The training scopes in the nearest folder, programs rather than notebooks."""
    most = max(_together(trained[0], served[0]) for trained, _ in candidates)
    near = [(t, pair) for t, pair in candidates if _together(t[0], served[0]) == most]
    return [(t, pair) for t, pair in near if not t[0].endswith(".ipynb")] or near


def _linked(world: World, served: Site) -> frozenset[Site]:
    """The scopes that run for the training whose saved model is loaded around a serving scope; none where that cannot be told."""
    runs = (sites for sites in serving_side(world).runs.values() if served in sites)
    loaded = [touch.artefact for sites in runs for touch in models(world, sites, "read")]
    trained, found = training_side(world).runs, set[Site]()
    for (program, _), sites in trained.items():
        written = [touch.artefact for touch in models(world, sites, "write")]
        if any(alike(one, other) for one in loaded for other in written):
            found |= {site for feeder in feeders(world, program) for site in trained.get((feeder, 0), ())}
    return frozenset(found)


def _together(one: str, other: str) -> int:
    """How many folders two files share."""
    pairs = zip(one.split("/")[:-1], other.split("/")[:-1], strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _told(world: World, chosen: list[tuple[Site, _Pair]], served: Site, *, linked: bool) -> Twice:
    code = world.resolved.code
    columns: dict[str, bool] = {}
    for _, pair in chosen:
        columns |= {name: same and columns.get(name, True) for name, same in pair.columns.items()}
    first, best = chosen[0]
    line = best.lines[1] if best.lines else code.scope(*served).line or 1
    return Twice(
        tuple(_trained(world, trained, pair) for trained, pair in chosen),
        code.place(served[0], line),
        _name(world, first),
        _name(world, served),
        tuple(sorted(name for name, same in columns.items() if same)),
        tuple(sorted(name for name, same in columns.items() if not same)),
        max(pair.copied for _, pair in chosen),
        max(pair.letters for _, pair in chosen),
        linked,
        any(
            {first[0], served[0]} <= imported
            for path, imported in world.resolved.effects.imports.items()
            if places.is_test(path)
        ),
        served in given_to_somebody(world),
    )


def _trained(world: World, site: Site, pair: _Pair) -> Related:
    line = pair.lines[0] if pair.lines else world.resolved.code.scope(*site).line or 1
    named = ", ".join(sorted(pair.columns)[:4]) or "the input"
    return world.resolved.code.place(site[0], line).says(f"for training {named}, by {_name(world, site)}")


def _name(world: World, site: Site) -> str:
    return world.resolved.code.scope(*site).name or site[0]
