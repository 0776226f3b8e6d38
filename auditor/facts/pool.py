"""Reads a stream of contents: in this process while they are few, in several processes when they are many.

Contents go out as bytes, facts come back packed. A content that kills its process (a fault in a parser's C code) or
that takes too long costs its own facts, never the audit.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import threading
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import chain

import msgspec

from auditor.model.facts import Facts, Trouble
from auditor.readers import candidates, read_file

log = logging.getLogger(__name__)

FEW_FILES = 3_000  # up to this many, and
FEW_BYTES = 48_000_000  # up to this size, starting processes costs more than it gains
SECONDS = 60.0  # for one content
MAX_JOBS = 32

_ENCODER = msgspec.msgpack.Encoder()


@cache
def _decoder() -> msgspec.msgpack.Decoder[Facts]:
    """Made when first needed: it looks through the types of all records, and an audit that finds nothing in the cache decodes none."""
    return msgspec.msgpack.Decoder(Facts)


class Task(msgspec.Struct, frozen=True):
    """One content to read. The path decides which readers are asked; the key names the content in the cache."""

    key: bytes
    path: str
    data: bytes


class Done(msgspec.Struct, frozen=True):
    """The facts of one content. `packed` is their stored form, empty where they must not be stored."""

    key: bytes
    facts: Facts
    packed: bytes


def read_all(tasks: Iterable[Task], *, jobs: int | None = None) -> Iterator[Done]:
    """Yields the facts of all tasks, in any order. `jobs` is the number of processes (None: one for each core)."""
    stream = iter(tasks)
    count = min(jobs or _cores(), MAX_JOBS)
    first: list[Task] = []
    size = 0
    while count > 1 and len(first) <= FEW_FILES and size <= FEW_BYTES:
        task = next(stream, None)
        if task is None:
            count = 1
            break
        first.append(task)
        size += len(task.data)
    everything = chain(first, stream)
    if count > 1:
        from auditor.facts.processes import in_processes

        yield from in_processes(everything, count)
    for task in everything:  # all of them, or what is left where processes cannot be had
        yield here(task)


def unread(path: str) -> Facts:
    """What is known of a file that is listed and whose bytes cannot be had."""
    message = "its bytes cannot be read: the file is closed to this user, or the repository is damaged"
    return Facts(kind=kind_of(path), troubles=(Trouble(None, message, "unread"),))


def pack(facts: Facts) -> bytes:
    """The stored form of facts: msgpack. To deflate it would take longer than to write and read what that spares."""
    return _ENCODER.encode(facts)


def unpack(packed: bytes) -> Facts:
    """Facts from their stored form; ValueError where it is damaged."""
    return _decoder().decode(packed)


def here(task: Task) -> Done:
    """The facts of one content, read in this process."""
    facts, storable = _read(task.path, task.data)
    if not storable:
        return Done(task.key, facts, b"")
    try:
        return Done(task.key, facts, pack(facts))
    except (ValueError, OverflowError, RecursionError, TypeError) as error:
        return Done(task.key, _failed(task.path, error), b"")


def _read(path: str, data: bytes) -> tuple[Facts, bool]:
    """The facts of one content, and whether they are sound enough to be kept."""
    try:
        with _time_limit(SECONDS):
            facts = read_file(candidates(path), data)
            return facts, all(trouble.code != "internal" for trouble in facts.troubles)
    except _TooSlow:
        message = f"reading was given up after {SECONDS:.0f} seconds"
        return Facts(kind=kind_of(path), troubles=(Trouble(None, message, "too-slow"),)), False
    except Exception as error:  # noqa: BLE001  # a bug in a reader costs that file, and is reported
        return _failed(path, error), False


def _failed(path: str, error: BaseException) -> Facts:
    log.debug("the reader of %s failed", path, exc_info=error)
    message = f"the {kind_of(path)} reader failed: {type(error).__name__}: {str(error)[:200]}"
    return Facts(kind=kind_of(path), troubles=(Trouble(None, message, "internal"),))


def kind_of(path: str) -> str:
    """What a file is by its name: the first reader that would be asked."""
    return next((reader.name for reader in candidates(path)), "unknown")


class _TooSlow(BaseException):
    """Raised inside a reader whose time is up; no reader's own `except Exception` catches it."""


@contextlib.contextmanager
def _time_limit(seconds: float) -> Iterator[None]:
    """Interrupts what runs too long. Without effect off the main thread and where the system has no interval timer."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(_signal: int, _frame: object) -> None:
        raise _TooSlow

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
