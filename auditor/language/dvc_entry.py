"""`{path, md5, size, nfiles}` entries, as dvc.lock and *.dvc files share them."""

from __future__ import annotations

from hashlib import sha1

from auditor.language.node import Node
from auditor.model.facts import Pin

_HASHES = ("md5", "etag", "checksum", "version_id")


def read_pin(entry: Node, *, step: str = "", role: str = "") -> Pin:
    """The content that an entry identifies; an entry without a hash has an empty one.

    Where the store keeps versions itself, a folder lists its files: its hash is one over theirs.
    """
    digest, listed = (
        _digest(entry),
        [f"{each.get('relpath').raw} {_digest(each)}" for each in entry.get("files").maps()],
    )
    if not digest and listed and all(not each.endswith(" ") for each in listed):
        digest = f"files:{sha1(chr(10).join(listed).encode(), usedforsecurity=False).hexdigest()}"
    kind = "immutable-id" if digest.startswith("version_id") else "content-hash"
    return Pin(
        entry.get("path").raw,
        kind,
        digest,
        entry.line,
        _number(entry.get("size")),
        len(listed) or _number(entry.get("nfiles")),
        step=step,
        role=role,
    )


def _digest(entry: Node) -> str:
    return next((f"{name}:{entry.get(name).raw}" for name in _HASHES if entry.get(name).is_scalar), "")


def _number(node: Node) -> int:
    return node.value if isinstance(node.value, int) and not isinstance(node.value, bool) else -1
