"""Processes that audit commits: made from one that has everything loaded, each with a stretch of the history of its own.

Neighbouring commits share nearly all files, so what is known of them stays in the memory of the process from one commit to the
next. An audit with a memory lets go of what it found, so that hardly anything is left to the collector, which would look through
all records each time.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import gc
import itertools
import logging
import multiprocessing
import os
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import connection, parent_process
from multiprocessing.context import BaseContext
from multiprocessing.util import Finalize
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from auditor.history.store import packed
from auditor.model.errors import UsageError
from auditor.run import Memory
from auditor.tree import Station

if TYPE_CHECKING:
    from auditor.run import Options

log = logging.getLogger(__name__)

FEW = 3  # up to this many are audited in this process
SHARED = 3  # as many at the least that a process takes from another
COLLECTING = 100  # commits after which a process looks for garbage


class Made(msgspec.Struct, frozen=True):
    """What became of a station: its audit in stored form, or why there is none; and the CPU seconds it took."""

    station: Station
    data: bytes
    problem: str
    cpu: float = 0.0


def made(target: str, stations: Sequence[Station], options: Options, jobs: int) -> Iterator[Made]:
    """Audits stations of a local repository, as many at once as there are `jobs`; yields each as it is done.

    A process that is killed costs its commits another try, one by one; one that kills again is told.
    """
    if len(stations) <= FEW:
        with contextlib.closing(Memory()) as memory:
            for station in stations:
                yield _audit(target, station, options, memory)
        return
    context = _context()
    lost: list[Station] = []
    # The newest first: the log that leads there tells what led to all others.
    yield from _together(target, stations[::-1], options, jobs, context, lost)
    for station in lost:
        again: list[Station] = []
        yield from _together(target, [station], options, 1, context, again)
        if again:
            yield Made(station, b"", "the process that audited it was ended, twice")


class _Lane:
    """A process, and the stations that it audits one after the other."""

    def __init__(self, stations: Sequence[Station], context: BaseContext) -> None:
        self.left = deque(stations)
        self._context = context
        self.begin()

    def begin(self) -> None:
        """Have a new process."""
        self.pool = ProcessPoolExecutor(1, mp_context=self._context, initializer=_begin)

    def end(self) -> None:
        """Let the process end."""
        self.pool.shutdown(cancel_futures=True)

    def submit(self, target: str, station: Station, options: Options) -> Future[Made]:
        """Have a station audited, by another process where this one was ended meanwhile."""
        try:
            return self.pool.submit(_in_worker, target, station, options)
        except BrokenProcessPool:
            self.end()
            self.begin()
            return self.pool.submit(_in_worker, target, station, options)

    def share(self) -> list[Station]:
        """Give away the half of what is left that would come last, if it is worth another process's looking at new files."""
        count = len(self.left) // 2
        return [self.left.pop() for _ in range(count)][::-1] if count >= SHARED else []


def _together(
    target: str, stations: Sequence[Station], options: Options, jobs: int, context: BaseContext, lost: list[Station]
) -> Iterator[Made]:
    """Audits stations, a stretch of them in each process; whichever is done takes half of the longest that is left."""
    count = min(jobs, len(stations))
    bounds = [len(stations) * at // count for at in range(count + 1)]
    lanes = [_Lane(stations[start:end], context) for start, end in itertools.pairwise(bounds)]
    busy: dict[Future[Made], tuple[_Lane, Station]] = {}

    def go_on(lane: _Lane) -> None:
        if not lane.left:
            lane.left.extend(max(lanes, key=lambda each: len(each.left)).share())
        if lane.left:
            station = lane.left.popleft()
            busy[lane.submit(target, station, options)] = lane, station

    with contextlib.ExitStack() as stack:
        for lane in lanes:
            stack.callback(lane.end)
            go_on(lane)
        while busy:
            for future in wait(busy, return_when=FIRST_COMPLETED).done:
                lane, station = busy.pop(future)
                try:
                    done = future.result()
                except BrokenProcessPool:
                    lost.append(station)
                    lane.end()
                    lane.begin()
                    go_on(lane)
                else:
                    go_on(lane)
                    log.debug("%s took %.3f s of CPU", done.station.commit, done.cpu)
                    yield done


def _context() -> BaseContext:
    """Processes forked from one that has all modules and tables loaded, where the system can do that."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["auditor.history.warm"])
    return context


_MEMORY = Memory()
_DONE = itertools.count(1)


def _begin() -> None:
    """In a new process: no collector, and an end when the one that started it is gone, however that ended."""
    gc.disable()
    Finalize(_MEMORY, _MEMORY.close, exitpriority=0)
    parent = parent_process()
    if parent is not None:
        threading.Thread(target=_leave_after, args=(parent.sentinel,), daemon=True).start()


def _leave_after(sentinel: int) -> None:
    connection.wait([sentinel])
    try:
        _MEMORY.close()
    finally:
        os._exit(1)


def _in_worker(target: str, station: Station, options: Options) -> Made:
    begun = _cpu()
    found = _audit(target, station, options, _MEMORY)
    if next(_DONE) % COLLECTING == 0:
        gc.collect()
    return replace(found, cpu=_cpu() - begun)


def _audit(target: str, station: Station, options: Options, memory: Memory) -> Made:
    """One commit, as of the day it was committed."""
    from auditor.run import audit

    day = dt.datetime.fromtimestamp(station.time, tz=dt.UTC).date()
    whole: Options = {**options, "as_of": day, "memory": memory, "report": False}
    try:
        return Made(station, packed(audit(target, rev=station.commit, **whole)), "")
    except UsageError as error:
        return Made(station, b"", str(error))


def _cpu() -> float:
    """Of this process and of the gits that it waited for."""
    used = os.times()
    return time.process_time() + used.children_user + used.children_system
