"""The way back from model fits, over what flows into them and the files that programs hand on, to what nothing here makes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import reduce
from operator import or_

import msgspec

from auditor.graph import places
from auditor.graph.artefacts.identity import PathIndex, above, is_anything
from auditor.graph.data.cached import cache_of
from auditor.graph.data.checkouts import inside
from auditor.graph.data.learning import Flowing, Learning
from auditor.graph.data.provided import Provided, pinned_paths
from auditor.graph.data.spent import is_spent
from auditor.graph.data.versions import TABULAR, Pins, Root, Training, copied, is_data, root_of, trainings
from auditor.graph.observed.lineage import Touch
from auditor.graph.started import Started
from auditor.graph.world import World
from auditor.model.artefact import Role
from auditor.model.regex import regex
from auditor.program.calls.effects import Effect, Site

_TRAINS = regex(
    r"(^|/)(train|fit|retrain|finetune|fine_tune)([\W_][^/]*)?\.py$|(^|/)[^/]*[\W_](train|training)\.py$", re.I
)
"""Names of programs that train."""
_FILES = frozenset({"csv", "tsv", "json", "jsonl", "xlsx", "xls", "parquet", "txt"})
"""Suffixes of tables: what is called so is a file as a rule."""
_JUDGING = regex(r"(^|[\W_])(val|valid|validation|dev|eval|test|hold_?out)\d*([\W_]|$)", re.I)
"""Names of files that are put aside: a fit that is handed them with the rest is judged by them."""


class _Stop(msgspec.Struct, frozen=True):
    """A program on the way back, what of it flows on, and what is asked of it: a fit, or what it writes.

    `guessed`: on the way there some program did not show what it made a file of.
    """

    program: str
    flowing: Flowing
    guessed: bool = False


def training_roots(world: World, owned: Callable[[str], bool]) -> list[Root]:
    """What the training programs of a component start from, traced back through the files they exchange."""
    return list(world.once_in(_training_roots, owned))


def _training_roots(world: World, owned: Callable[[str], bool]) -> tuple[Root, ...]:
    trail = _Trail(world)
    programs = trainings(world, owned)
    aside, copies = made_nothing(world, programs), copied(world, programs)
    for training in sorted(programs, key=lambda training: (training.program in aside, training.program in copies)):
        trail.follow(training)
    found = sorted(trail.found.items())
    return tuple(msgspec.structs.replace(root, tried=root.training in aside) for _, root in found)


def made_nothing(world: World, found: Iterable[Training]) -> frozenset[str]:
    """Those of the training programs that made no model: notebooks where programs train, and what nothing starts or names
    where something else that trains is started. The name of a program may say that it is there to be started."""
    programs = frozenset(training.program for training in found)
    started = world.once(Started)
    notebooks = frozenset(program for program in programs if program.endswith(".ipynb"))
    aside = notebooks if notebooks != programs else frozenset()
    run = {program for program in programs - aside if started.names(program) or world.orchestrates(program)}
    if not run:
        return aside
    reached = world.lineage.reached_by_any(run)
    return aside | {
        program
        for program in programs - aside - run
        if not _TRAINS.search(program) or not reached.isdisjoint(_bodies(world, program))
    }


def _bodies(world: World, program: str) -> set[Site]:
    """The functions of a program that fit something."""
    return {site for site in world.lineage.sites_of_program(program, Role.FIT) if site[0] == program and site[1]}


class _Made:
    """Which programs write what, and what pins it: one index of a tree."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.writers: dict[str, dict[str, list[Touch]]] = {}
        for program in world.lineage.entries:
            for touch in world.lineage.of_program(program):
                if touch.way == "write":
                    name = touch.artefact.path or touch.artefact.id
                    self.writers.setdefault(name, {}).setdefault(program, []).append(touch)
        pinned = pinned_paths(world)
        self.pins = Pins(pinned, PathIndex(pinned))
        self.pointers = PathIndex(pinned_paths(world, locked=False))
        self.declared = PathIndex(d.path for step in world.steps.all for d in step.writes if d.path)
        self.written = PathIndex(self.writers)
        touched = ((site, touch) for site, touches in world.lineage.touches.items() for touch in touches)
        self.hosts = PathIndex(t.artefact.id for site, t in touched if t.way == "write" and _is_of_host(t, site[0]))
        """What product code writes on other machines, run by a program that is here or not."""

    def makers(self, touch: Touch, *, loosely: bool) -> dict[str, list[Touch]]:
        """The programs that write what a touch reads, with the writes; what is set apart only where nothing else does."""
        path, name = touch.artefact.path, touch.artefact.id
        if path is not None:
            names = self.written.matching(path, loosely=loosely)
        else:
            names = list(dict.fromkeys([name, *self.on_hosts(name), *self._of_checkout(name)]))
        found: dict[str, list[Touch]] = {}
        for name in names:
            for program, touches in self.writers.get(name, {}).items():
                found.setdefault(program, []).extend(touches)
        return {program: touches for program, touches in found.items() if not places.is_apart(program)} or found

    def _of_checkout(self, name: str) -> list[str]:
        """What is written under the path that an absolute one has in the tree."""
        path = inside(self._world, name)
        return self.written.matching(path) if path is not None else []

    def on_hosts(self, name: str) -> list[str]:
        """The ids and patterns under which product code writes what is called so on another machine."""
        return [each for each in self.hosts.patterns(name) if not is_anything(each)] if name.startswith("host:") else []


