"""Folders of which a document says what fills them: with an address beside their name, in a readme within them, or by a tree that
names their files by a pattern."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cached_property
from posixpath import dirname

from auditor.graph.artefacts.identity import above
from auditor.language.drawn_tree import drawn_paths
from auditor.model.facts import Facts, Section
from auditor.model.regex import regex

_NAMED = r"(?<![\w./-])(?P<%s>(?:[\w-][\w.-]{0,60}/){0,8}[\w-][\w.-]{0,60})/?[`'\"*)]{0,3}"
_WORD = r"(?:sub)?(?:folder|directory|dir)"
_REST = r"(?:(?!\.\s|https?://)[^\n]){0,100}"
_FILLED = regex(
    rf"(?:{_NAMED % 'before'}[ \t]+{_WORD}\b|\b{_WORD}[ \t]+[`'\"*(]{{0,3}}{_NAMED % 'after'}){_REST}(?:\n{_REST}){{0,2}}https?://",
    re.I,
)
"""`input/raw folder: https://…`, or an address in one of the two lines below."""
_FETCHED = regex(r"https?://(?!img\.|badge|arxiv)", re.I)
_README = regex(r"(^|/)_?readme(\.\w+)?$", re.I)
_OPEN = regex(r"<[^<>/]+>|\{[^{}/]+\}|\*+|\.\.\.|…")
_PROGRAMS = (".py", ".ipynb", ".r", ".R", ".jl")


class FilledFolders:
    """Answers for the files of a tree whether a document says where what lies beside them comes from."""

    def __init__(self, files: Mapping[str, Facts], sections: Iterable[tuple[str, Section]]) -> None:
        self._files = files
        self._sections = tuple(sections)

    def tell_of(self, path: str) -> bool:
        """Whether a document tells what fills the folder of a file, or one above it."""
        folders = list(above(path))
        return (
            any(folder in self._read_within for folder in folders)
            or any(_lies_in(folder, home, named) for home, named in self._addressed for folder in folders)
            or any(pattern.search(f"/{path}") for pattern in self._drawn)
        )

    @cached_property
    def _read_within(self) -> frozenset[str]:
        """Folders without programs in which a readme gives an address."""
        programs = {dirname(path) for path in self._files if path.endswith(_PROGRAMS)}
        told = (dirname(path) for path, each in self._sections if _README.search(path) and _FETCHED.search(each.text))
        return frozenset(told) - programs - {""}

    @cached_property
    def _addressed(self) -> frozenset[tuple[str, str]]:
        """The folder of a document, and a folder that it names with an address."""
        return frozenset(
            (dirname(path), (found["before"] or found["after"]).removeprefix("./"))
            for path, section in self._sections
            for found in _FILLED.finditer(f"{section.title}\n{section.text}")
        )

    @cached_property
    def _drawn(self) -> list[re.Pattern[str]]:
        """What files are called that a tree names by a pattern: `<all patients>.csv`."""
        paths = {path for _, section in self._sections for path in drawn_paths(section.text)}
        return [re.compile(f"/{_pattern(path)}$") for path in sorted(paths) if _is_pattern(path)]


def _lies_in(folder: str, home: str, named: str) -> bool:
    """Whether a folder is the one that a document means: seen from where the document lies, or by several parts of its path."""
    return folder == f"{home}/{named}".lstrip("/") or ("/" in named and folder.endswith(f"/{named}"))


def _is_pattern(path: str) -> bool:
    """Whether a path ends in a pattern with a suffix, in a folder."""
    folder, _, name = path.rpartition("/")
    stem, dot, suffix = name.rpartition(".")
    return bool(folder and dot and suffix.isalnum() and _OPEN.search(stem) and not _OPEN.search(folder))


def _pattern(path: str) -> str:
    folder, _, name = path.rpartition("/")
    return re.escape(folder) + "/" + "[^/]+".join(map(re.escape, _OPEN.split(name)))
