"""A revision read from git objects: also where objects are missing."""

from __future__ import annotations

import errno
import itertools
import os
from pathlib import Path

import pytest

from auditor import audit
from auditor.model.errors import UsageError
from auditor.model.listing import Content
from auditor.tree import between, line, open_tree
from auditor.tree import git as git_room
from tests.tree.conftest import Repo


def blob_file(repo: Repo, path: str) -> Path:
    blob = repo.git("rev-parse", f"HEAD:{path}")
    return repo.root / ".git/objects" / blob[:2] / blob[2:]


def test_a_revision_is_read_from_objects_and_not_from_disk(repo: Repo) -> None:
    first = repo.commit({"a.py": "old", "run.sh": "r", ".gitignore": "x/\n", "auditor.toml": 'exclude = ["gen/"]\n'})
    repo.git("tag", "v1")
    repo.commit({"a.py": "new", "b.py": "b", "gen/c.py": "c"})
    repo.write({"a.py": "on disk"})
    for rev in ("v1", first, first[:10], "HEAD~1", "main^"):
        with open_tree(str(repo.root), rev=rev) as tree:
            assert dict(tree.read(["a.py", "b.py"])) == {"a.py": b"old", "b.py": None}
            assert tree.listing.target.revision == first
            assert tree.listing.target.kind == "revision"
    with open_tree(str(repo.root / ".git")) as tree:
        assert [entry.path for entry in tree.listing.entries] == [
            ".gitignore",
            "a.py",
            "auditor.toml",
            "b.py",
            "run.sh",
        ]
        assert all(entry.tracked and len(entry.blob) == 40 for entry in tree.listing.entries)
        assert [(row.reason, row.files, row.example) for row in tree.listing.excluded] == [
            ("configured", 1, "gen/c.py")
        ]
        assert tree.listing.ignore_rules == (("", ("x/",)),)
        assert (tree.settings.source, tree.settings.exclude) == ("auditor.toml", ("gen/",))
        assert tree.listing.target.name == "project"


def test_a_bare_repository_is_a_target(repo: Repo, tmp_path: Path) -> None:
    repo.commit({"a.py": "a"})
    repo.git("clone", "-q", "--bare", ".", str(tmp_path / "lens.git"))
    with open_tree(str(tmp_path / "lens.git"), rev="main") as tree:
        assert list(tree.read(["a.py"])) == [("a.py", b"a")]


def test_a_mirror_is_named_after_the_repository(repo: Repo, tmp_path: Path) -> None:
    repo.commit({"a.py": "a"})
    repo.git("clone", "-q", "--bare", ".", str(tmp_path / "team+lens/repo/.git"))
    repo.git("--git-dir", str(tmp_path / "team+lens/repo/.git"), "remote", "remove", "origin")
    with open_tree(str(tmp_path / "team+lens/repo/.git")) as tree:
        assert tree.listing.target.name == "lens"


@pytest.mark.parametrize("rev", ["nowhere", "--all", "-h", "", "HEAD:a.py", "v1..v2", "a\0b"])
def test_what_is_no_revision_is_the_users_mistake(repo: Repo, rev: str) -> None:
    repo.commit({"a.py": "a"})
    for target in (repo.root, repo.root / ".git"):
        with pytest.raises(UsageError, match=r"revision|commit"):
            open_tree(str(target), rev=rev)


@pytest.mark.parametrize("target", ["missing", "", "-x", "missing\0", "missing/sub", "n" * 5000])
def test_what_does_not_exist_is_the_users_mistake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, target: str) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match="give a folder"):
        open_tree(target)


