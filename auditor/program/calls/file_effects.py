"""What the scopes of one file do, and whom they call: asked of one evaluator, so that all it read is known."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from msgspec.structs import replace

from auditor.knowledge import Entry, Knowledge
from auditor.model.artefact import Role
from auditor.model.ir import Attr, Call, Expr, Item, Name, Scope
from auditor.program.calls.branches import reach
from auditor.program.calls.lookups import functions, lookup
from auditor.program.calls.named import Named, named_by_scopes
from auditor.program.calls.records import IO_ROLES, Effect, LocalCall, Site, Standing
from auditor.program.calls.targets import Targets, chained
from auditor.program.calls.trials import Trials
from auditor.program.configuration.commanded import COMMAND_LINES, commands
from auditor.program.kept.answers import Topic, View
from auditor.program.naming.code import Code, Config, Denotation, Frame, Instance, Library, Local, Partial
from auditor.program.naming.scopes import CallSite, ScopeIndex
from auditor.program.running.invocations import argument
from auditor.program.running.tests import is_test
from auditor.program.symbolic.evaluate import Evaluator

SURE, LIKELY = 0.95, 0.6
"""How sure it is what a call is: of one whose function is known, and of one that only its name tells."""

_KEEPING = ("builtins.", "functools.", "abc.", "typing.", "contextlib.", "dataclasses.")
"""Decorators that give a function another form and call it no sooner."""
MOST_GROUPS = 4
"""Groups of commands within each other that are followed."""
_NAMING = frozenset({Name, Attr})
_LOOKING = frozenset({Name, Item, Call})
"""How a call looks up in a table what it calls."""
_PLAIN = frozenset({"builtins.object", "abc.ABC", "abc.ABCMeta"})
"""Classes of Python's own that add nothing to those that are made of them."""
_PLAIN_DECORATORS = frozenset({"dataclasses.dataclass", "functools.total_ordering", "typing.final"})


class FileEffects(msgspec.Struct, frozen=True):
    """The effects and the local calls of a file's scopes, and the classes they make objects of, each in the order found.

    `bases` are the classes of the repository that each class of the file derives from directly, where there are any. `named` is
    what each scope of a file of tests names of the repository; empty for all other files. `documents` are the numbers of those
    of its `own` effects that read configuration and stand for a document of the repository. `whole` are the classes of the file of
    which all is known that they are made of, each with the classes of the repository among that.
    """

    own: tuple[Effect, ...] = ()
    calls: tuple[LocalCall, ...] = ()
    made: tuple[tuple[Site, Local], ...] = ()
    named: tuple[Named, ...] = ()
    bases: tuple[tuple[int, tuple[Local, ...]], ...] = ()
    documents: tuple[int, ...] = ()
    whole: tuple[tuple[int, tuple[Local, ...]], ...] = ()


def of_file(view: View) -> FileEffects:
    """What the scopes of a file do."""
    reader = _Reader(view.code, view.evaluator)
    reader.read(view.path)
    # The same view tells what tests name: most of it stands in the calls that were just read.
    named = named_by_scopes(view.code, view.evaluator, view.path) if is_test(view.path) else ()
    bases = tuple(_bases(view))
    documents = tuple(number for number, effect in enumerate(reader.own) if _is_document(view, effect))
    whole = tuple(_whole(view))
    return FileEffects(tuple(reader.own), tuple(reader.calls), tuple(reader.made), named, bases, documents, whole)


def _is_document(view: View, effect: Effect) -> bool:
    """Whether the call of an effect reads configuration and stands for a document."""
    if effect.role is not Role.CONFIG_READ or not effect.targets:
        return False
    return type(view.evaluator.denoter.denote(effect.call, effect.frame)) is Config


def _bases(view: View) -> Iterator[tuple[int, tuple[Local, ...]]]:
    """The classes of a file with those of the repository that they derive from, if there are any."""
    for number, scope in enumerate(view.code.programs[view.path].scopes):
        found = view.evaluator.denoter.bases(Local(view.path, number)) if scope.bases else ()
        local = tuple(base for base in found if type(base) is Local)
        if local:
            yield number, local


def _whole(view: View) -> Iterator[tuple[int, tuple[Local, ...]]]:
    """The classes of a file of which all is known that they are made of, with what of that is of the repository."""
    for number, scope in enumerate(view.code.programs[view.path].scopes):
        made = _made_of(view, Local(view.path, number), scope) if scope.kind == "class" else None
        if made is not None:
            yield number, made


