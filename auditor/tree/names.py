"""Names of files and repositories as they are shown."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePath
from urllib.parse import urlsplit, urlunsplit

from auditor.model.regex import regex

SCP_LIKE = regex(r"^(?:[\w.+-]+@)?[\w.-]+:(?!//)[^\\]")
GENERIC = frozenset(("repo", "repository", "git", "src", "source", "checkout", "workspace", ""))
UNPRINTABLE = regex(r"[\x00-\x20\x7f]")


def display(raw: bytes) -> str:
    """A path as text; bytes that are no UTF-8 become backslash escapes."""
    return raw.decode("utf-8", "backslashreplace")


def strip_credentials(url: str) -> str:
    """A remote's address without passwords, tokens and queries. The user name of ssh is kept: it is no secret."""
    url = UNPRINTABLE.sub("", url)
    if "://" not in url:
        return url
    try:
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")
    except ValueError:  # no address after all; better nothing than a secret
        return ""
    user = host[0].partition(":")[0]
    netloc = f"{user}@{host[2]}" if user and parts.scheme in ("ssh", "git+ssh") else host[2]
    return urlunsplit((parts.scheme, netloc, parts.path, "", ""))


def shown_target(target: str) -> str:
    """A target as it may be written down: an address without what opens its door, a path as it is."""
    return strip_credentials(target) if "://" in target else target


def remote_of(settings: Sequence[tuple[str, str]]) -> str | None:
    """The address of `origin`, else of the first remote, from a repository's `remote.*.url` settings."""
    urls = {key.lower(): value for key, value in reversed(settings)}
    url = urls.get("remote.origin.url") or (min(urls.items())[1] if urls else None)
    return strip_credentials(url) or None if url else None


def repository_name(path: PurePath, remote: str | None) -> str:
    """What people call a repository: by its remote, else by its folder, generic folder names passed over."""
    named: list[str] = re.split(r"[/:]", remote.rstrip("/")) if remote else []
    parts = [part.removesuffix(".git") for part in (*path.parts, *named) if part not in ("/", ".git")]
    for part in reversed(parts):
        if part not in GENERIC:
            return part.rpartition("+")[2] or part  # mirrors keep OWNER/NAME as OWNER+NAME
    return parts[-1] if parts else str(path)


def identity(remote: str | None, name: str) -> str:
    """What the clones of a repository have in common, whichever way each was fetched: host and path, else its name."""
    if not remote:
        return name
    address = strip_credentials(remote)
    if "://" not in address and SCP_LIKE.match(address):
        address = f"ssh://{address.replace(':', '/', 1)}"
    parts = urlsplit(address)
    host = parts.netloc.rpartition("@")[2].partition(":")[0].lower()
    path = parts.path.strip("/").removesuffix(".git").rstrip("/")
    return f"{host}/{path}" if host else path or name


def is_url(target: str) -> bool:
    """Whether a target that is not on this disk reads as the address of a git repository."""
    return target.startswith(("https://", "http://", "ssh://", "git://", "file://", "git+ssh://")) or (
        bool(SCP_LIKE.match(target)) and not re.match(r"^[A-Za-z]:", target)
    )
