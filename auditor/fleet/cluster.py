"""The work on a Dask cluster. The only importer of distributed; whoever may reach the scheduler may run code on its workers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from auditor.fleet.work import Job, Result, examine
from auditor.model.errors import UsageError

PORT = 8786  # Dask's own
PATIENCE = 30  # seconds, for the scheduler and its first worker
ENDED = frozenset({"finished", "error", "cancelled"})  # words of Dask's for a task
AHEAD = 2  # jobs handed over per thread of the cluster, so that none waits for us and little is held


class Cluster:
    """A Dask cluster by the address of its scheduler. A worker that dies costs its job another try on the next one."""

    def __init__(self, host: str) -> None:
        self._address = f"tcp://{host}" if ":" in host else f"tcp://{host}:{PORT}"

    def __call__(self, jobs: Iterable[Job]) -> Iterator[Result]:
        """Yields the results as they come. Raises UsageError where no cluster answers or its workers have another auditor."""
        distributed = _distributed()
        try:
            client = distributed.Client(self._address, timeout=PATIENCE, set_as_default=False)
        except (OSError, ValueError) as error:
            raise UsageError(f"no Dask scheduler answers at {self._address}: {error}") from error
        with client:
            self._same_code(client)
            yield from self._results(distributed, client, iter(jobs))

    def _same_code(self, client: Any) -> None:
        from auditor.facts.version import code_version

        try:
            client.wait_for_workers(1, timeout=PATIENCE)
            found = client.run(code_version, on_error="return")
        except TimeoutError as error:
            raise UsageError(f"the Dask cluster at {self._address} has no worker") from error
        # A worker that dies meanwhile is the scheduler's business; one that comes later is asked by its first job.
        other = [
            worker for worker, said in sorted(found.items()) if said != code_version() and not isinstance(said, OSError)
        ]
        if other:
            raise UsageError(f"{', '.join(other)} have no auditor, or another one; install the same one everywhere")

    def _results(self, distributed: Any, client: Any, jobs: Iterator[Job]) -> Iterator[Result]:
        ahead = AHEAD * max(1, sum(client.nthreads().values()))
        under_way = {self._submitted(client, job): job for job in islice(jobs, ahead)}
        done = distributed.as_completed(list(under_way), loop=client.loop, raise_errors=False)
        for future in done:
            if future.status not in ENDED:  # its worker died with the result; it is worked out once more
                done.add(future)
                continue
            job = under_way.pop(future)
            yield _result(future, job)
            future.release()
            for more in islice(jobs, 1):
                submitted = self._submitted(client, more)
                under_way[submitted] = more
                done.add(submitted)

    def _submitted(self, client: Any, job: Job) -> Any:
        return client.submit(examine, job, pure=False)


def _result(future: Any, job: Job) -> Result:
    if future.status == "finished":
        found = future.result()
        return found if isinstance(found, Result) else Result(job.member, problem="the cluster gave no result")
    reason = future.exception() if future.status == "error" else f"its task was {future.status}"
    return Result(job.member, problem=f"the cluster could not audit it: {reason}")


def _distributed() -> Any:
    try:
        import distributed
    except ImportError as error:
        raise UsageError("--engine dask:// needs Dask; install ml-debt-auditor[fleet]") from error
    return distributed