def _made_of(view: View, cls: Local, scope: Scope) -> tuple[Local, ...] | None:
    """The classes of the repository that a class is made of; None where it is made of anything else that is not plain."""
    denoter, frame = view.evaluator.denoter, Frame(cls.path, max(scope.parent, 0))
    for decorator in scope.decorators:
        if denoter.dotted(decorator.func if type(decorator) is Call else decorator, frame) not in _PLAIN_DECORATORS:
            return None
    found = []
    for expr in (*scope.bases, *(value for _, value in scope.keywords)):
        base = denoter.denote(expr, frame)
        if type(base) is Local and base != cls and view.code.scope(base.path, base.scope).kind == "class":
            found.append(base)
        elif type(base) is not Library or base.dotted not in _PLAIN:
            return None
    return tuple(found)


EFFECTS = Topic("effects", of_file, by_record=True, partly=True)
"""What the scopes of a file do, with the very records of its calls; see `stored` for how it is stored all the same."""


def entry_of(dotted: str, knowledge: Knowledge) -> Entry | None:
    """What is known of a library name: of the function, or of the method of a type."""
    receiver, _, method = dotted.rpartition(".")
    return knowledge.lookup(dotted) or (knowledge.method(receiver, method) if receiver else None)


def entry_of_method(call: Call, knowledge: Knowledge) -> Entry | None:
    """What is known of a method by its name alone, or by the chain that it ends."""
    name = call.func.name if type(call.func) is Attr else ""
    return knowledge.unique_method(name) or chained(call, knowledge)


def frames_of(evaluator: Evaluator, site: Site, call_site: CallSite, frame: Frame | None = None) -> list[Frame]:
    """The frames in which a call of a scope happens: one, or one for each element of the comprehensions around it."""
    around = (frame or Frame(*site)).at(call_site.conditions)
    return evaluator.displays.frames_within(call_site.within, around) if call_site.within else [around]


def serves(code: Code, dotted: str) -> bool:
    """Whether a library name belongs to a framework that answers requests."""
    library = code.knowledge.library(dotted)
    return library is not None and library.domain == "serving"


