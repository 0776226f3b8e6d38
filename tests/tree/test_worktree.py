"""A work tree: which files are listed, with which ids, and what a hostile one cannot do."""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path

import pytest

from auditor.model.listing import Content, Entry
from auditor.tree import Tree, open_tree
from tests.tree.conftest import Repo


def opened(path: Path, **options: int) -> Tree:
    with open_tree(str(path), **options) as tree:  # type: ignore[arg-type]  # max_bytes alone is given
        return tree


def paths(tree: Tree) -> list[str]:
    return [entry.path for entry in tree.listing.entries]


def entry(tree: Tree, path: str) -> Entry:
    return next(entry for entry in tree.listing.entries if entry.path == path)


def reasons(tree: Tree) -> dict[str, tuple[int, str]]:
    return {row.reason: (row.files, row.example) for row in tree.listing.excluded}


def age(root: Path) -> None:
    """Makes all files older than the index, as they are when nobody has just written them."""
    for file in root.rglob("*"):
        if ".git" not in file.parts and file.is_file() and not file.is_symlink():
            os.utime(file, ns=(1_600_000_000_123_456_789, 1_600_000_000_123_456_789))


def test_lists_tracked_and_untracked_files_but_no_ignored_ones(repo: Repo) -> None:
    repo.commit({"a.py": "a", "sub/.gitignore": "*.log\n/only\n", "sub/keep.log": "k", ".gitignore": "out/\n"})
    repo.git("add", "-f", "sub/keep.log")
    repo.commit()
    repo.write({"new.py": "n", "sub/x.log": "x", "sub/only": "o", "sub/deep/only": "d", "out/1.txt": "", "out/2": ""})
    tree = opened(repo.root)
    assert paths(tree) == [".gitignore", "a.py", "new.py", "sub/.gitignore", "sub/deep/only", "sub/keep.log"]
    assert entry(tree, "a.py").tracked
    assert not entry(tree, "new.py").tracked
    assert reasons(tree) == {"ignored": (3, "out/")}
    assert tree.listing.ignore_rules == (("", ("out/",)), ("sub", ("*.log", "/only")))


def test_the_id_of_an_unmodified_file_is_gits_and_a_changed_one_has_none(repo: Repo) -> None:
    repo.write({"same.py": "same", "changed.py": "four", "staged.py": "old"})
    age(repo.root)
    repo.commit()
    repo.write({"changed.py": "FOUR", "untracked.py": "u"})
    tree = opened(repo.root)
    assert entry(tree, "same.py").blob == repo.git("rev-parse", "HEAD:same.py")
    assert entry(tree, "changed.py").blob == ""
    assert entry(tree, "untracked.py").blob == ""
    assert dict(tree.read(["changed.py", "same.py", "none.py"])) == {
        "none.py": None,
        "changed.py": b"FOUR",
        "same.py": b"same",
    }


def test_a_file_as_young_as_the_index_is_not_trusted(repo: Repo) -> None:
    repo.commit({"a.py": "1234"})
    state = (repo.root / "a.py").stat()
    (repo.root / "a.py").write_text("4321")  # same size, and by luck or malice the same time
    os.utime(repo.root / "a.py", ns=(state.st_atime_ns, state.st_mtime_ns))
    os.utime(repo.root / ".git/index", ns=(state.st_mtime_ns, state.st_mtime_ns))
    assert entry(opened(repo.root), "a.py").blob == ""


