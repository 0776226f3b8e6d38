"""Which artefact a text means: identity rules of paths, URIs and names."""

from __future__ import annotations

import copy
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from posixpath import dirname
from typing import TypeAlias

import msgspec

from auditor.graph.artefacts.placeholders import HOLE, unfilled
from auditor.program.symbolic.values import Hole, Value, covers, is_absolute, is_uri, normal, pattern, uri

_PROJECT_FILES = frozenset(
    {
        "pyproject.toml", "setup.py", "setup.cfg", "requirements.txt", "Pipfile", "environment.yml", "environment.yaml", "conda.yaml",
        "dvc.yaml", "MLproject", "Makefile", "Dockerfile", "Snakefile",
    }
)  # fmt: skip
"""Files that stand where a project begins: programs are usually started there."""


DEEP = 1
"""Folders above a script from which on it is hardly started from the root."""


MOST_KNOWN = 50_000
"""Answers that are kept from one tree to the next."""


_MOUNTED = 0.8
"""How sure it is that a program which names a folder of containers runs in one of them."""


class Identity(msgspec.Struct, frozen=True):
    """A node id with how sure it is. `path` is the repository path, if it is one; `guessed` when the base was."""

    id: str
    path: str | None
    confidence: float
    guessed: bool = False
    templated: bool = False


class _Open(msgspec.Struct, frozen=True):
    """What a text may mean by what is written: the first of these paths that is, else something that hangs on it no more."""

    value: Value
    candidates: tuple[str, ...]
    otherwise: Identity | None

    def among(self, written: set[str]) -> Identity | None:
        """What it means where these paths are written."""
        for candidate in self.candidates:
            if candidate in written:
                return Identity(f"file:{candidate}", candidate, self.value.confidence, templated=not self.value.exact)
        return self.otherwise


_Asked: TypeAlias = tuple[int, str, tuple[str, ...], str | None, bool]
"""A value by its identity, and all that `Identities.of` is asked with besides."""


