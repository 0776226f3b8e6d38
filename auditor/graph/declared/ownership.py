"""Who owns which files, as CODEOWNERS says."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import NamedTuple

from auditor.model.facts import Facts
from auditor.model.regex import regex

PLACES = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS")
"""Where the file may lie; the first that is there counts."""
MAX_PATHS = 20_000


class Owned(NamedTuple):
    """A path with one of its owners, and the line that says so."""

    path: str
    owner: str
    file: str
    line: int


def owned(files: Mapping[str, Facts], paths: Iterable[str]) -> Iterator[Owned]:
    """The owners of each path: the last pattern of a section that matches wins, and may name nobody."""
    file = next((place for place in PLACES if place in files and files[place].patterns), None)
    if file is None:
        return
    sections: dict[str, _Section] = defaultdict(_Section)
    for number, pattern in enumerate(reversed(files[file].patterns)):
        section = next((attr for attr in pattern.attrs if attr.startswith("section=")), "")
        owners = tuple(attr for attr in pattern.attrs if attr != section)
        sections[section].add(pattern.pattern, _Claim(number, owners, pattern.line))
    for path in sorted(set(paths))[:MAX_PATHS]:
        for claim in sorted(claim for section in sections.values() if (claim := section.deciding(path)) is not None):
            for owner in claim.owners:
                yield Owned(path, owner, file, claim.line)


class _Claim(NamedTuple):
    """What one pattern says; `number` counts from the last one on."""

    number: int
    owners: tuple[str, ...]
    line: int


class _Section:
    """The patterns of one section, the last one first. Most name a path: these are looked up, as there may be hundreds of them."""

    def __init__(self) -> None:
        self._named: dict[str, _Claim] = {}  # by a path, or a folder with its slash
        self._others: list[tuple[Callable[[str], object], _Claim]] = []

    def add(self, pattern: str, claim: _Claim) -> None:
        """Add the pattern before those that were added."""
        text = pattern.strip("/")
        if _SIGN.search(pattern) or "/" not in pattern.rstrip("/"):
            self._others.append((_compiled(pattern).match, claim))
            return
        self._named.setdefault(f"{text}/", claim)
        if not pattern.endswith("/"):
            self._named.setdefault(text, claim)

    def deciding(self, path: str) -> _Claim | None:
        """The last pattern that matches a path."""
        folders = (path[: found.end()] for found in _SLASH.finditer(path))
        named = [claim for place in (path, *folders) if (claim := self._named.get(place)) is not None]
        first = min(named, default=None)
        for matches, claim in self._others:
            if first is not None and first.number < claim.number:
                break
            if matches(path):
                return claim
        return first


_SIGNS = {"/**/": "/(?:.*/)?", "**/": "(?:.*/)?", "/**": "/.*", "**": ".*", "*": "[^/]*", "?": "[^/]"}
_SIGN = regex(r"/\*\*/|\*\*/|/\*\*|\*\*|\*|\?")
_SLASH = regex(r"/")


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """A pattern as in ignore files, but for `folder/*`, which takes only what lies in the folder itself."""
    text = pattern.strip("/")
    parts = _SIGN.split(text)
    signs = [*(_SIGNS[sign] for sign in _SIGN.findall(text)), ""]
    body = "".join(re.escape(part) + sign for part, sign in zip(parts, signs, strict=True))
    start = "" if "/" in pattern.rstrip("/") else "(?:.*/)?"
    end = "/.*" if pattern.endswith("/") else "" if pattern.endswith("/*") else "(?:/.*)?"
    return re.compile(start + body + end + r"\Z")
