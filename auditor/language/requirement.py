"""One declared dependency: PEP 508 and its older forms, Poetry's, and conda's."""

from __future__ import annotations

import re
from functools import lru_cache

from msgspec.structs import replace

from auditor.language.credentials import mask
from auditor.model.facts import Requirement
from auditor.model.regex import regex

_PEP508 = regex(
    r"(?P<name>[A-Za-z0-9][\w.-]*)\s*(?P<extras>\[[^\]]*\])?\s*"
    r"(?:@\s*(?P<url>\S+)|\(?\s*(?P<specifier>(?:[<>=!~]=?=?[^;#()]*)?)\)?)\s*(?:;\s*(?P<marker>.*))?"
)
_EXACT = regex(r"===?\s*v?[^\s*,<>=!~]+")
_REPOSITORY = regex(r"\w+\+\w+://[^/]+/[^@#]+")
_VCS = regex(r"(?:git|hg|svn|bzr)\+|.*\.git(?:@|$|#)|git@|git://")
_URL = regex(r"[A-Za-z][\w+.-]*://")
_EGG = regex(r"[#&]egg=([A-Za-z0-9][\w.-]*)")
_WHEEL = regex(r"([A-Za-z0-9][\w.]*)-(\d[\w.]*?)(?:-.+\.whl|\.tar\.gz|\.zip|\.tgz)(?:[#?]|$)")
_SOURCE = regex(r"([A-Za-z0-9][\w.-]*?)-v?\d[\w.]*\.(?:zip|tar\.gz|tgz|tar\.bz2)(?=$|[#?])")
_COMMIT = regex(r"@[0-9a-f]{7,40}(?:$|#)")
_CONDA = regex(r"(?:(?P<channel>[\w.-]+(?:/[\w-]+)?)::)?(?P<name>[A-Za-z0-9_][\w.-]*)\s*(?P<specifier>.*)")
_POETRY_EXACT = regex(r"(?:={0,3}\s*)?v?\d[\w.!+-]*")


def canonical(name: str) -> str:
    """The name as PEP 503 normalises it; `.` for what has none, such as the project itself."""
    return re.sub(r"[-_.]+", "-", name).lower() if name.strip("._-") else "."


def spelled(name: str, specifier: str) -> str:
    """Name and version bounds in one spelling, whatever their order and blanks: `a<3,>=1`."""
    clauses = sorted(re.sub(r"\s+", "", clause) for clause in specifier.split(",") if clause.strip())
    return canonical(name) + ",".join(clauses)


def read_requirement(text: str, line: int, *, group: str = "", hashed: bool = False) -> Requirement | None:
    """A requirement from a line of a requirements file or an array of pyproject; None if it is none."""
    return _at(line, _requirement(text, group, hashed) if len(text) <= REPEATED else _read(text, group, hashed))


REPEATED = 200
"""Characters of the longest requirement that is remembered: the environments of a repository have most of theirs in common."""


def _at(line: int, found: Requirement | None) -> Requirement | None:
    return replace(found, line=line) if found is not None else None


def _read(text: str, group: str, hashed: bool) -> Requirement | None:
    """A requirement, for the time being in line 0."""
    text, line = text.strip(), 0
    found = _PEP508.fullmatch(text)
    if found is None:
        return _of_location(text, line, group)
    url, marker = found.group("url"), (found.group("marker") or "").strip()
    if url:
        return _located(found.group("name"), url, line, group, marker)
    specifier = (found.group("specifier") or "").strip()
    return Requirement(
        canonical(found.group("name")),
        specifier,
        line,
        bool(_EXACT.fullmatch(specifier)),
        hashed,
        group,
        "pypi",
        marker,
        extras=tuple(canonical(extra) for extra in re.findall(r"[A-Za-z0-9][\w.-]*", found.group("extras") or "")),
    )


_requirement = lru_cache(maxsize=4_096)(_read)


def read_poetry(name: str, version: str, line: int, *, group: str = "") -> Requirement:
    """A requirement of Poetry or Pipenv: a bare version is exact, `*` allows all."""
    version = version.strip()
    return Requirement(
        canonical(name), "" if version == "*" else version, line, bool(_POETRY_EXACT.fullmatch(version)), group=group
    )


def read_conda(text: str, line: int) -> Requirement | None:
    """A requirement of conda: `name=1.2.3=build`, `name >=1.2`, `channel::name`. Three parts of a version pin it."""
    return _at(line, _conda(text) if len(text) <= REPEATED else _read_conda(text))


def _read_conda(text: str) -> Requirement | None:
    found = _CONDA.fullmatch(text.strip().split("#")[0].strip())
    if found is None:
        return None
    specifier = re.sub(r"\s+", " ", found.group("specifier")).strip()
    version = specifier.lstrip("= ").split("=")[0].split(" ")[0]
    exact = specifier.startswith("==") or specifier.count("=") >= 2 or version.count(".") >= 2
    pinned = bool(specifier) and exact and not re.search(r"[<>!~*,|]", specifier)
    return Requirement(canonical(found.group("name")), specifier, 0, pinned, source="conda")


_conda = lru_cache(maxsize=4_096)(_read_conda)


def _of_location(text: str, line: int, group: str) -> Requirement | None:
    """A bare URL, VCS address or path."""
    place, _, marker = text.partition(" ;")
    place = place.strip()
    if not place or (" " in place and not _URL.match(place)):
        return None
    if not (
        _URL.match(place)
        or _VCS.match(place)
        or place.startswith((".", "/", "~", "file:"))
        or "/" in place
        or place.endswith((".whl", ".gz"))
    ):
        return None
    egg = _EGG.search(place)
    wheel = _WHEEL.search(place.rpartition("/")[2])
    source = _SOURCE.match(place.rpartition("/")[2])
    repository = _REPOSITORY.match(place)  # a branch may have a name with slashes
    end = (repository[0] if repository else place).rstrip("/").rpartition("/")[2]
    last = re.split(r"[@#?]", end)[0].removesuffix(".git")
    known = egg or source or wheel
    name = known.group(1) if known else last
    return _located(name or ".", place, line, group, marker.strip())


def _located(name: str, place: str, line: int, group: str, marker: str) -> Requirement:
    if _VCS.match(place):
        return Requirement(canonical(name), mask(place), line, bool(_COMMIT.search(place)), False, group, "vcs", marker)
    if place.startswith("file:") or not _URL.match(place):
        return Requirement(canonical(name), mask(place), line, False, False, group, "path", marker)
    pinned = bool(_WHEEL.search(place.rpartition("/")[2]))
    return Requirement(canonical(name), mask(place), line, pinned, "#sha256=" in place, group, "url", marker)
