"""Questions about what a model is shipped with: the fitted steps before it, and whether serving can apply them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property

import msgspec

from auditor.graph import places
from auditor.graph.artefacts.identity import alike
from auditor.graph.coupling.sides import (
    asks_a_model,
    effects_in,
    models,
    predictions,
    product_trainings,
    serving_side,
)
from auditor.graph.observed.flows import features
from auditor.graph.world import World
from auditor.model.artefact import Role
from auditor.model.ir import Attr, Call
from auditor.model.place import Place
from auditor.program.calls.effects import Effect, Site
from auditor.program.calls.origins import Origin, Traced, through
from auditor.program.naming.code import Frame, Local
from auditor.program.rows.values import STATELESS

_SAVES = (Role.SAVE_MODEL, Role.WRITE, Role.REGISTER, Role.LOG_ARTIFACT)
_FITTING = frozenset({"fit", "fit_transform", "partial_fit", "adapt", "fit_on_texts"})


class Omitted(msgspec.Struct, frozen=True):
    """A fitted step before a model. `state`: `kept` (saved or in the model), `lost` (never saved), `refitted` (in serving anew).

    `served` is the place in serving that would need it; None where nothing in the repository serves this model.
    """

    name: str
    state: str
    place: Place
    entity: str
    model: str
    trained: Place
    served: Place | None
    certainty: float


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
            steps.setdefault(step.entity, step)
    return Shipping(tuple(steps[key] for key in sorted(steps)), tuple(sorted(set(unknown))))


def _transforms(world: World) -> bool:
    """Whether anything in the repository is fitted before a model."""
    return any(e.role is Role.TRANSFORMER for own in world.resolved.effects.own.values() for e in own)


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


class _Saving:
    """The scopes that save and belong to a program, as bits of a number: hundreds of programs that share code are then quickly joined."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._numbers: dict[Site, int] = {}
        self._known: dict[str, int] = {}

    def of(self, program: str) -> int:
        """The scopes that starting a program leads to and that save something."""
        found = self._known.get(program)
        if found is None:
            found = 0
            for site in self._world.lineage.sites_of_program(program, *_SAVES):
                found |= 1 << self._numbers.setdefault(site, len(self._numbers))
            self._known[program] = found
        return found

    def sites(self, saving: int) -> list[Site]:
        """The scopes that the bits stand for."""
        return [site for site, number in self._numbers.items() if saving >> number & 1]


class _Asked:
    """What the questions share: origins, and the two sides."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.flows = world.flows
        self.serving = serving_side(world)
        self._saved_by: dict[tuple[int, Frame], frozenset[int] | None] = {}  # programs that share code share its calls
        self._saves_of: dict[str, list[Effect]] = {}

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
        saves = self._saves(effect.site[0])
        told = [(save, calls) for save in saves if (calls := self._saved(save)) is not None]
        models = [save for save, calls in told if not calls.isdisjoint(model)]
        place = self.world.resolved.code.place(effect.site[0], effect.line)
        if not models:
            return []
        if any(save.role is Role.SAVE_MODEL and self._saved(save) is None for save in saves):
            unknown.append(place)
            return []
        kept = {call for _, calls in told for call in calls}
        return [self._step(origin, kept, effect, models, place) for origin in made]

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

    def _saves(self, program: str) -> list[Effect]:
        """What the programs that reach a file save."""
        found = self._saves_of.get(program)
        if found is None:
            world = self.world
            saving = 0
            for each, reached in self._programs:
                if each == program or (program, 0) in reached:
                    saving |= self._saving.of(each)
            sites = {
                *self._saving.sites(saving),
                *((program, number) for number in world.resolved.code.scopes(program)),
            }
            found = self._saves_of[program] = effects_in(world, sites, *_SAVES)
        return found

    @cached_property
    def _programs(self) -> list[tuple[str, Mapping[Site, Site | None]]]:
        return [(program, self.world.lineage.reached(program)) for program in self.world.lineage.entries]

    @cached_property
    def _saving(self) -> _Saving:
        return _Saving(self.world)

    def _saved(self, save: Effect) -> frozenset[int] | None:
        """The calls that what a call saves comes from; None where the tables do not say which argument that is."""
        key = id(save.call), save.frame
        if key not in self._saved_by:
            shown = self.flows.saved(save)
            traced = self.flows.behind(shown, save, held=True) if shown is not None else None
            self._saved_by[key] = frozenset(through(traced.calls)) if traced is not None else None
        return self._saved_by[key]

    def _step(self, origin: Origin, kept: set[int], fit: Effect, saves: list[Effect], trained: Place) -> Omitted:
        code = self.world.resolved.code
        name = self._name(origin)
        served, certainty = (None, 1.0) if id(origin.call) in kept else self._served(saves)
        return Omitted(
            name,
            "kept" if id(origin.call) in kept else "lost",
            code.place(origin.frame.path, origin.call.line),
            f"{origin.frame.path}#{code.scope(origin.frame.path, origin.frame.scope).name}:{name}",
            fit.name.rpartition(".")[0].rpartition(".")[2] or fit.name,
            trained,
            served,
            certainty,
        )

    def _served(self, saves: list[Effect]) -> tuple[Place | None, float]:
        """Where serving loads the saved model, and how sure it is that it is this one."""
        written = [t for t in models(self.world, frozenset(s.site for s in saves), "write") if t.effect in saves]
        loaded = models(self.world, self.serving.sites, "read")
        for touch in loaded:
            if any(alike(touch.artefact, other.artefact) for other in written):
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
            if self._saves(training.program) and not training.program.endswith(".ipynb")
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
                        found += self._fitted_for(called.call, Frame(*site, block=called.block))
        return found

    def _fitted_for(self, call: Call, frame: Frame) -> list[Omitted]:
        traced = self.flows.origins.of(call.args[0], frame, call.line)
        made = {id(origin.call): origin for origin in self._made(traced)}
        made = {n: o for n, o in made.items() if (o.frame.path, o.frame.scope) in self.serving.sites}
        if not made or self._as_trained(traced):
            return []
        code = self.world.resolved.code
        found = []
        for origin in traced.calls:
            if type(origin.call.func) is not Attr or origin.call.func.name not in _FITTING:
                continue
            receiver = self.flows.origins.of(origin.call.func.base, origin.frame, origin.call.line)
            for number in sorted(through(receiver.calls) & set(made), key=lambda n: made[n].call.line):
                name = self._name(made[number])
                scope = code.scope(origin.frame.path, origin.frame.scope).name
                found.append(
                    Omitted(
                        name,
                        "refitted",
                        code.place(origin.frame.path, origin.call.line),
                        f"{origin.frame.path}#{scope}:{name}",
                        "model",
                        code.place(origin.frame.path, origin.call.line),
                        code.place(frame.path, call.line),
                        1.0,
                    )
                )
        return found

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
