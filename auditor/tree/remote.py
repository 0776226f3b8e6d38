"""A repository behind a URL: kept in the cache without old contents, fetched anew at each call."""

from __future__ import annotations

import contextlib
import logging
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec

from auditor.model.errors import UsageError
from auditor.tree.clones import (
    OURS,
    SHALLOW,
    DamagedError,
    InUseError,
    changing,
    clone_dir,
    empty,
    reading,
    require_sound,
)
from auditor.tree.fetching import PATIENCE, QUIET, Progress, SilentError, TooLargeError, address, fetch_into
from auditor.tree.git import ANY_CALL, Git, GitError, NoAnswerError, Objects, call
from auditor.tree.names import strip_credentials

log = logging.getLogger(__name__)

HEAD = "refs/auditor/head"  # the remote's HEAD, wherever its default branch moves to
REFS = (f"+HEAD:{HEAD}", "+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*")
WHOLE = "auditor-whole"  # a file naming the commits whose contents were fetched, and how many were left out
CONFIG = f"""{OURS}[core]
\trepositoryformatversion = 0
\tbare = true
[remote "origin"]
\tpromisor = true
\tpartialclonefilter = blob:none
"""
SHALLOW_CONFIG = "[core]\n\trepositoryformatversion = 0\n\tbare = true\n"
CODE = 500_000  # bytes; what is larger is hardly code, and left out where all contents are too many
LATER = "try again later, or give a clone"


class Fetched(msgspec.Struct, frozen=True):
    """A clone, the commit asked for (None where the remote is empty), and what keeps others from dropping it: to be closed."""

    git: Git
    commit: str | None
    held: contextlib.ExitStack


class _Wish(msgspec.Struct, frozen=True):
    """What is wanted of a URL."""

    url: str
    rev: str | None
    max_bytes: int
    progress: Progress

    @property
    def shown(self) -> str:
        return strip_credentials(self.url)

    def said(self, error: Exception) -> str:
        """What git says of the address, without what opens its door."""
        return re.sub(r"^unable to access '[^']*': ", "", str(error)).replace(self.url, self.shown)


def fetch(url: str, *, rev: str | None, cache_dir: Path, max_bytes: int, progress: Progress) -> Fetched:
    """The clone of a URL and the commit asked for, with its contents up to `max_bytes` each.

    All commits and folders are fetched, contents only for that commit. From a server that refuses this, only the
    commit itself. Raises UsageError where the address or the revision does not answer, or the clone cannot be kept.
    """
    folder, wish = clone_dir(url, cache_dir), _Wish(url, rev, max_bytes, progress)
    try:
        with contextlib.ExitStack() as held:
            with changing(folder, progress):
                git, commit = _fetched(folder, wish)
                held.enter_context(reading(folder))
            return Fetched(git, commit, held.pop_all())
    except InUseError:
        raise UsageError(f"the clone {folder} is damaged, and another audit reads it; {LATER}.") from None
    except GitError as error:
        raise UsageError(f"{wish.shown} cannot be fetched: {wish.said(error)}; {LATER}.") from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise UsageError(
            f"a clone cannot be kept in {folder}: {reason}; name another place with --cache-dir."
        ) from error


def _fetched(folder: Path, wish: _Wish) -> tuple[Git, str | None]:
    """Fetches into what is kept; into an empty folder where that is damaged, and only there."""
    try:
        return _updated(folder, wish)
    except DamagedError as error:
        log.warning("the clone %s is damaged: %s", folder, error)
        wish.progress("the clone that was kept is damaged; it is fetched anew")
    empty(folder)
    return _updated(folder, wish)


def _updated(folder: Path, wish: _Wish) -> tuple[Git, str | None]:
    """Raises DamagedError where what was kept is of no use, GitError where the remote gives nothing now."""
    git, shallow = Git(folder), Git(folder / SHALLOW)
    for place in (folder, shallow.git_dir):
        require_sound(place)
    _create(folder, CONFIG)  # also where it is there: it may be damaged
    wish.progress(f"fetching {wish.shown}")
    try:
        fetch_into(git, wish.url, ["--filter=blob:none", "--prune", "--no-tags", "origin", *REFS], wish.progress)
    except SilentError:
        raise
    except GitError as refused:
        if not _ask(wish, refused):  # answers, but holds nothing yet
            return git, None
        _require_connected(git, wish.progress)
        if (folder / WHOLE).is_file() and not isinstance(refused, TooLargeError):  # a server that once gave everything
            raise
        git = shallow  # a place of its own: the next call may fetch everything again
        _fetch_shallow(git, wish)
    commit = git.commit(HEAD if wish.rev in (None, "HEAD") else wish.rev)
    if commit is not None:
        _fetch_contents(git, commit, wish)
    return git, commit


def _require_connected(git: Git, progress: Progress) -> None:
    """Raises DamagedError where refs, or objects that they lead to, are broken: then that is why git failed."""
    if not any(git.git_dir.glob("objects/*/*")):
        return
    progress("looking whether the clone that is kept is whole")
    try:
        git.run("fsck", "--connectivity-only", "--no-dangling", "--no-progress")
    except NoAnswerError as error:
        log.warning("whether %s is whole is not known: %s", git.git_dir, error)
    except GitError as error:
        raise DamagedError(str(error)) from error


