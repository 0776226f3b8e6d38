"""The questions of a component about tests."""

from __future__ import annotations

from auditor.graph.part import Part
from auditor.graph.parts.archetypes import SURE
from auditor.graph.testing import behaviour, coverage, expectations, parity, production, rehearsals
from auditor.graph.testing.suites import Suites, suites


class Testing(Part):
    """What tests of the repository reach in one component."""

    def feature_code(self) -> list[coverage.Subject]:
        """The code that makes features, by whether tests reach it."""
        return coverage.feature_code(self._world, self.owns)

    def model_code(self) -> list[coverage.Subject]:
        """The networks that are defined, by whether tests reach them."""
        return coverage.model_code(self._world, self.owns)

    def rehearsals(self) -> rehearsals.Rehearsals:
        """The declared pipelines, and which test or job runs them from end to end."""
        return rehearsals.rehearsals(self._world, self.owns)

    def expectations(self) -> expectations.Expectations:
        """What can fail on the data that training takes."""
        return expectations.expectations(self._world, self.owns)

    def written_by_tests(self) -> list[production.Touched]:
        """Data and models that tests write and code in operation reads."""
        return production.written_by_tests(self._world, self.owns)

    def parity(self) -> parity.Parity:
        """Features that both sides of a model compute, and the tests that hold the sides against each other."""
        return parity.parity(self._world, self.owns)

    def behaviour(self) -> behaviour.Behaviour:
        """What asks the models that are trained here for more than one figure over all rows."""
        return behaviour.behaviour(self._world, self.owns)

    def searched_for_behaviour(self) -> tuple[str, ...]:
        """What a search for tests of behaviour looked for."""
        return behaviour.SEARCHED

    def excused(self) -> str | None:
        """Why nobody owes tests of the learning system here; None where they are owed."""
        for archetype in self.archetypes:
            if archetype.letter in "LRTN" and archetype.confidence >= SURE:
                return f"{archetype.name}: nothing that it learns is operated"
        return None

    @property
    def built_upon(self) -> bool:
        """Whether it is sure to be a library or research code: others build on what it defines, and nobody operates it."""
        sure = {archetype.letter for archetype in self.archetypes if archetype.confidence >= SURE}
        return bool(sure & set("LR")) and not sure & set("TN")

    @property
    def suites(self) -> Suites:
        """All tests of the repository."""
        return suites(self._world)
