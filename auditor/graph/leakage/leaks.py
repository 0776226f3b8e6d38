"""Questions about leakage: which statistics, and which rows, a model saw before it was judged."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import TypeVar

import msgspec

from auditor.graph import places
from auditor.graph.data.versions import trainings
from auditor.graph.leakage.handovers import handovers
from auditor.graph.leakage.on_purpose import on_purpose
from auditor.graph.observed.written import name_of
from auditor.graph.started import Started
from auditor.graph.world import World
from auditor.model.ir import Call, Const, Expr, If
from auditor.model.place import Place, Related
from auditor.model.regex import regex
from auditor.program.calls.effects import Site
from auditor.program.naming.statements import placed, within
from auditor.program.rows import anew, verdicts
from auditor.program.rows.row_sets import Spot
from auditor.program.rows.trace import Evaluation, Trace
from auditor.program.rows.values import UNSUPERVISED, Fit, seen_by

_MILDER_STATISTIC = 2
_MILDER_CENTRE = 3
"""A mean, median or mode that fills gaps hardly moves with the held-out rows among the others."""

_MILDER_RESCALED = 3
"""Trees split where the order of a column tells them to: what keeps that order tells them nothing."""

_MILDER_FILTER = 2
"""Rows that are left out by a statistic over all rows: no value of a row tells of the others, but the easy ones are judged."""

_MILDER_UNLABELLED = 2
"""A statistic taken with rows that are only predicted inflates no figure; serving cannot take it so."""

_MILDER_ANEW, _MILDER_STATISTIC_ANEW = 2, 3
"""What is fitted again on the rows to be predicted changes what they mean, and no figure that was reported."""

_MILDER_ITSELF = 2
"""A model without labels that is judged by its own likelihood promises nobody an answer."""

_MILDER_UNSUPERVISED = 2
"""What never sees the target inflates a figure less than what learns from it: Rosenblatt et al. 2024 measured a large effect of
features selected over all rows, and minor ones of what else is reckoned over them."""

_MILDER_INDEX = 3
"""A word that only held-out texts have gets a number that no training moved; that it has one tells nothing."""

_MILDER_ASIDE = 1
"""Its figure stands in a program that nothing starts or names, while others train what is used."""

SAYS_ASIDE = "; nothing starts or names this program, as it does others that train"
"""What is told with it."""

_MILDER_INNER = 2
"""A choice within a part of the rows was made too hopefully; the last word is that of rows untouched."""

_MILDER_BY_HOW = {"statistic": _MILDER_STATISTIC, "group": _MILDER_STATISTIC, "filter": _MILDER_FILTER}

BUG = "following its rows failed: "
"""Begins what is told of a program over which the run itself broke."""

MOST_SHOWN = 8

_COPY = regex(r"(.+)-Copy\d+\.ipynb")
_SAME_TEXTS = 0.8
"""The share of what either notebook writes out that is written in both (judgement)."""

_CENTRES = frozenset({"mean()", "median()", "mode()"})
_VERBS = {"statistic": "taken", "group": "taken", "model": "trained", "filter": "taken"}

_MEANS = {
    "statistic": "one row alone could not be answered so",
    "vocabulary": "a category there may stand for another number than in training",
    "transformer": "a value there means another thing than in training",
    "selector": "the columns chosen there may be others than in training",
}


class Leak(msgspec.Struct, frozen=True):
    """A statistic over evaluated rows; `trail` tells fit, split, training and evaluation in this order. `milder`: severity steps."""

    transformer: str
    entity: str
    fitted: Place
    trail: tuple[Related, ...]
    certainty: float
    milder: int = 0
    says: str = ""


class Share(msgspec.Struct, frozen=True):
    """How much of one program could be analysed: `pairs` of model and evaluation were seen, `analysed` could be followed."""

    path: str
    pairs: int
    analysed: int


class Leaks(msgspec.Struct, frozen=True):
    """All leaks of a component, and how much of each program could be analysed; `cut` tells which runs were not finished."""

    preprocessing: tuple[Leak, ...]
    shares: tuple[Share, ...]
    cut: tuple[str, ...] = ()

    @property
    def pairs(self) -> int:
        """Pairs of a model and rows that it is judged on, in all programs."""
        return sum(share.pairs for share in self.shares)

    @property
    def analysed(self) -> int:
        """Pairs of which both the training rows and the evaluated rows are known."""
        return sum(share.analysed for share in self.shares)


class Traces:
    """What runs over the programs of a tree saw, tests left out; each is followed when it is first asked for.

    Programs that hand files to each other are run one after the other. Of most libraries nothing asks.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self.known: dict[str, Trace | None] = {}
        """What was asked for by now; None where nothing in a program fits, splits or evaluates."""

    @cached_property
    def _together(self) -> dict[str, tuple[str, ...]]:
        """By program those that it is run with."""
        return {path: tuple(group) for group in self._world.once(handovers).groups for path in group}

    def owned(self, owned: Callable[[str], bool]) -> Iterator[tuple[str, Trace]]:
        """The traces of the programs of one component, by their paths."""
        alone = (p for p in self._world.resolved.code.paths if p not in self._together and not places.is_test(p))
        for path in (*self._together, *alone):
            if owned(path) and not self._is_copy(path) and (trace := self._of(path)) is not None:
                yield path, trace

    def _is_copy(self, path: str) -> bool:
        """Whether a notebook is what Jupyter makes of another one, `name-Copy1.ipynb`, and still says nearly the same."""
        match, code = _COPY.fullmatch(path), self._world.resolved.code
        if match is None or (origin := f"{match[1]}.ipynb") not in code.programs:
            return False
        own, first = code.texts(path), code.texts(origin)
        return len(own & first) >= _SAME_TEXTS * len(own | first)

    def _of(self, path: str) -> Trace | None:
        if path not in self.known:
            group = self._together.get(path, ())
            self.known.update(dict.fromkeys(group))
            self.known.update(self._run(group) if group else self._each((path,)))
        return self.known[path]

    def _run(self, group: tuple[str, ...]) -> Mapping[str, Trace | None]:
        try:
            return self._world.resolved.rows.together(group, self._world.once(handovers).names)
        except Exception as error:  # noqa: BLE001  # a bug of ours in one program: each is followed for itself
            return self._each(group, f"{BUG}{type(error).__name__}: {error}")

    def _each(self, paths: Iterable[str], cut: str = "") -> dict[str, Trace | None]:
        """What a run over each program alone saw; `cut` says why they were not run together."""
        found: dict[str, Trace | None] = {}
        for path in paths:
            try:
                trace = self._world.resolved.rows.of(path)
            except Exception as error:  # noqa: BLE001  # a bug of ours in one program: told as one, and all others are followed
                trace = Trace(cut=f"{BUG}{type(error).__name__}: {error}")
            found[path] = msgspec.structs.replace(trace, cut=trace.cut or cut) if trace is not None else None
        return found