def _create(folder: Path, config: str) -> None:
    for part in ("refs/heads", "objects/pack"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    _state(folder / "config", config)
    _state(folder / "HEAD", "ref: refs/heads/none\n")


def _state(place: Path, text: str) -> None:
    """Puts a text at its place at once, if it is not there: an audit that reads the clone takes half of it for no repository."""
    with contextlib.suppress(OSError):
        if place.read_bytes() == text.encode():
            return
    beside = place.with_name(f"{place.name}.lock")  # swept where this is killed
    beside.write_text(text)
    beside.replace(place)


def _ask(wish: _Wish, refused: GitError) -> bool:
    """Whether a remote that refused a fetch holds anything. Raises UsageError where it does not answer at all."""
    with tempfile.TemporaryDirectory(prefix="auditor-") as name:  # what is kept may be what is broken
        _create(Path(name), SHALLOW_CONFIG)
        words = [f"--git-dir={name}", *PATIENCE, "ls-remote", "origin"]
        try:
            return bool(call(words, env=address(wish.url), timeout=QUIET, hardened=ANY_CALL).strip())
        except GitError as error:
            reason = wish.said(error) or wish.said(refused)
            raise UsageError(f"{wish.shown} cannot be fetched: {reason}; check address and access.") from error


def _fetch_shallow(git: Git, wish: _Wish) -> None:
    """Fetches one commit alone."""
    wanted = "HEAD" if wish.rev in (None, "HEAD") else wish.rev
    if wanted is None or wanted.startswith("-") or ":" in wanted:
        raise UsageError(f"{wish.rev!r} is no revision; give a branch, a tag or a commit id.")
    _create(git.git_dir, SHALLOW_CONFIG)
    refs = [f"+{wanted}:{HEAD}"] if wanted == "HEAD" else [f"+{wanted}:{HEAD}", f"+{wanted}:refs/heads/{wanted}"]
    try:
        fetch_into(git, wish.url, ["--depth=1", "--no-tags", "origin", *refs], wish.progress)
    except (TooLargeError, SilentError) as error:
        raise UsageError(
            f"{wish.shown} cannot be fetched: {wish.said(error)}; clone it, and give the clone."
        ) from error
    except GitError as error:
        _require_connected(git, wish.progress)
        reason = f"{wanted!r} cannot be fetched from {wish.shown}: {wish.said(error)}"
        raise UsageError(f"{reason}; name a branch or a tag.") from error


def _fetch_contents(git: Git, commit: str, wish: _Wish) -> None:
    """Fetches what the commit's files hold, unless an earlier call did or all is here."""
    mark = git.git_dir / WHOLE
    key, lacking = f"{commit} {wish.max_bytes}", _lacking(git, commit)
    if mark.is_file() and f"{key} {lacking}" in mark.read_text("utf-8", "replace").splitlines():
        return
    if lacking:
        wish.progress("fetching the contents of the files")
        _fetch_one_way(git, commit, wish)
        lacking = _lacking(git, commit)
    with mark.open("a") as file:
        file.write(f"{key} {lacking}\n")


def _fetch_one_way(git: Git, commit: str, wish: _Wish) -> None:
    """Fetches the contents of a commit in the first of several ways that the server takes. Raises GitError where it takes none."""
    failed = list[GitError]()
    was_cut = git.is_shallow()
    try:
        for way in _ways(git, commit, wish.max_bytes):
            words = ["--refetch", "--no-write-fetch-head", "--no-tags", *way]
            try:
                return fetch_into(git, wish.url, words, wish.progress, "fetch.negotiationAlgorithm=noop")
            except SilentError:
                raise
            except GitError as error:
                log.debug("%s takes no %s: %s", wish.shown, way, wish.said(error))
                failed.append(error)
    finally:
        if not was_cut:  # the commits before this one are here, whatever the last way made git note
            (git.git_dir / "shallow").unlink(missing_ok=True)
    raise GitError(f"it gives no contents of {commit[:12]} ({failed[0]})") from failed[0]


def _ways(git: Git, commit: str, max_bytes: int) -> Iterator[list[str]]:
    """What may be asked of a server for the contents of a commit, where it is told that nothing is here."""
    tree = git.run("rev-parse", "--verify", f"{commit}^{{tree}}").decode().strip()
    # The tree brings its contents and no history; by older protocols only what a ref names may be asked for.
    for wanted in ([tree], ["--depth=1", commit]):
        for limit in sorted({max_bytes, min(max_bytes, CODE)}, reverse=True):
            yield [f"--filter=blob:limit={limit + 1}", *wanted[:-1], "origin", wanted[-1]]


def _lacking(git: Git, commit: str) -> int:
    """How many contents of a commit are not here. Raises DamagedError where its files are not known."""
    with contextlib.closing(Objects(git)) as objects:
        try:
            rows = objects.run("ls-tree", "-r", "-z", commit).split(b"\0")
        except NoAnswerError:
            raise
        except GitError as error:
            raise DamagedError(f"the files of {commit[:12]} cannot be listed: {error}") from error
        blobs = {row.split(b"\t")[0].split()[2].decode() for row in rows if b" blob " in row[:12]}
        return len(blobs) - len(objects.sizes(blobs))
