"""A git repository as a target: where it is, what it is called, which commit is audited, what its history says."""

from __future__ import annotations

import contextlib
import itertools
from functools import cached_property
from pathlib import Path

from auditor.model.changes import History
from auditor.model.listing import Target
from auditor.tree.git import Git, GitError, Objects
from auditor.tree.history import numbered, read_history
from auditor.tree.names import remote_of, repository_name
from auditor.tree.past import Past


def is_git_dir(folder: Path) -> bool:
    """Whether a folder is a git directory: a bare repository or a `.git` folder."""
    return (folder / "HEAD").is_file() and (folder / "objects").is_dir() and (folder / "refs").is_dir()


def find_repository(folder: Path) -> tuple[Git | None, str]:
    """The repository whose work tree holds a folder, and why there is none although something looks like one."""
    for top in (folder, *folder.parents):
        mark = top / ".git"
        if mark.is_symlink():
            return None, "its .git is a symbolic link, which is not followed"
        if mark.is_dir():
            return (Git(mark, top), "") if is_git_dir(mark) else (None, "its .git folder is no git directory")
        if mark.is_file():
            git_dir = _pointed_at(mark)
            if git_dir is None:
                return None, "its .git file names a git directory that does not name it back"
            return Git(git_dir, top), ""
    return None, ""


def _pointed_at(mark: Path) -> Path | None:
    """The git directory that a `.git` file names, if that one agrees: a file alone could name any folder of this disk."""
    text = mark.read_bytes()[:4096].decode("utf-8", "surrogateescape")
    if not text.startswith("gitdir:") or "\0" in text:
        return None
    git_dir = (mark.parent / text.removeprefix("gitdir:").strip()).resolve()
    if not (git_dir / "HEAD").is_file():
        return None
    back = git_dir / "gitdir"  # of a linked worktree
    if back.is_file():
        named = Path(back.read_text("utf-8", "surrogateescape").strip())
        return git_dir if (git_dir / named).resolve() == mark.resolve() else None
    modules = [parent / ".git" / "modules" for parent in mark.parent.resolve().parents]  # of a submodule
    return git_dir if any(git_dir.is_relative_to(folder) for folder in modules) else None


class Repository:
    """One commit of a repository, or none where nothing is committed yet; `folder` narrows it to what lies below.

    Close it after use, and with it what is `held` for it.
    """

    def __init__(
        self,
        git: Git,
        commit: str | None,
        folder: str = "",
        *,
        held: contextlib.ExitStack | None = None,
        past: Past | None = None,
    ) -> None:
        self.git = git
        self.commit = commit
        self.folder = folder
        self.past = past
        with held or contextlib.ExitStack() as stack:
            if past is not None:
                self.objects = past.objects(git)
            else:
                self.objects = Objects(git)
                stack.callback(self.objects.close)
            self._held = stack.pop_all()

    def close(self) -> None:
        """Lets go of the object store, unless a past holds it."""
        self._held.close()

    def target(self, *, path: str, kind: str, where: Path, remote: str | None = None) -> Target:
        """What is audited, as the audit names it. `where` is the place whose name it bears if it has no remote."""
        remote = remote or remote_of(self.git.config(r"^remote\..*\.url$"))
        name = where.name if self.folder else repository_name(where, remote)
        if self.commit is None:
            return Target(path=path, kind=kind, name=name, remote=remote)
        committed, commits, state = None, 0, self._state
        led = self.past.led_to(self.objects, self.commit) if self.past is not None else None
        if led is not None:
            return Target(path, kind, name, remote, self.commit, led[0].committed, state, len(led))
        try:
            committed = self.objects.run("log", "-1", "--format=%cI", self.commit, "--").decode().strip()
            commits = int(self.objects.run("rev-list", "--count", self.commit, "--"))
        except GitError:  # commits are missing, and no `shallow` file says so
            state = "partial"
        return Target(path, kind, name, remote, self.commit, committed, state, commits)

    def history(self, limit: int) -> History:
        """The change sets that led to the commit."""
        if self.commit is None:
            return History("none")
        led = self.past.led_to(self.objects, self.commit) if self.past is not None and not self.folder else None
        if led is not None:
            ordinary = (each for each in led if len(each.parents) < 2)
            return History(self._state, tuple(numbered(itertools.islice(ordinary, limit))))
        return read_history(self.objects, self.commit, state=self._state, limit=limit, folder=self.folder)

    @cached_property
    def _state(self) -> str:
        if self.git.is_shallow():
            return "shallow"
        return "partial" if self.git.is_partial() else "full"
