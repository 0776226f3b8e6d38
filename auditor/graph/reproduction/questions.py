"""The questions of a component about reproduction."""

from __future__ import annotations

from functools import cached_property

from auditor.graph.part import Part
from auditor.graph.reproduction import randomness


class Reproduction(Part):
    """Whether somebody else, or the same people next year, can train the same model."""

    @cached_property
    def chances(self) -> list[randomness.Chance]:
        """What chance decides on the way to a model, by file."""
        return randomness.chances(self._world, self.owns)
