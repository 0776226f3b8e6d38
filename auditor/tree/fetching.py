"""One `git fetch` of a clone of ours, bounded in time and bytes; nobody is asked for anything."""

from __future__ import annotations

import contextlib
import queue
import re
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO

from auditor.tree.git import ANY_CALL, Git, GitError, NoAnswerError, environment, last_line

QUIET = 60.0  # seconds in which a remote says nothing and sends nothing, after which it hangs
LONGEST = 1800.0  # seconds, for one fetch
MOST_BYTES = 4_000_000_000  # that one fetch may add to the clone
TICK = 1.0  # seconds between two looks at the clone while git is silent
# git's helpers outlive a git that was killed; these end by themselves when nothing comes any more.
PATIENCE = ("-c", "http.lowSpeedLimit=1", "-c", f"http.lowSpeedTime={QUIET + 30:.0f}")

Progress = Callable[[str], None]


class TooLargeError(GitError):
    """More was sent than a clone may hold."""


class SilentError(GitError):
    """The remote took the call and gave no answer, or not in time."""


def address(url: str) -> dict[str, str]:
    """The address through the environment: a token in it must stand neither in a file nor in the list of processes."""
    setting = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "remote.origin.url", "GIT_CONFIG_VALUE_0": url}
    return environment(network=True) | setting


def fetch_into(git: Git, url: str, words: Sequence[str], progress: Progress, *settings: str) -> None:
    """Runs one `git fetch`, its progress told line by line. The address is never written to the clone's configuration.

    Raises SilentError and TooLargeError where a bound was reached, GitError where git failed.
    """
    extra = [word for setting in settings for word in ("-c", setting)]
    command = ["git", "--no-pager", *ANY_CALL, *PATIENCE, *extra, f"--git-dir={git.git_dir}", "fetch", "--progress"]
    try:
        process = subprocess.Popen(
            [*command, *words], env=address(url), bufsize=0,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        )  # fmt: skip
    except OSError as error:
        raise NoAnswerError(f"git could not be started: {error.strerror}") from error
    try:
        said = _told(_Chunks(process.stderr), _Bounds(git.git_dir / "objects"), progress)
        if process.wait() != 0:
            raise GitError(last_line(said) or "git fetch failed")
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


class _Chunks:
    """What a pipe says, read by a thread of its own, so that silence is noticed."""

    def __init__(self, pipe: IO[bytes] | None) -> None:
        self._said: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        threading.Thread(target=self._read, args=(pipe,), daemon=True).start()

    def next(self) -> bytes | None:
        """The next words, None where there are none for a while, empty at the end."""
        try:
            return self._said.get(timeout=TICK)
        except queue.Empty:
            return None

    def _read(self, pipe: IO[bytes] | None) -> None:
        if pipe is not None:
            with pipe, contextlib.suppress(OSError):
                while chunk := pipe.read(4096):
                    self._said.put(chunk)
        self._said.put(b"")


class _Bounds:
    """How long a remote may be silent, and how much it may send."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._first = self._size = _size(folder)
        self._begun = self._heard = time.monotonic()

    def keep(self, *, heard: bool) -> None:
        """Raises SilentError or TooLargeError where a bound is reached. `heard` says whether git has spoken."""
        now, size = time.monotonic(), _size(self._folder)
        if heard or size != self._size:
            self._heard, self._size = now, size
        if size - self._first > MOST_BYTES:
            raise TooLargeError(f"it sends more than {MOST_BYTES / 1e6:,.0f} MB")
        if now - self._heard > QUIET:
            raise SilentError(f"it gave no answer within {QUIET:,.0f} s")
        if now - self._begun > LONGEST:
            raise SilentError(f"it was not done within {LONGEST:,.0f} s")


def _size(folder: Path) -> int:
    """Bytes in the packs, whole ones and those that are coming."""
    size = 0
    with contextlib.suppress(OSError):
        for file in (folder / "pack").iterdir():
            with contextlib.suppress(OSError):  # renamed or removed meanwhile
                size += file.stat().st_size
    return size


def _told(chunks: _Chunks, bounds: _Bounds, progress: Progress) -> bytes:
    """Passes on the lines of git's progress; returns the end of what git said."""
    said, line = b"", b""
    while (chunk := chunks.next()) != b"":
        bounds.keep(heard=chunk is not None)
        said = (said + (chunk or b""))[-4096:]
        *lines, line = re.split(rb"[\r\n]", line + (chunk or b""))
        for text in lines:
            if b"%" in text or b"done" in text:
                progress(text.decode("utf-8", "replace").strip())
    return said