class Identities:
    """Turns symbolic values into node ids, against the files of the tree and the paths that others write."""

    def __init__(
        self, tree: frozenset[str], unread: Iterable[str] = (), mounted: Mapping[str, str] | None = None
    ) -> None:
        """`unread` are the folders and files that an audit leaves out, `mounted` what containers call those of the tree."""
        self.tree = tree
        self._mounted = mounted or {}
        self._unread = frozenset(unread)
        self._unread_ends = frozenset(end for path in self._unread for end in _ends(path))
        self.folders = frozenset(_folders(tree))
        self.projects = frozenset(dirname(path) for path in tree if path.rpartition("/")[2] in _PROJECT_FILES)
        self._known: dict[_Asked, tuple[Value, Identity | _Open | None]] = {}
        """What values mean but for what is written, each with the value, whose identity is its own as long as it is kept."""
        self.written: set[str] = set()

    @property
    def files(self) -> object:
        """One object as long as the files are the same from one tree to the next."""
        return self._known

    def anew(self) -> Identities:
        """The same before anything is known to be written: for another tree with the same files."""
        if len(self._known) > MOST_KNOWN:
            self._known.clear()
        found = copy.copy(self)
        found.written = set()
        return found

    def exists(self, path: str) -> bool:
        """Whether a file or folder of that path is in the tree."""
        return path in self.tree or path in self.folders

    def is_unread(self, path: str) -> bool:
        """Whether a path is, or lies below, what the audit leaves out: nobody looked whether it is there."""
        return any(way in self._unread for way in (path, *above(path)))

    def may_be_unread(self, path: str) -> bool:
        """Whether a path may be one of those that `is_unread` knows, whatever folder it is told from."""
        return any(way in self._unread_ends for way in (path, *above(path)))

    def of(
        self,
        value: Value,
        importer: str,
        folders: Iterable[str] = (),
        *,
        base: str | None = None,
        written: bool = False,
    ) -> Identity | None:
        """The artefact that a value names when it is used in `importer`; None when the text says too little.

        `folders` are the working folders in which the program is known to be started: what it writes lies there, what it
        reads may also be a file that exists elsewhere. `base` is where its other paths say that it works.
        """
        asked = (id(value), importer, tuple(folders), base, written)
        known = self._known.get(asked)
        if known is None:
            known = self._known[asked] = value, self._meant(value, importer, asked[2], base, written)
        meant = known[1]
        return meant.among(self.written) if isinstance(meant, _Open) else meant

    def _meant(
        self, value: Value, importer: str, folders: tuple[str, ...], base: str | None, written: bool
    ) -> Identity | _Open | None:
        """What a value means, but for what is written."""
        if not value.known:
            return None
        plain = unicodedata.normalize("NFC", value.text())
        text = unfilled(plain)
        templated = not value.exact or text != plain
        sure = value.confidence if text == plain else min(value.confidence, 0.5)
        if text != plain and not text.rpartition("://")[2].replace(HOLE, "").strip("/._- "):
            return None
        if is_uri(text):
            return Identity(f"{_scheme_kind(text)}{uri(text)}", None, sure, templated=templated)
        if is_absolute(text):
            path = self._inside(text)
            if path is not None:
                return Identity(f"file:{path}", path, min(sure, _MOUNTED), templated=templated)
            return Identity(f"host:{text}", None, sure, templated=templated)
        path = normal(text)
        if not path or path == ".":
            return None
        if _is_anywhere(value) or path.startswith(HOLE):
            # Nobody tells which folder it is: the same pattern in two programs is not one artefact.
            confidence = min(value.confidence, 0.5)
            return Identity(f"unknown:{importer}:{path}", None, confidence, guessed=True, templated=True)
        if value.anchored:
            return (
                None
                if path.startswith("..")
                else Identity(f"file:{path}", path, value.confidence, templated=not value.exact)
            )
        return self._relative(path, value, importer, folders, base, written)

    def _inside(self, text: str) -> str | None:
        """The path of the tree that an absolute path of a container is, if a folder above it is mounted."""
        path = normal(text)
        for folder in (path, *above(path)) if self._mounted else ():
            if folder in self._mounted:
                return normal(f"{self._mounted[folder]}{path[len(folder) :]}".lstrip("/")) or None
        return None

    def _relative(
        self, path: str, value: Value, importer: str, folders: tuple[str, ...], base: str | None, written: bool
    ) -> Identity | _Open:
        started = [whole for f in folders if not (whole := _under(f, path)).startswith("..")]
        based = [] if base is None or (whole := _under(base, path)).startswith("..") else [whole]
        candidates = tuple(dict.fromkeys([*started, *based, *self._candidates(path, importer)]))
        if started and written:
            return Identity(f"file:{started[0]}", started[0], value.confidence, templated=not value.exact)
        for candidate in candidates:
            if value.exact and self.exists(candidate):
                return Identity(f"file:{candidate}", candidate, value.confidence)
        return _Open(value, candidates, self._guessed(path, value, importer, started, based, candidates))

    def _guessed(
        self,
        path: str,
        value: Value,
        importer: str,
        started: list[str],
        based: list[str],
        candidates: tuple[str, ...],
    ) -> Identity | None:
        """What a relative path means that neither is there nor is written; it `started` or is `based` in some folders."""
        if started:
            return Identity(f"file:{started[0]}", started[0], value.confidence, templated=not value.exact)
        known = _fixed_folder(path)
        for candidate in candidates if known else ():
            if candidate.removesuffix(path[len(known) :]) in self.folders:
                return Identity(
                    f"file:{candidate}", candidate, value.confidence, guessed=True, templated=not value.exact
                )
        if not candidates:
            return None
        confidence = round(max(value.confidence - (0.1 if based else 0.2), 0.1), 3)
        start = based[0] if based else self._likely(path, importer)
        whole = start if start in candidates else candidates[0]
        return Identity(f"file:{whole}", whole, confidence, guessed=True, templated=not value.exact)

    def _likely(self, path: str, importer: str) -> str:
        """The path from where the program is most likely started: a notebook's own folder, the nearest project's of a script,
        else the root, or its own folder where it lies deep."""
        folders = list(above(importer))
        own = folders[0] if folders else ""
        deep = own if len(folders) > DEEP else ""
        project = next((folder for folder in (*folders, "") if folder in self.projects), deep)
        nearest = own if importer.endswith(".ipynb") and not path.startswith("..") else project
        return normal(f"{nearest}/{path}" if nearest else path)

    @staticmethod
    def _candidates(path: str, importer: str) -> list[str]:
        """Root first, then the folders of the script from its own upwards; paths that leave the repository drop out."""
        found = [] if path.startswith("..") else [path]
        found += [normal(f"{folder}/{path}") for folder in above(importer)]
        return [candidate for candidate in dict.fromkeys(found) if not candidate.startswith("..")]


