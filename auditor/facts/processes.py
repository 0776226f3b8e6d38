"""Reads contents in several processes, none of which is left behind, whatever happens to one of them."""

from __future__ import annotations

import gc
import logging
import multiprocessing
import multiprocessing.context
import signal
import sys
import threading
from collections import deque
from collections.abc import Generator, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

from auditor.facts.pool import Done, Task, here, kind_of, pack, unpack
from auditor.model.facts import Facts, Trouble

log = logging.getLogger(__name__)

CHUNK_FILES = 48
CHUNK_BYTES = 250_000  # what one process reads at a time


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

    def submit(self, chunk: list[Task]) -> Future[list[tuple[bytes, bool]]]:
        return self._executor.submit(_read_chunk, [(task.path, task.data) for task in chunk])

    def close(self, *, kill: bool = False) -> None:
        """Waits for the processes to end. With `kill` they are not asked to finish first."""
        if kill:
            for child in set(multiprocessing.active_children()) - self._strangers:
                child.terminate()
        self._executor.shutdown(wait=True, cancel_futures=True)


def in_processes(tasks: Iterator[Task], jobs: int) -> Iterator[Done]:
    """Reads in a pool; after a process died, what was under way one by one. Leaves `tasks` where there can be none."""
    while (pool := _start(jobs)) is not None:
        lost = yield from _through(pool, tasks, jobs)
        if not lost:
            return
        log.debug("a reading process died; %d files are read one by one", len(lost))
        yield from _one_by_one(lost)


def _start(jobs: int) -> _Pool | None:
    try:
        return _Pool(jobs)
    except (OSError, ImportError, BrokenProcessPool) as error:  # no semaphores here, or a main module without a guard
        log.debug("no processes can be started (%s); reading in this one", error)
        return None


def _through(pool: _Pool, tasks: Iterator[Task], jobs: int) -> Generator[Done, None, list[Task]]:
    """Yields what the pool reads; returns the tasks that were under way when one of its processes died."""
    running: deque[tuple[Future[list[tuple[bytes, bool]]], list[Task]]] = deque()
    chunks = _chunks(tasks)
    chunk: list[Task] = []
    try:
        while True:
            while len(running) < 3 * jobs and (chunk := next(chunks, [])):
                running.append((pool.submit(chunk), chunk))
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


def _one_by_one(tasks: list[Task]) -> Iterator[Done]:
    """Reads each task alone in a process, a new one whenever it died: so the content that kills is known."""
    pool: _Pool | None = None
    try:
        for task in tasks:
            pool = pool or _start(1)
            if pool is None:
                yield Done(task.key, _crashed(task.path), b"")
                continue
            try:
                [(packed, storable)] = pool.submit([task]).result()
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
    message = f"the process of the {kind_of(path)} reader died on this file"
    return Facts(kind=kind_of(path), troubles=(Trouble(None, message, "internal"),))


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


def _prepare() -> None:
    """In a new process: leave Ctrl-C to the parent, and keep the collector away from trees that hold no cycles."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.disable()
    gc.freeze()


def _ready() -> bool:
    return True


def _read_chunk(chunk: list[tuple[str, bytes]]) -> list[tuple[bytes, bool]]:
    answers = []
    for path, data in chunk:
        done = here(Task(b"", path, data))
        answers.append((done.packed or pack(done.facts), bool(done.packed)))
    gc.collect()
    return answers
