"""Reads a stream of contents: in this process while they are few, in several processes when they are many.

Contents go out as bytes, facts come back packed. A content that kills its process (a fault in a parser's C code) or
that takes too long costs its own facts, never the audit.
"""

from __future__ import annotations

import contextlib
import gc
import logging
import multiprocessing
import multiprocessing.context
import os
import signal
import sys
import threading
import zlib
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import chain
from typing import NamedTuple

import msgspec

from auditor.model.facts import Facts, Trouble
from auditor.readers import candidates, read_file

log = logging.getLogger(__name__)

FEW_FILES = 3_000  # up to this many, and
FEW_BYTES = 48_000_000  # up to this size, starting processes costs more than it gains
CHUNK_FILES = 48
CHUNK_BYTES = 250_000  # what one process reads at a time
SECONDS = 60.0  # for one content
MAX_JOBS = 32

_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(Facts)


class Task(NamedTuple):
    """One content to read. The path decides which readers are asked; the key names the content in the cache."""

    key: bytes
    path: str
    data: bytes


class Done(NamedTuple):
    """The facts of one content. `packed` is their stored form, empty where they must not be stored."""

    key: bytes
    facts: Facts
    packed: bytes


def read_all(tasks: Iterable[Task], *, jobs: int | None = None, compress: bool = True) -> Iterator[Done]:
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
        yield from _in_processes(everything, count, compress=compress)
    for task in everything:  # all of them, or what is left where processes cannot be had
        yield _here(task, compress=compress)


def unread(path: str) -> Facts:
    """What is known of a file that is listed and whose bytes cannot be had."""
    message = "its bytes cannot be read: the file is closed to this user, or the repository is damaged"
    return Facts(kind=_kind(path), troubles=(Trouble(None, message, "unread"),))


def pack(facts: Facts, *, compress: bool = True) -> bytes:
    """The stored form of facts: msgpack, deflated where that pays."""
    raw = _ENCODER.encode(facts)
    if compress and len(raw) > 200:
        small = zlib.compress(raw, 1)
        if len(small) < 0.9 * len(raw):
            return b"z" + small
    return b"m" + raw


def unpack(packed: bytes) -> Facts:
    """Facts from their stored form; ValueError or zlib.error where it is damaged."""
    body = packed[1:]
    return _DECODER.decode(zlib.decompress(body) if packed[:1] == b"z" else body)


def _here(task: Task, *, compress: bool) -> Done:
    facts, storable = _read(task.path, task.data)
    if not storable:
        return Done(task.key, facts, b"")
    try:
        return Done(task.key, facts, pack(facts, compress=compress))
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
        return Facts(kind=_kind(path), troubles=(Trouble(None, message, "too-slow"),)), False
    except Exception as error:  # noqa: BLE001  # a bug in a reader costs that file, and is reported
        return _failed(path, error), False


def _failed(path: str, error: BaseException) -> Facts:
    log.debug("the reader of %s failed", path, exc_info=error)
    message = f"the {_kind(path)} reader failed: {type(error).__name__}: {str(error)[:200]}"
    return Facts(kind=_kind(path), troubles=(Trouble(None, message, "internal"),))


def _kind(path: str) -> str:
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


# --- several processes ---------------------------------------------------------------------------


class _Pool:
    """A pool of reading processes that leaves no process behind, whatever happens."""

    def __init__(self, jobs: int) -> None:
        """Starts the processes; OSError or BrokenProcessPool where that is not possible."""
        self._strangers = set(multiprocessing.active_children())
        self._executor = ProcessPoolExecutor(jobs, mp_context=_context(), initializer=_prepare)
        try:
            self._executor.submit(_ready).result()
        except BaseException:
            self.close(kill=True)
            raise

    def submit(self, chunk: list[Task], *, compress: bool) -> Future[list[tuple[bytes, bool]]]:
        return self._executor.submit(_read_chunk, [(task.path, task.data) for task in chunk], compress)

    def close(self, *, kill: bool = False) -> None:
        """Waits for the processes to end. With `kill` they are not asked to finish first."""
        if kill:
            for child in set(multiprocessing.active_children()) - self._strangers:
                child.terminate()
        self._executor.shutdown(wait=True, cancel_futures=True)


