"""Answers in stored form: beside the facts in the cache, under the digest of the file, the topic and the version of the code.

What is stored is data of a few plain kinds: whoever could write into the cache could make answers wrong, and no more. What is
damaged is found anew.
"""

from __future__ import annotations

import hashlib
import logging
import zlib
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any, Generic, Protocol, TypeVar

import msgspec

from auditor.program.kept.traces import Import, Site, Trace, Tree

log = logging.getLogger(__name__)
T = TypeVar("T")

MOST_BYTES = 1 << 26
"""What an answer about one file takes, at the most."""

SMALL = 1_000
"""Bytes up to which packing an answer takes more time than it saves room."""


class Store(Protocol):
    """Where values are kept by key: the cache of facts."""

    def get_many(self, keys: Iterable[bytes]) -> Iterator[tuple[bytes, bytes]]:
        """The stored ones among some keys."""

    def put_many(self, values: Mapping[bytes, bytes]) -> None:
        """Store all values."""


class Packing(Protocol[T]):
    """How answers become plain data, for those that are none; `kind` is the type of that."""

    kind: Any

    def packed(self, path: str, answer: T) -> object:
        """The answer about a file as plain data. Raises LookupError where it cannot be told so."""

    def unpacked(self, path: str, packed: Any) -> T:
        """The answer that was packed. Raises LookupError, TypeError or AttributeError where it is damaged."""


class _Trace(msgspec.Struct, array_like=True, gc=False):
    among: bytes
    files: list[tuple[str, bytes | None]]
    imports: list[tuple[Import, str | None]]
    starts: list[tuple[tuple[str, bool], bytes]]
    rebound: list[tuple[str, bool]]
    called: list[tuple[Site, bool]]
    calling: list[tuple[Site, tuple[str, ...]]]
    asked: list[tuple[Site, frozenset[str]]]
    told: list[tuple[str, bytes]]
    landing: list[tuple[Site, tuple[str, ...]]]
    carried: list[tuple[str, bytes]]


class _Stored(msgspec.Struct, array_like=True, gc=False):
    trace: _Trace
    answer: msgspec.Raw


_ENCODER = msgspec.msgpack.Encoder()
_STORED = msgspec.msgpack.Decoder(_Stored)


class Shelf(Generic[T]):
    """The stored answers of one topic about the files of one tree. They are had in one go, and each can be taken once."""

    def __init__(
        self,
        store: Store,
        version: str,
        tree: Tree,
        kind: Any,
        packing: Packing[T] | None = None,
    ) -> None:
        """`version` tells the topic, and the code that answers it; `kind` is the type of the answers, or of what they are packed as."""
        self._store = store
        self._version = version.encode()
        self._tree = tree
        self._digests = tree.digests
        self._modules = tree.code.modules
        self._kind = kind
        self._packing = packing
        self._held: dict[bytes, bytes] | None = None
        self._taken: tuple[str, msgspec.Raw] | None = None
        self.told: dict[str, bytes] = {}
        """What tells each answer that was taken or stored, from all others about its content."""

    @cached_property
    def _decoder(self) -> msgspec.msgpack.Decoder[Any]:
        """Takes longer to make than most answers to find: where nothing is stored yet, none is made."""
        return msgspec.msgpack.Decoder(self._kind)

    def _key(self, path: str) -> bytes:
        told = b"\0".join((self._version, path.encode(), self._digests[path]))
        return hashlib.blake2b(told, digest_size=16).digest()

    def load(self, paths: Iterable[str]) -> None:
        """Have what is stored about some files at hand."""
        if self._held is None:
            self._held = dict(self._store.get_many(self._key(path) for path in paths if path in self._digests))

    def trace(self, path: str) -> Trace | None:
        """What the stored answer about a file was found by; None where none is stored."""
        packed = self._held.pop(self._key(path), None) if self._held and path in self._digests else None
        try:
            stored = _STORED.decode(inflated(packed)) if packed is not None else None
        except (ValueError, zlib.error) as error:
            log.debug("what is stored of %s is damaged: %s", path, error)
            stored = None
        if stored is None:
            return None
        self._taken = (path, stored.answer)
        told = stored.trace
        return Trace(
            dict(told.files),
            dict(told.imports),
            dict(told.starts),
            dict(told.rebound),
            dict(told.called),
            calling=dict(told.calling),
            asked=dict(told.asked),
            told=dict(told.told),
            landing=dict(told.landing),
            carried=dict(told.carried),
            among=self._modules.number if told.among == self._modules.digest else 0,
        )

    def get(self, path: str) -> tuple[T] | None:
        """The stored answer about a file, right after its trace was asked for; None where it is damaged."""
        taken, self._taken = self._taken, None
        if taken is None or taken[0] != path:
            return None
        try:
            found = self._decoder.decode(taken[1])
            answer = self._packing.unpacked(path, found) if self._packing is not None else found
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            log.debug("what is stored of %s is damaged: %s", path, error)
            return None
        self.told[path] = _digest(taken[1])
        return (answer,)

    def put(self, found: Mapping[str, tuple[Trace, T]]) -> None:
        """Store answers with what they were found by, by path, as far as they can be."""
        new: dict[bytes, bytes] = {}
        for path, (trace, answer) in found.items():
            self.told.pop(path, None)
            by = trace.stored(self._tree) if path in self._digests else None
            if by is not None:
                try:
                    told = self._packing.packed(path, answer) if self._packing is not None else answer
                except LookupError as error:
                    log.debug("what is said of %s is not stored: %s", path, error)
                    continue
                packed = _ENCODER.encode(told)
                self.told[path] = _digest(packed)
                stored = _Stored(_told(by, self._modules.digest), msgspec.Raw(packed))
                new[self._key(path)] = deflated(_ENCODER.encode(stored))
        if new:
            self._store.put_many(new)


def _digest(packed: bytes | msgspec.Raw) -> bytes:
    return hashlib.blake2b(packed, digest_size=16).digest()


def _told(trace: Trace, among: bytes) -> _Trace:
    return _Trace(
        among,
        list(trace.files.items()),
        list(trace.imports.items()),
        list(trace.starts.items()),
        list(trace.rebound.items()),
        list(trace.called.items()),
        list(trace.calling.items()),
        list(trace.asked.items()),
        list(trace.told.items()),
        list(trace.landing.items()),
        list(trace.carried.items()),
    )


def deflated(told: bytes) -> bytes:
    """What is stored of an answer in its plain form."""
    return zlib.compress(told, 1 if len(told) > SMALL else 0)


def inflated(packed: bytes) -> bytes:
    """What was stored. Raises ValueError where it is larger than an answer about a file ever is: a few bytes may hold gigabytes."""
    made = zlib.decompressobj()
    told = made.decompress(packed, MOST_BYTES)
    if not made.eof:
        raise ValueError(f"it is cut, or more than {MOST_BYTES:,} bytes")
    return told
