"""Questions about shared configuration: which steps load a file of settings, and how little of it each of them uses."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import TypeAlias

import msgspec

from auditor.graph import places
from auditor.graph.coupling.entangled import concerns_of
from auditor.graph.declared.steps import PIPELINES
from auditor.graph.world import World
from auditor.model.artefact import NodeKind
from auditor.model.place import Place
from auditor.program.calls.effects import Site
from auditor.program.condensed import places_of

FEWEST_STEPS = 5
READING = 0.6
USED = 0.25
FEWEST_KEYS = 8


Told: TypeAlias = dict[str, tuple[tuple[str, ...], frozenset[str]]]
"""Steps by name: the programs that each runs, and the files whose keys it names."""


class Loading(msgspec.Struct, frozen=True):
    """One step that loads a file of settings: the keys it uses, and whether a declaration names them."""

    step: str
    place: Place
    keys: frozenset[str]
    keyed: bool


class HubConfig(msgspec.Struct, frozen=True):
    """A file of settings with the steps that load it. `used` is the median share of its keys that such a step uses."""

    path: str
    keys: int
    loads: tuple[Loading, ...]
    steps: int
    used: float

    @property
    def whole(self) -> list[Loading]:
        """The steps that load all of it and are seen to use some; what use a step makes of it is else not known."""
        return [load for load in self.loads if not load.keyed and load.keys]

    @property
    def is_hub(self) -> bool:
        """Whether most steps load all of it, name none of their keys, and use little."""
        return (
            self.steps >= FEWEST_STEPS
            and self.keys >= FEWEST_KEYS
            and len(self.whole) >= max(FEWEST_STEPS, READING * self.steps)
            and self.used < USED
        )


def hub_configs(world: World, owned: Callable[[str], bool]) -> tuple[list[HubConfig], int]:
    """The files of settings that programs of a component load themselves, and how many steps there are."""
    steps = _steps(world, owned)
    used = world.once(_Keys)
    loads: dict[str, list[Loading]] = defaultdict(list)
    for step, (programs, keyed) in sorted(steps.items()):
        for document, place in sorted(_loaded(world, programs).items()):
            keys = frozenset(key for program in programs for key in used.of(program, document))
            loads[document].append(Loading(step, place, keys, document in keyed))
    found = []
    for document, told in sorted(loads.items()):
        defined = [key for key in world.resolved.code.leaves(document) if not key.startswith("defaults.")]
        shares = [_share(load.keys, defined) for load in told if load.keys]
        if defined and shares:
            found.append(HubConfig(document, len(defined), tuple(told), len(steps), _median(shares)))
    return found, len(steps)


def _median(shares: list[float]) -> float:
    from statistics import median  # it brings fractions and decimals with it, and few files are hubs

    return round(median(shares), 4)


def _steps(world: World, owned: Callable[[str], bool]) -> Told:
    """Declared steps with the programs they run and the files whose keys they name; without any, the programs that do I/O."""
    programs = world.resolved.code.programs
    makes = {step.id for step in world.steps.all if step.tool == "make"}
    declared = {
        step.id: (
            tuple(sorted(p for p in world.steps.programs(step) if places.is_product(p) and p in programs)),
            frozenset(param.path for param in step.params if param.path),
        )
        for step in world.steps.all
        if step.tool in PIPELINES and owned(step.path)
    }
    declared = _apart({name: told for name, told in declared.items() if told[0]}, makes)
    if len(declared) >= FEWEST_STEPS:
        return declared
    return {
        program: ((program,), frozenset())
        for program in world.lineage.entries
        if owned(program)
        and places.is_product(program)
        and not program.endswith(".ipynb")
        and any(touch.kind is not NodeKind.CONFIG for touch in world.lineage.of_program(program))
    }


def _apart(told: Told, makes: set[str]) -> Told:
    """Steps without the goals of make that run what other goals run, all of it or together."""
    kept: Told = {}
    seen: set[str] = set()
    for name, (programs, keyed) in sorted(told.items(), key=lambda each: (len(each[1][0]), each[0])):
        if name not in makes or not seen.issuperset(programs):
            kept[name] = programs, keyed
        seen.update(programs if name in makes else ())
    return kept


def _loaded(world: World, programs: tuple[str, ...]) -> dict[str, Place]:
    """The documents that programs read from a file of their own accord, with the first place."""
    found: dict[str, Place] = {}
    for program in programs:
        for touch in world.lineage.of_program(program):
            path = touch.artefact.path
            if touch.way == "read" and touch.kind is NodeKind.CONFIG and path and world.resolved.code.leaves(path):
                found.setdefault(path, world.lineage.place(touch))
    return found


class _Keys:
    """The keys of documents that run with programs."""

    def __init__(self, world: World) -> None:
        read = world.resolved.readings.all()
        self._keys = list(dict.fromkeys((each.document, each.key) for each in read))
        bits = {key: 1 << number for number, key in enumerate(self._keys)}
        self._of_document: dict[str, int] = defaultdict(int)
        for (document, _), bit in bits.items():
            self._of_document[document] |= bit
        said: dict[Site, int] = defaultdict(int)
        for each in read:
            said[each.site] |= bits[each.document, each.key]
        self._programs = frozenset(world.lineage.entries)
        self._beside = world.lineage.gathered(said)

    def of(self, program: str, document: str) -> Iterator[str]:
        """The keys of a document that run with a program."""
        told = self._beside(program) & self._of_document[document] if program in self._programs else 0
        return (self._keys[number][1] for number in places_of(told))


def _share(keys: frozenset[str], defined: list[str]) -> float:
    """The share of the defined keys that some readings cover: themselves, and all below a part that is handed on."""
    return sum(any(key == read or key.startswith(f"{read}.") or not read for read in keys) for key in defined) / len(
        defined
    )


def shared_keys(world: World, owned: Callable[[str], bool]) -> tuple[int, int]:
    """How many configuration keys of a component are read by files of two and more concerns, and how many are read at all."""
    readers: dict[tuple[str, str], set[str]] = defaultdict(set)
    for reading in world.resolved.readings.all():
        path = reading.site[0]
        if reading.key and owned(path) and places.is_product(path):
            readers[reading.document, reading.key].add(path)
    concerns = {path: concerns_of(world, path) for paths in readers.values() for path in paths}
    shared = [
        key
        for key, paths in readers.items()
        if len(paths) > 1 and len(frozenset[str]().union(*(concerns[path] for path in paths))) > 1
    ]
    return len(shared), len(readers)