def owned_traces(world: World, owned: Callable[[str], bool]) -> Iterator[Trace]:
    """The traces of the programs of one component."""
    return (trace for _, trace in world.once(Traces).owned(owned))


def leaks(world: World, owned: Callable[[str], bool]) -> Leaks:
    """Statistics over evaluated rows, in every program of the component."""
    found: dict[tuple[Spot, str], Leak] = {}
    shares: list[Share] = []
    cut: list[str] = []
    for path, trace in world.once(Traces).owned(owned):
        judged = {(e.trained.version, e.tested): e for e in trace.evaluations}
        if judged:
            shares.append(Share(path, len(judged), sum(e.relation != "unknown" for e in judged.values())))
        cut += [f"{path}: {trace.cut}"] if trace.cut else []
        for group in _grouped(verdicts.preprocessing(trace)):
            key, leak = (group[0].fit.spot, group[0].fit.name), _leak(world, group)
            leak = _aside(leak) if is_aside(world, owned, path, leak.milder) else leak
            if on_purpose(world, leak.fitted):
                continue
            if key not in found or _outweighs(leak, found[key]):  # another program may see it judged
                found[key] = leak
        for again in _grouped([each for each in anew.fitted_anew(trace) if not _is_fallback(world, each.fit.spot)]):
            found.setdefault((again[0].fit.spot, again[0].fit.name), _anew(world, again))
    return Leaks(tuple(found[key] for key in sorted(found)), tuple(shares), tuple(cut))


