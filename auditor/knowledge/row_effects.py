"""What methods and functions do to rows, by the table `rows.toml`."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import msgspec


class Effects(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Names by what they do to the rows of their receiver or of their first argument; the table says what each word means."""

    keep: frozenset[str] = frozenset()
    subset: frozenset[str] = frozenset()
    statistic: frozenset[str] = frozenset()
    learned: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    union: frozenset[str] = frozenset()
    repeat: frozenset[str] = frozenset()

    def by_name(self) -> dict[str, str]:
        """Name → the word of its effect."""
        return {name: word for word in self.__struct_fields__ for name in getattr(self, word)}


class _Written(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    methods: Effects
    functions: Effects


def text() -> str:
    """The table as shipped."""
    return (files("auditor.knowledge") / "rows.toml").read_text(encoding="utf-8")


@cache
def row_effects() -> tuple[dict[str, str], dict[str, str]]:
    """The effects of methods and of functions, by name."""
    import tomllib

    written = msgspec.convert(tomllib.loads(text()), _Written)
    return written.methods.by_name(), written.functions.by_name()