class _Trail:
    """One walk back for all trainings of a component."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._made = world.once(_Made)
        self._learning = world.once(Learning)
        self._provided = world.once(Provided)
        self.found: dict[str, Root] = {}
        self._seen: set[tuple[str, str]] = set()

    def follow(self, training: Training) -> None:
        """Go back from one training, program by program: no further where one before it came by, which took all that is there.

        Only the data that a program makes, and are recorded, are another thing to a training by that very program.
        """
        todo = [_Stop(training.program, self._learning.of(training.program))]
        seen = set[tuple[str, str]]() if training.program in self._world.once(_recorded) else self._seen
        while todo:
            stop = todo.pop()
            for touch in self._world.lineage.of_program(stop.program):
                if not self._learns(stop, touch):
                    continue
                onward = self._before(touch)
                if onward is None:
                    self._take(touch, training, stop)
                    continue
                for program, writes in sorted(onward.items()):
                    if (program, touch.artefact.id) not in seen:
                        seen.add((program, touch.artefact.id))
                        flowing = self._learning.behind(program, writes)
                        todo.append(_Stop(program, flowing, stop.guessed or flowing.guessed))
            for effect in self._world.lineage.unresolved_of_program(stop.program):
                if self._flows(stop, effect):
                    self._take_unnamed(effect, training)

    def _learns(self, stop: _Stop, touch: Touch) -> bool:
        """Whether a read brings what is learnt; what its name puts aside for judging a model is not that."""
        if touch.way != "read" or touch.effect.role not in TABULAR or not is_data(touch):
            return False
        if self._is_below_a_file(touch):
            return False
        name = (touch.artefact.path or touch.artefact.id).rpartition("/")[2]
        if _JUDGING.search(name.partition("?")[0]) or not self._flows(stop, touch.effect):
            return False
        return id(touch.effect.call) in stop.flowing.calls or not is_spent(self._world, touch)

    def _is_below_a_file(self, touch: Touch) -> bool:
        """Whether a pattern stands below what the same code reads as a file, too: there is no folder of that name."""
        folder, _, name = (touch.artefact.path or touch.artefact.id.partition(":")[2]).rpartition("/")
        if "*" not in name or places.suffix(folder) not in _FILES:
            return False
        if folder in self._world.identities.tree:
            return True
        return any(
            (other.artefact.path or other.artefact.id.partition(":")[2]) == folder
            for other in self._world.lineage.touches.get(touch.site, ())
            if other.way == "read"
        )

    def _flows(self, stop: _Stop, effect: Effect) -> bool:
        stands = effect.origin[0] if effect.origin is not None else effect.site
        aside = _is_scoring(self._world, effect.site) or _is_showing(self._world, stands)
        return stop.flowing.holds(self._world, effect) and not aside

    def _before(self, touch: Touch) -> dict[str, list[Touch]] | None:
        """The programs that make what is read; empty where it is made, but not by a program that is here; None at a root."""
        if _is_held(touch, self._made.pointers):
            return None  # whatever made it, this state of it is what is fetched
        if touch.effect.entry.attrs.get("toy"):
            return None  # a library's own set, whatever else lies in the folder that it is kept in
        known = _is_known(self._world, touch, self._made.pins)
        made = self._made.makers(touch, loosely=not known)
        if made:
            return made
        path = touch.artefact.path
        if path is None and self._made.on_hosts(touch.artefact.id):
            return {}
        if path is None or self._made.pins.paths.matching(path, loosely=True):
            return None
        if not known and self._provided.is_named(path.rpartition("/")[2]):
            return {}
        return {} if places.is_byproduct(path) or self._made.declared.matching(path, loosely=not known) else None

    def _take(self, touch: Touch, training: Training, stop: _Stop) -> None:
        root, program = root_of(self._world, touch, training, self._made.pins), stop.program
        lock = self._world.once(_recorded).get(program, "") if program != training.program else ""
        if root.state == "unpinned" and lock:
            root = msgspec.structs.replace(root, state="pinned", pin=f"what {program} made of it is in {lock}")
        if root.state in ("unpinned", "asked") and (cache := cache_of(self._world, touch)):
            root = msgspec.structs.replace(root, state="pinned", pin=f"its answers are kept in git as {cache}")
        root = msgspec.structs.replace(root, guessed=stop.guessed)
        known = self.found.get(root.artefact)
        if known is None or (known.state != "unpinned" and root.state == "unpinned"):
            self.found[root.artefact] = root

    def _take_unnamed(self, effect: Effect, training: Training) -> None:
        """A read whose artefact has no name: a set that a library brings, what the caller supplies, or unresolved."""
        if effect.role not in TABULAR or effect.dead or effect.name in ("builtins.open", "io.open"):
            return
        place = self._world.resolved.code.place(effect.site[0], effect.line)
        supplied = any(hole.kind in ("cli", "env", "param") for value in effect.targets for hole in value.holes())
        toy = any(effect.entry.attrs.get(mark) for mark in ("toy", "synthetic", "checksummed"))
        state = "pinned" if toy else "supplied" if supplied else "unresolved"
        pin = "shipped with the library" if toy else ""
        key = f"{effect.name} at {place}"
        name = effect.name if toy else key
        self.found.setdefault(key, Root(name, state, pin, place, training.program, training.place, effect.certainty))


def _recorded(world: World) -> dict[str, str]:
    """By program the record that names by their hash the data which a step makes with it."""
    pinned, found = pinned_paths(world), dict[str, str]()
    for step in world.steps.all:
        if step.tool == "dvc":
            held = (pinned.get(out.path, "") for out in step.writes if out.path)
            lock = next((pin.rpartition(" in ")[2] for pin in held if pin.endswith(".lock")), "")
            for program in world.steps.programs(step) if lock else ():
                found.setdefault(program, lock)
    return found


def _is_scoring(world: World, site: Site) -> bool:
    """Whether a function loads a model, asks it and fits none: what it reads besides is there to be scored."""
    return bool(site[1]) and world.once(_playing)(site) == _LOADS | _ASKS


_LOADS, _ASKS, _LEARNS = 1, 2, 4
_PLAYED = {
    Role.LOAD_MODEL: _LOADS,
    Role.PREDICT: _ASKS,
    Role.FIT: _LEARNS,
    Role.TUNE: _LEARNS,
    Role.TRAIN_SERVICE: _LEARNS,
}


def _playing(world: World) -> Callable[[Site], int]:
    """By scope what all that it runs does with models, as bits of a number."""
    effects = world.resolved.effects
    said = {site: reduce(or_, (_PLAYED.get(effect.role, 0) for effect in own), 0) for site, own in effects.own.items()}
    return effects.gathered(said)


def _is_showing(world: World, site: Site) -> bool:
    """Whether a function makes a chart and hands nothing back: what it reads is there to be looked at."""
    drawn = site[1] and any(effect.domain == "viz" for effect in world.resolved.effects.own.get(site, ()))
    return bool(drawn) and not world.resolved.code.index(*site).returns


def _is_of_host(touch: Touch, home: str) -> bool:
    return touch.artefact.id.startswith("host:") and not touch.effect.dead and places.is_product(home)


def _is_held(touch: Touch, pointers: PathIndex) -> bool:
    """Whether a pointer of its own, no record of a pipeline, holds what is read or the folder it lies in."""
    path = touch.artefact.path
    return path is not None and any(folder in pointers.exact for folder in (path, *above(path)))


def _is_known(world: World, touch: Touch, pins: Pins) -> bool:
    """Whether the tree or a pin has a file at that very path: then one of the same name elsewhere is another."""
    path = touch.artefact.path
    return path is not None and (path in world.identities.tree or bool(pins.paths.matching(path)))
