"""One `git cat-file` that is asked again and again: to start a process takes longer than most answers."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Mapping, Sequence


class Cat:
    """A running git that answers each object asked for, in the order in which they are asked. End it after use.

    Raises OSError where git cannot be started, and BrokenPipeError where it ended before it was asked.
    """

    def __init__(self, command: Sequence[str], env: Mapping[str, str]) -> None:
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, env=env, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL)
        self.pending = 0
        """Answers that were asked for and not read yet; while there are any, nothing else can be asked."""

    @property
    def runs(self) -> bool:
        """Whether git has not ended yet."""
        return self._process.poll() is None

    def ask(self, names: Sequence[str]) -> None:
        """Ask for some objects; as few as fit a pipe's buffer, so that asking never blocks."""
        if self._process.stdin is not None:
            self.pending += len(names)
            self._process.stdin.write("".join(f"{name}\n" for name in names).encode())
            self._process.stdin.flush()

    def line(self) -> bytes:
        """The next line of an answer; without an end of line where git ended."""
        return self._process.stdout.readline() if self._process.stdout is not None else b""

    def read(self, size: int) -> bytes:
        """So many further bytes of an answer, fewer where git ended."""
        return self._process.stdout.read(size) if self._process.stdout is not None else b""

    def end(self) -> None:
        """Let the process end, whatever it is about."""
        self._process.kill()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._process.wait()
        if self._process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):  # what was not sent is not wanted any more
                self._process.stdin.close()
