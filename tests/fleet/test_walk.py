"""A fleet from list to comparison: resumed, sharded, repeated; on this machine and on a Dask cluster."""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec
import pytest

from auditor.facts.version import code_version
from auditor.fleet.engines import Pool, engine
from auditor.fleet.results import Results
from auditor.fleet.walk import compared, walk
from auditor.fleet.work import Job, Result
from auditor.model.errors import UsageError
from auditor.model.fleet import Fleet, Member
from tests.fleet.projects import broken, project, terms

CODE, PROFILE, DAY = code_version(), "2026.1", "2026-11-24"


@pytest.fixture(scope="module")
def members(tmp_path_factory: pytest.TempPathFactory) -> tuple[Member, ...]:
    home = tmp_path_factory.mktemp("projects")
    good = [project(home / "good"), project(home / "leaky", leaking=True), project(home / "other")]
    return tuple(Member(str(path)) for path in (*good, broken(home / "broken")))


def results(folder: Path, code: str = CODE, day: str | None = DAY, part: str = "") -> Results:
    return Results(folder, code=code, profile=PROFILE, as_of=day, part=part)


class Counting:
    """The pool, and which jobs it got."""

    def __init__(self, most: int = 99) -> None:
        self.asked: list[str] = []
        self._most = most

    def __call__(self, jobs: Iterable[Job]) -> Iterator[Result]:
        for job in jobs:
            if len(self.asked) == self._most:
                raise KeyboardInterrupt
            self.asked.append(Path(job.member.target).name)
            yield from Pool(1)([job])


def run(members: Iterable[Member], folder: Path, tmp_path: Path, counting: Counting, **kind: str) -> Fleet:
    return walk(tuple(members), results(folder, **kind), counting, terms(tmp_path))


def test_what_was_interrupted_goes_on_where_it_was(members: tuple[Member, ...], tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        run(members, tmp_path / "f", tmp_path, Counting(2))
    rest = Counting()
    fleet = run(members, tmp_path / "f", tmp_path, rest)
    assert rest.asked == ["other", ".git"]
    again = Counting()
    assert run(members, tmp_path / "f", tmp_path, again) == fleet
    assert again.asked == [".git"]  # what failed is tried again
    assert fleet.standings[0].member.target.endswith("leaky")
    assert fleet.standings[-1].problem


def test_a_line_that_a_run_was_killed_in_costs_its_repository_alone(
    members: tuple[Member, ...], tmp_path: Path
) -> None:
    fleet = run(members[:3], tmp_path / "f", tmp_path, Counting())
    journal = tmp_path / "f" / "done.jsonl"
    journal.write_bytes(journal.read_bytes()[:-40])
    for asked in (["other"], []):
        counting = Counting()
        assert run(members[:3], tmp_path / "f", tmp_path, counting) == fleet
        assert counting.asked == asked


def test_an_audit_that_is_gone_or_damaged_is_made_again(members: tuple[Member, ...], tmp_path: Path) -> None:
    fleet = run(members[:3], tmp_path / "f", tmp_path, Counting())
    good, leaky, _ = (tmp_path / "f" / one.audit for one in sorted(fleet.standings, key=lambda one: one.member))
    good.unlink()
    leaky.write_bytes(leaky.read_bytes().replace(b"critical", b"harmless", 1))
    told = compared(members[:3], results(tmp_path / "f"))
    assert ["gone or damaged" in one.problem for one in told.standings] == [False, True, True]
    counting = Counting()
    assert run(members[:3], tmp_path / "f", tmp_path, counting) == fleet
    assert counting.asked == ["good", "leaky"]


def test_another_auditor_or_day_begins_anew_and_a_day_stays(members: tuple[Member, ...], tmp_path: Path) -> None:
    run(members[:1], tmp_path / "f", tmp_path, Counting())
    ways: list[tuple[dict[str, str], list[str]]] = [
        ({"code": "c2"}, ["good"]),
        ({"day": "2026-11-25"}, ["good"]),
        ({"day": "2026-11-25"}, []),
        ({}, ["good"]),  # its file holds the audit of the other day
    ]
    for kind, asked in ways:
        counting = Counting()
        run(members[:1], tmp_path / "f", tmp_path, counting, **kind)
        assert counting.asked == asked
    assert results(tmp_path / "f", day=None).as_of in (DAY, "2026-11-25")


def test_shards_meet_in_one_folder(members: tuple[Member, ...], tmp_path: Path) -> None:
    whole = run(members[:3], tmp_path / "w", tmp_path, Counting())
    for part in ("1/2", "2/2"):
        from auditor.fleet.members import shard

        run(shard(members[:3], part), tmp_path / "f", tmp_path, Counting(), part=part)
    counting = Counting()
    assert run(members[:3], tmp_path / "f", tmp_path, counting) == whole
    assert counting.asked == []


def test_a_place_that_takes_nothing_is_said(members: tuple[Member, ...], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="name another with --into"):
        results(tmp_path / "file")


def test_a_secret_in_an_address_is_nowhere_in_the_results(tmp_path: Path) -> None:
    member = Member("https://me:t0ken@127.0.0.1:9/team/prices")
    fleet = walk([member], results(tmp_path / "f"), Pool(1), terms(tmp_path))
    assert fleet.standings[0].problem
    written = b"".join(path.read_bytes() for path in (tmp_path / "f").rglob("*") if path.is_file())
    assert b"t0ken" not in written + msgspec.json.encode(fleet)


# --- Dask ---


@pytest.mark.filterwarnings("default")  # those of the cluster's own code
def test_a_cluster_says_what_the_pool_says_and_survives_a_killed_worker(
    members: tuple[Member, ...], tmp_path: Path
) -> None:
    distributed = pytest.importorskip("distributed", reason="ml-debt-auditor[fleet] is not installed")
    alone = walk(members, results(tmp_path / "pool"), Pool(1), terms(tmp_path))
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, host="127.0.0.1"
    ) as cluster:
        victim = next(iter(cluster.workers.values()))
        dask = engine(cluster.scheduler_address.replace("tcp://", "dask://"), 1)

        def losing_one(jobs: Iterable[Job]) -> Iterator[Result]:
            for number, result in enumerate(dask(jobs)):
                if number == 0:
                    os.kill(victim.process.pid, signal.SIGKILL)
                yield result

        together = walk(members, results(tmp_path / "dask"), losing_one, terms(tmp_path))
    gc.collect()  # what the cluster leaves open is warned of here, and not in whichever test comes next
    assert together == alone
    files = [
        sorted((path.name, path.read_bytes()) for path in (tmp_path / name / "audits").iterdir())
        for name in ("pool", "dask")
    ]
    assert files[0] == files[1]


def test_where_no_cluster_answers_it_is_said(
    members: tuple[Member, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("distributed", reason="ml-debt-auditor[fleet] is not installed")
    monkeypatch.setattr("auditor.fleet.cluster.PATIENCE", 1)
    with pytest.raises(UsageError, match="no Dask scheduler answers"):
        walk(members, results(tmp_path / "f"), engine("dask://127.0.0.1:9", 1), terms(tmp_path))
