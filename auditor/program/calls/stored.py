"""The effects of files in stored form: beside the facts in the cache, under the digest of the file and the version of the code.

A call is stored by where it stands; what was made of several calls on the way cannot be told so, and its file is read anew each
time. What is stored is data of a few plain kinds: whoever could write into the cache could make answers wrong, and no more.
"""

from __future__ import annotations

import hashlib
import logging
import zlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol, TypeAlias

import msgspec

from auditor.model.artefact import Role
from auditor.model.ir import Call, Expr
from auditor.program.calls.file_effects import SURE, FileEffects, entry_of, entry_of_method
from auditor.program.calls.records import Effect, LocalCall
from auditor.program.kept.traces import Import, Trace
from auditor.program.naming.code import Code, Local
from auditor.program.naming.scopes import CallSite, ScopeIndex
from auditor.program.symbolic.values import Value

log = logging.getLogger(__name__)

Ref: TypeAlias = tuple[str, int, int, int]
"""Where a call stands in a file: what holds it, its scope, which parameter or decorator, and its number there."""

MOST_BYTES = 1 << 26
"""What the effects of one file take, packed, at the most."""


class Store(Protocol):
    """Where values are kept by key: the cache of facts."""

    def get_many(self, keys: Iterable[bytes]) -> Iterator[tuple[bytes, bytes]]:
        """The stored ones among some keys."""

    def put_many(self, values: Mapping[bytes, bytes]) -> None:
        """Store all values."""


class _Effect(msgspec.Struct, array_like=True, gc=False):
    role: Role
    name: str
    targets: tuple[Value, ...]
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
    at: Ref
    flags: tuple[bool, bool, bool, bool, bool]


class _File(msgspec.Struct, array_like=True, gc=False):
    own: list[_Effect]
    calls: list[_LocalCall]
    made: list[tuple[int, str, int]]


class _Trace(msgspec.Struct, array_like=True, gc=False):
    files: list[tuple[str, bytes | None]]
    imports: list[tuple[Import, str | None]]
    starts: list[tuple[tuple[str, bool], bytes]]
    rebound: list[tuple[str, bool]]


class _Stored(msgspec.Struct, array_like=True, gc=False):
    trace: _Trace
    file: msgspec.Raw


_ENCODER = msgspec.msgpack.Encoder()
_STORED = msgspec.msgpack.Decoder(_Stored)
_FILE = msgspec.msgpack.Decoder(_File)


class Shelf:
    """The stored effects of the files of one tree."""

    def __init__(self, store: Store, version: str, code: Code, digests: Mapping[str, bytes]) -> None:
        """`version` tells the code by which they were found."""
        self._store = store
        self._code = code
        self._keys = {
            path: hashlib.blake2b(f"{version}\0effects\0{path}\0".encode() + digests[path], digest_size=16).digest()
            for path in code.paths
            if path in digests
        }
        self._held: dict[bytes, bytes] | None = None
        self._new: dict[bytes, bytes] = {}

    def trace(self, path: str) -> Trace | None:
        """What the stored effects of a file were found by; None where none are stored."""
        if self._held is None:
            self._held = dict(self._store.get_many(self._keys.values()))
        packed = self._held.get(self._keys.get(path, b""))
        try:
            stored = _STORED.decode(_inflated(packed)) if packed is not None else None
        except (ValueError, zlib.error) as error:
            log.debug("the stored effects of %s are damaged: %s", path, error)
            stored = None
        if stored is None:
            return None
        self._held[self._keys[path]] = bytes(stored.file)
        trace = stored.trace
        return Trace(dict(trace.files), dict(trace.imports), dict(trace.starts), dict(trace.rebound))

    def get(self, path: str) -> FileEffects | None:
        """The stored effects of a file, after its trace was asked for; None where they are damaged."""
        try:
            return _unpacked(self._code, path, _FILE.decode((self._held or {})[self._keys[path]]))
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            log.debug("the stored effects of %s are damaged: %s", path, error)
            return None

    def put(self, path: str, trace: Trace, file: FileEffects) -> None:
        """Keep the effects of a file to be stored, if they can be."""
        made = _packed(self._code, path, file) if trace.whole and path in self._keys else None
        if made is not None:
            parts = (trace.files, trace.imports, trace.starts, trace.rebound)
            told = _Trace(*(list(part.items()) for part in parts))  # type: ignore[arg-type]  # each part in its place
            stored = _Stored(told, msgspec.Raw(_ENCODER.encode(made)))
            self._new[self._keys[path]] = zlib.compress(_ENCODER.encode(stored), 1)

    def flush(self) -> None:
        """Store what was put."""
        self._store.put_many(self._new)
        self._new, self._held = {}, None


def _inflated(packed: bytes) -> bytes:
    """What was stored. Raises ValueError where it is larger than the effects of a file ever are: a few bytes may hold gigabytes."""
    made = zlib.decompressobj()
    told = made.decompress(packed, MOST_BYTES)
    if not made.eof:
        raise ValueError(f"it is cut, or more than {MOST_BYTES:,} bytes")
    return told


def _packed(code: Code, path: str, file: FileEffects) -> _File | None:
    refs = _Refs(code, path)
    try:
        return _File(
            [
                _Effect(e.role, e.name, e.targets, e.site[1], refs.of(e.at), e.guarded, e.dest, e.source, e.certainty)
                for e in file.own
            ],
            [
                _LocalCall(
                    c.caller[1], c.callee.path, c.callee.scope, refs.of(c.site),
                    (c.direct, c.guarded, c.constructs, c.served, c.registered),
                )
                for c in file.calls
            ],
            [(site[1], made.path, made.scope) for site, made in file.made],
        )  # fmt: skip
    except LookupError:
        return None


def _unpacked(code: Code, path: str, file: _File) -> FileEffects:
    own = tuple(_effect(code, path, each) for each in file.own)
    calls = []
    for each in file.calls:
        site = _site(code, path, each.at)
        calls.append(LocalCall((path, each.scope), Local(each.path, each.callee), site.call, site, *each.flags))
    made = tuple(((path, scope), Local(other, number)) for scope, other, number in file.made)
    return FileEffects(own, tuple(calls), made)


def _effect(code: Code, path: str, stored: _Effect) -> Effect:
    at = _site(code, path, stored.at)
    call = at.call
    sure = stored.certainty == SURE
    entry = entry_of(stored.name, code.knowledge) if sure else entry_of_method(call, code.knowledge)
    if entry is None or not (sure or entry.name == stored.name):
        raise LookupError(stored.name)
    return Effect(
        stored.role, stored.name, entry, stored.targets, (path, stored.scope), call.line, call.end_line, stored.certainty,
        at.dead, call, (), stored.dest, stored.guarded, None, at, stored.source,
    )  # fmt: skip


def _site(code: Code, path: str, ref: Ref) -> CallSite:
    """The call that stands at a place of a file."""
    held, number, outer, position = ref
    if held == "body":
        return code.index(path, number).calls[position]
    scope = code.scope(path, number)
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
        self._code = code
        self._path = path
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

    def of(self, site: CallSite | None) -> Ref:
        """Where a call stands; LookupError where it was made on the way."""
        if site is None:
            raise LookupError("a call without a place")
        found = self._bodies.get(id(site)) or self._others.get(id(site.call)) or self._others.get(id(site.call.func))
        stands = _site(self._code, self._path, found) if found is not None else None
        if found is None or not (stands is site or stands == site):
            raise LookupError(f"a call that was made on the way, in line {site.call.line}")
        return found
