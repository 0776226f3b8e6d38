""".gitattributes, .gitignore and their kin: patterns."""

from __future__ import annotations

from collections.abc import Callable

from auditor.model.facts import Facts, Pattern
from auditor.readers.contract import Reader, over_text

MAX_PATTERNS = 5_000


def read_attributes(text: str) -> Facts:
    """Patterns with their attributes; `lfs` where Git LFS keeps the content."""
    patterns = []
    for number, line in enumerate(text.split("\n"), 1):
        words = _words(line)
        if words and not line.lstrip().startswith("#"):
            patterns.append(Pattern(words[0], number, tuple(words[1:])))
    lfs = any("filter=lfs" in pattern.attrs for pattern in patterns)
    return Facts(
        kind="gitattributes", patterns=tuple(patterns[:MAX_PATTERNS]), attrs=(("tool", "git-lfs"),) if lfs else ()
    )


def _words(line: str) -> list[str]:
    """A pattern may be quoted where it holds blanks."""
    line = line.strip()
    if line.startswith('"') and (end := line.find('"', 1)) > 0:
        return [line[1:end], *line[end + 1 :].split()]
    return line.split()


def _ignore(kind: str) -> Callable[[str], Facts]:
    def read(text: str) -> Facts:
        kept = [
            (number, line.rstrip())
            for number, line in enumerate(text.split("\n"), 1)
            if line.strip() and not line.startswith("#")
        ]
        return Facts(kind=kind, patterns=tuple(Pattern(line, number) for number, line in kept[:MAX_PATTERNS]))

    return read


ATTRIBUTES = Reader(name="gitattributes", names=(".gitattributes",), read=over_text(read_attributes))
IGNORE = Reader(name="gitignore", names=(".gitignore",), read=over_text(_ignore("gitignore")))
DVCIGNORE = Reader(name="dvcignore", names=(".dvcignore",), read=over_text(_ignore("dvcignore")))
DOCKERIGNORE = Reader(
    name="dockerignore", names=(".dockerignore", "*.dockerignore"), read=over_text(_ignore("dockerignore"))
)
