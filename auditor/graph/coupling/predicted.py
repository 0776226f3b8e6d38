"""Questions about predictions that go on: into the training of another model, or back into the training of their own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

import msgspec

from auditor.graph import places
from auditor.graph.coupling.sides import predicting_sites, product_trainings, training_side
from auditor.graph.data.grouping import DESCRIBING
from auditor.graph.data.sharing import LEAST
from auditor.graph.observed.answers import asks_a_model
from auditor.graph.observed.flows import features, labels
from auditor.graph.observed.lineage import Touch
from auditor.graph.world import World
from auditor.language.sql import read_sql
from auditor.model.artefact import NodeKind, Role
from auditor.model.ir import Attr, Const, Expr, Group, Table
from auditor.model.place import Place
from auditor.model.regex import regex
from auditor.program.calls.effects import Effect, Site
from auditor.program.calls.origins import Origin, Traced, through

_MACHINE = "host:"
_TABLE = regex(r"^table:(?:.*\.)?([^.]+)$")
_KEEPING = frozenset({NodeKind.DATASET, NodeKind.EXTERNAL_DATASET})
_INSERTED = regex(
    r"\binto\s+[\w.\"`\[\]]+\s*\((?P<columns>[^()]*)\)(?:\s*values\s*\((?P<values>(?:[^()]|%\(\w+\)s)*)\))?", re.I
)
_GUARDED = regex(r"hold_?out|explor|epsilon|propensity|random_?traffic|importance_?weight|bandit|control_?group", re.I)


class Written(msgspec.Struct, frozen=True):
    """Predictions that a program writes: where, into what, and the calls that made them; of a statement in SQL, into which `columns`."""

    touch: Touch
    written: Place
    predicted: tuple[Origin, ...]
    columns: frozenset[str] | None = None


class Carried(msgspec.Struct, frozen=True):
    """Predictions that a model is trained on. `artefact` is the file or table between, "" where they pass in memory.

    `own`: the model that made them is the one that is trained.
    """

    artefact: str
    predicted: Place
    written: Place | None
    read: Place | None
    trained: Place
    model: str
    entity: str
    together: bool
    guarded: Place | None
    own: bool = False


def cascades(world: World, owned: Callable[[str], bool]) -> list[Carried]:
    """Models that are trained on what another model, made elsewhere, predicted; each once, the nearest way."""
    found: dict[Place, Carried] = {}
    for fit in _fits(world, owned):
        for origin in _foreign(world, fit):
            trained, predicted = _place(world, fit), _at(world, origin)
            entity = f"{fit.site[0]}#{fit.name} on {predicted}"
            carried = Carried("", predicted, None, None, trained, _model(fit), entity, False, None)
            found.setdefault(_line(trained), carried)
    for carried in world.once(_through_stores):
        if owned(carried.trained.path) and not carried.own:
            found.setdefault(_line(carried.trained), carried)
    return [found[key] for key in sorted(found)]


def _line(place: Place) -> Place:
    return Place(place.path, place.line, None, place.cell)


def loops(world: World, owned: Callable[[str], bool]) -> list[Carried]:
    """Stores of predictions that the model which made them is trained on again."""
    return [c for c in world.once(_through_stores) if owned(c.trained.path) and c.own]


# --- in memory ---


def _fits(world: World, owned: Callable[[str], bool]) -> list[Effect]:
    return [
        effect
        for site in sorted(training_side(world).sites)
        if owned(site[0]) and places.is_product(site[0])
        for effect in world.resolved.effects.own.get(site, ())
        if effect.domain == "ml" and world.trains(effect) and features(effect) is not None
    ]


def _foreign(world: World, fit: Effect) -> Iterator[Origin]:
    """Predictions among the origins of what a model is fitted on, by a model that was loaded and is not the fitted one."""
    assert type(fit.call.func) is Attr  # noqa: S101  # what features() says
    for given in (features(fit), labels(fit)):
        if given is None:
            continue
        for origin in _predictions(world, world.flows.behind(given, fit)):
            assert type(origin.call.func) is Attr  # noqa: S101  # as above
            base = world.flows.origins.of(origin.call.func.base, origin.frame, origin.call.line)
            loads = [o for o, entry in world.flows.of_role(base, Role.LOAD_MODEL) if entry.pin is None]
            if loaded(world, loads) & _kept(world, *(training.program for training in product_trainings(world))):
                yield origin


def _predictions(world: World, traced: Traced) -> list[Origin]:
    """The calls of models that predict, among origins."""
    return [origin for origin in traced.calls if asks_a_model(origin.call) and not _groups(world, origin)]


def _groups(world: World, origin: Origin) -> bool:
    assert type(origin.call.func) is Attr  # noqa: S101  # what _predictions says
    base = world.flows.origins.of(origin.call.func.base, origin.frame, origin.call.line, held=True)
    return any(world.flows.dotted(o.call.func, o.frame).startswith(DESCRIBING) for o in base.calls)


def loaded(world: World, loads: Iterable[Origin]) -> set[str]:
    """The models that some calls load."""
    sites: dict[Site, set[int]] = {}
    for load in loads:
        sites.setdefault((load.frame.path, load.frame.scope), set()).add(id(load.call))
    return {
        touch.artefact.id
        for site, calls in sites.items()
        for touch in world.lineage.touches.get(site, ())
        if id(touch.effect.call) in calls
    }


def _kept(world: World, *programs: str) -> set[str]:
    """The models that programs save: a frozen public one is saved by none, and changes by no one's hand."""
    return {touch.artefact.id for program in programs for touch in _saves(world, program)}


