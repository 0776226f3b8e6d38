"""The effects of files as plain data, so that they can be stored.

A call is told by where it stands; what was made of several calls on the way cannot be told so, and its file is read anew each
time.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

import msgspec

from auditor.model.artefact import Role
from auditor.model.ir import Call, Const, Expr
from auditor.program.calls.file_effects import SURE, FileEffects, entry_of, entry_of_method
from auditor.program.calls.records import Effect, LocalCall, Standing
from auditor.program.naming.code import Code, Local, Walked
from auditor.program.naming.scopes import CallSite, ScopeIndex
from auditor.program.symbolic.values import Value

Ref: TypeAlias = tuple[str, int, int, int]
"""Where a call stands in a file: what holds it, its scope, which parameter or decorator, and its number there."""


class _Effect(msgspec.Struct, array_like=True, gc=False):
    role: Role
    name: str
    targets: tuple[Value, ...]
    lines: tuple[int, int]
    dead: bool
    scope: int
    at: Ref
    guarded: bool
    dest: tuple[Value, ...]
    source: tuple[Value, ...]
    certainty: float


class _LocalCall(msgspec.Struct, array_like=True, gc=False):
    scope: int
    path: str
    callee: int
    line: int
    at: Ref
    flags: tuple[bool, bool, bool, bool, bool, bool]


class _File(msgspec.Struct, array_like=True, gc=False):
    own: list[_Effect]
    calls: list[_LocalCall]
    made: list[tuple[int, str, int]]
    named: list[list[str | tuple[str, int]]]
    bases: list[tuple[int, list[tuple[str, int]]]]
    documents: list[int]
    whole: list[tuple[int, list[tuple[str, int]]]]


class Packed:
    """The effects of the files of a tree as plain data, which `kind` is the type of."""

    kind = _File

    def __init__(self, code: Code) -> None:
        self._code = code

    def packed(self, path: str, answer: FileEffects) -> _File:
        """The effects of a file by where their calls stand. Raises LookupError where one stands nowhere."""
        return _packed(self._code, path, answer)

    def unpacked(self, path: str, packed: _File) -> FileEffects:
        """The effects that were packed. Raises LookupError, TypeError or AttributeError where they are damaged."""
        return _unpacked(self._code, path, packed)


def _packed(code: Code, path: str, file: FileEffects) -> _File:
    refs = _Refs(code, path)
    return _File(
        [
            _Effect(
                e.role, e.name, e.targets, (e.line, e.end_line), e.dead, e.site[1], refs.of(e.at), e.guarded, e.dest,
                e.source, e.certainty,
            )
            for e in file.own
        ],
        [
            _LocalCall(
                c.caller[1], c.callee.path, c.callee.scope, c.line, refs.of(c.site),
                (c.direct, c.guarded, c.constructs, c.served, c.registered, c.picked),
            )
            for c in file.calls
        ],
        [(site[1], made.path, made.scope) for site, made in file.made],
        [list(named) for named in file.named],
        _told(file.bases),
        list(file.documents),
        _told(file.whole),
    )  # fmt: skip


def _unpacked(code: Code, path: str, file: _File) -> FileEffects:
    walked = code.walked(path)
    own = tuple(_effect(code, walked, path, each) for each in file.own)
    calls = tuple(
        LocalCall((path, each.scope), Local(each.path, each.callee), each.line, _standing(walked, each.at), *each.flags)
        for each in file.calls
    )
    made = tuple(((path, scope), Local(other, number)) for scope, other, number in file.made)
    named = tuple(tuple(each if isinstance(each, str) else Local(*each) for each in by) for by in file.named)
    return FileEffects(own, calls, made, named, _meant(file.bases), tuple(file.documents), _meant(file.whole))


def _told(classes: Iterable[tuple[int, tuple[Local, ...]]]) -> list[tuple[int, list[tuple[str, int]]]]:
    return [(number, [(each.path, each.scope) for each in others]) for number, others in classes]


def _meant(classes: Iterable[tuple[int, list[tuple[str, int]]]]) -> tuple[tuple[int, tuple[Local, ...]], ...]:
    return tuple((number, tuple(Local(*each) for each in others)) for number, others in classes)


def _effect(code: Code, walked: Walked, path: str, stored: _Effect) -> Effect:
    standing = _standing(walked, stored.at)
    sure = stored.certainty == SURE
    knowledge = code.knowledge
    entry = entry_of(stored.name, knowledge) if sure else entry_of_method(standing.site.call, knowledge)
    if entry is None or not (sure or entry.name == stored.name):
        raise LookupError(stored.name)
    return Effect(
        stored.role, stored.name, entry, stored.targets, (path, stored.scope), *stored.lines, stored.certainty,
        stored.dead, standing, (), stored.dest, stored.guarded, None, stored.source,
    )  # fmt: skip


_NOWHERE = CallSite(Call(Const(None), (), (), 0, 0), (), dead=True, loop=0)
"""In the place of a call that its file does not have, as in a store that somebody wrote into: it says nothing."""


def _standing(walked: Walked, ref: Ref) -> Standing:
    """Where a call of a file stands. Raises LookupError where the file has no such scope."""
    if not 0 <= ref[1] < len(walked.program.scopes):
        raise LookupError(ref)

    def find() -> CallSite:
        try:
            return _site(walked, ref)
        except (LookupError, TypeError, AttributeError):
            return _NOWHERE

    return Standing(find)


def _site(walked: Walked, ref: Ref) -> CallSite:
    """The call that stands at a place of a file."""
    held, number, outer, position = ref
    if held == "body":
        return walked.index(number).calls[position]
    scope = walked.program.scopes[number]
    if held == "default":
        default = scope.params[outer].default
        return _within(default)[position]
    decorator = scope.decorators[outer]
    if held == "decorator":
        return _within(decorator)[position]
    call = decorator if type(decorator) is Call else Call(decorator, (), (), scope.line, scope.line)
    return CallSite(call, (), dead=False, loop=0)


def _within(expr: Expr | None) -> tuple[CallSite, ...]:
    return tuple(ScopeIndex.of_expression(expr).calls) if expr is not None else ()


class _Refs:
    """Where the calls of a file stand."""

    def __init__(self, code: Code, path: str) -> None:
        self._walked = code.walked(path)
        self._bodies: dict[int, Ref] = {}
        self._others: dict[int, Ref] = {}
        for number in code.scopes(path):
            for position, site in enumerate(code.index(path, number).calls):
                self._bodies[id(site)] = ("body", number, 0, position)
            scope = code.scope(path, number)
            for outer, param in enumerate(scope.params if number else ()):
                self._add("default", number, outer, param.default)
            for outer, decorator in enumerate(scope.decorators):
                self._others[id(decorator)] = ("whole", number, outer, 0)
                self._add("decorator", number, outer, decorator)

    def _add(self, held: str, number: int, outer: int, expr: Expr | None) -> None:
        for position, site in enumerate(_within(expr)):
            self._others.setdefault(id(site.call), (held, number, outer, position))

    def of(self, site: CallSite) -> Ref:
        """Where a call stands; LookupError where it was made on the way."""
        found = self._bodies.get(id(site)) or self._others.get(id(site.call)) or self._others.get(id(site.call.func))
        stands = _site(self._walked, found) if found is not None else None
        if found is None or not (stands is site or stands == site):
            raise LookupError(f"a call that was made on the way, in line {site.call.line}")
        return found
