"""Where answers to questions about single contents are kept for other processes."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from typing import Any, Protocol, TypeVar

T = TypeVar("T")


class By(IntEnum):
    """What an answer hangs on: the text of its file alone; or that and what its imports mean; or these and its effects."""

    TEXT = 0
    IMPORTS = 1
    EFFECTS = 2


class Pages(Protocol):
    """What is said of single contents, for whoever meets them again."""

    def ask(self, path: str, by: By, question: Callable[..., T], kind: Any, find: Callable[[], T]) -> T:
        """What was said of a file before, else what is found. `kind` is the type of the answers, which are plain data."""


class NoPages:
    """Keeps nothing."""

    def ask(self, _path: str, _by: By, _question: Callable[..., T], _kind: Any, find: Callable[[], T]) -> T:
        """What is found."""
        return find()
