"""What is remembered of a repository: the same as when git is asked anew, whichever commit is asked for, and in whichever order."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from auditor.model.changes import History
from auditor.model.errors import UsageError
from auditor.model.listing import Content, Target
from auditor.tree import Pasts, open_tree, past
from auditor.tree.git import Git, Objects
from tests.tree.conftest import Repo

DAY = 1_700_000_000


def woven(repo: Repo, count: int, seed: int) -> list[str]:
    """Commits by several people, with merges, renames, equal times and clocks that go wrong; the oldest first."""
    chance = random.Random(seed)  # noqa: S311  # any weave does
    repo.commit({"a.py": "1\n" * 30, "d/b.csv": "1"}, "first")
    made = [repo.git("rev-parse", "HEAD")]
    for number in range(count):
        parents = chance.sample(made[-6:], min(len(made), chance.choice((1, 1, 1, 2, 3))))
        repo.git("checkout", "-qf", parents[0])
        repo.write({f"f{number % 4}.py": f"{number}\n"})
        if not number % 7 and (repo.root / "a.py").exists():
            repo.git("mv", "a.py", f"a{number}.py")
        repo.git("add", "-A")
        tree = repo.git("write-tree")
        when = f"{DAY + chance.choice((number, number, number // 3, -number))} +0100"
        who = chance.choice(("ann", "Bob", "bob", "ci[bot]"))
        named = {"GIT_AUTHOR_NAME": who, "GIT_AUTHOR_EMAIL": f"{who}@example.org", "GIT_AUTHOR_DATE": when}
        words = [word for parent in parents for word in ("-p", parent)]
        made.append(
            repo.git("commit-tree", tree, *words, "-m", f"change {number}", env=named | {"GIT_COMMITTER_DATE": when})
        )
    repo.git("checkout", "-qfB", "main", made[-1])
    return made


def said(target: Path, commit: str, pasts: Pasts | None = None) -> tuple[Target, History, dict[str, bytes | None]]:
    with open_tree(str(target), rev=commit, pasts=pasts) as tree:
        return tree.listing.target, tree.history(), dict(tree.read(entry.path for entry in tree.listing.entries))


@pytest.mark.parametrize("seed", [1, 2])
def test_what_led_to_any_commit_is_what_git_says(repo: Repo, seed: int) -> None:
    made = woven(repo, 25, seed)
    fresh = {commit: said(repo.root, commit) for commit in made}
    assert len({told[0].commits for told in fresh.values()}) > 10
    for order in (made, made[::-1], random.Random(seed).sample(made, len(made))):  # noqa: S311  # any order does
        pasts = Pasts()
        assert {commit: said(repo.root, commit, pasts) for commit in order} == fresh


def test_the_log_is_read_once_and_then_what_came_to_it(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    made = [repo.commit({"a.py": f"{number}"}, f"{number}") for number in range(4)]
    asked: list[tuple[str, ...]] = []
    run = Objects.run

    def noted(self: Objects, *words: str, data: bytes | None = None) -> bytes:
        asked.append(words)
        return run(self, *words, data=data)

    monkeypatch.setattr(Objects, "run", noted)
    pasts = Pasts()
    for commit in (made[1], made[0], made[3], made[2]):
        said(repo.root, commit, pasts)
    logs = [words for words in asked if words[0] in ("log", "rev-list")]
    assert [words[-3:] for words in logs] == [("--no-relative", made[1], "--"), (made[3], f"^{made[1]}", "--")]


def test_a_commit_that_was_met_is_not_asked_for(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    made = [repo.commit({"a.py": f"{number}"}, f"{number}") for number in range(3)]
    pasts = Pasts()
    said(repo.root, made[2], pasts)
    with monkeypatch.context() as patch:
        patch.setattr(Git, "commit", None)
        told = said(repo.root, made[0], pasts)
    assert told == said(repo.root, made[0])
    assert said(repo.root, made[0][:12], pasts) == told
    with pytest.raises(UsageError, match="names no commit"):
        said(repo.root, "0" * 40, pasts)


def test_a_folder_has_the_history_of_its_files(repo: Repo) -> None:
    repo.commit({"a.py": "1", "d/b.py": "1"}, "one")
    last = repo.commit({"a.py": "2"}, "two")
    pasts = Pasts()
    said(repo.root, last, pasts)
    assert said(repo.root / "d", last, pasts) == said(repo.root / "d", last)


def test_a_long_history_is_asked_anew(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(past, "MOST_COMMITS", 3)
    made = [repo.commit({"a.py": f"{number}"}, f"{number}") for number in range(6)]
    pasts = Pasts()
    assert [said(repo.root, commit, pasts) for commit in made] == [said(repo.root, commit) for commit in made]


def test_history_that_was_cut_off_and_then_fetched(repo: Repo, tmp_path: Path) -> None:
    made = [repo.commit({"a.py": f"{number}"}, f"{number}") for number in range(4)]
    clone = Repo(tmp_path / "clone")
    clone.git("fetch", "-q", "--depth=2", f"file://{repo.root}", "main")
    pasts = Pasts()
    target, history, _ = said(clone.root, made[-1], pasts)
    assert (target.commits, target.history, history.state, len(history.commits)) == (2, "shallow", "shallow", 2)
    assert said(clone.root, made[-1], pasts) == said(clone.root, made[-1])
    clone.git("fetch", "-q", "--unshallow", f"file://{repo.root}", "main")
    assert said(clone.root, made[-1], pasts)[0].commits == 4


def test_what_is_not_here_is_not_remembered(repo: Repo) -> None:
    """An object that was missing may come; and where the log cannot be read whole, git is asked what it can tell."""
    first = repo.commit({"a.py": "1", "b.py": "2"}, "one")
    last = repo.commit({"a.py": "3"}, "two")
    blob, trees = repo.git("rev-parse", f"{last}:a.py"), repo.git("rev-parse", f"{first}^{{tree}}")
    pasts = Pasts()
    lost = [repo.root / ".git/objects" / name[:2] / name[2:] for name in (blob, trees)]
    kept = [path.read_bytes() for path in lost]
    for path in lost:
        path.unlink()
    with open_tree(str(repo.root), rev=last, pasts=pasts) as tree:
        assert [entry.content for entry in tree.listing.entries] == [Content.ABSENT, Content.HERE]
        assert (tree.history().state, tree.listing.target.commits) == ("partial", 2)
    for path, data in zip(lost, kept, strict=True):
        path.write_bytes(data)
    assert said(repo.root, last, pasts) == said(repo.root, last)