def test_filtered_files_bear_no_id_and_no_filter_runs(repo: Repo, tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    repo.write(
        {".gitattributes": "*.bin filter=evil\n*.txt text eol=crlf\n", "a.bin": "content", "a.txt": "a\r\nb\r\n"}
    )
    age(repo.root)
    repo.git("-c", "filter.evil.clean=echo pointer", "add", "-A")
    repo.commit()
    repo.git("config", "filter.evil.clean", f"touch {mark}; cat")
    repo.git("config", "filter.evil.process", f"touch {mark}")
    os.utime(repo.root / "a.bin")  # git would have to look again
    tree = opened(repo.root)
    assert [entry(tree, name).blob for name in ("a.bin", "a.txt")] == ["", ""]
    assert dict(tree.read(["a.bin", "a.txt"])) == {"a.bin": b"content", "a.txt": b"a\r\nb\r\n"}
    assert not mark.exists()


def test_nothing_that_a_configuration_names_is_started(repo: Repo, tmp_path: Path) -> None:
    script, mark = tmp_path / "evil.sh", tmp_path / "ran"
    script.write_text(f"#!/bin/sh\ntouch {mark}\n")
    script.chmod(0o755)
    repo.commit({"a.py": "a", ".gitattributes": "*.py diff=evil\n"})
    signed = repo.git("cat-file", "commit", "HEAD").replace(
        "\n\n", "\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n x\n -----END PGP SIGNATURE-----\n\n", 1
    )
    (tmp_path / "commit").write_text(signed + "\n")
    repo.git("update-ref", "HEAD", repo.git("hash-object", "-t", "commit", "-w", str(tmp_path / "commit")))
    for key in (
        "core.fsmonitor",
        "core.pager",
        "gpg.program",
        "diff.external",
        "core.sshCommand",
        "core.alternateRefsCommand",
    ):
        repo.git("config", key, str(script))
    repo.git("config", "diff.evil.textconv", str(script))
    repo.git("config", "log.showSignature", "true")
    repo.git("config", "core.hooksPath", str(tmp_path))
    with open_tree(str(repo.root)) as tree:
        assert len(tree.history().commits) == 1
    with open_tree(str(repo.root / ".git")) as tree:
        assert len(tree.history().commits) == 1
        assert list(tree.read(["a.py"])) == [("a.py", b"a")]
    assert not mark.exists()


def test_a_foreign_work_tree_in_the_configuration_is_not_entered(repo: Repo, tmp_path: Path) -> None:
    repo.commit({"a.py": "a"})
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/secret").write_text("s")
    repo.git("config", "core.worktree", str(tmp_path / "elsewhere"))
    assert paths(opened(repo.root)) == ["a.py"]


def test_links_are_listed_and_never_followed(repo: Repo, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/secret.py").write_text("s")
    repo.commit({"real/a.py": "a", "moved/b.py": "b"})
    (repo.root / "cycle").symlink_to(".")
    (repo.root / "out").symlink_to(tmp_path / "outside")
    (repo.root / "file").symlink_to("/etc/hostname")
    (repo.root / "moved/b.py").unlink()
    (repo.root / "moved").rmdir()
    (repo.root / "moved").symlink_to(tmp_path / "outside")
    (tmp_path / "outside/b.py").write_text("not ours")
    tree = opened(repo.root)
    assert paths(tree) == ["cycle", "file", "moved", "out", "real/a.py"]
    assert entry(tree, "file").content is Content.LINK
    assert entry(tree, "file").target == "/etc/hostname"
    assert dict(tree.read(["file", "cycle", "moved/b.py"])) == {"file": None, "cycle": None, "moved/b.py": None}


def test_a_file_that_became_a_link_after_listing_is_not_read(repo: Repo, tmp_path: Path) -> None:
    repo.commit({"a.py": "a"})
    tree = opened(repo.root)
    (tmp_path / "secret").write_text("s")
    (repo.root / "a.py").unlink()
    (repo.root / "a.py").symlink_to(tmp_path / "secret")
    assert list(tree.read(["a.py"])) == [("a.py", None)]


@pytest.mark.parametrize("with_git", [True, False])
def test_odd_files_are_problems_and_no_crash(tmp_path: Path, with_git: bool) -> None:
    root = tmp_path / "odd"
    root.mkdir()
    (root / "a.py").write_text("a")
    if with_git:
        Repo(root).commit()
    os.mkfifo(root / "pipe.py")
    with open(os.fsencode(root) + b"/caf\xe9.py", "wb") as file:  # noqa: PTH123  # a name that is no text
        file.write(b"latin")
    tree = opened(root)
    assert paths(tree) == ["a.py", "caf\\xe9.py"]
    assert list(tree.read(["caf\\xe9.py"])) == [("caf\\xe9.py", b"latin")]
    assert ("caf\\xe9.py", "its name is not UTF-8") in tree.listing.problems
    # git itself passes over what is neither file nor link
    assert with_git or any(path == "pipe.py" for path, _ in tree.listing.problems)


def test_a_file_that_may_not_be_read_is_a_problem(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.commit({"a.py": "a", "b.py": "b"})
    real = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: not str(path).endswith("a.py") and real(path, mode))
    tree = opened(repo.root)
    assert entry(tree, "a.py").content is Content.ABSENT
    assert tree.listing.problems == (("a.py", "may not be read: permission denied"),)
    assert dict(tree.read(["a.py", "b.py"])) == {"a.py": None, "b.py": b"b"}


def test_large_files_are_listed_and_not_read_but_notebooks_may_be_larger(repo: Repo) -> None:
    repo.commit({"large.csv": "x" * 101, "fits.csv": "x" * 100, "a.ipynb": "x" * 101, "b.ipynb": "x" * 501})
    tree = opened(repo.root, max_bytes=100)
    contents = {entry.path: entry.content.value for entry in tree.listing.entries}
    assert contents == {"a.ipynb": "here", "b.ipynb": "too-large", "fits.csv": "here", "large.csv": "too-large"}
    assert {path for path, data in tree.read(contents) if data is None} == {"large.csv", "b.ipynb"}


def test_a_file_that_grew_after_listing_is_not_read(repo: Repo) -> None:
    repo.commit({"a.py": "a"})
    tree = opened(repo.root, max_bytes=100)
    repo.write({"a.py": "x" * 101})
    assert list(tree.read(["a.py"])) == [("a.py", None)]


def test_deleted_and_executable_files_and_submodules(repo: Repo, tmp_path: Path) -> None:
    other = Repo(tmp_path / "other")
    sha = other.commit({"x": "x"})
    repo.commit({"gone.py": "g", "run.sh": "r"})
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{sha},sub")
    (repo.root / "gone.py").unlink()
    (repo.root / "run.sh").chmod((repo.root / "run.sh").stat().st_mode | stat.S_IXUSR)
    tree = opened(repo.root)
    assert paths(tree) == ["run.sh", "sub"]
    assert entry(tree, "run.sh").executable
    assert entry(tree, "sub").content is Content.SUBMODULE


def test_a_repository_within_is_left_out(repo: Repo) -> None:
    repo.commit({"a.py": "a"})
    Repo(repo.root / "clone").commit({"b.py": "b"})
    tree = opened(repo.root)
    assert paths(tree) == ["a.py"]
    assert reasons(tree) == {"vendored": (1, "clone/")}


def test_a_file_that_could_not_be_checked_out_is_absent_and_not_deleted(repo: Repo) -> None:
    repo.commit({"here.py": "x = 1\n", "data.zip": "many bytes\n", "deleted.py": "y = 2\n"})
    blob = repo.git("rev-parse", "HEAD:data.zip")
    (repo.root / ".git/objects" / blob[:2] / blob[2:]).unlink()
    (repo.root / "data.zip").unlink()
    (repo.root / "deleted.py").unlink()
    with open_tree(str(repo.root)) as tree:
        found = {entry.path: entry.content for entry in tree.listing.entries}
    assert found == {"here.py": Content.HERE, "data.zip": Content.ABSENT}


def test_a_sparse_checkout_lists_what_is_left_out_as_absent(repo: Repo) -> None:
    repo.commit({"a.py": "a", "big/b.py": "b"})
    repo.git("update-index", "--skip-worktree", "big/b.py")
    (repo.root / "big/b.py").unlink()
    assert entry(opened(repo.root), "big/b.py").content is Content.ABSENT


def test_an_empty_repository_and_an_empty_folder_have_no_entries(repo: Repo, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for root, kind in ((repo.root, "worktree"), (tmp_path / "empty", "folder")):
        tree = opened(root)
        assert (paths(tree), tree.listing.target.kind, tree.history().state) == ([], kind, "none")
        assert tree.listing.problems == ()
    assert paths(opened(repo.root / ".git")) == []


def test_the_target_tells_name_remote_and_commit(repo: Repo) -> None:
    sha = repo.commit({"a.py": "a"})
    repo.git("remote", "add", "origin", "https://user:token@example.org/team/lens.git?key=secret")
    target = opened(repo.root).listing.target
    assert (target.name, target.remote, target.kind) == ("lens", "https://example.org/team/lens.git", "worktree")
    assert (target.revision, target.committed, target.commits) == (sha, "2024-01-02T03:04:05+00:00", 1)
    assert target.history == "full"


def test_a_folder_of_a_repository_is_a_tree_of_its_own(repo: Repo) -> None:
    repo.commit({".gitignore": "*.tmp\n/svc/cache/\n/other/\n", "svc/a.py": "a", "b.py": "b"}, "one")
    repo.commit({"b.py": "B"}, "two")
    repo.write({"svc/new.py": "n", "svc/x.tmp": "x"})
    tree = opened(repo.root / "svc")
    assert paths(tree) == ["a.py", "new.py"]
    assert tree.listing.target.name == "svc"
    assert tree.listing.ignore_rules == (("", ("*.tmp", "/cache/")),)
    with open_tree(str(repo.root / "svc"), rev="HEAD") as revision:
        assert paths(revision) == ["a.py"]
        changes = [
            (commit.subject, [change.path for change in commit.changes]) for commit in revision.history().commits
        ]
    assert changes == [("one", ["a.py"])]


def test_a_folder_that_the_repository_around_it_does_not_know_is_plain(repo: Repo) -> None:
    repo.commit({".gitignore": "build/\n", "a.py": "a"})
    repo.write({"build/x.py": "x"})
    tree = opened(repo.root / "build")
    assert (paths(tree), tree.listing.target.kind) == (["x.py"], "folder")


def test_a_linked_worktree_is_read_and_a_git_file_that_points_elsewhere_is_not(repo: Repo, tmp_path: Path) -> None:
    repo.commit({"a.py": "a"})
    repo.git("worktree", "add", "-q", str(tmp_path / "linked"))
    assert opened(tmp_path / "linked").listing.target.commits == 1
    (tmp_path / "hostile").mkdir()
    (tmp_path / "hostile/.git").write_text(f"gitdir: {repo.root}/.git\n")
    tree = opened(tmp_path / "hostile")
    assert tree.listing.target.kind == "folder"
    assert "does not name it back" in tree.listing.problems[0][1]


def test_without_git_a_work_tree_is_a_plain_folder(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.commit({"a.py": "a", ".gitignore": "*.log\n"})
    repo.write({"x.log": "x"})
    monkeypatch.setattr(shutil, "which", lambda _: None)
    tree = opened(repo.root)
    assert paths(tree) == [".gitignore", "a.py"]
    assert tree.listing.target.history == "none"
    assert "git is not installed" in tree.listing.problems[0][1]


def test_a_broken_index_is_read_as_a_plain_folder(repo: Repo) -> None:
    repo.commit({"a.py": "a"})
    (repo.root / ".git/index").write_bytes(b"no index")
    tree = opened(repo.root)
    assert paths(tree) == ["a.py"]
    assert "read as a plain folder" in tree.listing.problems[0][1]


def test_variables_of_a_hook_name_no_other_repository(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Repo(tmp_path / "other")
    other.commit({"theirs.py": "t"})
    repo.commit({"a.py": "a"})
    monkeypatch.setenv("GIT_DIR", str(other.root / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other.root / ".git/index"))
    assert entry(opened(repo.root), "a.py").tracked


def test_nothing_checked_out_is_told(repo: Repo) -> None:
    repo.commit({"a.py": "a"})
    (repo.root / "a.py").unlink()
    assert opened(repo.root).listing.problems == (
        ("", "nothing of HEAD is checked out here; audit it with --rev HEAD"),
    )


def test_a_work_tree_is_not_written_to(repo: Repo) -> None:
    repo.commit({"a.py": "a"})
    os.utime(repo.root / "a.py")  # git would like to refresh its index
    before = {file: file.stat().st_mtime_ns for file in repo.root.rglob("*")}
    with open_tree(str(repo.root)) as tree:
        tree.history()
    assert {file: file.stat().st_mtime_ns for file in repo.root.rglob("*")} == before
