"""Who owns which files, as CODEOWNERS says."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import NamedTuple

import msgspec

from auditor.model.facts import Facts, Pattern
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
    patterns = [_Claim.of(pattern) for pattern in reversed(files[file].patterns)]
    sections = {claim.section for claim in patterns}
    for path in sorted(set(paths))[:MAX_PATHS]:
        decided: set[str] = set()
        for claim in patterns:
            if claim.section in decided or not claim.matches(path):
                continue
            decided.add(claim.section)
            for owner in claim.owners:
                yield Owned(path, owner, file, claim.line)
            if len(decided) == len(sections):
                break


class _Claim(msgspec.Struct, frozen=True):
    matches: Callable[[str], object]
    section: str
    owners: tuple[str, ...]
    line: int

    @classmethod
    def of(cls, pattern: Pattern) -> _Claim:
        section = next((attr for attr in pattern.attrs if attr.startswith("section=")), "")
        owners = tuple(attr for attr in pattern.attrs if attr != section)
        return cls(_compiled(pattern.pattern).match, section, owners, pattern.line)


_SIGNS = {"/**/": "/(?:.*/)?", "**/": "(?:.*/)?", "/**": "/.*", "**": ".*", "*": "[^/]*", "?": "[^/]"}
_SIGN = regex(r"/\*\*/|\*\*/|/\*\*|\*\*|\*|\?")


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
