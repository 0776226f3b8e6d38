"""The questions of a component about leakage and evaluation."""

from __future__ import annotations

from functools import cached_property

from auditor.graph.leakage import leaks
from auditor.graph.part import Part


class Evaluation(Part):
    """Which rows the models of one component are fitted and judged on."""

    @cached_property
    def leaks(self) -> leaks.Leaks:
        """Train/test leakage by row-set provenance."""
        return leaks.leaks(self._world, self.owns)
