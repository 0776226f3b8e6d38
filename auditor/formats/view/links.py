"""Addresses of places at a code host, only for hosts whose address form is known."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias
from urllib.parse import quote

from auditor.model.listing import Target
from auditor.model.place import Place, Related, named
from auditor.model.regex import regex

Spot = Place | Related
Linker: TypeAlias = Callable[[Spot], str]

_REMOTE = regex(
    r"https://(?P<host>github\.com|gitlab\.com|bitbucket\.org|codeberg\.org)"
    r"/(?P<path>[A-Za-z0-9_][A-Za-z0-9_.-]*(?:/[A-Za-z0-9_][A-Za-z0-9_.-]*){1,5})/?"
)
_REVISION = regex(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_CREDENTIALS = regex(r"(?<=://)[^/@\s]*@")
_FORMS = {  # before the revision, between revision and path, before a line
    "github.com": ("/blob/", "#L"),
    "gitlab.com": ("/-/blob/", "#L"),
    "bitbucket.org": ("/src/", "#lines-"),
    "codeberg.org": ("/src/commit/", "#L"),
}


def linker(target: Target) -> Linker:
    """A function from a place to its address at the audited commit; "" where there is none to trust."""
    remote = _REMOTE.fullmatch(target.remote or "")
    if not remote or not _REVISION.fullmatch(target.revision or ""):
        return nowhere
    before, mark = _FORMS[remote["host"]]
    base = f"https://{remote['host']}/{remote['path'].removesuffix('.git')}{before}{target.revision}/"

    def address(spot: Spot) -> str:
        if spot.path in ("", ".") or "://" in spot.path or ".." in spot.path.split("/"):
            return ""
        line = f"{mark}{spot.line}" if spot.line is not None and spot.cell is None else ""
        return base + quote(spot.path.encode("utf-8", "surrogateescape"), safe="/") + line

    return address


def shown_remote(remote: str | None) -> str:
    """The remote for print, without any user name or token in it."""
    return _CREDENTIALS.sub("", remote or "")


def spot_text(spot: Spot) -> str:
    """A place as its reader would name it; the root of the repository by that name."""
    if spot.path in ("", "."):
        return "whole repository"
    return named(spot.path, spot.line, spot.cell)


def nowhere(spot: Spot) -> str:
    """For a target whose host is unknown: no place has an address."""
    del spot
    return ""
