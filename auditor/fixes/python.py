"""Changes of Python text that leave everything else as it was, comments and blanks included."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import libcst as cst
import msgspec
from libcst.metadata import MetadataWrapper

from auditor.fixes.aliases import pandas_alias
from auditor.fixes.changes import Changes
from auditor.fixes.wishes import Wish

UNCLEAR = "what is meant here cannot be told"


class Mended(msgspec.Struct, frozen=True):
    """The new bytes, the wishes that were fulfilled, and why others were not."""

    after: bytes
    done: frozenset[Wish]
    refused: Mapping[Wish, str]


def mend(before: bytes, wanted: Sequence[Wish]) -> Mended:
    """A module with some changes made. What cannot be parsed stays as it is."""
    try:
        module = cst.parse_module(before)
    except (cst.ParserSyntaxError, UnicodeDecodeError, LookupError, RecursionError):
        return Mended(before, frozenset(), dict.fromkeys(wanted, "this file cannot be parsed"))
    changes = changed(module, wanted, pandas_alias(module))
    return Mended(changes.module.bytes, frozenset(changes.done), changes.refused)


class Changed(msgspec.Struct, frozen=True):
    """A changed module, with what was done and refused."""

    module: cst.Module
    done: set[Wish]
    refused: dict[Wish, str]


def changed(module: cst.Module, wanted: Iterable[Wish], pandas: str) -> Changed:
    """Makes the changes; `pandas` is the name by which the library is known there, "" for none."""
    changes = Changes(list(wanted), pandas)
    result = MetadataWrapper(module, unsafe_skip_copy=True).visit(changes)
    return Changed(result, changes.done, changes.refused)