def _saves(world: World, program: str) -> Iterator[Touch]:
    for touch in world.lineage.of_program(program):
        if touch.way == "write" and touch.kind is NodeKind.MODEL:
            yield touch


# --- through files and tables ---


def _through_stores(world: World) -> tuple[Carried, ...]:
    """Every store that predictions are written to and that a training takes its rows from."""
    if not predicting_sites(world):
        return ()
    read: dict[str, list[tuple[str, Touch]]] = {}
    for path, _ in training_side(world).starts:
        for touch in world.lineage.of_program(path):
            if touch.way == "read" and touch.confidence >= LEAST:
                read.setdefault(touch.artefact.id, []).append((path, touch))
    found = []
    same: dict[str, list[Written]] = {}
    for one in _written(world, frozenset(read)):
        same.setdefault(one.touch.artefact.id, []).append(one)
    for one in (one for written in same.values() for one in written):
        for touch, program, fit in _taken(world, one.touch.artefact.id, read):
            if one.columns is not None and one.columns.isdisjoint(_asked(world, program, touch)):
                continue  # what it learns from stands in other columns of that table
            alone = any(other.touch in world.lineage.of_program(program) for other in same[one.touch.artefact.id])
            predicted = _who_predicts(world, one, fit, program, alone=alone)
            if predicted is None:
                continue
            artefact = one.touch.artefact.path or one.touch.artefact.id
            found.append(
                Carried(
                    _TABLE.sub(r"the table \1", artefact),
                    _at(world, predicted[0]),
                    one.written,
                    world.lineage.place(touch),
                    _place(world, fit),
                    program,
                    f"{artefact} into {program}",
                    _in_one_pipeline(world, one.touch.site[0], program),
                    _guard(world, one.touch.site, touch.site),
                    own=predicted[1],
                )
            )
    return tuple(dict.fromkeys(sorted(found, key=lambda c: (c.entity, c.predicted, c.trained))))


def _who_predicts(world: World, one: Written, fit: Effect, program: str, *, alone: bool) -> tuple[Origin, bool] | None:
    """The call whose predictions a fit is given, and whether the fitted model itself made them.

    None where one program trains the models that predict and the one that learns from it: a stack, whose members are fitted
    together, and no model that another stands on. `alone`: the program that fits writes such predictions itself.
    """
    models = {touch.artefact.id for touch in _saves(world, program) if _is_saved(world, fit, touch)}
    others = []
    for origin in one.predicted:
        assert type(origin.call.func) is Attr  # noqa: S101  # what _predictions says
        base = world.flows.origins.of(origin.call.func.base, origin.frame, origin.call.line)
        read = loaded(world, (o for o, _ in world.flows.of_role(base, Role.LOAD_MODEL)))
        if _are_same(read, models) if read or alone else world.once(_Loading).any_of(models, origin.frame.path):
            return origin, True
        if read or not alone:
            others.append(origin)
    return (others[0], False) if others else None


