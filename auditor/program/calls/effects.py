"""What calls do: roles by the knowledge base, the artefacts they name, and how both travel through callers.

Each function is summarised by its own effects; an effect whose target hangs on a parameter is carried to the
callers, at most six levels up, evaluated anew with what they supply, and lands on the calling site with the wrappers
it came `via`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

from msgspec.structs import replace

from auditor.knowledge import Entry
from auditor.knowledge import load as knowledge
from auditor.model.artefact import Role
from auditor.model.ir import Attr, Call, Name
from auditor.program.calls.branches import reach
from auditor.program.calls.carrying import carried
from auditor.program.calls.reaching import Reaching
from auditor.program.calls.targets import Targets, chained
from auditor.program.calls.trials import Trials
from auditor.program.naming.code import Code, Frame, Instance, Library, Local, Module, Partial
from auditor.program.naming.scopes import Block, CallSite, ScopeIndex
from auditor.program.running.invocations import argument
from auditor.program.symbolic.evaluate import Evaluator
from auditor.program.symbolic.values import Value

Site: TypeAlias = tuple[str, int]
"""A scope: (path of the file, number of the scope)."""

IO_ROLES = frozenset(
    {Role.READ, Role.WRITE, Role.LOAD_MODEL, Role.SAVE_MODEL, Role.DOWNLOAD, Role.COPY, Role.CONFIG_READ}
)


_KEEPING = ("builtins.", "functools.", "abc.", "typing.", "contextlib.", "dataclasses.")
"""Decorators that give a function another form and call it no sooner."""


class Effect(NamedTuple):
    """One thing that a scope does by a call.

    `targets` are the texts of the path, URI, table or name (empty where the role has none); `certainty` is how sure
    the role is; `dest` is written besides (a copy, a download), `source` read (an upload); `via` names the wrappers between this site and the library call, which stands at `origin` (None: here); `chain` are
    the calls between, from the outermost in.
    """

    role: Role
    name: str
    entry: Entry
    targets: tuple[Value, ...]
    site: Site
    line: int
    end_line: int
    certainty: float
    dead: bool
    call: Call
    via: tuple[str, ...] = ()
    dest: tuple[Value, ...] = ()
    guarded: bool = False
    origin: tuple[Site, int] | None = None
    at: CallSite | None = None
    source: tuple[Value, ...] = ()
    chain: tuple[LocalCall, ...] = ()

    @property
    def frame(self) -> Frame:
        """Where its arguments are evaluated."""
        return Frame(*self.site, block=self.at.block if self.at is not None else ())

    @property
    def domain(self) -> str:
        """The field of the library: `ml`, `data`, `tracking`, …; "" where no table says."""
        library = knowledge().library(self.entry.library)
        return library.domain if library is not None else ""

    @property
    def logs_locally(self) -> bool:
        """Whether it is a tracker that writes into a folder which it names."""
        return self.role is Role.LOG and bool(self.entry.attrs.get("local"))

    @property
    def io(self) -> bool:
        """Whether it names an artefact by a path or the like; what is handed over in memory has none."""
        named = (
            (self.role in IO_ROLES or self.logs_locally)
            and bool(self.targets)
            and not self.entry.attrs.get("in_memory")
        )
        return named or bool(self.source or self.dest)


class LocalCall(NamedTuple):
    """A call of a function of the repository (of `__init__` for a class), or a reference handed on as a value.

    `direct`: it is called; else it is handed on, `registered` by a decorator or by a class to a library, `served` to a
    framework that answers requests.
    """

    caller: Site
    callee: Local
    call: Call
    site: CallSite
    direct: bool
    guarded: bool = False
    constructs: bool = False
    served: bool = False
    registered: bool = False


class Effects:
    """Effects of all scopes, and who calls whom."""

    def __init__(self, code: Code, evaluator: Evaluator) -> None:
        self.code = code
        self.evaluator = evaluator
        self.targets = Targets(code, evaluator)
        self.own: dict[Site, list[Effect]] = defaultdict(list)
        self.calls: dict[Site, list[LocalCall]] = defaultdict(list)
        self.callers: dict[Site, list[LocalCall]] = defaultdict(list)
        self.made: dict[Site, list[Local]] = defaultdict(list)
        """The classes of the repository that a scope makes objects of."""
        self.trials = Trials(code, evaluator)
        self._admitted: dict[tuple[int, Local, Block], bool] = {}
        self._reaching = Reaching(self)
        self.imports = {path: code.imports(path) for path in code.paths}
        for path in code.paths:
            self._read(path)
        self.lifted: dict[Site, list[Effect]]
        self.cut: set[Site]
        """Functions with an effect that has more callers than are followed."""
        self.lifted, self.cut = carried(self)

    def of(self, site: Site) -> Iterator[Effect]:
        """All effects of a scope: its own, and those of callees that hang on its arguments."""
        yield from self.own.get(site, ())
        yield from self.lifted.get(site, ())

    def all(self) -> Iterator[Effect]:
        """Every effect, each where it stands or landed, in the order of the files."""
        for path in self.code.paths:
            for number in self.code.scopes(path):
                yield from self.of((path, number))

    # --- reading one file ---

    def _read(self, path: str) -> None:
        for number in self.code.scopes(path):
            site = (path, number)
            for call_site in self.code.index(path, number).calls:
                self._call(site, call_site)
            self._decorated(path, number)

    def _decorated(self, path: str, number: int) -> None:
        """Calls in decorators and defaults belong to the scope around; what a library decorates, it may call."""
        scope = self.code.scope(path, number)
        around = (path, max(scope.parent, 0))
        for param in scope.params if number else ():
            if param.default is not None:
                for call_site in ScopeIndex.of_expression(param.default).calls:
                    self._call(around, call_site)
        for decorator in scope.decorators:
            index = ScopeIndex.of_expression(decorator)
            for call_site in index.calls:
                self._call(around, call_site)
            name = decorator.func if type(decorator) is Call else decorator
            dotted = self.evaluator.denoter.dotted(name, Frame(*around))
            if dotted is not None and scope.kind == "function" and not dotted.startswith(_KEEPING):
                call = decorator if type(decorator) is Call else Call(decorator, (), (), scope.line, scope.line)
                where = CallSite(call, (), dead=False, loop=0)
                self._local(
                    around, where, Local(path, number), direct=False, registered=True, served=self.serves(dotted)
                )

    def _call(self, site: Site, call_site: CallSite) -> None:
        call = call_site.call
        frame = self.frames(site, call_site)[0]
        callee = self.evaluator.denoter.denote(call.func, frame)
        match callee:
            case Library(dotted):
                self._library(site, call_site, dotted, frame)
            case Local():
                self._local(site, call_site, callee, direct=True)
            case Partial(function, call, where):
                self._partial(site, call_site, function, call, where)
            case Instance(of) if isinstance(of, str):
                self._library(site, call_site, f"{of}.__call__", frame)
            case Instance(of) if isinstance(of, Local):
                method = self.evaluator.denoter.attribute(callee, "__call__", frame)
                if type(method) is Local:
                    self._local(site, call_site, method, direct=True)
            case None if type(call.func) is Attr:
                self._unknown_receiver(site, call_site, call.func.name, frame)
        for value in (*call.args, *[value for _, value in call.keywords]):
            if type(value) in (Name, Attr):
                handed = self.evaluator.denoter.denote(value, frame)
                if type(handed) is Local:
                    served = type(callee) is Library and self.serves(callee.dotted)
                    taken = type(callee) is not Local and self.code.scope(*site).kind == "class"
                    self._local(site, call_site, handed, direct=False, served=served, registered=taken)

    def serves(self, dotted: str) -> bool:
        """Whether a library name belongs to a framework that answers requests."""
        library = self.code.knowledge.library(dotted)
        return library is not None and library.domain == "serving"

    def _local(
        self,
        site: Site,
        call_site: CallSite,
        callee: Local,
        *,
        direct: bool,
        served: bool = False,
        registered: bool = False,
    ) -> None:
        constructs = False
        if self.code.scope(callee.path, callee.scope).kind == "class":
            if direct:
                self.made[site].append(callee)
            init = self.evaluator.denoter.attribute(callee, "__init__", Frame(*site))
            base = self.evaluator.denoter.ancestry(callee)
            if base:
                frame = Frame(*site, block=call_site.block)
                self._library(site, call_site, base[0], frame, kind="subclass")
            if type(init) is not Local:
                return
            callee, constructs = init, direct
        guarded = self._guarded(site, call_site)
        edge = LocalCall(site, callee, call_site.call, call_site, direct, guarded, constructs, served, registered)
        self.calls[site].append(edge)
        self.callers[callee.path, callee.scope].append(edge)

    def _partial(self, site: Site, call_site: CallSite, function: Library | Local, given: Call, where: Frame) -> None:
        """A call of a `functools.partial`: with the arguments of both where they stand in one scope, else its own."""
        own = call_site.call
        merged = own
        if (where.path, where.scope) == site:
            args, keywords = (*given.args[1:], *own.args), (*given.keywords, *own.keywords)
            merged = self.code.keep(Call(own.func, args, keywords, own.line, own.end_line))
        whole = replace(call_site, call=merged)
        if type(function) is Library:
            self._library(site, whole, function.dotted, Frame(*site, block=call_site.block))
        elif type(function) is Local:
            self._local(site, whole, function, direct=True)

    def _guarded(self, site: Site, call_site: CallSite) -> bool:
        """Whether a call stands under the main guard of its file."""
        return bool(call_site.block) and site[1] == 0 and self.code.index(*site).guarded(call_site.block)

    def _library(self, site: Site, call_site: CallSite, dotted: str, frame: Frame, kind: str = "call") -> None:
        dotted = self.evaluator.denoter.calls.narrowed(dotted, call_site.call, frame)
        entry = self.code.knowledge.lookup(dotted) or self._method(dotted)
        if entry is not None and not (kind == "subclass" and entry.role in (Role.READ, Role.WRITE)):
            self._add(site, call_site, dotted, entry, frame, 0.95)

    def _method(self, dotted: str) -> Entry | None:
        receiver, _, method = dotted.rpartition(".")
        return self.code.knowledge.method(receiver, method) if receiver else None

    def _unknown_receiver(self, site: Site, call_site: CallSite, method: str, frame: Frame) -> None:
        entry = self.code.knowledge.unique_method(method) or chained(call_site.call, self.code.knowledge)
        if entry is not None:
            self._add(site, call_site, entry.name, entry, frame, 0.6)

    def _add(self, site: Site, call_site: CallSite, dotted: str, entry: Entry, frame: Frame, certainty: float) -> None:
        call = call_site.call
        role = self._role(call, entry, frame)
        frames = self.frames(site, call_site) if call_site.within else [frame]
        named = self.targets.named(call, entry, frames)
        if named is None:
            return
        if self.trials.of(site).moved:
            named = named.moved()
        if role in IO_ROLES:
            named = named.limited(reach(self.evaluator, frame)) or named
        self.own[site].append(
            Effect(
                role=role,
                name=dotted,
                entry=entry,
                targets=named.targets,
                site=site,
                line=call.line,
                end_line=call.end_line,
                certainty=certainty,
                dead=call_site.dead,
                call=call,
                dest=named.dest,
                source=named.source,
                guarded=self._guarded(site, call_site),
                at=call_site,
            )
        )

    def _role(self, call: Call, entry: Entry, frame: Frame) -> Role:
        by = entry.role_by
        chosen = argument(call, by.by, by.pos) if by is not None else None
        texts = (
            [value.text() for value in self.evaluator.values(chosen, frame) if value.exact]
            if chosen is not None
            else []
        )
        return entry.role_for(texts[0] if texts else None)

    def frames(self, site: Site, call_site: CallSite, frame: Frame | None = None) -> list[Frame]:
        """The frames in which a call of a scope happens: one, or one for each element of the comprehensions around it."""
        around = (frame or Frame(*site)).at(call_site.conditions)
        return self.evaluator.displays.frames_within(call_site.within, around) if call_site.within else [around]

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

    def reached(
        self, start: Site, but: frozenset[Site] = frozenset(), runs: frozenset[int] = frozenset()
    ) -> dict[Site, Site | None]:
        """All scopes that run when this one runs, each with the scope it was reached from.

        Following calls, functions that are handed on (those in `but` only where they are called outright), and the bodies
        of the modules that are imported on the way, without what their main guards hold and what they only register.
        `runs`: in these starts of the program, without the branches that its command lines exclude.
        """
        return self._reaching.of(start, but, runs)


def module_of(denoted: object) -> str | None:
    """The path of a repository module that a denotation means."""
    return denoted.path if type(denoted) is Module else None
