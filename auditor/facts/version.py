"""Which code made a fact or an audit: digests of what decides them, so that nobody has to raise a number."""

from __future__ import annotations

import hashlib
import sys
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from importlib.resources.abc import Traversable

ROOMS = ("readers", "source", "language")
RECORDS = ("facts.py", "ir.py")  # of the model
UNHEARD = {"cli", "formats"}  # rooms that say what was found, and decide none of it
PARSERS = ("msgspec", "pyyaml", "radon", "tree-sitter", "tree-sitter-bash")


@cache
def extractor_version() -> str:
    """A digest (hex) of the readers' code, the records they fill, the parsers they use, and Python's x.y."""
    digest = hashlib.blake2b(digest_size=16)
    digest.update(f"python {sys.version_info.major}.{sys.version_info.minor}".encode())
    for parser in PARSERS:
        digest.update(f"\0{parser} {_version_of(parser)}".encode())
    package = files("auditor")
    for name in RECORDS:
        digest.update((package / "model" / name).read_bytes())
    for room in ROOMS:
        _add(digest, package / room)
    return digest.hexdigest()


@cache
def code_version() -> str:
    """A digest (hex) of all that decides an audit of given bytes: facts, knowledge, graph, rules, score, networkx."""
    digest = hashlib.blake2b(extractor_version().encode(), digest_size=16)
    digest.update(_version_of("networkx").encode())
    rooms = {item.name: item for item in files("auditor").iterdir() if item.name not in {*UNHEARD, "__pycache__"}}
    for name, item in sorted((rooms | {"rules": files("auditor.rules")}).items()):
        digest.update(b"\0" + name.encode() + b"\0")
        if item.is_dir():
            _add(digest, item)
        else:
            digest.update(item.read_bytes())
    return digest.hexdigest()


def _version_of(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return "absent"


def _add(digest: hashlib.blake2b, folder: Traversable) -> None:
    for item in sorted(folder.iterdir(), key=lambda item: item.name):
        if item.name == "__pycache__":
            continue
        if item.is_dir():
            _add(digest, item)
        else:
            digest.update(b"\0" + item.name.encode() + b"\0" + item.read_bytes())
