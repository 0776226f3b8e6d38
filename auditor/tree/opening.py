"""Opening a target: which kind it is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from auditor.model.errors import UsageError
from auditor.model.listing import Target
from auditor.tree.folder import Folder
from auditor.tree.git import Git, GitError, git_is_installed, mendable
from auditor.tree.ignore import outer_rules
from auditor.tree.names import is_url, repository_name, shown_target, strip_credentials
from auditor.tree.past import Pasts
from auditor.tree.repository import Repository, find_repository, is_git_dir
from auditor.tree.revision import Revision
from auditor.tree.tree import NOTEBOOK_FACTOR, Store, Tree
from auditor.tree.worktree import Worktree

MAX_BYTES = 10_000_000
Progress = Callable[[str], None]


def open_tree(
    target: str,
    *,
    rev: str | None = None,
    cache_dir: Path | None = None,
    max_bytes: int = MAX_BYTES,
    progress: Progress | None = None,
    pasts: Pasts | None = None,
) -> Tree:
    """Opens a folder, a git directory, a git URL or an archive; with `rev`, that revision of a repository.

    Files over `max_bytes` are listed and not read (notebooks: five times that). Clones of URLs are kept in `cache_dir`,
    by default the user's cache. `pasts` holds what is known of local repositories from one revision to the next. Raises UsageError where there is no such target or revision.
    """
    if not target or "\0" in target or (target.startswith("-") and not Path(target).exists()):
        raise UsageError(f"{target!r} is no target; give a folder, a git repository, its URL or an archive.")
    path, here = Path(target), _exists(Path(target))
    if not here and not is_url(target) and not target.endswith(".git"):
        raise UsageError(f"{target} does not exist; give a folder, a git repository, its URL or an archive.")
    with mendable(shown_target(target)):
        if not here:
            return _open_url(target, rev, cache_dir, max_bytes, progress or _silent)
        return _open_local(path.resolve(), target, rev, max_bytes, pasts)


def _open_local(path: Path, target: str, rev: str | None, max_bytes: int, pasts: Pasts | None) -> Tree:
    if not path.is_dir():
        return _open_file(path, target, rev, max_bytes)
    if path.name == ".git" or (is_git_dir(path) and not (path / ".git").exists()):
        return _open_git_dir(path, target, rev, max_bytes, pasts)
    return _open_folder(path, target, rev, max_bytes, pasts)


def _silent(line: str) -> None:
    del line


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # a name too long, or a folder that may not be searched
        return False


def _open_url(url: str, rev: str | None, cache_dir: Path | None, max_bytes: int, progress: Progress) -> Tree:
    from auditor.tree.remote import fetch

    _require_git(url)
    if cache_dir is None:
        from platformdirs import user_cache_path

        cache_dir = user_cache_path("auditor", appauthor=False)  # where `auditor cache` looks
    if rev is not None and (not rev or rev.startswith("-")):
        raise UsageError(f"{rev!r} is no revision; give a branch, a tag or a commit id.")
    limit = max_bytes * NOTEBOOK_FACTOR
    fetched = fetch(url, rev=rev, cache_dir=cache_dir, max_bytes=limit, progress=progress)
    repository = Repository(fetched.git, fetched.commit, held=fetched.held)
    shown = strip_credentials(url)
    return _tree(Revision, repository, max_bytes, path=shown, kind="revision", where=fetched.git.git_dir, remote=shown)


def _open_file(path: Path, target: str, rev: str | None, max_bytes: int) -> Tree:
    if rev is not None:
        raise UsageError(f"{target} is no git repository, so it has no revision {rev!r}; leave --rev away.")
    if not path.is_file():
        raise UsageError(f"{target} is neither a folder nor a file; give a folder, a git repository or an archive.")
    from auditor.tree.archive import Archive  # zipfile, tarfile and their like take as long as all else here

    store = Archive(path, target)
    return _closing(store, lambda: Tree(store, max_bytes=max_bytes))


def _open_git_dir(path: Path, target: str, rev: str | None, max_bytes: int, pasts: Pasts | None) -> Tree:
    _require_git(target)
    if not is_git_dir(path):
        raise UsageError(f"{target} is no git directory; give the folder that holds the files.")
    git = Git(path)
    repository = _repository(git, rev, "", pasts)
    return _tree(Revision, repository, max_bytes, path=target, kind="revision", where=path)


def _open_folder(path: Path, target: str, rev: str | None, max_bytes: int, pasts: Pasts | None) -> Tree:
    git, trouble = find_repository(path)
    if git is not None and not git_is_installed():
        git, trouble = None, "git is not installed, so its history and what git ignores elsewhere are not known"
    if git is not None and git.work_tree is not None:
        folder = path.relative_to(git.work_tree).as_posix().removeprefix(".")
        if rev is not None:
            repository = _repository(git, rev, folder, pasts)
            return _tree(Revision, repository, max_bytes, path=target, kind="revision", where=path)
        try:
            # A folder of which a repository around it knows nothing (a home folder under git, a build folder) is none of it.
            if not folder or git.run("ls-files", "-z", "--", ".", cwd=path):
                outer = outer_rules(git.work_tree, folder)
                repository = Repository(git, git.commit(None), folder)
                return _tree(Worktree, repository, max_bytes, path=target, kind="worktree", where=path, outer=outer)
        except GitError as error:
            trouble = f"git cannot read this repository ({error}); it is read as a plain folder"
    if rev is not None:
        reason = f" ({trouble})" if trouble else ""
        raise UsageError(f"{target} is no git repository{reason}, so it has no revision {rev!r}; leave --rev away.")
    store = Folder(path, Target(target, "folder", repository_name(path, None)))
    if trouble:
        store.problems.append(("", trouble))
    return Tree(store, max_bytes=max_bytes)


def _repository(git: Git, rev: str | None, folder: str, pasts: Pasts | None) -> Repository:
    """A revision of a repository; git is not asked for a commit that was met before, by its whole id."""
    past = pasts.of(git) if pasts is not None else None
    met = past is not None and rev is not None and past.has_met(rev)
    return Repository(git, rev if met else git.commit(rev), folder, past=past)


def _tree(
    kind_of_store: type[Revision | Worktree],
    repository: Repository,
    max_bytes: int,
    *,
    path: str,
    kind: str,
    where: Path,
    remote: str | None = None,
    outer: tuple[str, ...] = (),
) -> Tree:
    def opened() -> Tree:
        target = repository.target(path=path, kind=kind, where=where, remote=remote)
        store: Store
        store = Worktree(repository, where, target) if kind_of_store is Worktree else Revision(repository, target)
        return Tree(store, max_bytes=max_bytes, outer_rules=outer)

    return _closing(repository, opened)


def _closing(held: Store | Repository, opened: Callable[[], Tree]) -> Tree:
    """The tree that is opened; if that fails, what is held for it is let go."""
    try:
        return opened()
    except BaseException:
        held.close()
        raise


def _require_git(target: str) -> None:
    if not git_is_installed():
        raise UsageError(f"{target} can only be read with git, which is not installed; install it or give a folder.")
