"""What a cluster does to its tasks, played by a stand-in: what a real one does is seen in test_walk."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from types import SimpleNamespace
from typing import Any

from auditor.fleet.cluster import AHEAD, Cluster
from auditor.fleet.work import Job, Result
from auditor.model.fleet import Member


class Task:
    """A task that goes through certain states, one at each time that it is looked for."""

    def __init__(self, job: Job, states: Iterable[str]) -> None:
        self._job, self._states = job, iter(states)
        self.status = "pending"

    def go_on(self) -> None:
        self.status = next(self._states)

    def result(self) -> Result:
        assert self.status == "finished"
        return Result(self._job.member, audit=b"x")

    def exception(self) -> Exception:
        return ValueError("broken")

    def release(self) -> None:
        self.status = "released"


class Completed:
    """As `distributed.as_completed`."""

    def __init__(self, tasks: Iterable[Task], **_: object) -> None:
        self._tasks = deque(tasks)

    def __iter__(self) -> Iterator[Task]:
        while self._tasks:
            task = self._tasks.popleft()
            task.go_on()
            yield task

    def add(self, task: Task) -> None:
        self._tasks.append(task)


def results(*states: Iterable[str]) -> list[Result]:
    """What becomes of as many jobs as there are lists of states."""
    coming = iter(states)

    def submit(_: Callable[..., Any], job: Job, **__: object) -> Task:
        return Task(job, next(coming))

    client = SimpleNamespace(nthreads=lambda: {"one": 1}, loop=None, submit=submit)
    jobs = (Job(Member(str(number)), "2026-11-24") for number in range(len(states)))
    return list(Cluster("host")._results(SimpleNamespace(as_completed=Completed), client, jobs))


def test_a_result_that_dies_with_its_worker_is_waited_for_again() -> None:
    found = results(["lost", "pending", "finished"], ["finished"], ["lost", "finished"])
    assert sorted(result.member.target for result in found) == ["0", "1", "2"]
    assert all(result.audit for result in found)


def test_what_a_cluster_gives_up_is_told() -> None:
    problems = {result.member.target: result.problem for result in results(["error"], ["cancelled"], ["finished"])}
    assert problems == {
        "0": "the cluster could not audit it: broken",
        "1": "the cluster could not audit it: its task was cancelled",
        "2": "",
    }


def test_no_more_is_handed_over_than_a_cluster_works_on() -> None:
    taken: list[int] = []

    def jobs() -> Iterator[Job]:
        for number in range(AHEAD * 3):
            taken.append(number)
            yield Job(Member(str(number)), "2026-11-24")

    client = SimpleNamespace(
        nthreads=lambda: {"one": 1}, loop=None, submit=lambda _, job, **__: Task(job, ["finished"])
    )
    found = Cluster("host")._results(SimpleNamespace(as_completed=Completed), client, jobs())
    for done, _ in enumerate(found):
        assert len(taken) == min(done + AHEAD, AHEAD * 3)
