"""Tables in a form that is read many times faster than TOML, kept where Python keeps its own compiled files.

As with those, a file that is missing, stale, damaged or cannot be written costs time and nothing else.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
from importlib.util import cache_from_source
from pathlib import Path
from typing import Any

import msgspec

DIGEST = 16
"""Bytes at the beginning of a file that tell which text it was made of."""


def loads(text: str, name: str) -> dict[str, Any]:
    """The TOML document of a text, from the compiled form of the table `name` where that was made of this text.

    Raises `tomllib.TOMLDecodeError`.
    """
    file = _beside(name)
    digest = hashlib.blake2b(text.encode(), digest_size=DIGEST).digest()
    with contextlib.suppress(OSError, msgspec.DecodeError):
        held = file.read_bytes()
        if held.startswith(digest):
            return msgspec.msgpack.decode(held[DIGEST:], type=dict[str, Any])

    import tomllib

    found = tomllib.loads(text)
    if not sys.dont_write_bytecode:
        with contextlib.suppress(OSError):  # a read-only installation, a full disk
            _write(file, digest + msgspec.msgpack.encode(found))
    return found


def _beside(name: str) -> Path:
    """Where the compiled form of a table lies: wherever that of this module does, under a name of its own."""
    own = Path(cache_from_source(__file__))
    return own.with_name(f"{name}.{sys.implementation.cache_tag}.msgpack")


def _write(file: Path, data: bytes) -> None:
    """Write a file whole or not at all: another process may read it at any time."""
    import tempfile

    file.parent.mkdir(parents=True, exist_ok=True)
    handle, made = tempfile.mkstemp(dir=file.parent, prefix=f"{file.name}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        Path(made).replace(file)
    except BaseException:
        Path(made).unlink(missing_ok=True)
        raise
