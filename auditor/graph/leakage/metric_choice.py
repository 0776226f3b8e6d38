"""Questions about the choice of figures: which metrics judge a classifier, and what a figure is held against."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple, TypeAlias

import msgspec

from auditor.graph import places
from auditor.graph.world import World
from auditor.knowledge.metrics import kinds
from auditor.model.artefact import Role
from auditor.model.place import Place
from auditor.program.calls.effects import Effect, Site
from auditor.program.naming.code import Code

Words: TypeAlias = tuple[str, ...]

_BASELINE = (
    "baseline", "naive", "dummy", "champion", "incumbent", "majority", "persistence", "previous_model", "benchmark", "random_guess",
    "most_frequent", "current_model", "last_model", "production_model",
)  # fmt: skip
_SLICE = (
    "slice", "subgroup", "per_class", "by_class", "per_group", "by_group", "cohort", "metric_frame", "metricframe", "per_segment",
    "by_segment", "fairness", "classification_report", "confusion_matrix", "per_category", "stratum", "disaggregat",
)  # fmt: skip
_UNEVEN = frozenset(
    {"class_weight", "scale_pos_weight", "is_unbalance", "auto_class_weights", "pos_weight", "sampling_strategy"}
)


_SIMPLE = frozenset({"LinearRegression", "LogisticRegression", "GaussianNB", "NaiveBayes", "MultinomialNB", "Ridge"})
FEWEST_BESIDE = 3
"""Models of as many kinds side by side are a comparison; a simple one among them is what the others must beat."""


class Choice(msgspec.Struct, frozen=True):
    """The metrics that judge the classifiers of a component. `uneven` is where the classes are said to be uneven."""

    metrics: tuple[str, ...]
    free: bool
    place: Place | None
    uneven: Place | None


class Held(msgspec.Struct, frozen=True):
    """Whether anything in a component names a baseline, or figures for parts of the rows; `judged` is the first evaluation."""

    baseline: str
    slices: str
    judged: Place | None


def choice(world: World, owned: Callable[[str], bool]) -> Choice:
    """Which metrics the product code of a component judges classifiers by."""
    judging = [e for e in _effects(world, owned) if e.role is Role.EVALUATE and e.entry.attrs.get("labels")]
    named = {e.name.rpartition(".")[2]: e for e in reversed(judging) if kinds(e.name.rpartition(".")[2])}
    free = any("free" in kinds(name) for name in named) or _says_free(world, owned)
    first = min((e for e in named.values()), key=lambda e: (e.site[0], e.line), default=None)
    place = world.resolved.code.place(first.site[0], first.line) if first is not None else None
    return Choice(tuple(sorted(named)), free, place, next(_uneven(world, owned), None))


def _effects(world: World, owned: Callable[[str], bool]) -> Iterator[Effect]:
    for path in world.resolved.code.paths:
        if owned(path) and places.is_product(path) and not places.is_exploratory(path):
            for number in world.resolved.code.scopes(path):
                yield from (e for e in world.resolved.effects.own.get((path, number), ()) if not e.dead)


def _says_free(world: World, owned: Callable[[str], bool]) -> bool:
    """Whether any program names a metric without a threshold in a text or an attribute: `scoring="roc_auc"`, `AUC()`."""
    code = world.resolved.code
    for path in code.paths:
        if not owned(path):
            continue
        if any(len(text) < 40 and "free" in kinds(text) for text in code.texts(path)):
            return True
        called = (
            e.name.rpartition(".")[2] for n in code.scopes(path) for e in world.resolved.effects.own.get((path, n), ())
        )
        if any("free" in kinds(name) for name in called):
            return True
    return False


def _uneven(world: World, owned: Callable[[str], bool]) -> Iterator[Place]:
    """Where a component says that its classes are uneven: by weights, or by sampling them anew."""
    for effect in _effects(world, owned):
        weighted = any(name in _UNEVEN for name, _ in effect.call.keywords)
        if weighted or (effect.entry.library == "imblearn" and effect.role is Role.RESAMPLE):
            yield world.resolved.code.place(effect.site[0], effect.line)


def held_against(world: World, owned: Callable[[str], bool]) -> Held:
    """What a component holds its figures against: a simple or former model, and parts of the rows."""
    judging = [e for e in _effects(world, owned) if e.role is Role.EVALUATE and not e.entry.attrs.get("clustering")]
    place = world.resolved.code.place(judging[0].site[0], judging[0].line) if judging else None
    baseline = _found(world, owned, _OF_BASELINE, _BASELINE) or _beside(world, owned)
    return Held(baseline, _found(world, owned, _OF_SLICES, _SLICE), place)


def _beside(world: World, owned: Callable[[str], bool]) -> str:
    """The simple model that a scope makes beside others of another kind; "" where none does."""
    made: dict[Site, set[str]] = {}
    for effect in _effects(world, owned):
        if effect.role is Role.ESTIMATOR:
            made.setdefault(effect.site, set()).add(effect.name.rpartition(".")[2])
    for site, names in made.items():
        if len(names) >= FEWEST_BESIDE and (simple := sorted(names & _SIMPLE)):
            return f"{site[0]}: {simple[0]} beside {len(names) - 1} others"
    return ""


def _found(world: World, owned: Callable[[str], bool], spoken: Callable[[Code, str], _Spoken], words: Words) -> str:
    """The first thing that speaks of it: a path, a name, a text, a call of a library, a document; "" where nothing does."""
    code = world.resolved.code
    for path in code.paths:
        if not owned(path):
            continue
        if _says(path, words):
            return path
        said = code.of_program(path, spoken)
        if said.names or _says("\n".join(_called(world, path)), words):
            named = (name for number in code.scopes(path) for name in _named(world, (path, number)))
            return f"{path}: {next(name for name in named if _says(name, words))}"
        if said.texts:
            return path
    return "a document" if any(word in world.documents.lowered for word in words) else ""


def _called(world: World, path: str) -> Iterator[str]:
    """The names of what a program calls of libraries."""
    own = world.resolved.effects.own
    return (effect.name for number in world.resolved.code.scopes(path) for effect in own.get((path, number), ()))


class _Spoken(NamedTuple):
    """Whether the names that a program binds, or the texts in it, speak of something."""

    names: bool
    texts: bool


def _spoken(code: Code, path: str, words: Words) -> _Spoken:
    names = (n for s in code.scopes(path) for n in (code.scope(path, s).name, *code.index(path, s).bindings))
    return _Spoken(_says("\n".join(names), words), _says("\n".join(code.texts(path)), words))


_OF_BASELINE, _OF_SLICES = partial(_spoken, words=_BASELINE), partial(_spoken, words=_SLICE)


def _named(world: World, site: Site) -> Iterator[str]:
    """The name of a scope, those that it binds, and those of what it calls of libraries."""
    yield world.resolved.code.scope(*site).name
    yield from world.resolved.code.index(*site).bindings
    yield from (effect.name for effect in world.resolved.effects.own.get(site, ()))


def _says(text: str, words: Words) -> bool:
    small = text.lower()
    return any(word in small for word in words)
