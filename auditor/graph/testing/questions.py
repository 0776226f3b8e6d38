"""The questions of a component about tests."""

from __future__ import annotations

from auditor.graph.part import Part
from auditor.graph.parts.archetypes import SURE
from auditor.graph.testing import coverage
from auditor.graph.testing.suites import Suites, suites


class Testing(Part):
    """What tests of the repository reach in one component."""

    def feature_code(self) -> list[coverage.Subject]:
        """The code that makes features, by whether tests reach it."""
        return coverage.feature_code(self._world, self.owns)

    def model_code(self) -> list[coverage.Subject]:
        """The networks that are defined, by whether tests reach them."""
        return coverage.model_code(self._world, self.owns)

    def excused(self) -> str | None:
        """Why nobody owes tests of the learning system here; None where they are owed."""
        for archetype in self.archetypes:
            if archetype.letter in "LRTN" and archetype.confidence >= SURE:
                return f"{archetype.name}: nothing that it learns is operated"
        return None

    @property
    def suites(self) -> Suites:
        """All tests of the repository."""
        return suites(self._world)
