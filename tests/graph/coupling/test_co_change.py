"""Files that change together, and what explains it."""

from __future__ import annotations

import pytest

from auditor.graph.commits import work
from auditor.graph.coupling.cochange import Changed, Pair, change_sets, clusters, strong_pairs
from auditor.model.changes import Change, Commit, History
from tests.pages import graphs

DAY = 86_400
NOW = 1_700_000_000


def commit(*paths: str, day: int = 0, subject: str = "change", old: dict[str, str] | None = None) -> Commit:
    changes = tuple(Change(path, "M", "0" * 40, (old or {}).get(path, "")) for path in paths)
    return Commit("0" * 40, NOW - day * DAY, 0, subject, changes)


def usable(*commits: Commit) -> list[frozenset[str]]:
    names = frozenset({"a.py", "b.py", "new.py"})
    history = History("full", commits)
    return [changed.names for changed in change_sets(history, work(history), names)]


@pytest.mark.parametrize(
    ("subject", "counts"),
    [
        ("Fix the join", True),
        ("feat(train): weigh rows", True),
        ("Merge branch 'x'", False),
        ("Bump version to 2", False),
        ("chore: release 1.2", False),
        ("build(deps): bump numpy from 1 to 2", False),
        ("style: black", False),
        ("chore(release): 3.1.0", False),
        ("Reformat everything", False),
        ("Format prices as text", False),
        ("Informative errors", True),
    ],
)
def test_sweeps_say_nothing(subject: str, counts: bool) -> None:
    assert bool(usable(commit("a.py", "b.py", subject=subject))) == counts


def test_huge_and_old_commits_say_nothing() -> None:
    assert usable(commit("a.py", *(f"f{n}.py" for n in range(30)))) == []
    assert usable(commit("a.py"), commit("b.py", day=800)) == [frozenset({"a.py"})]


def test_files_count_under_their_present_names() -> None:
    found = usable(commit("new.py", day=1, old={"new.py": "old.py"}), commit("old.py", "a.py", day=2))
    assert found == [frozenset({"new.py"}), frozenset({"new.py", "a.py"})]


def sets(*counted: tuple[int, str], apart: int = 7) -> list[Changed]:
    names = [frozenset(text.split()) for count, text in counted for _ in range(count)]
    return [Changed(NOW - n * apart * DAY, each) for n, each in enumerate(names)]


def test_a_strong_pair() -> None:
    (pair,) = strong_pairs(sets((6, "a b"), (2, "a"), (52, "c")))
    assert pair == Pair("a", "b", 6, (8, 6), False)


@pytest.mark.parametrize(
    "counted",
    [
        pytest.param(((4, "a b"), (56, "c")), id="four times"),
        pytest.param(((6, "a b"), (5, "a"), (50, "c")), id="one changes alone as often"),
        pytest.param(((50, "a b"), (5, "c")), id="what always changes goes with everything"),
    ],
)
def test_weak_pairs(counted: tuple[tuple[int, str], ...]) -> None:
    assert [p for p in strong_pairs(sets(*counted)) if p.one == "a"] == []


def test_what_is_made_together_in_its_first_weeks_is_one_piece_of_work() -> None:
    assert strong_pairs(sets((6, "a b"), (54, "c"), apart=1)) == []


def test_pairs_that_share_a_file_are_one_group() -> None:
    ab, bc, xy = (Pair(*names, n, (9, 9), False) for names, n in ((("a", "b"), 5), (("b", "c"), 8), (("x", "y"), 6)))
    assert clusters((ab, bc, xy)) == [(bc, ab), (xy,)]


@pytest.mark.parametrize(
    ("one", "other", "twins"),
    [
        ("conf/prod.yaml", "conf/staging.yaml", True),
        ("conf/prod_copy.yaml", "conf/staging_copy.yaml", True),
        ("hate_unfairness/spec.yaml", "violence/spec.yaml", True),
        ("limits.py", "letters.py", False),
        ("limits.py", "limits.yaml", False),
        ("a/limits.py", "b/letters.py", False),
        ("conf/a/prod.yaml", "conf/prod.yaml", False),
        pytest.param("metrics/recall/lib/_recall.py", "metrics/f1/lib/_f1.py", True, id="one name put for another"),
        pytest.param("metrics/recall/lib/_recall.py", "metrics/f1/lib/_loss.py", False, id="two names"),
        pytest.param("configs/training.yaml", "configs/export.yaml", True, id="settings of one folder"),
        pytest.param("configs/training.yaml", "jobs/export.yaml", False, id="settings of two folders"),
    ],
)
def test_twins_by_name(one: str, other: str, *, twins: bool) -> None:
    assert Pair(one, other, 9, (9, 9), False).twins == twins


