"""Trees of folders as documents draw them: `├── raw`, `│   └── rows.csv`, `|-- data`, `+-- models`."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.model.regex import regex

_BRANCH = regex(
    r"(?P<before>(?>(?:[ \t│]|\|(?!--))*))(?:[├└╰]|[|+`\\](?=--))[─━-]{1,4}[ \t]?(?P<name>[\w.<{*`…][^\n]*)$"
)
_AFTER = regex(r"[ \t]+(?:#|<-|←|--|//).*$|[ \t]{2,}\S.*$")
"""What is said of a file behind its name."""


def drawn_paths(text: str) -> Iterator[str]:
    """The files and folders of every tree that a text draws, from the line above its first branch on; as they are written, without
    the slash behind a folder."""
    above = ""
    around: list[tuple[int, str]] = []
    for line in text.split("\n"):
        branch = _BRANCH.match(line)
        if branch is None:
            above, around = _root(line), []
            continue
        depth = len(branch["before"])
        around = [each for each in around if each[0] < depth]
        name = _named(branch["name"])
        yield "/".join(each for each in (above, *(inner for _, inner in around), name) if each)
        around.append((depth, name))


def _root(line: str) -> str:
    """The folder that a tree is of; "" where the line above it is a sentence."""
    name = _named(line)
    return "" if " " in name else name


def _named(text: str) -> str:
    name = _AFTER.sub("", text.strip()).strip("`*").removeprefix("./").rstrip("/")
    return "" if name in (".", "```") else name
