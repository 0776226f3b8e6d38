"""The compiled code of regular expressions, kept where Python keeps that of its modules.

An audit asks some three hundred of the package's expressions, which takes as long to compile as fifteen thousand lines of
Python take to parse. `re` itself keeps nothing from one process to the next: so what its compiler hands to its engine is kept
here, for this very build of Python. One that works otherwise inside compiles each expression in each process, as usual.
"""

from __future__ import annotations

import atexit
import logging
import re
import sys
from array import array
from collections.abc import Callable
from functools import cache
from hashlib import blake2b
from importlib import import_module
from typing import Any

import msgspec

from auditor.model import compiled

log = logging.getLogger(__name__)

NAME = "expressions"
MOST = 5_000
"""Expressions that are kept: versions of this package that come and go leave theirs behind."""


class Code(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What an expression is compiled to: the words of the engine's code, all its flags, its groups, and which of them have names."""

    words: bytes
    flags: int
    groups: int
    names: dict[str, int]


class _Held:
    """What this process knows, and whether some of that is not kept yet."""

    codes: dict[str, Code] | None = None
    fresh = False


def pattern(text: Any, flags: int) -> re.Pattern[Any]:
    """What `re.compile` gives, of a constant of this package. Raises `re.error`."""
    engine = _engine()
    if engine is None:
        return re.compile(text, flags)
    codes = _codes()
    key = f"{int(flags)} {text!r}"
    held = codes.get(key)
    if held is not None:
        try:
            return engine.pattern(text, held)
        except (RuntimeError, ValueError, TypeError, OverflowError, IndexError) as error:
            log.debug("the code that is kept of %s is damaged: %s", key, error)
    code = codes[key] = engine.code(text, int(flags))
    if not _Held.fresh:
        _Held.fresh = True
        atexit.register(keep)
    return engine.pattern(text, code)


def keep() -> None:
    """Keep what this process has compiled, for the next one; it does so at its end."""
    if _Held.fresh and _Held.codes:
        _Held.fresh = False
        compiled.keep(NAME, _stamp(), _Held.codes)


def _codes() -> dict[str, Code]:
    if _Held.codes is None:
        known = compiled.found(NAME, _stamp(), dict[str, Code])
        _Held.codes = known if known is not None and len(known) < MOST else {}
    return _Held.codes


@cache
def _stamp() -> bytes:
    """Tells builds of Python apart: the code of one is nothing to another."""
    return blake2b(f"{sys.version} {sys.maxsize}".encode(), digest_size=compiled.DIGEST).digest()


class _Engine:
    """The inside of `re`, as it has been since Python 3.11."""

    def __init__(self) -> None:
        """Raises ImportError or AttributeError where it is another."""
        self._make: Callable[..., re.Pattern[Any]] = import_module("_sre").compile
        self._parse: Callable[[Any, int], Any] = import_module("re._parser").parse
        self._compile: Callable[[Any, int], list[int]] = import_module("re._compiler")._code  # noqa: SLF001  # what `re` has

    def code(self, text: Any, flags: int) -> Code:
        """The code of an expression, as `re` compiles it. Raises `re.error`."""
        parsed = self._parse(text, flags)
        state = parsed.state
        words = array("I", self._compile(parsed, flags))
        return Code(words.tobytes(), flags | state.flags, state.groups - 1, state.groupdict)

    def pattern(self, text: Any, code: Code) -> re.Pattern[Any]:
        """The expression of a code. Raises what the engine does where it is none."""
        named: list[Any] = [None] * (code.groups + 1)
        for name, number in code.names.items():
            named[number] = name
        words = array("I", code.words).tolist()
        return self._make(text, code.flags, words, code.groups, code.names, tuple(named))


@cache
def _engine() -> _Engine | None:
    try:
        return _Engine()
    except (ImportError, AttributeError) as error:
        log.debug("expressions are compiled in each process: %s", error)
        return None
