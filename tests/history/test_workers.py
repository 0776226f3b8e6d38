"""Processes that audit commits: the same as fresh audits bit for bit, whatever became of one of them."""

from __future__ import annotations

import datetime as dt
import gc
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from auditor import audit
from auditor.facts import Cache, read_facts
from auditor.history import workers
from auditor.history.store import slim, unpacked
from auditor.history.workers import FEW, Made, made
from auditor.model.facts import Facts
from auditor.model.listing import Content
from auditor.program.calls.effects import Effects
from auditor.program.calls.gathering import Gathering
from auditor.program.calls.seen import SeenEffects
from auditor.program.configuration.readings import Readings
from auditor.program.kept import answers
from auditor.program.naming.code import Code
from auditor.program.running.commands import Commands
from auditor.program.symbolic.evaluate import Evaluator
from auditor.run import Memory, Options
from auditor.tree import Station, line, open_tree
from tests.cli.test_judging_commands import ROWS, TRAIN
from tests.tree.conftest import Repo


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """Commits that change a helper, the program that imports it, a pipeline, nothing that is read; and a file that is broken for a while."""
    made_here = Repo(tmp_path / "project")
    scale = "from features import scaled\nx = scaled(x)\n"
    helper = (
        "from sklearn.preprocessing import StandardScaler\n\n\ndef scaled(x):\n    return StandardScaler().{how}(x)\n"
    )
    pipeline = "stages:\n  train:\n    cmd: python train.py\n    deps: [train.py, {deps}]\n"
    steps: list[dict[str, str | bytes]] = [
        {"train.py": TRAIN.format(scale=""), "data/raw.csv": ROWS, "requirements.txt": "pandas\n"},
        {"features.py": helper.format(how="fit_transform"), "train.py": TRAIN.format(scale=scale)},
        {"dvc.yaml": pipeline.format(deps="data/raw.csv")},
        {"picture.bin": b"\0\1"},
        {"features.py": helper.format(how="transform")},
        {"dvc.yaml": pipeline.format(deps="data/other.csv")},
        {"train.py": "def broken(:\n"},
        {"train.py": TRAIN.format(scale="")},
    ]
    for at, files in enumerate(steps):
        made_here.write(files)
        made_here.git("add", "-A")
        moment = f"2024-03-{at + 1:02d}T03:04:05Z"
        made_here.git("commit", "-q", "-m", f"{at}", env={"GIT_AUTHOR_DATE": moment, "GIT_COMMITTER_DATE": moment})
    return made_here


def options(tmp_path: Path) -> Options:
    return {"use_cache": True, "cache_dir": tmp_path / "cache", "jobs": 1}


def in_order(repo: Repo, tmp_path: Path) -> Iterator[Made]:
    """In this process, one commit after the other, with the memory of all before."""
    memory = Memory()
    for station in line(str(repo.root)).stations:
        yield workers._audit(str(repo.root), station, options(tmp_path), memory)


def in_processes(repo: Repo, tmp_path: Path) -> Iterator[Made]:
    """As a history does it."""
    yield from made(str(repo.root), line(str(repo.root)).stations, options(tmp_path), 2)


@pytest.mark.parametrize("way", [in_order, in_processes])
def test_a_point_is_what_a_fresh_audit_says_bit_for_bit(
    repo: Repo, tmp_path: Path, way: Callable[[Repo, Path], Iterator[Made]]
) -> None:
    found = list(way(repo, tmp_path))
    assert len(found) == 8 > FEW
    for one in found:
        day = dt.datetime.fromtimestamp(one.station.time, tz=dt.UTC).date()
        fresh = audit(str(repo.root), rev=one.station.commit, as_of=day, use_cache=False)
        assert msgspec.msgpack.encode(unpacked(one.data)) == msgspec.msgpack.encode(slim(fresh))


def _dies_once(target: str, station: Station, options: Options) -> Made:
    mark = Path(target).parent / "died"
    if not mark.exists():
        mark.touch()
        os._exit(9)
    return Made(station, b"data", "")


def _dies_at_one(target: str, station: Station, options: Options) -> Made:
    if station.time == 3:
        os._exit(9)
    return Made(station, b"data", "")


STATIONS = tuple(Station(f"c{at}", at, ()) for at in range(6))