class _Reader:
    def __init__(self, code: Code, evaluator: Evaluator) -> None:
        self.code = code
        self.evaluator = evaluator
        self.targets = Targets(code, evaluator)
        self.trials = Trials(code, evaluator)
        self.own: list[Effect] = []
        self.calls: list[LocalCall] = []
        self.made: list[tuple[Site, Local]] = []

    def read(self, path: str) -> None:
        for number in self.code.scopes(path):
            site = (path, number)
            frame = Frame(path, number)
            for call_site in self.code.index(path, number).calls:
                frame = frame.at(call_site.conditions)  # most calls of a scope stand under the same as the one before
                self._call(site, call_site, frame)
            self._decorated(path, number)

    def _decorated(self, path: str, number: int) -> None:
        """Calls in decorators and defaults belong to the scope around; what a library decorates, it may call."""
        scope = self.code.scope(path, number)
        around = (path, max(scope.parent, 0))
        for param in scope.params if number else ():
            if param.default is not None:
                for call_site in ScopeIndex.of_expression(param.default).calls:
                    self._call(around, call_site, Frame(*around))
        for decorator in scope.decorators:
            index = ScopeIndex.of_expression(decorator)
            for call_site in index.calls:
                self._call(around, call_site, Frame(*around))
            dotted = self._decorator(decorator, Frame(*around))
            if dotted is not None and scope.kind == "function" and not dotted.startswith(_KEEPING):
                call = decorator if type(decorator) is Call else Call(decorator, (), (), scope.line, scope.line)
                where = CallSite(call, (), dead=False, loop=0)
                if call is not decorator:  # without parentheses it says the same
                    self._library(around, where, dotted, Frame(*around))
                self._local(
                    around, where, Local(path, number), direct=False, registered=True, served=serves(self.code, dotted)
                )

    def _decorator(self, decorator: Expr, around: Frame, deep: int = MOST_GROUPS) -> str | None:
        """The library name of a decorator; `@group.command()` of a function that a library decorated is that library's."""
        name = decorator.func if type(decorator) is Call else decorator
        dotted = self.evaluator.denoter.dotted(name, around)
        if dotted is not None or type(name) is not Attr or not deep:
            return dotted
        group = self.evaluator.denoter.denote(name.base, around)
        if type(group) is not Local:
            return None
        scope = self.code.scope(group.path, group.scope)
        outer = Frame(group.path, max(scope.parent, 0))
        made = (self._decorator(each, outer, deep - 1) for each in scope.decorators)
        return next((f"{each}.{name.name}" for each in made if each is not None), None)

    def _call(self, site: Site, call_site: CallSite, around: Frame) -> None:
        call = call_site.call
        frame = frames_of(self.evaluator, site, call_site, around)[0] if call_site.within else around
        callee = self.evaluator.denoter.denote(call.func, frame)
        match callee:
            case Library(dotted):
                self._library(site, call_site, dotted, frame)
            case Local() if type(call.func) in _LOOKING and self._looked_up(site, call_site, frame):
                pass
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
                self._unknown_receiver(site, call_site, frame)
        for value in call.args:
            if type(value) in _NAMING:
                self._handed(site, call_site, callee, value, frame)
        for _, value in call.keywords:
            if type(value) in _NAMING:
                self._handed(site, call_site, callee, value, frame)
        if type(callee) is Library and callee.dotted in COMMAND_LINES:
            self._commanded(site, call_site, frame)

    def _commanded(self, site: Site, call_site: CallSite, frame: Frame) -> None:
        """The functions that a library makes commands of, but for those that the call names: any call may call these."""
        named = {edge.callee for edge in self.calls if edge.call is call_site.call}
        for command in commands(self.evaluator, call_site.call, frame):
            if command not in named:
                self._local(site, call_site, command, direct=False)

    def _looked_up(self, site: Site, call_site: CallSite, frame: Frame) -> bool:
        """Calls of all functions of the table in which a call looks up what it calls; whether it does."""
        found = lookup(self.evaluator, call_site.call.func, frame)
        meant = functions(self.evaluator, found) if found is not None else []
        for each in meant:
            self._local(site, call_site, each, direct=True, picked=True)
        return bool(meant)

    def _handed(self, site: Site, call_site: CallSite, callee: Denotation | None, value: Expr, frame: Frame) -> None:
        """A function of the repository that a call hands on."""
        handed = self.evaluator.denoter.denote(value, frame)
        if type(handed) is Local:
            served = type(callee) is Library and serves(self.code, callee.dotted)
            taken = type(callee) is not Local and self.code.scope(*site).kind == "class"
            self._local(site, call_site, handed, direct=False, served=served, registered=taken)

    def _local(
        self,
        site: Site,
        call_site: CallSite,
        callee: Local,
        *,
        direct: bool,
        served: bool = False,
        registered: bool = False,
        picked: bool = False,
    ) -> None:
        constructs = False
        if self.code.scope(callee.path, callee.scope).kind == "class":
            if direct:
                self.made.append((site, callee))
            init = self.evaluator.denoter.attribute(callee, "__init__", Frame(*site))
            base = self.evaluator.denoter.ancestry(callee)
            if base:
                frame = Frame(*site, block=call_site.block)
                self._library(site, call_site, base[0], frame, kind="subclass")
            if type(init) is not Local:
                return
            callee, constructs = init, direct
        guarded = self._guarded(site, call_site)
        edge = LocalCall(
            site,
            callee,
            call_site.call.line,
            Standing(call_site),
            direct,
            guarded,
            constructs,
            served,
            registered,
            picked,
        )
        self.calls.append(edge)

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
        entry = entry_of(dotted, self.code.knowledge)
        if entry is not None and not (kind == "subclass" and entry.role in (Role.READ, Role.WRITE)):
            self._add(site, call_site, dotted, entry, frame, SURE)

    def _unknown_receiver(self, site: Site, call_site: CallSite, frame: Frame) -> None:
        entry = entry_of_method(call_site.call, self.code.knowledge)
        if entry is not None:
            self._add(site, call_site, entry.name, entry, frame, LIKELY)

    def _add(self, site: Site, call_site: CallSite, dotted: str, entry: Entry, frame: Frame, certainty: float) -> None:
        call = call_site.call
        role = self._role(call, entry, frame)
        frames = frames_of(self.evaluator, site, call_site) if call_site.within else [frame]
        named = self.targets.named(call, entry, frames)
        if named is None:
            return
        if self.trials.of(site).moved:
            named = named.moved()
        if role in IO_ROLES:
            named = named.limited(reach(self.evaluator, frame)) or named
        self.own.append(
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
                standing=Standing(call_site),
                dest=named.dest,
                source=named.source,
                guarded=self._guarded(site, call_site),
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
