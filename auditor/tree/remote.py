"""A repository behind a URL: kept in the cache without old contents, fetched anew at each call."""

from __future__ import annotations

import contextlib
import hashlib
import re
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path

from auditor.model.errors import UsageError
from auditor.tree.git import ANY_CALL, Git, GitError, Objects, call, environment, last_line
from auditor.tree.names import repository_name, strip_credentials

HEAD = "refs/auditor/head"  # the remote's HEAD, wherever its default branch moves to
REFS = (f"+HEAD:{HEAD}", "+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*")
WHOLE = "auditor-whole"  # a file naming the commits whose contents are here
CONFIG = """[core]
\trepositoryformatversion = 0
\tbare = true
[remote "origin"]
\tpromisor = true
\tpartialclonefilter = blob:none
"""
SHALLOW_CONFIG = "[core]\n\trepositoryformatversion = 0\n\tbare = true\n"

Progress = Callable[[str], None]


def clone_dir(url: str, cache_dir: Path) -> Path:
    """Where the clone of a URL is kept."""
    name = re.sub(r"[^\w.-]", "_", repository_name(Path("clone"), strip_credentials(url)))[:60].lstrip(".") or "clone"
    return cache_dir / f"{name}-{hashlib.sha256(url.encode()).hexdigest()[:12]}.git"


def fetch(url: str, *, rev: str | None, cache_dir: Path, max_bytes: int, progress: Progress) -> tuple[Git, str | None]:
    """The clone of a URL and the commit asked for, with its contents up to `max_bytes` each.

    All commits and folders are fetched, contents only for that commit. From a server that refuses this, only the
    commit itself. Raises UsageError where the address or the revision does not answer.
    """
    folder = clone_dir(url, cache_dir)
    shown = strip_credentials(url)
    git = Git(folder)
    if not (folder / "HEAD").is_file():
        _create(folder, CONFIG)
    progress(f"fetching {shown}")
    try:
        _fetch(git, url, ["--filter=blob:none", "--prune", "--no-tags", "origin", *REFS], progress)
    except GitError as refused:
        if not _ask(git, url, shown, refused):  # answers, but holds nothing yet
            return git, None
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


def _ask(git: Git, url: str, shown: str, refused: GitError) -> bool:
    """Whether a remote that refused a fetch holds anything. Raises UsageError where it does not answer at all."""
    try:
        return bool(
            call([f"--git-dir={git.git_dir}", "ls-remote", "origin"], env=_address(url), hardened=ANY_CALL).strip()
        )
    except GitError as error:
        reason = str(error) or str(refused)
        raise UsageError(
            f"{shown} cannot be fetched: {reason.replace(url, shown)}; check address and access."
        ) from error


def _fetch_shallow(git: Git, url: str, shown: str, rev: str | None, progress: Progress) -> None:
    _create(git.git_dir, SHALLOW_CONFIG)
    wanted = "HEAD" if rev in (None, "HEAD") else rev
    if wanted is None or wanted.startswith("-") or ":" in wanted:
        raise UsageError(f"{rev!r} is no revision; give a branch, a tag or a commit id.")
    refs = [f"+{wanted}:{HEAD}"] if wanted == "HEAD" else [f"+{wanted}:{HEAD}", f"+{wanted}:refs/heads/{wanted}"]
    try:
        _fetch(git, url, ["--depth=1", "--no-tags", "origin", *refs], progress)
    except GitError as error:
        raise UsageError(f"{wanted!r} cannot be fetched from {shown}: {error}; name a branch or a tag.") from error


def _fetch_contents(git: Git, url: str, commit: str, max_bytes: int, progress: Progress) -> None:
    """Fetches what the commit's files hold, unless an earlier call did or all is here."""
    mark = git.git_dir / WHOLE
    key = f"{commit} {max_bytes}"
    if mark.is_file() and key in mark.read_text().splitlines():
        return
    if _lacks_contents(git, commit):
        progress("fetching the contents of the files")
        tree = git.run("rev-parse", "--verify", f"{commit}^{{tree}}").decode().strip()
        # Asking for the tree, and saying that nothing is here, brings its contents and no history.
        ways = (
            ["--refetch", f"--filter=blob:limit={max_bytes + 1}", "--no-tags", "origin", tree],
            ["--depth=1", "--no-tags", "origin", commit],
        )
        for way in ways:
            with contextlib.suppress(GitError):  # each is tried; what is still missing is absent in the listing
                _fetch(git, url, ["--no-write-fetch-head", *way], progress, "fetch.negotiationAlgorithm=noop")
                break
    with mark.open("a") as file:
        file.write(key + "\n")


def _lacks_contents(git: Git, commit: str) -> bool:
    with contextlib.closing(Objects(git)) as objects:
        rows = objects.run("ls-tree", "-r", "-z", commit).split(b"\0")
        blobs = {row.split(b"\t")[0].split()[2].decode() for row in rows if b" blob " in row[:12]}
        return len(objects.sizes(blobs)) < len(blobs)


def _fetch(git: Git, url: str, words: list[str], progress: Progress, *settings: str) -> None:
    """One `git fetch`, its progress told line by line. The address is never written to the clone's configuration."""
    extra = [word for setting in settings for word in ("-c", setting)]
    command = ["git", "--no-pager", *ANY_CALL, *extra, f"--git-dir={git.git_dir}", "fetch", "--progress", *words]
    try:
        process = subprocess.Popen(
            command, env=_address(url), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
    except OSError as error:
        raise GitError(f"git could not be started: {error.strerror}") from error
    said = b""
    try:
        if process.stderr is not None:
            with process.stderr as stream:
                said = _told(iter(lambda: stream.read1(4096), b""), progress)  # type: ignore[attr-defined]  # a pipe's reader is buffered
        if process.wait() != 0:
            raise GitError(last_line(said) or "git fetch failed")
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def _address(url: str) -> dict[str, str]:
    """The address through the environment: a token in it must stand neither in a file nor in the list of processes."""
    setting = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "remote.origin.url", "GIT_CONFIG_VALUE_0": url}
    return environment(network=True) | setting


def _told(chunks: Iterable[bytes], progress: Progress) -> bytes:
    """Passes on the lines of git's progress; returns the end of what git said."""
    said, line = b"", b""
    for chunk in chunks:
        said = (said + chunk)[-4096:]
        *lines, line = re.split(rb"[\r\n]", line + chunk)
        for text in lines:
            if b"%" in text or b"done" in text:
                progress(text.decode("utf-8", "replace").strip())
    return said
