"""The questions of a component about figures and choices: what calls say of them, without following rows."""

from __future__ import annotations

from functools import cached_property

from auditor.graph.leakage import directions, figures
from auditor.graph.leakage.evaluations import Doubt
from auditor.graph.part import Part


class Judging(Part):
    """How the models of one component are measured and chosen."""

    @cached_property
    def wrong_ways(self) -> tuple[tuple[Doubt, ...], int]:
        """Selections that take the worst by their metric, and how many selections were looked at."""
        return directions.wrong_ways(self._world, self.owns)

    @cached_property
    def self_comparisons(self) -> tuple[tuple[Doubt, ...], int]:
        """Metrics and gates that compare a value with itself, and how many comparisons were looked at."""
        return figures.self_comparisons(self._world, self.owns)

    @cached_property
    def fabricated(self) -> tuple[tuple[Doubt, ...], int]:
        """Metrics that are recorded without having been measured, and how many records were looked at."""
        return figures.fabricated(self._world, self.owns)
