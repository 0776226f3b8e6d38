"""Tables keyed by qualified names and patterns of them: a literal beats a wildcard, segment by segment.

`*` is one name or a part of one, `**` any number of names (also none), `('s3')` a call with that literal argument.
"""

from __future__ import annotations

import re
from typing import Generic, TypeVar

from auditor.model.regex import regex

T = TypeVar("T")

_DOTS_OUTSIDE_CALLS = regex(r"\.(?![^(]*\))")


def segments(name: str) -> list[str]:
    """The dotted parts of a name; the dots of a call's argument do not count."""
    return _DOTS_OUTSIDE_CALLS.split(name) if "(" in name else name.split(".")


def is_pattern(name: str) -> bool:
    """Whether the name holds a wildcard."""
    return "*" in name


class _Branch(Generic[T]):
    """One node of the trie of patterns."""

    __slots__ = ("anything", "literal", "partial", "several", "value")

    def __init__(self) -> None:
        self.literal: dict[str, _Branch[T]] = {}
        self.partial: list[tuple[re.Pattern[str], str, _Branch[T]]] = []
        self.anything: _Branch[T] | None = None
        self.several: _Branch[T] | None = None
        self.value: T | None = None

    def grow(self, part: str) -> _Branch[T]:
        """The child for one part of a pattern, made when new."""
        if part == "**":
            self.several = self.several or _Branch()
            return self.several
        if part == "*":
            self.anything = self.anything or _Branch()
            return self.anything
        if "*" not in part:
            return self.literal.setdefault(part, _Branch())
        for _, text, child in self.partial:
            if text == part:
                return child
        child = _Branch[T]()
        self.partial.append((re.compile(".*".join(map(re.escape, part.split("*")))), part, child))
        self.partial.sort(key=lambda item: -len(item[1]))  # the longer text is the narrower pattern
        return child

    def find(self, parts: list[str], at: int) -> T | None:
        """The value of the most literal pattern that matches the parts from `at` to the end."""
        if at == len(parts):
            if self.value is None and self.several is not None:
                return self.several.value
            return self.value
        part = parts[at]
        child = self.literal.get(part)
        if child is not None and (found := child.find(parts, at + 1)) is not None:
            return found
        for wildcard, _, child in self.partial:
            if wildcard.fullmatch(part) and (found := child.find(parts, at + 1)) is not None:
                return found
        if self.anything is not None and (found := self.anything.find(parts, at + 1)) is not None:
            return found
        if self.several is not None:
            for end in range(at, len(parts) + 1):
                if (found := self.several.find(parts, end)) is not None:
                    return found
        return None


class NameTable(Generic[T]):
    """Values by qualified name or pattern."""

    def __init__(self) -> None:
        self._exact: dict[str, T] = {}
        self._patterns: dict[str, _Branch[T]] = {}  # by first part, so that most names meet no pattern at all

    def add(self, name: str, value: T) -> None:
        """Enter a value; a later one for the same name replaces the earlier."""
        if not is_pattern(name):
            self._exact[name] = value
            return
        first, *rest = segments(name)
        branch = self._patterns.setdefault(first, _Branch())
        for part in rest:
            branch = branch.grow(part)
        branch.value = value

    def literal(self, name: str) -> T | None:
        """The value entered under this very name."""
        return self._exact.get(name)

    def matching(self, name: str) -> T | None:
        """The value of the most literal pattern that matches, leaving literal names aside."""
        parts = segments(name)
        branch = self._patterns.get(parts[0])
        return branch.find(parts, 1) if branch is not None else None

    def get(self, name: str) -> T | None:
        """The value of the name, else of the most literal pattern."""
        found = self._exact.get(name)
        return found if found is not None else self.matching(name)
