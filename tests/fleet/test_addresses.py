"""A fleet whose repositories lie behind addresses: good servers beside some that refuse or hang."""

from __future__ import annotations

import signal
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from auditor.facts.version import code_version
from auditor.fleet.engines import Pool
from auditor.fleet.results import Results
from auditor.fleet.walk import walk
from auditor.fleet.work import Job, Result
from auditor.model.fleet import Member
from tests.cli.test_judging_commands import LEAKING, ROWS
from tests.fleet.projects import terms
from tests.tree import serving
from tests.tree.conftest import Repo

DAY = "2026-11-24"


@pytest.fixture
def served(tmp_path: Path) -> Iterator[str]:
    """A server of one bare repository, leaking.git, whose second commit mends the first."""
    made = Repo(tmp_path / "work")
    made.commit({"train.py": LEAKING, "data/raw.csv": ROWS})
    made.commit({"train.py": "print('nothing to see')\n"})
    made.git("clone", "-q", "--bare", ".", str(tmp_path / "served" / "leaking.git"))
    made.git(f"--git-dir={tmp_path / 'served' / 'leaking.git'}", "config", "uploadpack.allowFilter", "true")
    with serving.smart(tmp_path / "served") as url:
        yield url


def test_a_server_that_refuses_or_hangs_is_a_line_and_stops_nobody(served: str, tmp_path: Path) -> None:
    with serving.hanging() as bad:
        good = [Member(f"{served}/leaking.git"), Member(f"{served}/leaking.git", "main~1")]
        members = [Member(f"{bad.url}/a.git"), Member(f"{serving.refusing()}/b.git"), Member(f"{served}/no.git"), *good]

        def pool(jobs: Iterable[Job]) -> Iterator[Result]:
            for number, result in enumerate(Pool(2)(jobs), 1):
                if number == len(members) - 1:  # all others are done while that one hangs
                    assert bad.called.is_set()
                    bad.drop.set()
                yield result

        results = Results(tmp_path / "f", code=code_version(), profile="2026.1", as_of=DAY)
        fleet = walk(members, results, pool, terms(tmp_path))
    problems = {one.member: one.problem for one in fleet.standings}
    assert [problems[member] for member in good] == ["", ""]
    assert all("cannot be fetched" in problems[member] for member in members[:3]), problems
    assert fleet.standings[0].member == good[1]
    assert fleet.standings[0].counts.get("critical") == 1


def test_whoever_ends_a_fleet_ends_what_waits_for_a_server(tmp_path: Path) -> None:
    with serving.hanging() as bad:
        pool = Pool(2)
        results = pool(
            [Job(Member(str(tmp_path / "nowhere")), DAY), Job(Member(f"{bad.url}/a.git"), DAY, terms(tmp_path))]
        )
        assert "does not exist" in next(results).problem
        assert bad.called.wait(60)
        results.close()  # type: ignore[attr-defined]  # it is a generator
        assert bad.gone.wait(60)
        assert -signal.SIGKILL in {process.returncode for process in pool._running}  # it did not end by itself