def test_a_killed_process_costs_no_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "_in_worker", _dies_once)
    found = list(made(str(tmp_path / "x"), STATIONS, {}, 2))
    assert sorted(one.station.commit for one in found) == [station.commit for station in STATIONS]
    assert {one.data for one in found} == {b"data"}


def _quickly(target: str, station: Station, options: Options) -> Made:
    return Made(station, str(os.getpid()).encode(), "")


def test_a_process_that_is_killed_between_two_commits_is_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "_in_worker", _quickly)
    lane = workers._Lane([], workers._context())
    first = lane.submit(str(tmp_path), STATIONS[0], {}).result()
    os.kill(int(first.data), signal.SIGKILL)
    while not lane.pool._broken:
        time.sleep(0.01)
    second = lane.submit(str(tmp_path), STATIONS[1], {}).result()
    assert second.station == STATIONS[1]
    assert second.data != first.data
    lane.end()


def test_a_commit_that_kills_is_told_and_all_others_are_audited(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "_in_worker", _dies_at_one)
    found = {one.station.commit: one.problem for one in made(str(tmp_path), STATIONS, {}, 2)}
    assert {commit for commit, problem in found.items() if problem} == {"c3"}
    assert len(found) == 6


def test_the_first_audit_of_a_process_knows_what_was_stored(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A history to which a few commits came is no cold audit."""
    *_, before, last = line(str(repo.root)).stations
    for _ in made(str(repo.root), [before], options(tmp_path), 1):
        pass
    asked: set[tuple[str, str]] = set()

    class Noted(answers.View):
        def __init__(self, topic: str, path: str, *rest: object, **more: object) -> None:
            super().__init__(topic, path, *rest, **more)  # type: ignore[arg-type]  # as it was called
            asked.add((topic, path))

    monkeypatch.setattr(answers, "View", Noted)
    (one,) = made(str(repo.root), [last], options(tmp_path), 1)
    assert ("effects", "train.py") in asked  # the last commit mends it
    assert ("effects", "features.py") not in asked
    monkeypatch.undo()
    fresh = audit(str(repo.root), rev=last.commit, as_of=dt.date(2024, 3, 8), use_cache=False)
    assert msgspec.msgpack.encode(unpacked(one.data)) == msgspec.msgpack.encode(slim(fresh))


def test_memory_spares_the_cache_and_forgets_failures(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory: dict[bytes, Facts] = {}
    with open_tree(str(repo.root), rev="HEAD") as tree, Cache(tmp_path / "c") as cache:
        first = read_facts(tree, cache=cache, jobs=1, memory=memory)
        monkeypatch.setattr(Cache, "get_many", lambda _self, keys: iter([] if not list(keys) else [(b"", b"asked")]))
        again = read_facts(tree, cache=cache, jobs=1, memory=memory)
    assert all(again[path] is facts for path, facts in first.items())


def test_a_clone_without_old_contents_says_so(repo: Repo, tmp_path: Path) -> None:
    """A partial clone holds the contents of its head alone: older commits are audited as far as they can be read."""
    repo.git("config", "uploadpack.allowFilter", "true")
    clone = Repo(tmp_path / "clone")
    clone.git("fetch", "-q", "--filter=blob:none", f"file://{repo.root}", "main")
    clone.git("config", "extensions.partialClone", "origin")
    clone.git("update-ref", "refs/heads/main", "FETCH_HEAD")
    stations = line(str(clone.root / ".git"))
    assert stations.history == "partial"
    with open_tree(str(clone.root / ".git"), rev=stations.stations[0].commit) as tree:
        absent = sum(entry.content is Content.ABSENT for entry in tree.listing.entries)
    assert absent > 0
    (one, *_) = made(str(clone.root / ".git"), stations.stations[:1], options(tmp_path), 1)
    assert unpacked(one.data).coverage.files_unknown == absent


def test_an_audit_with_a_memory_leaves_nothing_of_a_program_to_the_collector(repo: Repo, tmp_path: Path) -> None:
    memory, stations = Memory(), line(str(repo.root), None).stations
    gc.collect()
    gc.disable()
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        for station in stations[2:5]:
            workers._audit(str(repo.root), station, options(tmp_path), memory)
        gc.collect()
        left = {type(each) for each in gc.garbage}
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()
    assert left.isdisjoint(
        {Code, Commands, Effects, Evaluator, Gathering, Readings, SeenEffects, answers.Answers, answers.View}
    )
