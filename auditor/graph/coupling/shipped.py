"""Questions about what a model is shipped with: the fitted steps before it, and whether serving can apply them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import cached_property, reduce
from operator import or_

import msgspec

from auditor.graph import places
from auditor.graph.artefacts.identity import alike
from auditor.graph.coupling.by_values import BY_VALUES, encoded_anew
from auditor.graph.coupling.registered import registered, registry_name
from auditor.graph.coupling.sides import (
    effects_in,
    models,
    predictions,
    product_trainings,
    serving_side,
)
from auditor.graph.observed.answers import asks_a_model
from auditor.graph.observed.flows import Flows, features
from auditor.graph.world import World
from auditor.model.artefact import Role
from auditor.model.ir import Attr, Call, Const, Expr, Name, Op
from auditor.model.place import Place
from auditor.program.calls.effects import Effect, Site
from auditor.program.calls.origins import Origin, Traced, through
from auditor.program.condensed import places_of
from auditor.program.naming.code import Frame, Local
from auditor.program.naming.scopes import Block
from auditor.program.rows.values import STATELESS

_SAVES = (Role.SAVE_MODEL, Role.WRITE, Role.REGISTER, Role.LOG_ARTIFACT)
_FITTING = frozenset({"fit", "fit_transform", "partial_fit", "adapt", "fit_on_texts"})


class Omitted(msgspec.Struct, frozen=True):
    """A fitted step before a model. `state`: `kept` (saved or in the model), `lost` (never saved), `refitted` (in serving anew).

    `served` is the place in serving that would need it; None where nothing in the repository serves this model. `others` are
    further models behind it that are saved so that any of them may be what is loaded there.
    """

    name: str
    state: str
    place: Place
    entity: str
    model: str
    trained: Place
    served: Place | None
    certainty: float
    others: tuple[str, ...] = ()


class Shipping(msgspec.Struct, frozen=True):
    """The fitted steps of a component, and the trainings whose saved objects could not be told."""

    steps: tuple[Omitted, ...]
    unknown: tuple[Place, ...]


def shipping(world: World, owned: Callable[[str], bool]) -> Shipping:
    """The fitted steps of what a component trains, and what its services fit anew on requests."""
    steps: dict[str, Omitted] = {}
    unknown: list[Place] = []
    if not world.once(_transforms):
        return Shipping((), ())
    asked = _Asked(world)
    for step in asked.refitted(owned):
        steps.setdefault(step.entity, step)
    for effect in _fits(world, owned):
        for step in asked.before(effect, unknown):
            steps[step.entity] = _beside(steps[step.entity], step) if step.entity in steps else step
    return Shipping(tuple(steps[key] for key in sorted(steps)), tuple(sorted(set(unknown))))


def _beside(known: Omitted, step: Omitted) -> Omitted:
    """A step that is told of already, with one more model that it stands before, where the same place would need it."""
    same = known.state == step.state == "lost" and known.served == step.served
    if not same or step.model in (known.model, *known.others):
        return known
    return msgspec.structs.replace(known, others=(*known.others, step.model))


def _transforms(world: World) -> bool:
    """Whether anything in the repository is fitted before a model."""
    return any(
        e.role is Role.TRANSFORMER or e.name in BY_VALUES for own in world.resolved.effects.own.values() for e in own
    )


def _fits(world: World, owned: Callable[[str], bool]) -> list[Effect]:
    """The calls that fit a model of known class on data that is an argument."""
    return [
        effect
        for path in world.resolved.code.paths
        if owned(path) and places.is_product(path) and not places.is_exploratory(path)
        for number in world.resolved.code.scopes(path)
        for effect in world.resolved.effects.own.get((path, number), ())
        if effect.domain == "ml" and world.trains(effect) and features(effect) is not None
    ]


def _missing(test: Expr | None, *, wanted: bool) -> Name | None:
    """The name that is None, or counts as false, where a test comes out as wanted."""
    if type(test) is Op and test.op == "not":
        return _missing(test.operands[0], wanted=not wanted)
    if type(test) is Op and test.op in ("is", "is-not") and type(test.operands[1]) is Const:
        subject, none = test.operands[0], test.operands[1].value is None
        return subject if type(subject) is Name and none and wanted is (test.op == "is") else None
    return test if type(test) is Name and not wanted else None


class _Saves:
    """The calls that save something, in order, and those of each file, as bits of a number: hundreds of programs share them."""

    def __init__(self, world: World, flows: Flows) -> None:
        self._world = world
        self._flows = flows
        own, lineage = world.resolved.effects.own, world.lineage
        self._effects = effects_in(world, own, *_SAVES)
        self._at: dict[Site, int] = {}
        for number, effect in enumerate(self._effects):
            self._at[effect.site] = self._at.get(effect.site, 0) | 1 << number
        saving = lineage.gathered(self._at)
        self._beside = lineage.handed({program: saving(program) for program in lineage.entries})
        self._known: dict[tuple[int, Frame], frozenset[int] | None] = {}
        self._traced = self._untold = 0
        self._holding: dict[int, int] = defaultdict(int)

    def of(self, program: str) -> int:
        """What a file saves itself, and what all programs save that run it."""
        found = self._beside((program, 0))
        for number in self._world.resolved.code.scopes(program):
            found |= self._at.get((program, number), 0)
        self._trace(found & ~self._traced)
        return found

    def holding(self, calls: Iterable[int]) -> int:
        """The calls that save what one of some other calls made."""
        return reduce(or_, (self._holding.get(call, 0) for call in calls), 0)

    def are_told(self, saves: int) -> bool:
        """Whether the tables say of each of these what it saves, if that is surely a model."""
        return all(effect.role is not Role.SAVE_MODEL for effect in self.effects(saves & self._untold))

    def effects(self, saves: int) -> list[Effect]:
        """The calls that the bits stand for, in order."""
        return [self._effects[number] for number in places_of(saves)]

    def _trace(self, saves: int) -> None:
        """Note what some calls save."""
        self._traced |= saves
        for number in places_of(saves):
            calls = self._saved(self._effects[number])
            if calls is None:
                self._untold |= 1 << number
            for call in calls or ():
                self._holding[call] |= 1 << number

    def _saved(self, save: Effect) -> frozenset[int] | None:
        """The calls that what a call saves comes from; None where the tables do not say which argument that is."""
        key = id(save.call), save.frame  # two files of one content share their calls
        if key not in self._known:
            shown = self._flows.saved(save)
            traced = self._flows.behind(shown, save, held=True) if shown is not None else None
            self._known[key] = frozenset(through(traced.calls)) if traced is not None else None
        return self._known[key]


class _Asked:
    """What the questions share: origins, and the two sides."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.flows = world.flows
        self.serving = serving_side(world)
        self.saves = _Saves(world, self.flows)

    # --- training ---

    def before(self, effect: Effect, unknown: list[Place]) -> list[Omitted]:
        """The fitted steps that the features of a fit went through; none where the model is never saved."""
        given = features(effect)
        if given is None or type(effect.call.func) is not Attr:
            return []
        learned = self.flows.behind(given, effect, loosely=True)
        made = self._made(learned)
        # A model over the answers of another one sees nothing of what prepares the rows for that.
        if not made or any(asks_a_model(origin.call) for origin in learned.calls):
            return []
        model = through(self.flows.behind(effect.call.func.base, effect, held=True).calls)
        saves = self.saves.of(effect.site[0])
        models = self.saves.effects(self.saves.holding(model) & saves)
        place = self.world.resolved.code.place(effect.site[0], effect.line)
        if not models:
            return []
        if not self.saves.are_told(saves):
            unknown.append(place)
            return []
        return [self._step(origin, saves, effect, models, place) for origin in self._of_one_way(made)]

    def _of_one_way(self, made: list[Origin]) -> list[Origin]:
        """Constructions without those that stand in another arm of a branch than one before: a run makes one of them."""
        code, found = self.world.resolved.code, list[Origin]()
        blocks: dict[int, Block] = {}
        for origin in sorted(made, key=lambda o: (o.frame.path, o.call.line)):
            index = code.index(origin.frame.path, origin.frame.scope)
            block = blocks[id(origin)] = next((c.block for c in index.calls if c.call is origin.call), ())
            here = [o for o in found if (o.frame.path, o.frame.scope) == (origin.frame.path, origin.frame.scope)]
            if not any(index.excludes(blocks[id(other)], block) for other in here):
                found.append(origin)
        return found

    def _made(self, traced: Traced) -> list[Origin]:
        """The constructions of fitted steps among the origins of features."""
        return [
            origin
            for origin, entry in self.flows.of_role(traced, Role.TRANSFORMER)
            if entry.attrs.get("stateful", True)
            and self._name(origin) not in STATELESS
            and not self._framework_keeps(origin)
        ]

    def _name(self, origin: Origin) -> str:
        return self.flows.dotted(origin.call.func, origin.frame).rpartition(".")[2]

    def _framework_keeps(self, origin: Origin) -> bool:
        """Whether an orchestrator may keep a step: it is returned by a task, or put on an object of the framework."""
        path, number = origin.frame.path, origin.frame.scope
        code = self.world.resolved.code
        owner = code.owner(path, number)
        if owner is not None and self.world.resolved.evaluator.denoter.ancestry(Local(path, owner)):
            return True
        if not self._is_task(path, number):
            return False
        return any(
            id(origin.call) in through(self.flows.origins.of(value, Frame(path, number), held=True).calls)
            for value in code.index(path, number).returns
        )

    def _is_task(self, path: str, number: int) -> bool:
        """Whether a function is run by an orchestrator: decorated by it, or named as the code of a step."""
        if any(Local(path, number) in step.implements for step in self.world.steps.all if step.in_code):
            return True
        frame = Frame(path, max(self.world.resolved.code.scope(path, number).parent, 0))
        for decorator in self.world.resolved.code.scope(path, number).decorators:
            made = decorator.func if type(decorator) is Call else decorator
            entry = self.world.resolved.knowledge.lookup(self.flows.dotted(made, frame))
            if entry is not None and entry.role in (Role.PIPELINE, Role.PIPELINE_STEP):
                return True
        return False

    def _step(self, origin: Origin, saves: int, fit: Effect, models: list[Effect], trained: Place) -> Omitted:
        code = self.world.resolved.code
        name, kept = self._name(origin), bool(self.saves.holding((id(origin.call),)) & saves)
        served, certainty = (None, 1.0) if kept else self._served(models, fit)
        return Omitted(
            name,
            "kept" if kept else "lost",
            code.place(origin.frame.path, origin.call.line),
            f"{origin.frame.path}#{code.scope(origin.frame.path, origin.frame.scope).name}:{name}",
            fit.name.rpartition(".")[0].rpartition(".")[2] or fit.name,
            trained,
            served,
            certainty,
        )

    def _served(self, saves: list[Effect], fit: Effect) -> tuple[Place | None, float]:
        """Where serving loads the saved model, and how sure it is that it is this one."""
        written = [t for t in models(self.world, frozenset(s.site for s in saves), "write") if t.effect in saves]
        loaded = models(self.world, self.serving.sites, "read")
        names = registered(self.world, saves, self.saves.effects(self.saves.of(fit.site[0])))
        for touch in loaded:
            if any(alike(touch.artefact, other.artefact) for other in written) or registry_name(touch) in names:
                return self.world.lineage.place(touch), 1.0
        loads = effects_in(self.world, self.serving.sites, Role.LOAD_MODEL)
        if loads and self._only_training() and not any(t.artefact.id.startswith("name:") for t in loaded):
            return self.world.resolved.code.place(loads[0].site[0], loads[0].line), 0.7
        return None, 1.0

    def _only_training(self) -> bool:
        """Whether one program of the repository alone trains and saves a model."""
        saving = {
            training.program
            for training in product_trainings(self.world)
            if self.saves.of(training.program) and not training.program.endswith(".ipynb")
        }
        return len(saving) == 1

    # --- serving ---

    def refitted(self, owned: Callable[[str], bool]) -> list[Omitted]:
        """Steps that the code that answers fits anew on what it scores."""
        found = []
        for site in sorted(self.serving.sites):
            if owned(site[0]):
                for called in predictions(self.world, site):
                    if called.call.args:
                        frame = Frame(*site, block=called.block)
                        found += self._fitted_for(called.call, frame)
                        encoded = encoded_anew(self.world, self.serving.sites, called.call, frame)
                        found += [self._refitted(name, place, owner, at, 0.9) for name, place, owner, at in encoded]
        return found

    def _refitted(self, name: str, place: Place, owner: str, served: Place, certainty: float = 1.0) -> Omitted:
        return Omitted(name, "refitted", place, f"{place.path}#{owner}:{name}", "model", place, served, certainty)

    def _fitted_for(self, call: Call, frame: Frame) -> list[Omitted]:
        traced = self.flows.origins.of(call.args[0], frame, call.line)
        made = {id(origin.call): origin for origin in self._made(traced)}
        made = {n: o for n, o in made.items() if (o.frame.path, o.frame.scope) in self.serving.sites}
        if not made or self._as_trained(traced):
            return []
        code = self.world.resolved.code
        found = []
        for origin in traced.calls:
            if type(origin.call.func) is not Attr or origin.call.func.name not in _FITTING or self._is_spared(origin):
                continue
            receiver = self.flows.origins.of(origin.call.func.base, origin.frame, origin.call.line)
            for number in sorted(through(receiver.calls) & set(made), key=lambda n: made[n].call.line):
                name = self._name(made[number])
                scope = code.scope(origin.frame.path, origin.frame.scope).name
                place = code.place(origin.frame.path, origin.call.line)
                found.append(self._refitted(name, place, scope, code.place(frame.path, call.line)))
        return found

    def _is_spared(self, origin: Origin) -> bool:
        """Whether a call runs only where no step is handed over, and who calls its function here hands over one."""
        frame = origin.frame
        if frame.bound is None:
            return False
        given, index = frame.bound.params, self.world.resolved.code.index(frame.path, frame.scope)
        for construct, arm in next((each.conditions for each in index.calls if each.call is origin.call), ()):
            missing = _missing(index.tests.get(construct), wanted=arm == 0)
            told = given.get(missing.id) if missing is not None else None
            if told is not None and type(told[0]) is not Const:
                return True
        return False

    def _as_trained(self, traced: Traced) -> bool:
        """Whether a file that training reads is among the origins: the step may learn the same from it again."""
        return any(
            touch.artefact.id in self._training_files
            for origin in traced.calls
            for touch in self.world.lineage.touches.get((origin.frame.path, origin.frame.scope), ())
            if touch.way == "read" and touch.effect.call is origin.call
        )

    @cached_property
    def _training_files(self) -> frozenset[str]:
        return frozenset(
            touch.artefact.id
            for training in product_trainings(self.world)
            for touch in self.world.lineage.of_program(training.program)
            if touch.way == "read" and touch.artefact.path is not None and places.is_data(touch.artefact.path)
        )
