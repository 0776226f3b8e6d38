"""A repository behind a URL: kept in the cache without old contents, fetched anew at each call."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import mmap
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from auditor.model.errors import UsageError
from auditor.tree.fetching import PATIENCE, QUIET, Progress, SilentError, TooLargeError, address, fetch_into
from auditor.tree.git import ANY_CALL, Git, GitError, Objects, call
from auditor.tree.names import repository_name, strip_credentials

log = logging.getLogger(__name__)

HEAD = "refs/auditor/head"  # the remote's HEAD, wherever its default branch moves to
REFS = (f"+HEAD:{HEAD}", "+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*")
LOCK = "auditor.lock"  # held by who fetches
WHOLE = "auditor-whole"  # a file naming the commits whose contents were fetched, and how many were left out
CONFIG = """[core]
\trepositoryformatversion = 0
\tbare = true
[remote "origin"]
\tpromisor = true
\tpartialclonefilter = blob:none
"""
SHALLOW_CONFIG = "[core]\n\trepositoryformatversion = 0\n\tbare = true\n"
SUM = 20  # bytes of SHA-1 at the end of a pack
CODE = 500_000  # bytes; what is larger is hardly code, and left out where all contents are too many


def clone_dir(url: str, cache_dir: Path) -> Path:
    """Where the clone of a URL is kept."""
    name = re.sub(r"[^\w.-]", "_", repository_name(Path("clone"), strip_credentials(url)))[:60].lstrip(".") or "clone"
    return cache_dir / f"{name}-{hashlib.sha256(url.encode()).hexdigest()[:12]}.git"


def clones(cache_dir: Path) -> list[Path]:
    """The clones that are kept there."""
    return sorted(lock.parent for lock in cache_dir.glob(f"*.git/{LOCK}"))


def fetch(url: str, *, rev: str | None, cache_dir: Path, max_bytes: int, progress: Progress) -> tuple[Git, str | None]:
    """The clone of a URL and the commit asked for, with its contents up to `max_bytes` each.

    All commits and folders are fetched, contents only for that commit. From a server that refuses this, only the
    commit itself. Raises UsageError where the address or the revision does not answer, or the clone cannot be kept.
    """
    folder = clone_dir(url, cache_dir)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _alone(folder, progress):
            return _fetched(folder, url, rev, max_bytes, progress)
    except OSError as error:
        reason = error.strerror or str(error)
        raise UsageError(
            f"a clone cannot be kept in {folder}: {reason}; name another place with --cache-dir."
        ) from error


@contextlib.contextmanager
def _alone(folder: Path, progress: Progress) -> Iterator[None]:
    """Two audits must not fetch into one clone at once. What a fetch that was killed left behind is removed."""
    try:
        import fcntl
    except ImportError:  # a system without such locks; git's own keep the clone whole, and one of the two fails
        yield
        return
    with (folder / LOCK).open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            progress("waiting for another audit that fetches the same repository")
            fcntl.flock(file, fcntl.LOCK_EX)
        except OSError:  # a file system without locks
            log.debug("%s cannot be locked", folder)
        for left in (*folder.glob("*.lock"), *folder.glob("refs/**/*.lock"), *folder.glob("objects/pack/tmp_*")):
            if left.name != LOCK:
                left.unlink(missing_ok=True)
        yield


def _fetched(folder: Path, url: str, rev: str | None, max_bytes: int, progress: Progress) -> tuple[Git, str | None]:
    known = any(folder.glob("objects/pack/*.pack"))
    try:
        return _updated(folder, url, rev, max_bytes, progress, known=known)
    except GitError as error:
        if not known:
            raise UsageError(f"{strip_credentials(url)} cannot be fetched: {error}; give a clone.") from error
        log.debug("%s is damaged: %s", folder, error)
    progress("the clone that was kept is damaged; it is fetched anew")
    for part in ("objects", "refs", "packed-refs", "shallow.git", WHOLE, "HEAD"):
        place = folder / part
        shutil.rmtree(place) if place.is_dir() else place.unlink(missing_ok=True)
    return _fetched(folder, url, rev, max_bytes, progress)


def _is_whole(pack: Path) -> bool:
    """Whether a pack ends with the sum of what stands before it."""
    if pack.stat().st_size <= SUM:
        return False
    with pack.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        return hashlib.sha1(memoryview(data)[:-SUM], usedforsecurity=False).digest() == data[-SUM:]


def _updated(
    folder: Path, url: str, rev: str | None, max_bytes: int, progress: Progress, *, known: bool
) -> tuple[Git, str | None]:
    """Raises GitError where what was `known` before is of no use."""
    shown = strip_credentials(url)
    git = Git(folder)
    if not all(map(_is_whole, folder.glob("objects/pack/*.pack"))):
        raise GitError("a pack holds other bytes than were written")
    _create(folder, CONFIG)  # also where it is there: it may be damaged
    progress(f"fetching {shown}")
    try:
        fetch_into(git, url, ["--filter=blob:none", "--prune", "--no-tags", "origin", *REFS], progress)
    except SilentError as error:
        raise UsageError(f"{shown} cannot be fetched: {error}; try again later, or give a clone.") from error
    except GitError as refused:
        if not _ask(url, shown, refused):  # answers, but holds nothing yet
            return git, None
        if known:
            raise
        git = Git(folder / "shallow.git")  # a place of its own: the next call may fetch everything again
        _fetch_shallow(git, url, shown, rev, progress)
    commit = git.commit(HEAD if rev in (None, "HEAD") else rev)
    if commit is not None:
        _fetch_contents(git, url, commit, max_bytes, progress)
    return git, commit


def _create(folder: Path, config: str) -> None:
    for part in ("refs/heads", "objects/pack"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    (folder / "config").write_text(config)
    (folder / "HEAD").write_text("ref: refs/heads/none\n")


def _ask(url: str, shown: str, refused: GitError) -> bool:
    """Whether a remote that refused a fetch holds anything. Raises UsageError where it does not answer at all."""
    with tempfile.TemporaryDirectory(prefix="auditor-") as name:  # what is kept may be what is broken
        _create(Path(name), SHALLOW_CONFIG)
        words = [f"--git-dir={name}", *PATIENCE, "ls-remote", "origin"]
        try:
            return bool(call(words, env=address(url), timeout=QUIET, hardened=ANY_CALL).strip())
        except GitError as error:
            reason = re.sub(r"^unable to access '[^']*': ", "", str(error) or str(refused)).replace(url, shown)
            raise UsageError(f"{shown} cannot be fetched: {reason}; check address and access.") from error


def _fetch_shallow(git: Git, url: str, shown: str, rev: str | None, progress: Progress) -> None:
    wanted = "HEAD" if rev in (None, "HEAD") else rev
    if wanted is None or wanted.startswith("-") or ":" in wanted:
        raise UsageError(f"{rev!r} is no revision; give a branch, a tag or a commit id.")
    _create(git.git_dir, SHALLOW_CONFIG)
    refs = [f"+{wanted}:{HEAD}"] if wanted == "HEAD" else [f"+{wanted}:{HEAD}", f"+{wanted}:refs/heads/{wanted}"]
    try:
        fetch_into(git, url, ["--depth=1", "--no-tags", "origin", *refs], progress)
    except (TooLargeError, SilentError) as error:
        raise UsageError(f"{shown} cannot be fetched: {error}; clone it, and give the clone.") from error
    except GitError as error:
        raise UsageError(f"{wanted!r} cannot be fetched from {shown}: {error}; name a branch or a tag.") from error


def _fetch_contents(git: Git, url: str, commit: str, max_bytes: int, progress: Progress) -> None:
    """Fetches what the commit's files hold, unless an earlier call did or all is here."""
    mark = git.git_dir / WHOLE
    key, lacking = f"{commit} {max_bytes}", _lacking(git, commit)
    if mark.is_file() and f"{key} {lacking}" in mark.read_text("utf-8", "replace").splitlines():
        return
    if lacking:
        progress("fetching the contents of the files")
        tree = git.run("rev-parse", "--verify", f"{commit}^{{tree}}").decode().strip()
        # Asking for the tree, and saying that nothing is here, brings its contents and no history.
        ways = [
            ["--refetch", f"--filter=blob:limit={limit + 1}", "--no-tags", "origin", tree]
            for limit in sorted({max_bytes, min(max_bytes, CODE)}, reverse=True)
        ]
        for way in (*ways, ["--depth=1", "--no-tags", "origin", commit]):
            with contextlib.suppress(GitError):  # each is tried; what is still missing is absent in the listing
                fetch_into(git, url, ["--no-write-fetch-head", *way], progress, "fetch.negotiationAlgorithm=noop")
                break
        lacking = _lacking(git, commit)
    with mark.open("a") as file:
        file.write(f"{key} {lacking}\n")


def _lacking(git: Git, commit: str) -> int:
    """How many contents of a commit are not here."""
    with contextlib.closing(Objects(git)) as objects:
        rows = objects.run("ls-tree", "-r", "-z", commit).split(b"\0")
        blobs = {row.split(b"\t")[0].split()[2].decode() for row in rows if b" blob " in row[:12]}
        return len(blobs) - len(objects.sizes(blobs))
