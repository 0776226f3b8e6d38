"""Stand-ins for content that is kept elsewhere: Git LFS and git-annex pointers."""

from __future__ import annotations

import re

from auditor.language.annex import STORE, annexed
from auditor.model.facts import Facts, Pin, Trouble
from auditor.model.regex import regex

MAX_POINTER = 1_024
"""Bytes of the longest pointer."""

_LFS = b"version https://git-lfs.github.com/spec/v1"
_ANNEX = (f"/{STORE}".encode(), f".git/{STORE}".encode(), b"../")  # a link is a file where the file system has no links
_OID = regex(r"^oid (\w+:[0-9a-fA-F]+)$", re.MULTILINE)
_SIZE = regex(r"^size (\d{1,18})$", re.MULTILINE)


def pointer(data: bytes) -> Facts | None:
    """The facts of a file that stands for content kept elsewhere, whatever its name says; None for any other file."""
    if len(data) > MAX_POINTER or not data.startswith((_LFS, *_ANNEX)):
        return None
    text = data.decode("utf-8", "replace")
    large = data.startswith(_LFS)
    pin = _of_lfs(text) if large else annexed(text)
    if pin is None:
        return None
    trouble = Trouble(1, "a pointer: the content is kept elsewhere", "pointer")
    tool = "git-lfs" if large else "git-annex"
    return Facts(kind="pointer", pins=(pin,), attrs=(("tool", tool),), lines=3, troubles=(trouble,))


def _of_lfs(text: str) -> Pin | None:
    oid, size = _OID.search(text), _SIZE.search(text)
    return Pin("", "content-hash", oid.group(1), 1, int(size.group(1)) if size else -1) if oid else None