def _is_anywhere(value: Value) -> bool:
    """Whether nobody tells the folder that a text begins with; what a loop goes over lies where it is looked for."""
    first = value.parts[0]
    return isinstance(first, Hole) and not (value.anchored and first.kind == "loop")


def _under(folder: str, path: str) -> str:
    return normal(f"{folder}/{path}" if folder else path)


def matches(general: str, concrete: str) -> bool:
    """Whether two path ids mean the same artefact: equal, the same pattern, or a pattern that covers the other."""
    if general == concrete:
        return True
    if "{" not in general and "*" not in general:
        return False
    anonymous = pattern(general)
    if not anonymous.replace("{}", "").strip("/._-"):
        return False
    if "{" in concrete or "*" in concrete:
        # two names of which nothing is known need not be one; `*` is all that there are
        return anonymous == pattern(concrete) and ("*" in general or not is_anything(general))
    return covers(general, concrete)


def is_anything(path: str) -> bool:
    """Whether a pattern says no more of a file than its folder and suffix."""
    name = path.rpartition("/")[2]
    return ("{" in name or "*" in name) and not re.sub(r"\{[^{}]*\}", "", name).rpartition(".")[0].strip("._-* ")


def alike(one: Identity, other: Identity) -> bool:
    """Whether two identities can mean the same artefact."""
    if one.id == other.id:
        return True
    return (
        one.path is not None
        and other.path is not None
        and (matches(one.path, other.path) or matches(other.path, one.path))
    )


def within(path: str, folder: str) -> bool:
    """Whether a path lies in a folder or is it."""
    return path == folder or path.startswith(folder + "/")


class PathIndex:
    """Paths, asked which of them mean the same as another: equal, above, below, by pattern, or (loosely) by name."""

    def __init__(self, paths: Iterable[str]) -> None:
        self.exact = frozenset(paths)
        self._below: dict[str, list[str]] = defaultdict(list)
        self._named: dict[str, list[str]] = defaultdict(list)
        self._patterns = sorted(path for path in self.exact if "{" in path or "*" in path)
        for path in sorted(self.exact):
            self._named[path.rpartition("/")[2]].append(path)
            for folder in above(path):
                self._below[folder].append(path)

    def patterns(self, path: str) -> list[str]:
        """The patterns of the index that cover a path, be it a narrower pattern, or are the same under other names."""
        narrow = re.sub(r"\{[^{}]*\}", "x", path)
        return [general for general in self._patterns if matches(general, path) or matches(general, narrow)]

    def matching(self, path: str, *, loosely: bool = False) -> list[str]:
        """The paths of the index that mean the given one, sorted."""
        found = set(self._below.get(path, ()))
        found.update(folder for folder in (path, *above(path)) if folder in self.exact)
        found.update(general for general in self._patterns if matches(general, path))
        if "{" in path or "*" in path:
            found.update(other for other in self.exact if matches(path, other))
        if loosely:
            found.update(self._named.get(path.rpartition("/")[2], ()))
        return sorted(found)


def _fixed_folder(path: str) -> str:
    """The folder that a path or pattern names for certain: what stands before its last part and before its first hole."""
    fixed = path[: min((path.find(mark) for mark in "{*" if mark in path), default=len(path))]
    return fixed.rpartition("/")[0]


def above(path: str) -> Iterator[str]:
    """The folders that a path lies in, the nearest first."""
    folder = path.rpartition("/")[0].rstrip("/")
    while folder:
        yield folder
        folder = folder.rpartition("/")[0].rstrip("/")


def _scheme_kind(text: str) -> str:
    return "url:" if text.lower().startswith(("http://", "https://", "ftp://")) else "uri:"


def _ends(path: str) -> Iterator[str]:
    """A path as seen from each folder above it."""
    parts = path.split("/")
    return ("/".join(parts[start:]) for start in range(len(parts)))


def _folders(tree: frozenset[str]) -> set[str]:
    found: set[str] = set()
    for path in tree:
        for folder in above(path):
            if folder in found:
                break
            found.add(folder)
    return found
