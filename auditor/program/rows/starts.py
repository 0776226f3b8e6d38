"""Which programs are worth a run: those in which rows can come to matter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from auditor.model.artefact import Role
from auditor.program.calls.records import Effect, Site
from auditor.program.naming.code import Code

_STARTS = frozenset({Role.SPLIT, Role.EVALUATE, Role.PREDICT, Role.FIT, Role.FIT_TRANSFORM})


class HasEffects(Protocol):
    """A program with what its calls do."""

    @property
    def code(self) -> Code:
        """The program."""

    @property
    def own(self) -> Mapping[Site, Sequence[Effect]]:
        """Effects by the scope that has them."""


def busy(effects: HasEffects, path: str) -> list[int]:
    """The scopes of a file that fit, split or judge."""
    return [n for n in effects.code.scopes(path) if any(e.role in _STARTS for e in effects.own.get((path, n), ()))]
