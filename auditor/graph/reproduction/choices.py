"""What chance decides: which calls draw, from which generator, and which calls seed one (RULES §6)."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from auditor.graph import places
from auditor.graph.observed.answers import asks_a_model
from auditor.graph.observed.written import name_of
from auditor.graph.reproduction.seeds import Seeds, given_seed
from auditor.graph.sight import Look, Sight
from auditor.graph.world import World
from auditor.model.artefact import Role
from auditor.model.ir import Assign, Attr, Call, Const, Expr, Group, Item, Name
from auditor.model.regex import regex
from auditor.program.calls.effects import Effect, Site
from auditor.program.calls.origins import through
from auditor.program.naming.code import Frame, Library
from auditor.program.naming.statements import heads, placed, within

NETWORKS = frozenset({"torch", "tensorflow", "paddle", "mxnet"})
"""Generators that fitting a network draws from: weights, batches, dropout."""
ROWS = frozenset({Role.SPLIT, Role.RESAMPLE})
_MODELS = frozenset({Role.ESTIMATOR, Role.TUNE, Role.TRANSFORMER, Role.COMPOSE})
DRAWING = ROWS | _MODELS | {Role.FIT, Role.SAMPLE}
"""What a call that chance decides on may do."""
_PICKS = frozenset({"random.sample", "random.choices", "numpy.random.choice"})
"""Draws of some elements of a list: files that are copied, indices of rows."""
_REORDERS = frozenset({"random.shuffle", "numpy.random.shuffle", "numpy.random.permutation", "torch.randperm"})
_MACHINES = regex(r"(^|_)(devices?|gpus?|cuda|workers?|ports?|hosts?|ranks?|colou?rs?|prox(y|ies)|agents)(_|$)", re.I)
"""Names of lists that hold no rows: what a run uses, not what it learns from."""
_STEPS = frozenset({"step", "apply_gradients", "sub_", "add_", "copy_"})
"""Calls that move parameters."""
_FIXED = frozenset(f"torch.{name}" for name in ("zeros", "ones", "full", "zeros_like", "ones_like"))
_CHOOSES = ("sample", "shuffle", "sampleBy")
_USES = frozenset({Role.FIT, Role.FIT_TRANSFORM, Role.SPLIT, Role.EVALUATE, Role.WRITE, Role.DATASET, Role.COPY})


class Drawn(msgspec.Struct, frozen=True):
    """Whether a program fits, divides, judges or writes anything; and the draws behind that, each by its scope and its number among
    the effects there."""

    uses: bool = False
    behind: frozenset[tuple[int, int]] = frozenset()


def _drawn(world: Sight, path: str) -> Drawn:
    own, scopes = world.resolved.effects.own, world.resolved.code.scopes(path)
    effects = [(number, n, e) for number in scopes for n, e in enumerate(own.get((path, number), ()))]
    uses = [effect for _, _, effect in effects if effect.role in _USES]
    drawn = [each for each in effects if each[2].role is Role.SAMPLE]
    calls = {call for use in uses for call in _behind(world, use)} if drawn else frozenset[int]()
    return Drawn(bool(uses), frozenset((number, n) for number, n, effect in drawn if id(effect.call) in calls))


def _behind(world: Sight, effect: Effect) -> Iterator[int]:
    """The calls behind what a call fits, divides, judges or writes."""
    given = (*effect.call.args, *(value for _, value in effect.call.keywords))
    for value in (world.flows.saved(effect),) if effect.role is Role.WRITE else given:
        calls = world.flows.behind(value, effect).calls if value is not None else ()
        # What is written of answers tells of a model that was fitted before.
        if not (effect.role is Role.WRITE and any(asks_a_model(origin.call) for origin in calls)):
            yield from through(calls)


DRAWN = Look("drawn", _drawn, Drawn, rare=True)
"""The draws of a program behind what it fits, divides, judges or writes."""


class Choice(msgspec.Struct, frozen=True):
    """A call that chance decides on: what it decides (see `Draw`), its generator, and whether the call itself leaves it open."""

    effect: Effect
    decides: str
    generator: str
    left: bool


def _documented(world: World) -> str:
    """What documents tell, and the commands in them, of which their text may be cut off."""
    told = (command for step in world.steps.all if step.tool == "readme" for command in step.step.commands)
    return "\n".join((world.documents.text, *(" ".join(word.text for word in command.words) for command in told)))


class Choices:
    """Answers which calls chance decides on, whatever runs before them."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.seeds = Seeds(world.resolved, _documented(world))
        self._known: dict[Site, tuple[Choice, ...]] = {}
        self._seeding: dict[int, frozenset[str]] = {}
        self._fixed: dict[str, bool] = {}

    def of(self, site: Site) -> tuple[Choice, ...]:
        """The choices of a scope of product code, in order; the first call of a training loop stands for all."""
        known = self._known.get(site)
        if known is None:
            known = self._known[site] = tuple(self._find(site)) if places.is_product(site[0]) else ()
        return known

    def _find(self, site: Site) -> Iterator[Choice]:
        networks: set[str] = set()
        for effect in self.world.resolved.effects.own.get(site, ()):
            decides = self._decides(effect)
            left = self._left_open(effect, decides)
            generator = self.generator(effect)
            if left is None or (decides == "network" and generator in networks):
                continue
            if decides == "network":
                networks.add(generator)
            yield Choice(effect, decides, generator, left)

    def seeded(self, effect: Effect) -> frozenset[str]:
        """The generators that a call gives a seed which may be the same in the next run."""
        if effect.dead:
            return frozenset()
        if id(effect) not in self._seeding:
            self._seeding[id(effect)] = self._generators(effect) if self.seeds.sets(effect) else frozenset()
        return self._seeding[id(effect)]

    def _left_open(self, effect: Effect, decides: str) -> bool | None:
        """Whether the call itself leaves a choice to chance; None where there is no choice, or it cannot be told."""
        if not decides:
            return None
        if decides == "network":
            return True
        if not _may_draw(effect):
            return None
        left = self.seeds.open(effect)
        if left and decides == "model" and self._told_later(effect):
            return None
        if left is False and effect.entry.seed is not None:
            given = given_seed(effect.call, effect.entry.seed)
            return False if given is not None else None  # without a seed it needs none
        return left

    def _told_later(self, effect: Effect) -> bool:
        """Whether the file names the seed's argument as a text: a table of parameters may hold it for a model made before."""
        seed = effect.entry.seed
        return seed is not None and seed.arg in self.world.resolved.code.texts(effect.site[0])

    def _decides(self, effect: Effect) -> str:
        """What a call decides by chance: `rows`, a `model`, the fitting of a `network`; "" for anything else."""
        if effect.dead or effect.certainty < 0.6:
            return ""
        role, attrs = effect.role, effect.entry.attrs
        if role is Role.TUNE and _tries_once(effect):
            return ""
        if role is Role.FIT:
            plain = not attrs.get("schedule") and not attrs.get("guard") and self.world.trains(effect)
            drawn = plain and self.generator(effect) in NETWORKS and self._imports(effect)
            return "network" if drawn and not (self._starts_fixed(effect.site[0]) or self._is_checked(effect)) else ""
        if role in _MODELS or role in ROWS:
            return ("rows" if role in ROWS else "model") if effect.entry.seed is not None else ""
        if role is Role.SAMPLE and (effect.name in _REORDERS | _PICKS or _chooses(effect)):
            used = self.world.seen(DRAWN, effect.site[0])
            if effect.name in _PICKS and self._is_invented(effect):
                return ""
            if effect.call.args and _MACHINES.search(name_of(effect.call.args[0]).rpartition(".")[2]):
                return ""
            if used.uses and (effect.name in _REORDERS or self._position(effect) in used.behind):
                return "order" if _orders(effect) else "rows"
        return ""

    def _is_invented(self, effect: Effect) -> bool:
        """Whether a draw makes up the values of a column, in a program whose generator whoever starts it may seed."""
        (path, number), code = effect.site, self.world.resolved.code
        fills = any(
            type(at.statement) is Assign
            and at.statement.value is effect.call
            and all(type(target) is Item for target in at.statement.targets)
            for at in placed(code.scope(path, number).body)
        )
        own = self.world.resolved.effects.own
        seeds = (e for n in code.scopes(path) if fills for e in own.get((path, n), ()) if e.role is Role.SEED)
        return any(self.generator(effect) in self._generators(seed) for seed in seeds)

    def _is_checked(self, effect: Effect) -> bool:
        """Whether gradients are made once at the top of a program or in a cell, in no loop, and nothing there takes a step by them:
        they are looked at."""
        (path, number), code = effect.site, self.world.resolved.code
        if number or not effect.name.endswith(".backward"):
            return False
        cell = next((c for c in code.programs[path].cells if c.start <= effect.line < c.start + max(c.lines, 1)), None)
        body = [
            at
            for at in placed(code.scope(path, number).body)
            if cell is None or cell.start <= at.line < cell.start + cell.lines
        ]
        parts = [(at, part) for at in body for head in heads(at.statement) for part in within(head)]
        if any(at.loops for at, part in parts if part == effect.call):
            return False
        calls = (part for _, part in parts if type(part) is Call)
        stored = (target for at in body if type(at.statement) is Assign for target in at.statement.targets)
        stepped = any(name_of(call.func).rpartition(".")[2] in _STEPS for call in calls)
        return not stepped and not any(type(target) is Attr and target.name == "data" for target in stored)

    def _starts_fixed(self, path: str) -> bool:
        """Whether all that the optimisers of a file move are numbers written out, as `torch.zeros(1)`: they start where they always do."""
        if path not in self._fixed:
            made = [*self._optimised(path)]
            self._fixed[path] = bool(made) and all(made)
        return self._fixed[path]

    def _optimised(self, path: str) -> Iterator[bool]:
        """For each optimiser that a file makes, whether what it moves starts at numbers written out."""
        code, denote = self.world.resolved.code, self.world.resolved.evaluator.denoter.denote
        sites = [(number, site) for number in code.scopes(path) for site in code.index(path, number).calls]
        for scope, site in sites:
            frame = Frame(path, scope, block=site.block)
            known = denote(site.call.func, frame) if name_of(site.call.func).rpartition(".")[2][:1].isupper() else None
            if type(known) is not Library or not known.dotted.startswith("torch.optim."):
                continue
            moved = site.call.args[0] if site.call.args else None
            starts = [self._bound(each, frame) for each in moved.items] if type(moved) is Group else []
            found = [denote(each.func, at) if type(each) is Call else None for each, at in starts]
            yield bool(found) and all(type(each) is Library and each.dotted in _FIXED for each in found)

    def _bound(self, expr: Expr, frame: Frame) -> tuple[Expr | None, Frame]:
        """What a name is bound to, where that is one thing, with the frame it stands in."""
        bound = self.world.resolved.evaluator.denoter.bindings(expr, frame) if type(expr) is Name else ()
        if len(bound) != 1 or bound[0][0].how != "value":
            return None, frame
        return bound[0][0].value, bound[0][1]

    def _position(self, effect: Effect) -> tuple[int, int]:
        """The scope of a call, and its number among the effects there."""
        own = self.world.resolved.effects.own[effect.site]
        return effect.site[1], next(n for n, other in enumerate(own) if other is effect)

    def _imports(self, effect: Effect) -> bool:
        """Whether the file of a call imports its library, where the method's name alone tells what it is."""
        if effect.certainty > 0.9:
            return True
        code, path = self.world.resolved.code, effect.site[0]
        return any(
            not statement.level and imported.module.partition(".")[0] in {effect.entry.library, self.generator(effect)}
            for number in code.scopes(path)
            for statement, _, _ in code.index(path, number).imports
            for imported in statement.names
        )

    def generator(self, effect: Effect) -> str:
        """The process-wide generator that a call draws from when it is given none; "" for one of its own."""
        library = self.world.resolved.knowledge.library(effect.entry.library)
        own = effect.entry.attrs.get("draws")
        return str(own) if own else library.draws if library is not None else ""

    def _generators(self, effect: Effect) -> frozenset[str]:
        """The generators that a call seeds."""
        named = effect.entry.attrs.get("seeds")
        if named:
            return frozenset(str(named).split())
        own = effect.entry.kind == "class" or effect.entry.returns  # a generator of its own
        return frozenset() if own else frozenset({self.generator(effect)} - {""})


def _may_draw(effect: Effect) -> bool:
    """Whether a call whose algorithm draws only under some values of an argument is given one of them."""
    argument_, _, values = str(effect.entry.attrs.get("chance", "")).partition("=")
    if not argument_:
        return True
    given = dict(effect.call.keywords).get(argument_)
    return type(given) is Const and str(given.value) in values.split(",")


def _tries_once(effect: Effect) -> bool:
    """Whether a search makes a single trial: it searches nothing."""
    given = dict(effect.call.keywords)
    return any(
        type(value := given.get(name)) is Const and value.value == 1
        for name in ("max_evals", "n_trials", "n_iter", "max_trials")
    )


def _orders(effect: Effect) -> bool:
    """Whether a call hands out the same rows in another order, batch by batch."""
    return effect.entry.seed is not None and effect.entry.seed.switch == "shuffle"


def _chooses(effect: Effect) -> bool:
    """Whether a call draws rows of a table or a data set, or puts them in another order."""
    seed = effect.entry.seed
    return seed is not None and (effect.name.endswith(_CHOOSES) or _orders(effect))