def _is_fallback(world: World, spot: Spot) -> bool:
    """Whether a line fits what was found not to be fitted (`if not hasattr(encoder, "classes_")`): not where training did it."""
    code = world.resolved.code
    return any(
        at.line == spot.line and any(type(each) is If and _asks_whether_fitted(each.test) for each in at.around)
        for number in code.scopes(spot.path)
        for at in placed(code.scope(spot.path, number).body)
    )


def _asks_whether_fitted(test: Expr) -> bool:
    """Whether a test asks an object for what only a fit gives it: by convention such names end in `_`."""
    asked = (
        node.args[1]
        for node in within(test)
        if type(node) is Call and name_of(node.func) == "hasattr" and len(node.args) == 2
    )
    return any(type(name) is Const and str(name.value).endswith("_") for name in asked)


def is_aside(world: World, owned: Callable[[str], bool], path: str, milder: int) -> bool:
    """Whether nothing starts or names a program, while a program of the component that trains is started or named: its figures
    weigh one step less, unless they do by so many steps already."""
    light = milder > _MILDER_UNSUPERVISED
    return not light and not world.once(Started).needs(path) and world.once_in(_trains_as_told, owned)


def _trains_as_told(world: World, owned: Callable[[str], bool]) -> bool:
    programs = {training.program for training in trainings(world, owned)}
    return any(map(world.once(Started).needs, sorted(programs)))


def _aside(leak: Leak) -> Leak:
    return msgspec.structs.replace(leak, milder=leak.milder + _MILDER_ASIDE, says=f"{leak.says}{SAYS_ASIDE}")


def _outweighs(leak: Leak, other: Leak) -> bool:
    return (leak.certainty, -leak.milder) > (other.certainty, -other.milder)


_Seen = TypeVar("_Seen", verdicts.Leak, anew.Anew)


def _grouped(found: list[_Seen]) -> list[list[_Seen]]:
    """Plain statistics of one file that reach the same scope are one piece of work; each fitted object is its own."""
    groups: dict[object, list[_Seen]] = {}
    for leak in found:
        plain = leak.fit.how in _MILDER_BY_HOW and leak.evaluation is not None
        site = leak.evaluation.site if leak.evaluation is not None else None
        groups.setdefault((leak.fit.spot.path, site, leak.fit.how == "filter") if plain else leak.fit, []).append(leak)
    return [sorted(group, key=lambda leak: (leak.fit.spot, leak.fit.name)) for group in groups.values()]


def _leak(world: World, group: list[verdicts.Leak]) -> Leak:
    first = group[0]
    fit, evaluation, split = first.fit, first.evaluation, first.split
    verb = _VERBS.get(fit.how, "fitted")
    name = _named([leak.fit for leak in group])
    place = at(world, fit.spot)
    parted = [at(world, split.spot).says("split into training and test part here")] if split is not None else []
    if evaluation is None:
        trail = [place.says(f"{name} {verb} here, on rows that are held out below"), *parted]
        site = split.site if split is not None else (fit.spot.path, 0)
        says = f"{name} is {verb} on rows that the split then holds out"
        centre = _MILDER_CENTRE if all(_is_centre(leak.fit) for leak in group) else 0
        least = 0 if any(leak.fit.labelled for leak in group) else _MILDER_UNSUPERVISED
        numbers = _MILDER_INDEX if all(leak.fit.indexes for leak in group) else 0
        milder = max(least, centre, numbers, _MILDER_INNER if all(leak.inner for leak in group) else 0)
        return Leak(fit.name, entity(world, site), place, tuple(trail), 0.6, milder, says)
    trail = [
        at(world, leak.fit.spot).says(f"{leak.fit.name} {verb} here, on rows that are evaluated below")
        for leak in group[:MOST_SHOWN]
    ]
    trail += [*parted, *judged_at(world, evaluation)]
    unlabelled = verdicts.unlabelled(evaluation)
    rows = "the rows that the model predicts" if unlabelled else "rows that the model is evaluated on"
    own = not any(seen_by(leak.fit, evaluation.trained.rows) for leak in group)
    again = f"{verb} anew" if own else verb  # on the evaluated rows alone: training has another
    says = f"{name} {'are' if len(group) > 1 else 'is'} {again} {'over' if verb == 'taken' else 'on'} {rows}"
    anew_by = (_MILDER_STATISTIC_ANEW if group[0].fit.how == "statistic" else _MILDER_ANEW) if own else 0
    milder, remark = _weight(group, max(anew_by, _MILDER_UNLABELLED if unlabelled else 0))
    certainty = 0.6 if unlabelled else 0.9 if evaluation.how == "folds" or evaluation.relation == "unknown" else 1.0
    return Leak(fit.name, entity(world, evaluation.site), place, tuple(trail), certainty, milder, says + remark)


