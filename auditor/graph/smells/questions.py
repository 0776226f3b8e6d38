"""The questions of a component about smells in its code."""

from __future__ import annotations

from functools import cached_property

from auditor.graph.part import Part
from auditor.graph.smells import (
    absent,
    admitted,
    frames,
    notebooks,
    nowhere,
    numeric,
    pedantic,
    pinned,
    swallowed,
    training_bodies,
    training_loops,
    unbound,
    undefined,
    unraised,
    unsafe_loads,
    unset,
)


class Smells(Part):
    """Where the code of one component does not do what it says."""

    def unbound_imports(self) -> list[unbound.Unbound]:
        """Names that programs import from modules of the repository which do not have them."""
        return unbound.unbound(self._world, self.owns)

    def modules_nowhere(self) -> list[nowhere.Nowhere]:
        """Modules that programs import from packages of the repository which do not have them."""
        return nowhere.nowhere(self._world, self.owns)

    def unset_names(self) -> list[unset.Unset]:
        """Names that are read behind a handler which left them unset."""
        return unset.unset(self._world, self.owns)

    def absent_methods(self) -> list[absent.Absent]:
        """Methods that classes call on themselves and do not have."""
        return absent.absent(self._world, self.owns)

    def frame_misuses(self) -> list[frames.Misuse]:
        """Uses of frames and metrics whose result is not what they say."""
        return frames.misuses(self._world, self.owns)

    def training_defects(self) -> tuple[list[training_bodies.Defect], int]:
        """Training loops that forget something, and how many bodies with one were looked at."""
        return training_loops.defects(self._world, self.owns)

    def unguarded_numerics(self) -> list[numeric.Unguarded]:
        """Computations that give infinity for outputs a model may have."""
        return numeric.unguarded(self._world, self.owns)

    def swallowed_errors(self) -> tuple[list[swallowed.Swallowed], int]:
        """Silent handlers around work on data, and how many handlers around such work there are."""
        return swallowed.swallowed_errors(self._world, self.owns)

    def unraised_errors(self) -> list[unraised.Unraised]:
        """Errors that are made and never raised."""
        return unraised.unraised_errors(self._world, self.owns)

    def unsafe_loads(self) -> unsafe_loads.Loads:
        """Loads that run what they load, by where that comes from."""
        return unsafe_loads.loads(self._world, self.owns)

    def admitted_debt(self, touched: dict[str, int] | None) -> admitted.Admitted:
        """Debt that comments admit; `touched` counts the commits of the last year by path."""
        return admitted.admitted(self._world, self.owns, touched)

    def own_notebooks(self) -> list[notebooks.Notebook]:
        """Notebooks with what makes them hard to maintain."""
        return notebooks.notebooks(self._world, self.owns)

    def stays_below(self, library: str, version: str) -> bool:
        """Whether every environment that names a library keeps it below a version."""
        return pinned.always(self._world, self.owns, library, below=version)

    def undefined_names(self) -> tuple[list[undefined.Undefined], int]:
        """Names that programs use and nothing defines, and how many programs could be looked at."""
        return undefined.undefined(self._world, self.owns)

    @cached_property
    def _misuses(self) -> list[pedantic.Misuse]:
        return pedantic.misuses(self._world, self.owns)

    def api_misuses(self, kind: str) -> list[pedantic.Misuse]:
        """Commodity misuses of one kind: what the pedantic persona is shown."""
        return [each for each in self._misuses if each.kind == kind]
