"""Who does the work: processes of this machine, or a Dask cluster. Both run `work.examine`, so both say the same."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import islice

from auditor.fleet.work import Job, Result, end, examine
from auditor.model.errors import UsageError

Engine = Callable[[Iterable[Job]], Iterator[Result]]
LOCAL = "local"


def engine(word: str, jobs: int) -> Engine:
    """The engine of that name: `local`, or `dask://HOST[:PORT]`. Raises UsageError for another."""
    if word == LOCAL:
        return Pool(jobs)
    kind, mark, host = word.partition("://")
    if kind == "dask" and mark and host:
        from auditor.fleet.cluster import Cluster

        return Cluster(host)
    raise UsageError(f"--engine {word} is not known; write local, or dask://HOST:PORT")


class Pool:
    """As many audits at once as there are `jobs`, each in a process of its own. No more is held than what is under way."""

    def __init__(self, jobs: int) -> None:
        self._jobs = jobs
        self._running: set[subprocess.Popen[bytes]] = set()
        self._lock = threading.Lock()
        self._closed = False

    def __call__(self, jobs: Iterable[Job]) -> Iterator[Result]:
        """Yields the results as they come. Whoever stops listening ends the processes."""
        waiting = iter(jobs)
        with ThreadPoolExecutor(self._jobs) as threads:
            try:
                running: set[Future[Result]] = {threads.submit(self._one, job) for job in islice(waiting, self._jobs)}
                while running:
                    done, running = wait(running, return_when=FIRST_COMPLETED)
                    for future in done:
                        yield future.result()
                    running |= {threads.submit(self._one, job) for job in islice(waiting, len(done))}
            except BaseException:
                self._end()
                raise

    def _one(self, job: Job) -> Result:
        return Result(job.member, problem="interrupted") if self._closed else examine(job, self._started)

    def _started(self, process: subprocess.Popen[bytes]) -> None:
        with self._lock:
            self._running = {one for one in self._running if one.poll() is None} | {process}
            if self._closed:
                end(process)

    def _end(self) -> None:
        with self._lock:
            self._closed = True
            for process in self._running:
                if process.poll() is None:
                    end(process)
