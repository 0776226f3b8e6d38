"""Lines of .gitignore and globs of the settings, matched within bounds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

MAX_BYTES = 1_000_000
MAX_LINES = 2_000
MAX_LINE = 500
MAX_STARS = 2  # in one part of a pattern, and of `**` in all of it; at the end of the pattern they are free
MAX_PATH = 1_000  # characters of a path that is compared with patterns
BUDGET = 10_000  # of the patterns of one file together


def rule_lines(data: bytes) -> tuple[str, ...]:
    """The lines of a .gitignore that say something."""
    lines = data.decode("utf-8-sig", "replace").splitlines()
    return tuple(line for line in lines[:MAX_LINES] if _says_something(line))


def spec(lines: Iterable[str]) -> GitIgnoreSpec | None:
    """A matcher of these lines, `unusable` ones left out; None where nothing is left."""
    kept, budget = [], BUDGET
    for line in lines:
        cost = _cost(line)
        pattern = _pattern(line) if cost <= budget else None
        if pattern is not None:
            kept.append(pattern)
            budget -= cost
    if not kept:
        return None
    import pathspec  # most trees are git's, which has applied its own, and configure nothing

    return pathspec.GitIgnoreSpec(kept)


def unusable(globs: Iterable[str]) -> list[str]:
    """Those that are no valid pattern, or that could take too long to match."""
    return [glob for glob in globs if _cost(glob) > BUDGET or _pattern(glob) is None]


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
    return lambda path: matcher is not None and _is_short(path) and bool(matcher.match_file(path))


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
        if not self._specs or not _is_short(path):
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


@lru_cache(maxsize=MAX_LINES)
def _pattern(line: str) -> Any:
    """The pattern of a line (of a class that is new in some versions), None where it is none. The files of a tree mostly repeat the lines of one template."""
    import pathspec

    try:
        return pathspec.GitIgnoreSpec.from_lines([line]).patterns[0]
    except (ValueError, re.error):  # git, too, passes over a pattern that it cannot understand
        return None


def _says_something(line: str) -> bool:
    text = line.strip()
    return bool(text) and not text.startswith("#") and len(text) <= MAX_LINE


def _cost(line: str) -> int:
    """How much of the budget a line takes: each star but the last is one more power of the name's length in its time."""
    if not _says_something(line):
        return BUDGET + 1
    parts = line.strip().rstrip("/*").split("/")
    deep = parts.count("**")
    stars = max(part.count("*") for part in parts if part != "**") if deep < len(parts) else 0
    if stars > MAX_STARS or deep > MAX_STARS:
        return BUDGET + 1
    return 50 if stars + deep > 1 else 1


def _is_short(path: str) -> bool:
    return len(path) <= MAX_PATH
