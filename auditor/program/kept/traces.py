"""What an answer was found by: everything of the tree that was looked at, and whether a tree still says the same."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

import msgspec

from auditor.program.naming.code import Code
from auditor.program.running.invocations import Invocation, Invocations

if TYPE_CHECKING:
    from collections.abc import Iterable

UNDER = -1
"""In the place of an import's level: what a dotted name means under a folder."""

UNNAMED = b""
"""In the place of a digest: a file whose content has none."""

Import: TypeAlias = tuple[str, str, int]
"""An importer (or a folder), a dotted name, and the level of the import (or `UNDER`)."""


class Tree:
    """What a trace can ask of a tree. `digests` tell the contents of its files: equal ones have equal facts."""

    def __init__(
        self,
        code: Code,
        invocations: Invocations,
        digests: Mapping[str, bytes],
        callers: Mapping[tuple[str, int], object] | None = None,
        lifted: Mapping[tuple[str, int], Sequence[object]] | None = None,
    ) -> None:
        """`callers` and `lifted` effects by scope, once all calls are known."""
        self.code = code
        self.invocations = invocations
        self._digests = digests
        self._callers = callers or {}
        self._lifted = lifted or {}

    def file(self, path: str) -> bytes | None:
        """The content of a file, by its digest; None where there is no such file, `UNNAMED` where its content has no digest."""
        digest = self._digests.get(path)
        return UNNAMED if digest is None and path in self.code.files else digest

    def is_called(self, site: tuple[str, int]) -> bool:
        """Whether anything calls a scope."""
        return bool(self._callers.get(site))

    def lifted(self, site: tuple[str, int]) -> tuple[object, ...]:
        """The effects of callees that land in a scope."""
        return tuple(self._lifted.get(site, ()))

    def imported(self, asked: Import) -> str | None:
        """The file that an import means."""
        importer, dotted, level = asked
        modules = self.code.modules
        return modules.file(importer, dotted) if level == UNDER else modules.resolve(importer, dotted, level)

    def starts(self, path: str, own: bool) -> bytes:
        """The starts of a program, or those in which a module sees the command line."""
        return told(self.invocations.direct(path) if own else self.invocations.of(path))


class Trace(msgspec.Struct):
    """Everything that was looked at, each with what it was."""

    files: dict[str, bytes | None] = {}
    imports: dict[Import, str | None] = {}
    starts: dict[tuple[str, bool], bytes] = {}
    rebound: dict[str, bool] = {}
    called: dict[tuple[str, int], bool] = {}
    lifted: dict[tuple[str, int], tuple[object, ...]] = {}
    whole: bool = True
    """Whether everything is in it: no answer is kept where something was looked at that has no digest."""

    def holds(self, tree: Tree) -> bool:
        """Whether a tree says the same of everything, so that the same answer would be found."""
        known = tree.file
        if not self.whole or any(known(path) != digest for path, digest in self.files.items()):
            return False
        return (
            all(tree.imported(asked) == found for asked, found in self.imports.items())
            and all(tree.starts(path, own) == found for (path, own), found in self.starts.items())
            and all(tree.code.rebinds(name) is found for name, found in self.rebound.items())
            and all(tree.is_called(site) is found for site, found in self.called.items())
            and all(tree.lifted(site) == landed for site, landed in self.lifted.items())
        )

    def take(self, other: Trace) -> None:
        """Take in what another answer was found by, which this one makes use of."""
        self.files.update(other.files)
        self.imports.update(other.imports)
        self.starts.update(other.starts)
        self.rebound.update(other.rebound)
        self.called.update(other.called)
        self.lifted.update(other.lifted)
        self.whole = self.whole and other.whole


def told(starts: Iterable[Invocation]) -> bytes:
    """Starts of programs in short; nothing where there are none."""
    listed = tuple(starts)
    return hashlib.blake2b(msgspec.msgpack.encode(listed), digest_size=16).digest() if listed else b""
