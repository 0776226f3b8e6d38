"""Processes that audit commits: made from one that has everything loaded, gone before their garbage must be looked through.

An audit leaves tens of megabytes of cycles behind, and finding them takes a tenth of its time. So a process audits a few
commits without the collector and ends; the system takes its memory back. Neighbouring commits share nearly all files, so their
facts stay in its memory meanwhile.
"""

from __future__ import annotations

import datetime as dt
import gc
import logging
import multiprocessing
import os
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import connection, parent_process
from multiprocessing.context import BaseContext
from typing import TYPE_CHECKING

import msgspec

from auditor.history.store import packed
from auditor.model.errors import UsageError
from auditor.run import Memory
from auditor.tree import Station

if TYPE_CHECKING:
    from auditor.run import Options

log = logging.getLogger(__name__)

TASKS = 12  # commits that one process audits before its memory is given back
FEW = 3  # up to this many are audited in this process


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
        for station in stations:
            yield _audit(target, station, options, Memory())
        return
    context = _context()
    length = jobs * TASKS
    for start in range(0, len(stations), length):
        lost: list[Station] = []
        yield from _together(target, stations[start : start + length], options, jobs, context, lost)
        for station in lost:
            again: list[Station] = []
            yield from _together(target, [station], options, 1, context, again)
            if again:
                yield Made(station, b"", "the process that audited it was ended, twice")


def _together(
    target: str, stations: Sequence[Station], options: Options, jobs: int, context: BaseContext, lost: list[Station]
) -> Iterator[Made]:
    with ProcessPoolExecutor(min(jobs, len(stations)), mp_context=context, initializer=_begin) as pool:
        waiting: dict[Future[Made], Station] = {
            pool.submit(_in_worker, target, station, options): station for station in stations
        }
        for future in as_completed(waiting):
            try:
                done = future.result()
            except BrokenProcessPool:
                lost.append(waiting[future])
            else:
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


def _begin() -> None:
    """In a new process: no collector, and an end when the one that started it is gone, however that ended."""
    gc.disable()
    parent = parent_process()
    if parent is not None:
        threading.Thread(target=_leave_after, args=(parent.sentinel,), daemon=True).start()


def _leave_after(sentinel: int) -> None:
    connection.wait([sentinel])
    os._exit(1)


def _in_worker(target: str, station: Station, options: Options) -> Made:
    return _audit(target, station, options, _MEMORY)


def _audit(target: str, station: Station, options: Options, memory: Memory) -> Made:
    """One commit, as of the day it was committed."""
    from auditor.run import audit

    day = dt.datetime.fromtimestamp(station.time, tz=dt.UTC).date()
    whole: Options = {**options, "as_of": day, "memory": memory}
    begun = _cpu()
    try:
        return Made(station, packed(audit(target, rev=station.commit, **whole)), "", _cpu() - begun)
    except UsageError as error:
        return Made(station, b"", str(error))


def _cpu() -> float:
    """Of this process and of the gits that it waited for."""
    used = os.times()
    return time.process_time() + used.children_user + used.children_system
