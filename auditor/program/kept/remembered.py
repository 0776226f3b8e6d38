"""What was found of plain values, from one process to the next: for questions that take long, mostly as they need a large library.

A value is all that such a question looks at, so nothing but the value and the version of the code can change its answer.
"""

from __future__ import annotations

import hashlib
import logging
import zlib
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from auditor.program.kept.shelves import Store, deflated, inflated

log = logging.getLogger(__name__)
T = TypeVar("T")

_ENCODER = msgspec.msgpack.Encoder()


class Remembered:
    """Answers about plain values; those that were asked for before are in the store."""

    def __init__(self, store: Store | None, version: str) -> None:
        """`version` tells the code that answers."""
        self._store = store
        self._version = version
        self._new: dict[bytes, bytes] = {}

    def ask(self, question: Callable[..., T], asked: tuple[Any, ...], kind: Any) -> T:
        """What a question says of some values; `kind` is the type of its answers, which are plain data too."""
        if self._store is None:
            return question(*asked)
        told = _ENCODER.encode((self._version, question.__module__, question.__name__, asked))
        key = hashlib.blake2b(told, digest_size=16).digest()
        packed = next((value for _, value in self._store.get_many((key,))), None)
        try:
            if packed is not None:
                known: T = msgspec.msgpack.decode(inflated(packed), type=kind)
                return known
        except (ValueError, zlib.error) as error:
            log.debug("what is stored of %s is damaged: %s", question.__name__, error)
        found = question(*asked)
        self._new[key] = deflated(_ENCODER.encode(found))
        return found

    def store(self) -> None:
        """Store what was found."""
        if self._store is not None and self._new:
            self._store.put_many(self._new)
        self._new = {}