def _are_same(loaded: set[str], saved: set[str]) -> bool:
    """Whether one model is among both: also where one program has it at a place of the machine that an image puts it at."""
    if loaded & saved:
        return True
    apart = {(name.rpartition("/")[2], name.startswith(_MACHINE)) for name in saved if "{" not in name}
    return any((name.rpartition("/")[2].rpartition(":")[2], not name.startswith(_MACHINE)) in apart for name in loaded)


def _is_saved(world: World, fit: Effect, save: Touch) -> bool:
    """Whether what a call saves may be the model that is fitted: it comes from the fit, or from where the model was made."""
    shown = world.flows.saved(save.effect)
    if shown is None or type(fit.call.func) is not Attr:
        return True
    saved, made = world.flows.behind(shown, save.effect), world.flows.behind(fit.call.func.base, fit)
    return not (saved.whole and made.whole) or bool(through(saved.calls) & (through(made.calls) | {id(fit.call)}))


def _taken(
    world: World, artefact: str, read: dict[str, list[tuple[str, Touch]]]
) -> Iterator[tuple[Touch, str, Effect]]:
    """The fits of trainings that are given what an artefact holds, over any number of files, each with its program.

    The touch is the first reading on the way.
    """
    training = {training.program for training in product_trainings(world)}
    todo: list[tuple[str, Touch | None]] = [(artefact, None)]
    seen = {artefact}
    while todo:
        name, first = todo.pop()
        for program, touch in read.get(name, ()):
            fit = _learns(world, program, touch) if program in training else None
            if fit is not None:
                yield first or touch, program, fit
            for onward in _handed_on(world, program, touch):
                if onward not in seen:
                    seen.add(onward)
                    todo.append((onward, first or touch))


def _learns(world: World, program: str, read: Touch) -> Effect | None:
    """The first fit of a program that is given what a call reads."""
    fits = (
        effect
        for site in sorted(world.lineage.sites_of_program(program, Role.FIT))
        for effect in world.resolved.effects.own.get(site, ())
        if world.trains(effect)
        for given in (*effect.call.args, *(value for _, value in effect.call.keywords))
        if id(read.effect.call) in through(world.flows.behind(given, effect, loosely=True).calls)
    )
    return next(fits, None)


def _handed_on(world: World, program: str, read: Touch) -> Iterator[str]:
    """What a program writes that comes from what a call reads."""
    for touch in world.lineage.of_program(program):
        shown = world.flows.saved(touch.effect) if touch.way == "write" and touch.kind is not NodeKind.MODEL else None
        if shown is not None:
            behind = world.flows.behind(shown, touch.effect, loosely=True)
            if id(read.effect.call) in through(behind.calls):
                yield touch.artefact.id


def _written(world: World, read: frozenset[str]) -> Iterator[Written]:
    """Predictions that are written to one of the artefacts that are read."""
    near = _near_predictions(world)
    for site, touches in sorted(world.lineage.touches.items()):
        for touch in touches if site in near else ():
            path = touch.artefact.path
            if (
                touch.way != "write"
                or touch.artefact.id not in read
                or touch.kind not in _KEEPING
                or touch.confidence < LEAST
                or (path is not None and places.is_byproduct(path))
            ):
                continue
            shown = world.flows.saved(touch.effect)
            if shown is None:
                continue
            made = _predictions(world, world.flows.behind(shown, touch.effect))
            if made:
                columns = _filled(world, touch.effect, shown) if touch.effect.entry.parse_as == "sql" else None
                yield Written(touch, world.lineage.place(touch), tuple(made), columns)


