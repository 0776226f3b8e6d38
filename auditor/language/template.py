"""`${a.b[0].c}` interpolation as DVC and OmegaConf write it."""

from __future__ import annotations

import re
from collections.abc import Callable

from auditor.language.node import Scalar
from auditor.model.regex import regex

MAX_TEXT = 10_000

_HOLE = regex(r"(\\)?\$\{([^${}]*)\}")
_STEP = regex(r"[^.\[\]\s]+")


def expand(text: str, lookup: Callable[[str], Scalar]) -> tuple[str, bool]:
    """The text with its interpolations replaced, and whether all were.

    `lookup` gets a dotted key (`a.b.0.c`) and answers None for what it does not know; that hole stays as written.
    `\\${` is an escape. Booleans and numbers are written as YAML writes them.
    """
    complete = True

    def fill(match: re.Match[str]) -> str:
        nonlocal complete
        if match.group(1):
            return match.group()[1:]
        value = lookup(dotted(match.group(2)))
        if value is None:
            complete = False
            return match.group()
        return str(value).lower() if isinstance(value, bool) else str(value)

    return _HOLE.sub(fill, text)[:MAX_TEXT], complete


def dotted(expression: str) -> str:
    """`a.b[0].c` as `a.b.0.c`."""
    return ".".join(_STEP.findall(expression))


def holes(text: str) -> tuple[str, ...]:
    """The dotted keys that a text interpolates, in order."""
    return tuple(dotted(match.group(2)) for match in _HOLE.finditer(text) if not match.group(1))


def is_templated(text: str) -> bool:
    """Whether a text holds an interpolation."""
    return any(not match.group(1) for match in _HOLE.finditer(text))
