"""Which versions a specifier of a package, or the version of an interpreter, lets in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.model.regex import regex

if TYPE_CHECKING:
    from packaging.version import Version

_FIRST = regex(r"^\s*(\^|~=|~|={1,3}|)\s*v?(\d+(?:\.\d+)*)[\w.+*-]*\s*$")


def keeps(specifier: str, *, below: str = "", least: str = "") -> bool:
    """Whether a specifier allows only versions on one side of a border."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet
    from packaging.version import Version

    border = Version(below or least)
    first = _FIRST.match(specifier)
    if first is not None and first[1] in ("", "=", "==", "===", "~"):
        version = Version(first[2])
        return version < border if below else version >= border
    if first is not None and first[1] == "^":
        version = Version(first[2])
        return version.major < border.major if below else version >= border
    try:
        allowed = SpecifierSet(specifier)
    except InvalidSpecifier:
        return False
    if below:
        return bool(specifier.strip()) and not any(allowed.contains(v) for v in _upwards(border))
    named = [each.version.removesuffix(".*") for each in allowed]
    lower = [*_downwards(border), *(version for version in named if Version(version) < border)]
    return bool(specifier.strip()) and not any(allowed.contains(version) for version in lower)


def _upwards(border: Version) -> list[str]:
    """Versions at a border and above it: the next minor ones, the next major ones, and the end of all."""
    major, minor = border.major, border.minor
    return [f"{major}.{minor + n}" for n in range(40)] + [f"{major + n}.0" for n in range(1, 10)] + ["9999"]


def _downwards(border: Version) -> list[str]:
    """Versions below a border: patches and minors before it, and majors before that."""
    major, minor = border.major, border.minor
    minors = [f"{major}.{n}.{p}" for n in range(minor) for p in (0, 1, 2, 9)]
    return minors + [f"{n}.{m}" for n in range(major) for m in range(40)]