# --- what ties them ---

ONE, OTHER = "def one(d):\n    return d\n", "def other(d):\n    return d\n"


def mined(files: dict[str, str], together: int = 8, state: str = "full", rest: int = 60) -> list[tuple[str, str, bool]]:
    pair, more = sorted(files)[:2], "elsewhere.py"
    commits = [commit(*pair, day=7 * n) for n in range(together)]
    commits += [commit(more, day=n) for n in range(rest)]
    history = History(state, tuple(sorted(commits, key=lambda c: -c.time)))
    (component,) = graphs({**files, more: "x = 1\n"}, archetypes="P", history=history).components
    return [(p.one, p.other, p.tied) for p in component.co_changes().pairs]


def test_nothing_ties_two_strangers() -> None:
    assert mined({"a.py": ONE, "b.py": OTHER}) == [("a.py", "b.py", False)]


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({"a.py": "import b\n", "b.py": OTHER}, id="an import"),
        pytest.param({"a.py": "import m\n", "b.py": OTHER, "m.py": "import b\n"}, id="an import over another"),
        pytest.param(
            {"p/a.py": "import base\n", "p/b.py": "import base\n", "base.py": ONE}, id="siblings over one base"
        ),
        pytest.param(
            {
                "a.py": "import pandas as pd\npd.DataFrame().to_csv('x.csv')\n",
                "b.py": "import pandas as pd\npd.read_csv('x.csv')\n",
            },
            id="a file between",
        ),
        pytest.param({"a.py": ONE + "NAME = 'run b.py first'\n", "b.py": OTHER}, id="one names the other"),
        pytest.param({"a.py": ONE, "settings.yaml": "x: 1\n"}, id="settings whose reader is not known"),
        pytest.param(
            {
                "a.py": "import pandas as pd\npd.read_csv(pick())\n",
                "b.py": "import pandas as pd\npd.read_csv(choose())\n",
            },
            id="programs whose files are not known",
        ),
    ],
)
def test_ties(files: dict[str, str]) -> None:
    assert [tied for _, _, tied in mined(files)] == [True]


KIND = "class Profile:\n    pass\n"


@pytest.mark.parametrize(("read", "tied"), [("size", True), ("width", False)])
def test_an_attribute_of_what_both_import_ties_two_programs(read: str, *, tied: bool) -> None:
    one = "from kind import Profile\n\n\ndef fill():\n    p = Profile()\n    p.size = 1\n    return p\n"
    files = {"a/a.py": one, "b/b.py": f"from kind import Profile\n\n\ndef show(p: Profile):\n    return p.{read}\n"}
    more = {f"z{n}.py": "import kind\n" for n in range(9)}  # a hub explains nothing
    assert [each for _, _, each in mined({**files, **more, "kind.py": KIND})] == [tied]


def test_two_sets_of_settings_are_not_tied_by_their_kind() -> None:
    assert mined({"one.yaml": "x: 1\n", "two.yaml": "x: 1\n"}) == [("one.yaml", "two.yaml", False)]


@pytest.mark.parametrize(
    "path", ["pyproject.toml", "docs/b.py", "tests/test_b.py", "b/__init__.py", "notes.md", "setup.py"]
)
def test_what_changes_with_everything_is_left_out(path: str) -> None:
    assert mined({"a.py": ONE, path: "x = 1\n"}) == []


@pytest.mark.parametrize(
    ("state", "commits", "unread"),
    [
        ("shallow", (), True),
        ("partial", (), True),
        ("none", (), False),
        ("full", (commit("a.py", "b.py"),), False),
    ],
)
def test_what_history_cannot_tell(state: str, commits: tuple[Commit, ...], unread: bool) -> None:
    tree = graphs({"a.py": ONE, "b.py": OTHER}, archetypes="P", history=History(state, commits))
    found = tree.components[0].co_changes()
    assert (found.pairs, bool(found.unread)) == ((), unread)
    assert found.commits == len(commits)


def test_a_group_that_one_tool_moves_is_left_out() -> None:
    names = [f"p{n}.py" for n in range(8)]
    commits = [commit(*names, day=7 * n) for n in range(8)] + [commit("x.py", day=n) for n in range(60)]
    history = History("full", tuple(sorted(commits, key=lambda c: -c.time)))
    files = {name: f"def f{n}():\n    return {n}\n" for n, name in enumerate(names)}
    found = graphs({**files, "x.py": ""}, archetypes="P", history=history).components[0].co_changes()
    assert len(found.pairs) == 28
    assert found.untied() == []
