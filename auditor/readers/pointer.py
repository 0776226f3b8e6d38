"""Stand-ins for content that is kept elsewhere: Git LFS and git-annex pointers."""

from __future__ import annotations

import re

from auditor.model.facts import Facts, Pin, Trouble
from auditor.model.regex import regex

MAX_BYTES = 1_024

_LFS = b"version https://git-lfs.github.com/spec/v1"
_ANNEX = b"/annex/objects/"
_OID = regex(r"^oid (\w+:[0-9a-fA-F]+)$", re.MULTILINE)
_SIZE = regex(r"^size (\d{1,18})$", re.MULTILINE)
_KEY = regex(r"/annex/objects/(?:.*/)?([A-Z0-9]+)-(?:s(\d{1,18})-)?[^-]*-?([^\s./]+)")


def pointer(data: bytes) -> Pin | None:
    """The content that these bytes stand for, if they are a pointer."""
    if len(data) > MAX_BYTES or not data.startswith((_LFS, _ANNEX)):
        return None
    text = data.decode("utf-8", "replace")
    if data.startswith(_LFS):
        oid, size = _OID.search(text), _SIZE.search(text)
        return Pin("", "content-hash", oid.group(1), 1, int(size.group(1)) if size else -1) if oid else None
    key = _KEY.match(text)
    return (
        Pin("", "content-hash", f"{key.group(1).lower()}:{key.group(3)}", 1, int(key.group(2) or -1)) if key else None
    )


def read_pointer(pin: Pin) -> Facts:
    """The facts of a pointer file: its content is elsewhere, whatever its name says."""
    tool = "git-lfs" if pin.hash.startswith("sha256:") and "-" not in pin.hash else "git-annex"
    return Facts(
        kind="pointer", pins=(pin,), attrs=(("tool", tool),), lines=3,
        troubles=(Trouble(1, "a pointer: the content is kept elsewhere", "pointer"),),
    )  # fmt: skip