def _in_processes(tasks: Iterator[Task], jobs: int, *, compress: bool) -> Iterator[Done]:
    """Reads in a pool; after a process died, what was under way one by one. Leaves `tasks` where there can be none."""
    while (pool := _start(jobs)) is not None:
        lost = yield from _through(pool, tasks, jobs, compress=compress)
        if not lost:
            return
        log.debug("a reading process died; %d files are read one by one", len(lost))
        yield from _one_by_one(lost, compress=compress)


def _start(jobs: int) -> _Pool | None:
    try:
        return _Pool(jobs)
    except (OSError, ImportError, BrokenProcessPool) as error:  # no semaphores here, or a main module without a guard
        log.debug("no processes can be started (%s); reading in this one", error)
        return None


def _through(pool: _Pool, tasks: Iterator[Task], jobs: int, *, compress: bool) -> Generator[Done, None, list[Task]]:
    """Yields what the pool reads; returns the tasks that were under way when one of its processes died."""
    running: deque[tuple[Future[list[tuple[bytes, bool]]], list[Task]]] = deque()
    chunks = _chunks(tasks)
    chunk: list[Task] = []
    try:
        while True:
            while len(running) < 3 * jobs and (chunk := next(chunks, [])):
                running.append((pool.submit(chunk, compress=compress), chunk))
            if not running:
                break
            future, chunk = running.popleft()
            answers = future.result()
            for task, (packed, storable) in zip(chunk, answers, strict=True):
                yield Done(task.key, unpack(packed), packed if storable else b"")
    except BrokenProcessPool:
        pool.close(kill=True)
        return [*chunk, *(task for _, other in running for task in other)]
    except BaseException:
        pool.close(kill=True)
        raise
    pool.close()
    return []


def _one_by_one(tasks: list[Task], *, compress: bool) -> Iterator[Done]:
    """Reads each task alone in a process, a new one whenever it died: so the content that kills is known."""
    pool: _Pool | None = None
    try:
        for task in tasks:
            pool = pool or _start(1)
            if pool is None:
                yield Done(task.key, _crashed(task.path), b"")
                continue
            try:
                [(packed, storable)] = pool.submit([task], compress=compress).result()
            except BrokenProcessPool:
                pool.close(kill=True)
                pool = None
                yield Done(task.key, _crashed(task.path), b"")
            else:
                yield Done(task.key, unpack(packed), packed if storable else b"")
    finally:
        if pool is not None:
            pool.close(kill=True)


def _crashed(path: str) -> Facts:
    message = f"the process of the {_kind(path)} reader died on this file"
    return Facts(kind=_kind(path), troubles=(Trouble(None, message, "internal"),))


def _chunks(tasks: Iterator[Task]) -> Iterator[list[Task]]:
    chunk: list[Task] = []
    size = 0
    for task in tasks:
        chunk.append(task)
        size += len(task.data)
        if len(chunk) >= CHUNK_FILES or size >= CHUNK_BYTES:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def _context() -> multiprocessing.context.BaseContext:
    """Fork where that is cheap and safe (Linux, no other thread), else the safest that the system has."""
    methods = multiprocessing.get_all_start_methods()
    linux = sys.platform == "linux"
    if linux and "fork" in methods and threading.active_count() == 1:
        return multiprocessing.get_context("fork")
    return multiprocessing.get_context("forkserver" if linux and "forkserver" in methods else "spawn")


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _prepare() -> None:
    """In a new process: leave Ctrl-C to the parent, and keep the collector away from trees that hold no cycles."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.disable()
    gc.freeze()


def _ready() -> bool:
    return True


def _read_chunk(chunk: list[tuple[str, bytes]], compress: bool) -> list[tuple[bytes, bool]]:
    answers = []
    for path, data in chunk:
        done = _here(Task(b"", path, data), compress=compress)
        answers.append((done.packed or pack(done.facts, compress=False), bool(done.packed)))
    gc.collect()
    return answers
