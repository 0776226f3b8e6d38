"""Which code made a fact or an audit: digests of what decides them, so that nobody has to raise a number."""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from auditor.model.compiled import kept

ROOMS = ("readers", "source", "language")
RECORDS = ("facts.py", "ir.py")  # of the model
UNHEARD = {"cli", "formats"}  # rooms that say what was found, and decide none of it
PARSERS = ("msgspec", "pyyaml", "radon", "sqlglot", "tree-sitter", "tree-sitter-bash")


@cache
def extractor_version() -> str:
    """A digest (hex) of the readers' code, the records they fill, the parsers they use, and Python's x.y."""
    digest = hashlib.blake2b(_digests()[0], digest_size=16)
    digest.update(f"python {sys.version_info.major}.{sys.version_info.minor}".encode())
    for parser in PARSERS:
        digest.update(f"\0{parser} {_version_of(parser)}".encode())
    return digest.hexdigest()


@cache
def code_version() -> str:
    """A digest (hex) of all that decides an audit of given bytes: facts, knowledge, graph, rules, score, networkx."""
    digest = hashlib.blake2b(_digests()[1], digest_size=16)
    digest.update(f"{extractor_version()} {_version_of('networkx')}".encode())
    return digest.hexdigest()


@cache
def _digests() -> tuple[bytes, bytes]:
    """Digests of the code that reads, and of all other code that decides something."""
    homes = (files("auditor"), files("auditor.rules"))
    return kept("code", homes, lambda: (_reading(homes[0]), _deciding(*homes)), tuple[bytes, bytes])


def _reading(package: Traversable) -> bytes:
    digest = hashlib.blake2b(digest_size=16)
    for name in RECORDS:
        digest.update((package / "model" / name).read_bytes())
    for room in ROOMS:
        _add(digest, package / room)
    return digest.digest()


def _deciding(package: Traversable, rules: Traversable) -> bytes:
    digest = hashlib.blake2b(digest_size=16)
    passed = {*UNHEARD, *ROOMS, "__pycache__"}
    rooms = {item.name: item for item in package.iterdir() if item.name not in passed}
    for name, item in sorted((rooms | {"rules": rules}).items()):
        digest.update(b"\0" + name.encode() + b"\0")
        if item.is_dir():
            _add(digest, item)
        else:
            digest.update(item.read_bytes())
    return digest.digest()


def _version_of(distribution: str) -> str:
    return _installed().get(distribution) or _looked_up(distribution)


@cache
def _installed() -> dict[str, str]:
    """Versions by name, from the folders that installers put beside what they install: `pyyaml-6.0.dist-info`.

    It is what `importlib.metadata` goes by, whose import takes longer than all else that is done here.
    """
    found: dict[str, str] = {}
    for folder in reversed(sys.path):
        with contextlib.suppress(OSError):  # an archive, or nothing
            for entry in os.scandir(folder or "."):
                if entry.name.endswith(".dist-info"):
                    name, _, version = entry.name.removesuffix(".dist-info").partition("-")
                    found[name.replace("_", "-").lower()] = version
    return found


def _looked_up(distribution: str) -> str:
    from importlib.metadata import PackageNotFoundError, version

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
