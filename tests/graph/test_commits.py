"""Whose work a commit is, on which files, and how often people change them."""

from __future__ import annotations

import pytest

from auditor.graph.commits import MOST_FILES, work
from auditor.graph.operation.integrating import mirrored
from auditor.model.changes import Change, Commit, History
from tests.pages import graphs

DAY = 86_400


def commit(
    *paths: str, day: int = 0, author: int = 0, subject: str = "change", old: str = "", bot: bool = False
) -> Commit:
    changes = tuple(Change(path, "R" if old else "M", "0" * 40, old) for path in paths)
    return Commit("0" * 40, (1_000 - day) * DAY, author, subject, changes, bot)


def test_work_is_under_present_names_and_bots_only_tell_of_renames() -> None:
    commits = (
        commit("src/new.py", day=1, old="new.py", bot=True),
        commit("new.py", "a.py", day=2, author=1),
        commit("new.py", day=3, old="old.py"),
        commit("old.py", day=4, author=2),
    )
    found = [(one.author, sorted(one.names), one.bulk) for one in work(History("full", commits))]
    assert found == [
        (1, ["a.py", "src/new.py"], False),
        (0, [], False),
        (2, ["src/new.py"], False),
    ]


def test_sweeps_and_commits_of_many_files_are_bulk() -> None:
    many = [f"f{n}.py" for n in range(MOST_FILES + 1)]
    docs = [f"docs/{name}.md" for name in many]
    subjects = {"style: black": True, "[MNT] black lint": True, "[ENH] lengthen the margin": False}
    commits = (
        commit(*many),
        commit(*many[1:]),
        commit(*docs),
        commit(),
        *(commit("a.py", subject=s) for s in subjects),
    )
    assert [one.bulk for one in work(History("full", commits))] == [True, False, True, True, *subjects.values()]


def test_what_a_commit_only_moves_it_does_not_change() -> None:
    moved = commit("b.py", old="a.py")
    both = Commit(moved.id, moved.time, 0, moved.subject, (*moved.changes, *commit("c.py").changes))
    assert [one.names for one in work(History("full", (moved, both)))] == [frozenset(), {"c.py"}]


def test_how_often_people_change_a_file() -> None:
    rest = [f"f{n}.py" for n in range(MOST_FILES + 1)]
    commits = (
        commit("a.py", day=1),
        commit("a.py", day=2, bot=True),
        commit("a.py", *rest, day=3),
        commit("a.py", day=4, old="old.py"),
        commit("old.py", day=5),
        commit("old.py", day=200),
        commit("a.py", day=6, subject="Bump version to 2"),
    )
    (graph,) = graphs({"a.py": "print(1)\n"}, history=History("full", commits)).components
    assert graph.touches(90) == {"a.py": 2}
    assert graph.touches(365) == {"a.py": 3}


def test_who_carries_commits_over_knows_nothing_of_them() -> None:
    commits = tuple(commit("train.py", day=n, subject="Mirroring commit 4f1 from internal") for n in range(60))
    (graph,) = graphs({"train.py": "print(1)\n"}, history=History("full", commits)).components
    assert graph.silo().untold == "mirrored"
    own = tuple(one if n % 3 else commit("train.py", day=n) for n, one in enumerate(commits))
    (graph,) = graphs({"train.py": "print(1)\n"}, history=History("full", own)).components
    assert graph.silo().untold == "mirrored"
    (graph,) = graphs(
        {"train.py": "print(1)\n"}, history=History("full", tuple(commit("train.py", day=n) for n in range(60)))
    ).components
    assert graph.silo().untold == ""


@pytest.mark.parametrize(
    ("carried", "own", "elsewhere"),
    [(5, 0, True), (4, 0, False), (3, 2, True), (3, 3, False), (4, 3, True), (4, 4, False)],
)
def test_a_repository_is_a_mirror_where_most_of_at_least_five_commits_are_carried_over(
    carried: int, own: int, elsewhere: bool
) -> None:
    subjects = ["Mirroring commit 4f1 from internal"] * carried + ["Fit anew"] * own
    commits = tuple(commit("train.py", day=n, subject=subject) for n, subject in enumerate(subjects))
    found = graphs({"train.py": "print(1)\n"}, history=History("full", commits))
    assert mirrored(found.world) is elsewhere
