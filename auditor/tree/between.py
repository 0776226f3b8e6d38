"""What lies between two revisions of a local repository: where a change forked off, and which files it renamed."""

from __future__ import annotations

import contextlib
from pathlib import Path

import msgspec

from auditor.model.errors import UsageError
from auditor.tree.git import Git, GitError, Objects, git_is_installed, mendable
from auditor.tree.names import display, identity, remote_of, repository_name
from auditor.tree.repository import find_repository, is_git_dir

SIMILAR = "-M50%"
SAME = "-M100%"


class Between(msgspec.Struct, frozen=True):
    """A base and what became of its paths. `base` is a commit id; `renames` maps its paths to today's, below the target."""

    base: str
    renames: dict[str, str]


def between(target: str, base: str, rev: str | None = None) -> Between:
    """From where `rev` (default: what is checked out) forked off `base`, to `rev`.

    Raises UsageError where the target is no local repository or a revision names no commit. In a clone that lacks history the
    base is the named commit itself; in one that lacks contents only exact renames are seen.
    """
    git, folder = repository_of(target)
    with mendable(target):
        head, named = git.commit(rev), git.commit(base)
        if head is None or named is None:
            raise UsageError("nothing is committed here yet, so there is no base to compare with; leave --base away.")
        try:
            fork = git.run("merge-base", named, head).decode("ascii").strip() or named
        except GitError:  # unrelated histories, or a shallow clone that does not hold the fork
            fork = named
        with contextlib.closing(Objects(git)) as objects:
            return Between(fork, _renames(objects, fork, head, folder))


def repository_of(target: str) -> tuple[Git, str]:
    """The repository of a local target, and the folder of it that the target is. Raises UsageError where there is none."""
    path = Path(target)
    if not path.exists():
        raise UsageError(f"{target} is not on this machine; its history is read from a local clone.")
    if not git_is_installed():
        raise UsageError(f"git is not installed, so the history of {target} cannot be read.")
    path = path.resolve()
    if path.name == ".git" or (is_git_dir(path) and not (path / ".git").exists()):
        return Git(path), ""
    git, trouble = find_repository(path)
    if git is None or git.work_tree is None:
        reason = f" ({trouble})" if trouble else ""
        raise UsageError(f"{target} is no git repository{reason}, so it has no history to look at.")
    return git, path.relative_to(git.work_tree).as_posix().removeprefix(".")


def identity_of(target: str) -> str:
    """What the clones of a local target's repository have in common. Raises UsageError as `repository_of` does."""
    git, _ = repository_of(target)
    with mendable(target):
        remote = remote_of(git.config(r"^remote\..*\.url$"))
    return identity(remote, repository_name(git.work_tree or git.git_dir, None))


def _renames(objects: Objects, base: str, head: str, folder: str) -> dict[str, str]:
    scope = [f"--relative={folder}/"] if folder else []
    for similarity in (SIMILAR, SAME):
        words = ("diff-tree", "-r", "-z", "--raw", "--no-abbrev", "--diff-filter=R", similarity, *scope, base, head)
        try:
            tokens = objects.run(*words).split(b"\0")
        except GitError:  # contents are missing here: what is similar cannot be told, what is the same can
            continue
        return {
            display(tokens[at + 1]): display(tokens[at + 2])
            for at in range(0, len(tokens) - 2, 3)
            if tokens[at].startswith(b":")
        }
    return {}