def test_a_revision_of_what_is_no_repository_is_the_users_mistake(tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    (tmp_path / "fake/.git").mkdir(parents=True)
    for name in ("plain", "fake", "fake/.git"):
        with pytest.raises(UsageError, match="no git"):
            open_tree(str(tmp_path / name), rev="HEAD")


def test_missing_blobs_are_absent_and_the_rest_is_read(repo: Repo) -> None:
    repo.commit({"a.py": "a", "big.bin": "big", "z.py": "z"})
    blob_file(repo, "big.bin").unlink()
    with open_tree(str(repo.root / ".git")) as tree:
        entry = tree.listing.entries[1]
        assert (entry.path, entry.content, entry.size, len(entry.blob)) == ("big.bin", Content.ABSENT, -1, 40)
        assert dict(tree.read(["a.py", "big.bin", "z.py"])) == {"a.py": b"a", "big.bin": None, "z.py": b"z"}


def test_a_partial_clone_fetches_nothing(repo: Repo, tmp_path: Path) -> None:
    """A promisor remote makes git fetch each missing object, or die where it must not."""
    repo.commit({"a.py": "a", "big.bin": "big"})
    blob_file(repo, "big.bin").unlink()
    mark = tmp_path / "fetched"
    (tmp_path / "upload").write_text(f"#!/bin/sh\ntouch {mark}\nexit 1\n")
    (tmp_path / "upload").chmod(0o755)
    for key, value in {
        "core.repositoryformatversion": "1",
        "extensions.partialClone": "origin",
        "remote.origin.url": f"file://{tmp_path}/nowhere",
        "remote.origin.promisor": "true",
        "remote.origin.uploadpack": str(tmp_path / "upload"),
        "remote.origin.partialclonefilter": "blob:none",
    }.items():
        repo.git("config", key, value)
    for target in (repo.root, repo.root / ".git"):
        with open_tree(str(target), rev="HEAD") as tree:
            assert [entry.content.value for entry in tree.listing.entries] == ["here", "absent"]
            assert tree.history().state == tree.listing.target.history == "partial"
            assert len(tree.history().commits) == 1
    assert not mark.exists()


def test_links_and_submodules_are_listed(repo: Repo) -> None:
    (repo.root / "link").symlink_to("../../etc/passwd")
    sha = repo.commit({"a.py": "a"})
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{sha},sub")
    repo.git("commit", "-qm", "sub")
    with open_tree(str(repo.root / ".git")) as tree:
        rows = [(entry.path, entry.content, entry.target) for entry in tree.listing.entries]
        assert rows[1:] == [("link", Content.LINK, "../../etc/passwd"), ("sub", Content.SUBMODULE, "")]
        assert dict(tree.read(["link", "sub"])) == {"link": None, "sub": None}


def test_names_that_are_no_utf8_or_hold_lines_and_tabs_are_read(repo: Repo) -> None:
    blob = repo.commit({"a.py": "text"}) and repo.git("rev-parse", "HEAD:a.py")
    tree_file = repo.root / "tree"
    names = (b"caf\xe9.py", b"tab\there.py", b"two\nlines.py")
    tree_file.write_bytes(b"".join(b"100644 " + name + b"\0" + bytes.fromhex(blob) for name in names))
    made = repo.git("hash-object", "-t", "tree", "-w", "--literally", "tree")
    commit = repo.git("commit-tree", "-m", "odd", made)
    with open_tree(str(repo.root / ".git"), rev=commit) as tree:
        found = [entry.path for entry in tree.listing.entries]
        assert found == ["caf\\xe9.py", "tab\there.py", "two\nlines.py"]
        assert dict(tree.read(found)) == dict.fromkeys(found, b"text")
        assert tree.listing.problems == (("caf\\xe9.py", "its name is not UTF-8"),)
        assert {change.path for change in tree.history().commits[0].changes} == set(found)


def test_hostile_paths_in_a_tree_object_reach_nothing(repo: Repo) -> None:
    blob = repo.commit({"a.py": "text"}) and repo.git("rev-parse", "HEAD:a.py")
    (repo.root / "tree").write_bytes(b"100644 ../../up.py\0" + bytes.fromhex(blob))
    commit = repo.git("commit-tree", "-m", "odd", repo.git("hash-object", "-t", "tree", "-w", "--literally", "tree"))
    with open_tree(str(repo.root / ".git"), rev=commit) as tree:
        assert tree.listing.entries == ()
        assert "outside" in tree.listing.problems[0][1]


def test_reading_is_lazy_and_may_stop_anywhere(repo: Repo) -> None:
    names = [f"f{number:04}.py" for number in range(3 * git_room.BATCH)]
    repo.commit({name: f"{name}\n" * 2000 for name in names})
    with open_tree(str(repo.root / ".git")) as tree:
        reading = tree.read(names)
        assert [path for path, _ in itertools.islice(reading, 5)] == names[:5]
        reading.close()  # type: ignore[attr-defined]  # it is a generator
        assert all(data == f"{path}\n".encode() * 2000 for path, data in tree.read(names))


def test_a_branch_without_commits_is_empty_and_told(repo: Repo) -> None:
    repo.commit({"a.py": "a"})
    repo.git("symbolic-ref", "HEAD", "refs/heads/unborn")
    with open_tree(str(repo.root / ".git")) as tree:
        assert tree.listing.entries == ()
        assert tree.listing.problems == (("", "HEAD names a branch without commits; name a revision with --rev"),)


def test_a_repository_of_longer_ids_is_read(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "short")
    root = tmp_path / "long"
    repo.git("init", "-q", "--object-format=sha256", str(root))
    (root / "a.py").write_text("a")
    repo.root = root
    repo.commit()
    with open_tree(str(root / ".git")) as tree:
        assert len(tree.listing.entries[0].blob) == 64
        assert list(tree.read(["a.py"])) == [("a.py", b"a")]
        assert len(tree.history().commits) == 1


def test_a_repository_whose_objects_are_gone_is_the_users_to_mend(repo: Repo) -> None:
    repo.commit({"a.py": "x = 1\n"})
    for thing in (repo.root / ".git" / "objects").glob("??/*"):
        thing.unlink()
    with pytest.raises(UsageError, match=r"git cannot read|cannot be listed|names no commit"):
        open_tree(str(repo.root / ".git"))


def test_an_object_that_git_cannot_unpack_costs_itself_alone(repo: Repo, caplog: pytest.LogCaptureFixture) -> None:
    files = {f"{name}.py": "".join(f"{name}{n} = {n * 7919 % 10007}\n" for n in range(5_000)) for name in "abcde"}
    repo.commit({**files})
    for name in "bd":
        place = blob_file(repo, f"{name}.py")
        data = bytearray(place.read_bytes())
        data[len(data) // 2 :] = bytes(len(data) - len(data) // 2)
        place.chmod(0o600)
        place.write_bytes(data)
    with open_tree(str(repo.root / ".git")) as tree:
        found = dict(tree.read(files))
    assert found == {path: None if path in ("b.py", "d.py") else text.encode() for path, text in files.items()}
    told_of = [blob_file(repo, f"{name}.py") for name in "bd"]
    assert all(f"{place.parent.name}{place.name} cannot be read" in caplog.text for place in told_of)
    told = audit(str(repo.root / ".git"), use_cache=False)
    assert [(one.path, one.code) for one in told.problems] == [("b.py", "unread"), ("d.py", "unread")]
    assert (told.coverage.files_read, told.coverage.files_failed, told.errors) == (3, 2, ())


@pytest.mark.parametrize("read_before", [False, True])
def test_a_store_that_is_gone_is_no_repository_without_contents(repo: Repo, read_before: bool) -> None:
    """On a share that comes off, or beside somebody who deletes: nothing may be said of what was not read."""
    files = {f"{number}.py": f"{number}\n" for number in range(git_room.BATCH + 9)}
    repo.commit({**files})
    with open_tree(str(repo.root / ".git")) as tree:
        reading = tree.read(files)
        if read_before:
            next(iter(reading))
        (repo.root / ".git" / "objects").rename(repo.root / ".git" / "gone")
        with pytest.raises(UsageError, match=r"git cannot read .* any more"):
            list(reading)


def test_a_git_that_cannot_be_started_is_no_repository_without_contents(
    repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo.commit({"a.py": "x = 1\n"})

    def refused(*_: object, **__: object) -> None:
        raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))

    with open_tree(str(repo.root / ".git")) as tree:
        monkeypatch.setattr("auditor.tree.git.subprocess.Popen", refused)
        with pytest.raises(UsageError, match=r"git could not be started: .*unavailable"):
            list(tree.read(["a.py"]))


@pytest.mark.parametrize("what", ["commit", "config", "HEAD"])
def test_a_head_that_cannot_be_followed_is_not_one_without_commits(repo: Repo, what: str) -> None:
    head, git_dir = repo.commit({"a.py": "x = 1\n"}), repo.root / ".git"
    if what == "commit":
        (git_dir / "objects" / head[:2] / head[2:]).unlink()
    else:
        (git_dir / what).write_text("[x\n")
    for opened in (lambda: open_tree(str(git_dir)), lambda: line(str(git_dir)), lambda: between(str(git_dir), "HEAD")):
        with pytest.raises(UsageError, match=r"git cannot read .*; mend that repository, or clone it again"):
            opened()
    if what != "HEAD":  # else it looks like no repository at all
        with open_tree(str(repo.root)) as tree:
            assert [entry.path for entry in tree.listing.entries] == ["a.py"]
            assert any("git cannot read this repository" in text for _, text in tree.listing.problems)


def test_a_head_without_commits_is_an_empty_repository(repo: Repo) -> None:
    with open_tree(str(repo.root / ".git")) as tree:
        assert tree.listing.entries == ()


def test_a_clone_without_contents_accuses_nobody_and_is_judged_provisionally(repo: Repo, tmp_path: Path) -> None:
    program = "import pandas as pd\n\nframe = pd.read_csv('data/raw.csv')\nframe.to_csv('data/out.csv')\n"
    workflow = "on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: pytest\n"
    files = {f"src/{name}.py": program for name in "abc"} | {".github/workflows/ci.yml": workflow, "README.md": "# x\n"}
    repo.commit({**files, "Dockerfile": "FROM python:3.11\nCMD python src/a.py\n"})
    repo.git("config", "uploadpack.allowFilter", "true")
    bare = tmp_path / "bare.git"
    repo.git("clone", "-q", "--bare", "--filter=blob:none", f"file://{repo.root}", str(bare))
    told = audit(str(bare), use_cache=False)
    assert {one.code for one in told.problems} == {"absent"}
    assert (told.coverage.files_read, told.coverage.files_unknown) == (0, 6)
    assert told.findings == ()
    assert told.score.debt is None or told.score.provisional
    outcomes = {verdict.rule: verdict.outcome.value for verdict in told.verdicts}
    assert outcomes["OPS004"] == "unknown"
    assert set(outcomes.values()) <= {"unknown", "not-applicable", "not-evidenced", "clean"}