def _filled(world: World, insert: Effect, given: Expr) -> frozenset[str]:
    """The columns that a statement fills with predictions; none where it does not say which value is whose."""
    said = next((m for v in insert.targets if (m := _INSERTED.search(v.text()))), None)
    if said is None:
        return frozenset()
    columns = [_plain(column) for column in said["columns"].split(",")]
    if type(given) is Table:
        holes = dict(zip(map(_plain, (said["values"] or "").split(",")), columns, strict=False))
        named = zip(given.keys, given.values, strict=True)
        parts = [(holes.get(_plain(str(key.value)), ""), value) for key, value in named if type(key) is Const]
    else:
        parts = list(zip(columns, given.items if type(given) is Group else (), strict=False))
    return frozenset(name for name, part in parts if _predictions(world, world.flows.behind(part, insert)))


def _plain(column: str) -> str:
    """A column without its quotes, or the name of a hole."""
    return column.strip(' \n\t`"[]:@%()s' if column.strip()[:1] in ":@%" else ' \n\t`"[]').lower()


def _asked(world: World, program: str, read: Touch) -> frozenset[str]:
    """The columns that a statement asks for, and what the program names that has it."""
    queries = [value.text() for value in read.effect.targets] if read.effect.entry.parse_as == "sql" else []
    columns = {column.lower() for query in queries for use in read_sql(query).uses for column in use.columns}
    return frozenset(columns or {text.lower() for text in world.resolved.code.texts(program)})


def _near_predictions(world: World) -> frozenset[Site]:
    """The scopes that run in one program with a call that predicts."""
    lineage, predicting = world.lineage, predicting_sites(world)
    predicts = lineage.gathered(dict.fromkeys(predicting, 1))
    programs = [program for program in lineage.entries if places.is_product(program) and predicts(program)]
    return frozenset(site for site in lineage.reached_by_any(programs) if not places.is_test(site[0]))


class _Loading:
    """Answers which models programs load."""

    def __init__(self, world: World) -> None:
        self._bits: dict[str, int] = {}
        said: dict[str, int] = {}
        for program in world.lineage.entries:
            for touch in world.lineage.of_program(program):
                if touch.way == "read" and touch.kind is NodeKind.MODEL:
                    bit = self._bits.setdefault(touch.artefact.id, 1 << len(self._bits))
                    said[program] = said.get(program, 0) | bit
        self._said = said
        self._beside = world.lineage.handed(said)

    def any_of(self, models: Iterable[str], path: str) -> bool:
        """Whether a file is a program that loads one of some models, or runs in one."""
        asked = sum(self._bits.get(model, 0) for model in models)
        return bool((self._said.get(path, 0) | self._beside((path, 0))) & asked)


def _in_one_pipeline(world: World, one: str, other: str) -> bool:
    """Whether declared steps of one file run both programs: then a new model of the first retrains the second."""
    homes = [
        {step.path for step in world.steps.all if step.tool != "readme" and program in world.steps.programs(step)}
        for program in (one, other)
    ]
    return bool(homes[0] & homes[1])


def _guard(world: World, *sites: Site) -> Place | None:
    """Where code on either side speaks of a hold-out, exploration or weights against the loop."""
    for path, _ in sites:
        for name in sorted(world.resolved.code.texts(path)):
            if len(name) < 60 and _GUARDED.search(name):
                return Place(path, None)
        for number in world.resolved.code.scopes(path):
            index = world.resolved.code.index(path, number)
            for name, versions in index.bindings.items():
                if _GUARDED.search(name):
                    return world.resolved.code.place(path, next(iter(versions.values())).line)
    return None


def _model(fit: Effect) -> str:
    return fit.name.rpartition(".")[0].rpartition(".")[2] or fit.name


def _place(world: World, effect: Effect) -> Place:
    return world.resolved.code.place(effect.site[0], effect.line)


def _at(world: World, origin: Origin) -> Place:
    return world.resolved.code.place(origin.frame.path, origin.call.line)