def _weight(group: list[verdicts.Leak], least: int) -> tuple[int, str]:
    """How many steps milder a leak is, at the least some, and what is said of it."""
    plain = 0 if any(leak.fit.labelled for leak in group) else _MILDER_UNSUPERVISED
    milder = least or _MILDER_BY_HOW.get(group[0].fit.how, plain)
    unseen = [leak.fit.rescales and leak.trees_only for leak in group]
    if all(unseen):
        return max(milder, _MILDER_RESCALED), "; trees hardly see it, any other model would"
    if all(leak.fit.indexes for leak in group):
        return max(milder, _MILDER_INDEX), "; it only numbers the words"
    if all(_is_centre(leak.fit) or hidden for leak, hidden in zip(group, unseen, strict=True)):
        return max(milder, _MILDER_CENTRE), ""
    if all(_judges_itself(leak.evaluation) for leak in group):
        return max(milder, _MILDER_ITSELF), "; without labels, the figure says how well rows are described"
    if all(leak.inner for leak in group):
        return max(milder, _MILDER_INNER), "; other rows, untouched, have the last word"
    return milder, ""


def _is_centre(fit: Fit) -> bool:
    return fit.fills or (fit.how == "statistic" and fit.name in _CENTRES)


def _judges_itself(evaluation: Evaluation | None) -> bool:
    """Whether a model that learns without labels is judged by its own measure."""
    return evaluation is not None and evaluation.trained.task in UNSUPERVISED and evaluation.how in ("folds", "score")


def _anew(world: World, group: list[anew.Anew]) -> Leak:
    fit, evaluation = group[0].fit, group[0].evaluation
    verb, name = _VERBS.get(fit.how, "fitted"), _named([again.fit for again in group])
    rows = "predicts" if verdicts.unlabelled(evaluation) else "is judged on"
    done = f"{'are' if len(group) > 1 else 'is'} {verb} anew {'over' if verb == 'taken' else 'on'}"
    trail = [
        at(world, again.fit.spot).says(f"{again.fit.name} {verb} here, on the rows to be predicted alone")
        for again in group[:MOST_SHOWN]
    ]
    trail += judged_at(world, evaluation)
    milder = _MILDER_STATISTIC_ANEW if fit.how == "statistic" else _MILDER_ANEW
    says = f"{name} {done} the rows that the model {rows}: {_MEANS[fit.how]}"
    return Leak(fit.name, entity(world, evaluation.site), at(world, fit.spot), tuple(trail), 0.8, milder, says)


def _named(fits: list[Fit]) -> str:
    """`median()`, or `12 statistics (mean(), mode())`."""
    names = sorted({fit.name for fit in fits})
    return names[0] if len(fits) == 1 else f"{len(fits)} statistics ({', '.join(names[:4])})"


def at(world: World, spot: Spot) -> Place:
    """The place of a line, in its cell where the file is a notebook."""
    return world.resolved.code.place(spot.path, spot.line)


def entity(world: World, site: Site) -> str:
    """The scope in which a model is judged."""
    return world.resolved.code.scope(*site).name or site[0]


def judged_at(world: World, evaluation: Evaluation) -> list[Related]:
    """Where a model was trained and where it was judged."""
    name = evaluation.trained.name
    if evaluation.how == "folds":
        return [at(world, evaluation.spot).says(f"{name} judged here by cross-validation over those rows")]
    word = {"predict": "predicts those rows", "tuning": "watches those rows while it is trained"}.get(
        evaluation.how, "judged"
    )
    return [
        at(world, evaluation.trained.spot).says(f"{name} trained here"),
        at(world, evaluation.spot).says(f"{name} {word} here"),
    ]
