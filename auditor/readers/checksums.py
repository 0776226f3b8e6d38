"""Files that hold checksums of other files: `*.md5`, `SHA256SUMS`, the registry of a download helper."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.language.credentials import mask
from auditor.language.text import read_text
from auditor.model.facts import Facts, Pin
from auditor.model.regex import regex
from auditor.readers.contract import Reader, over_text

MAX_LINES = 50_000

_LENGTHS = {32: "md5", 40: "sha1", 56: "sha224", 64: "sha256", 96: "sha384", 128: "sha512"}
_HEX = r"[0-9a-fA-F]{32,128}"
_FIRST = regex(rf"\\?(?P<hash>{_HEX})(?:\s+\*?(?P<path>\S.*?))?\s*")
_NAMED = regex(rf"(?P<kind>MD5|SHA\d+)\s*\((?P<path>.+)\)\s*=\s*(?P<hash>{_HEX})\s*", re.IGNORECASE)
_LAST = regex(rf"(?P<path>\S+)\s+(?:(?P<kind>md5|sha\d+):)?(?P<hash>{_HEX})(?:\s+(?P<url>\S+))?\s*", re.IGNORECASE)


def read(text: str) -> Facts:
    """A pin per line. Its path is "" where the hash stands alone: then the file is the one of this name without the suffix."""
    return Facts(kind="checksums", pins=tuple(_pins(text)), attrs=(("tool", "checksums"),))


def _pins(text: str) -> Iterator[Pin]:
    for number, line in enumerate(text.split("\n")[:MAX_LINES], 1):
        found = _NAMED.fullmatch(line) or _FIRST.fullmatch(line) or _LAST.fullmatch(line)
        if found is None or line.lstrip().startswith("#"):
            continue
        groups = found.groupdict()
        kind = (groups.get("kind") or _LENGTHS.get(len(groups["hash"]), "")).lower()
        if kind:
            path = (groups.get("path") or "").removeprefix("./")
            origin = mask(groups.get("url") or "")
            yield Pin(path, "content-hash", f"{kind}:{groups['hash'].lower()}", number, origin=origin)


def looks_like(data: bytes) -> bool:
    """Whether most lines of a text are checksums."""
    text, _ = read_text(data[:4_096])
    lines = [line for line in text.split("\n") if line.strip() and not line.startswith("#")][:30]
    good = sum(1 for line in lines if _NAMED.fullmatch(line) or _FIRST.fullmatch(line) or _LAST.fullmatch(line))
    return bool(good) and good * 2 >= len(lines)


READER = Reader(
    name="checksums",
    names=("*.md5", "*.sha1", "*.sha256", "*.sha512", "MD5SUMS*", "SHA*SUMS*", "md5sum*.txt", "sha256sum*.txt", "checksums*.txt",
           "checksum*.txt", "registry.txt", "*registry*.txt"),
    read=over_text(read),
    sniff=looks_like,
)  # fmt: skip
