"""What calls do: roles by the knowledge base, the artefacts they name, and how both travel through callers.

Each function is summarised by its own effects; an effect whose target hangs on a parameter is carried to the
callers, at most six levels up, evaluated anew with what they supply, and lands on the calling site with the wrappers
it came `via`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from itertools import chain
from typing import Any, NamedTuple, TypeVar

from msgspec.structs import replace

from auditor.model.artefact import Role
from auditor.model.ir import Attr
from auditor.program.calls.before import Before
from auditor.program.calls.branches import Reach, reach
from auditor.program.calls.carrying import carried
from auditor.program.calls.file_effects import FileEffects, frames_of, serves
from auditor.program.calls.gathering import Gathering
from auditor.program.calls.reaching import Reaching
from auditor.program.calls.records import IO_ROLES, Effect, LocalCall, Site
from auditor.program.calls.targets import Targets
from auditor.program.calls.toward import Toward
from auditor.program.calls.trials import Trials
from auditor.program.calls.ways_in import left_in
from auditor.program.kept.answers import Answers, Kept
from auditor.program.kept.traces import Calls
from auditor.program.naming.code import Code, Frame, Local, Module
from auditor.program.naming.said import By
from auditor.program.naming.scopes import Block, CallSite
from auditor.program.symbolic.evaluate import Evaluator

__all__ = ["IO_ROLES", "Effect", "Effects", "LocalCall", "Site", "module_of"]

T = TypeVar("T")


class Effects:
    """Effects of all scopes, and who calls whom."""

    def __init__(
        self, code: Code, evaluator: Evaluator, files: Answers[FileEffects], kept: Kept, before: Before
    ) -> None:
        """`files` are what the scopes of each file do, `kept` what else is known of files from former trees, `before` who ran
        what there."""
        self.files = files
        self.code = code
        self.evaluator = evaluator
        self.targets = Targets(code, evaluator)
        self.own: dict[Site, list[Effect]] = defaultdict(list)
        self.calls: dict[Site, list[LocalCall]] = defaultdict(list)
        self.callers: dict[Site, list[LocalCall]] = defaultdict(list)
        self.made: dict[Site, list[Local]] = defaultdict(list)
        """The classes of the repository that a scope makes objects of."""
        self.bases: dict[Local, tuple[Local, ...]] = {}
        """The classes of the repository that a class derives from directly, where there are any."""
        self.whole: dict[Local, tuple[Local, ...]] = {}
        """The same of those classes of which all is known that they are made of."""
        self.documents: set[int] = set()
        """The effects, by their identity, that read configuration and stand for a document of the repository."""
        self.trials = Trials(code, evaluator)
        self._left: dict[int, Reach] = {}
        self._admitted: dict[tuple[int, Local, Block], bool] = {}
        self._reaching = Reaching(self, before)
        self._gathering = Gathering(self._reaching)
        self._asked: dict[Site, frozenset[str]] = {}
        self._calling: dict[Site, tuple[str, ...]] = {}
        self.lifted: dict[Site, list[Effect]] = {}
        self.cut: set[Site] = set()
        """Functions with an effect that has more callers than are followed."""
        self.imports = {path: code.imports(path) for path in code.paths}
        for path in code.paths:
            self._add(path)
        files.store()  # what is carried is known by what tells them
        self.lifted, self.cut, landed = carried(self, kept)
        self.tree = replace(
            files.tree, calls=replace(self.known, lifted=self.lifted, landing=self.landing, carried=landed)
        )
        """The tree of the answers, with all that is known of calls."""

    @property
    def known(self) -> Calls:
        """What answers about single files may ask of calls before it is known where effects land."""
        return Calls(self.callers, {}, self.calling, self.asked, self.files.of, self.files.told)

    def _add(self, path: str) -> None:
        by_scope = self.told(path, _by_scope)
        self.own.update(by_scope.own)
        self.calls.update(by_scope.calls)
        self.made.update(by_scope.made)
        for site, edges in by_scope.callers.items():
            self.callers[site] += edges
        self.bases.update(by_scope.bases)
        self.whole.update(by_scope.whole)
        self.documents.update(by_scope.documents)

    def calling(self, site: Site) -> tuple[str, ...]:
        """The files that call a scope, in the order of its callers."""
        if site not in self._calling:
            self._calling[site] = tuple(dict.fromkeys(edge.caller[0] for edge in self.callers.get(site, ())))
        return self._calling[site]

    def landing(self, site: Site) -> tuple[str, ...]:
        """The files of which effects land in a scope, in their order."""
        origins = (effect.origin for effect in self.lifted.get(site, ()))
        return tuple(dict.fromkeys(origin[0][0] for origin in origins if origin is not None))

    def asked(self, site: Site) -> frozenset[str]:
        """The names of the methods that are called by all that a scope reaches."""
        if site not in self._asked:
            calls = (each.call.func for other in self.reached(site) for each in self.code.index(*other).calls)
            self._asked[site] = frozenset(func.name for func in calls if type(func) is Attr)
        return self._asked[site]

    def told(self, path: str, ask: Callable[[FileEffects, Code, str], T], kind: Any = None) -> T:
        """What a question says of the effects of a file, and of nothing but them, the program and what its imports mean.

        Kept from one tree to the next as long as these stay the same. `kind`: as in `Code.alone`.
        """
        file = self.files.of(path)
        return self.code.of_modules(path, By.EFFECTS, ask, kind, file, lambda: ask(file, self.code, path))

    def of(self, site: Site) -> Iterator[Effect]:
        """All effects of a scope: its own, and those of callees that hang on its arguments."""
        yield from self.own.get(site, ())
        yield from self.lifted.get(site, ())

    def all(self) -> tuple[Effect, ...]:
        """Every effect, each where it stands or landed, in the order of the files."""
        return self._all

    def playing(self, role: Role) -> list[Effect]:
        """Every effect that plays a role, each where it stands or landed: those that landed last."""
        return [*self.own_playing(role), *self._lifted_by_role.get(role, ())]

    def own_playing(self, role: Role) -> list[Effect]:
        """Every effect that plays a role where it stands."""
        return self._own_by_role.get(role, [])

    @cached_property
    def _own_by_role(self) -> dict[Role, list[Effect]]:
        return _by_role(self.own)

    @cached_property
    def _lifted_by_role(self) -> dict[Role, list[Effect]]:
        return _by_role(self.lifted)

    @cached_property
    def _all(self) -> tuple[Effect, ...]:
        return tuple(effect for site in sorted({*self.own, *self.lifted}) for effect in self.of(site))

    def frames(self, site: Site, call_site: CallSite, frame: Frame | None = None) -> list[Frame]:
        """The frames in which a call of a scope happens: one, or one for each element of the comprehensions around it."""
        return frames_of(self.evaluator, site, call_site, frame)

    def serves(self, dotted: str) -> bool:
        """Whether a library name belongs to a framework that answers requests."""
        return serves(self.code, dotted)

    def admits(self, edge: LocalCall, conditions: Block) -> bool:
        """Whether a call of a function leaves what stands under some conditions in it possible."""
        key = (id(edge.call), edge.callee, conditions)
        found = self._admitted.get(key)
        if found is None:
            around = Frame(*edge.caller, block=edge.site.conditions)
            given = self.evaluator.objects.arguments(edge.callee, edge.call, around, constructed=edge.constructs)
            inner = self.code.bind(Frame(edge.callee.path, edge.callee.scope, block=conditions), given)
            found = self._admitted[key] = reach(self.evaluator, inner).possible
        return found

    def left_alone(self, edge: LocalCall) -> Reach:
        """What is left of the starts of a program where a call happens, whoever called its function."""
        found = self._left.get(id(edge))
        if found is None:
            found = self._left[id(edge)] = left_in(self.evaluator, edge, Frame(*edge.caller))
        return found

    def close(self) -> None:
        """Let go of all that was found."""
        for part in (self._gathering, self._reaching, self):
            vars(part).clear()

    def toward(self, goals: frozenset[Site]) -> Toward:
        """The scopes that may lead to some others."""
        return self._reaching.toward(goals)

    def reached(
        self,
        start: Site,
        but: frozenset[Site] = frozenset(),
        runs: frozenset[int] = frozenset(),
        toward: Toward | None = None,
    ) -> Mapping[Site, Site | None]:
        """All scopes that run when this one runs, each with the scope it was reached from.

        Following calls, functions that are handed on (those in `but` only where they are called outright), and the bodies
        of the modules that are imported on the way, without what their main guards hold and what they only register.
        `runs`: in these starts of the program, without the branches that its command lines exclude. `toward`: only those that
        may lead to its goals, in the same order, which is cheaper.
        """
        return self._reaching.of(start, but, runs, toward)

    def reached_by_any(self, starts: Iterable[Site]) -> set[Site]:
        """All scopes that run when any of some scopes run."""
        return self._gathering.of_any(starts)

    def gathered(self, said: Mapping[Site, int]) -> Callable[[Site], int]:
        """For whoever asks of many starts: by start what is said, as bits of a number, of all scopes that run with it."""
        return self._gathering.gathered(said)

    def handed(self, said: Mapping[Site, int]) -> Callable[[Site], int]:
        """By scope what is said, as bits of a number, of all starts that it runs with."""
        return self._gathering.handed(said)


def _by_role(effects: Mapping[Site, list[Effect]]) -> dict[Role, list[Effect]]:
    found: dict[Role, list[Effect]] = {}
    for effect in chain.from_iterable(effects.values()):
        found.setdefault(effect.role, []).append(effect)
    return found


class _ByScope(NamedTuple):
    """What stands in the effects of a file, by scope; `callers` by the scope that is called."""

    own: dict[Site, list[Effect]]
    calls: dict[Site, list[LocalCall]]
    made: dict[Site, list[Local]]
    callers: dict[Site, list[LocalCall]]
    bases: dict[Local, tuple[Local, ...]]
    whole: dict[Local, tuple[Local, ...]]
    documents: tuple[int, ...]


def _by_scope(file: FileEffects, _code: Code, path: str) -> _ByScope:
    bases = {Local(path, number): made for number, made in file.bases}
    whole = {Local(path, number): made for number, made in file.whole}
    found = _ByScope({}, {}, {}, {}, bases, whole, tuple(id(file.own[number]) for number in file.documents))
    for effect in file.own:
        found.own.setdefault(effect.site, []).append(effect)
    for edge in file.calls:
        found.calls.setdefault(edge.caller, []).append(edge)
        found.callers.setdefault((edge.callee.path, edge.callee.scope), []).append(edge)
    for site, made in file.made:
        found.made.setdefault(site, []).append(made)
    return found


def module_of(denoted: object) -> str | None:
    """The path of a repository module that a denotation means."""
    return denoted.path if type(denoted) is Module else None
