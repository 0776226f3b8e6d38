"""How effects travel to callers: what hangs on a parameter is named anew in the frames of those who supply it.

At most six levels up, each landing on the calling site with the wrappers it came `via`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple, cast

from msgspec.structs import replace

from auditor.program.calls.landing import Carried, Chain, Landing
from auditor.program.calls.records import Effect, LocalCall, Site
from auditor.program.calls.stored_landings import Packed
from auditor.program.kept.answers import Kept, Topic, View
from auditor.program.kept.replays import Asking, Question, Replay
from auditor.program.naming.code import Code, Local
from auditor.program.symbolic.values import Hole

if TYPE_CHECKING:
    from auditor.program.calls.effects import Effects
    from auditor.program.calls.file_effects import FileEffects

LEVELS = 6
MOST_LANDINGS = 60
"""Callers that one effect may be carried to, over all levels; fewer where very many effects are carried."""
LEAST_LANDINGS = 6
ALL_LANDINGS = 15_000
MOST_STEPS = 10_000
"""Steps that naming one effect anew at its callers may take, some ten times what it takes where much is carried."""


class Landings(NamedTuple):
    """The effects that land on callers, by the site of the call; the functions with more callers than are followed; and what
    tells all that lands of a file."""

    lifted: dict[Site, list[Effect]]
    cut: set[Site]
    told: Callable[[str], bytes]


def carried(effects: Effects, kept: Kept) -> Landings:
    """Where the effects of all files land."""
    hanging: dict[str, list[Effect]] = {}
    for path in effects.code.paths:
        found = effects.told(path, _hanging)
        if found:
            hanging[path] = found
    count = sum(map(len, hanging.values()))
    most = max(LEAST_LANDINGS, min(MOST_LANDINGS, ALL_LANDINGS // max(count, 1)))

    def find(view: View) -> Carried:
        effects.files.seen_from(view, view.path)
        former = answers.former(view.path)
        carrier = _Carrier(view, former.replays if former is not None else {})
        widest = max(carrier.carry(effect, most) for effect in hanging[view.path])
        replays = carrier.close()
        return Carried(tuple(carrier.landed), frozenset(carrier.cut), widest, most, replays if keeps else {})

    keeps = effects.files.memory is not None
    answers = kept.packed(
        Topic("carried", find, partly=True, again=_with_former),
        Packed(effects),
        replace(effects.files.tree, calls=effects.known),
        fits=lambda known: known.is_the_same(most),
    )
    lifted: dict[Site, list[Effect]] = defaultdict(list)
    cut: set[Site] = set()
    for path in hanging:
        of_file = answers.of(path)
        for site, effect in of_file.landed:
            lifted[site].append(effect)
        cut |= of_file.cut
    answers.store()
    return Landings(lifted, cut, answers.told)


def _with_former(found: Carried, former: Carried) -> Carried:
    """What is carried, with the records of what landed before by the same calls as the same: others are known by them."""
    known = {_way(effect): effect for _, effect in former.landed}
    landed = tuple((site, _same(effect, known.get(_way(effect)))) for site, effect in found.landed)
    return replace(found, landed=landed)


def _way(effect: Effect) -> tuple[object, ...]:
    return effect.name, effect.origin, effect.targets, effect.dest, effect.source, *map(id, effect.chain)


def _same(effect: Effect, former: Effect | None) -> Effect:
    return former if former is not None and former == effect else effect


class _Carrier:
    """Carries the effects of one file."""

    def __init__(self, view: View, former: Mapping[str, Replay[Effect | None]]) -> None:
        """`former` is what landed in the files of callers in another tree."""
        self._former = former
        self._landings: dict[str, Asking[Effect | None]] = {}
        self._steps = 0
        self._path = view.path
        self.code = view.code
        self.evaluator = view.evaluator
        self.landed: list[tuple[Site, Effect]] = []
        self.cut: set[Site] = set()
        self._tree = view.tree
        self._trace = view.code.trace
        self._partly = view.partly

    def _callers(self, site: Site) -> tuple[LocalCall, ...]:
        known = self._trace.callers
        if site not in known:
            known[site] = self._tree.callers(site)
        return cast("tuple[LocalCall, ...]", known[site])

    def _asked(self, site: Site) -> frozenset[str]:
        found = self._trace.asked[site] = self._tree.asked(site)
        return found

    def carry(self, effect: Effect, most: int) -> int:
        """Carry one effect to the callers that supply what it hangs on, level by level; how often it landed."""
        todo: list[tuple[Effect, Chain]] = [(effect, ())]
        seen: set[tuple[object, ...]] = set()
        self._steps = 0
        while todo:
            landed, chain = todo.pop(0)
            if len(seen) >= most:
                self.cut.add(effect.site)
                break
            if len(chain) >= LEVELS:
                continue
            for edge in self._suppliers(landed):
                if self._steps > MOST_STEPS:
                    self.cut.add(effect.site)
                    return len(seen)
                found = None if any(edge is each for each in chain) else self._through(effect, (edge, *chain))
                if found is None:
                    continue
                key = (found.site, found.line, tuple(v.parts for v in (*found.targets, *found.dest, *found.source)))
                if key in seen:
                    continue
                seen.add(key)
                self.landed.append((edge.caller, found))
                if hangs(found):
                    todo.append((found, (edge, *chain)))
        return len(seen)

    def _through(self, effect: Effect, chain: Chain) -> Effect | None:
        """An effect as the outermost caller of a chain has it."""
        home = chain[0].caller[0]
        if home not in self._landings:
            name = f"carried to {home}"
            former = self._former.get(home)
            self._landings[home] = Asking(name, self._path, self._tree, _landing, former, self._partly)
        said = self._landings[home].of((effect, *chain))
        self._steps += said.steps
        return said.answer

    def close(self) -> Mapping[str, Replay[Effect | None]]:
        """What was asked about each file of callers; this answer hangs on all that they were found by."""
        found = {home: landing.close() for home, landing in self._landings.items()}
        for replay in found.values():
            self._trace.take(replay.trace)
        return found

    def _suppliers(self, effect: Effect) -> list[LocalCall]:
        """The calls that supply what an effect hangs on: of the function it stands in, else constructions of its object."""
        found = [edge for edge in self._callers(effect.site) if edge.direct]
        cls = self.code.owner(*effect.site)
        if found or cls is None:
            return found
        owners = sorted({hole.owner for hole in _holes(effect) if hole.owner is not None and hole.owner != effect.site})
        makers = [owner for owner in owners if self.code.scope(*owner).name.endswith(".__init__")]
        made = (edge for owner in makers for edge in self._callers(owner) if edge.constructs)
        return [edge for edge in made if self._is_asked(edge, effect.site, Local(effect.site[0], cls))]

    def _is_asked(self, maker: LocalCall, method: Site, cls: Local) -> bool:
        """Whether what makes an object may come to call a method of it: a function that keeps the object to itself does
        only where it, or what it calls, calls something of that name."""
        name = self.code.scope(*method).name.rpartition(".")[2]
        if name.startswith("__") or self._callers(method) or self.evaluator.denoter.ancestry(cls):
            return True
        keeps = self.code.owner(*maker.caller) is not None or bool(self.code.index(*maker.caller).returns)
        if keeps or self.code.scope(*maker.caller).kind != "function":
            return True
        return name in self._asked(maker.caller)


def _hanging(file: FileEffects, _code: Code, _path: str) -> list[Effect]:
    """The effects of a file that hang on what callers supply, scope by scope."""
    found: dict[Site, list[Effect]] = {}
    for effect in file.own:
        found.setdefault(effect.site, []).append(effect)
    return [effect for own in found.values() for effect in own if hangs(effect)]


def _landing(view: View) -> Callable[[Question], Effect | None]:
    landing = Landing(view)
    return lambda asked: landing.through(asked[0], asked[1:])  # type: ignore[arg-type]  # an effect and a chain of calls


def _holes(effect: Effect) -> Iterator[Hole]:
    for value in (*effect.targets, *effect.dest, *effect.source):
        for hole in value.holes():
            if hole.kind == "param" and hole.owner is not None:
                yield hole


def hangs(effect: Effect) -> bool:
    """Whether an effect names something by a parameter that a caller supplies."""
    return next(_holes(effect), None) is not None
