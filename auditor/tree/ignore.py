"""Lines of .gitignore and globs of the settings, matched within bounds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

MAX_BYTES = 1_000_000
MAX_LINES = 2_000
MAX_LINE = 500
MAX_STARS = 8  # each star is one more power of the name's length in the time that a match may take


def rule_lines(data: bytes) -> tuple[str, ...]:
    """The lines of a .gitignore that say something and that can be matched within bounds."""
    lines = data.decode("utf-8-sig", "replace").splitlines()
    return tuple(line for line in lines[:MAX_LINES] if _usable(line))


def spec(lines: Iterable[str]) -> GitIgnoreSpec | None:
    """A matcher of these lines, those that are no valid pattern left out; None where nothing is left."""
    import pathspec

    kept = []
    for line in lines:
        if not _usable(line):
            continue
        try:
            pathspec.GitIgnoreSpec.from_lines([line])
        except ValueError:  # git, too, passes over a pattern that it cannot understand
            continue
        kept.append(line)
    return pathspec.GitIgnoreSpec.from_lines(kept) if kept else None


def outer_rules(top: Path, folder: str) -> tuple[str, ...]:
    """The lines of .gitignore files above a folder of a repository, as they read from that folder."""
    lines: list[str] = []
    above, inner = top, folder
    while inner:
        file = above / ".gitignore"
        if file.is_file() and not file.is_symlink() and file.stat().st_size <= MAX_BYTES:
            lines += [line for line in map(partial(_inward, inner), rule_lines(file.read_bytes())) if line]
        name, _, inner = inner.partition("/")
        above /= name
    return tuple(lines)


def _inward(folder: str, line: str) -> str:
    """A line as it reads from a folder below its file, "" where it says nothing of what lies there."""
    sign = "!" if line.startswith("!") else ""
    body = line.removeprefix("!").rstrip()
    if "/" not in body.rstrip("/") or body.startswith("**/"):
        return line
    anchored = body.removeprefix("/")
    return f"{sign}/{anchored[len(folder) + 1 :]}" if anchored.startswith(f"{folder}/") else ""


def configured(globs: Iterable[str]) -> Callable[[str], bool]:
    """A question to the globs of the settings: is this path left out?"""
    matcher = spec(globs)
    return (lambda _: False) if matcher is None else matcher.match_file


class IgnoreRules:
    """The .gitignore files met on the way down, for folders that git does not know."""

    def __init__(self) -> None:
        self._specs: dict[str, GitIgnoreSpec] = {}

    def add(self, folder: str, lines: tuple[str, ...]) -> None:
        """Takes the rules of the .gitignore in a folder."""
        matcher = spec(lines)
        if matcher is not None:
            self._specs[folder] = matcher

    def ignores(self, path: str, *, is_folder: bool) -> bool:
        """Whether a path, none of whose parents is ignored, is ignored: the nearest file that says anything decides."""
        if not self._specs:
            return False
        folder = path
        while folder:
            folder = folder.rpartition("/")[0]
            matcher = self._specs.get(folder)
            if matcher is None:
                continue
            inner = path[len(folder) + 1 if folder else 0 :] + ("/" if is_folder else "")
            verdict = matcher.check_file(inner).include
            if verdict is not None:
                return verdict
        return False


def _usable(line: str) -> bool:
    text = line.strip()
    return bool(text) and not text.startswith("#") and len(text) <= MAX_LINE and text.count("*") <= MAX_STARS
