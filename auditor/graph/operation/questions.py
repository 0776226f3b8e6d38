"""The questions of a component about models in operation."""

from __future__ import annotations

from auditor.graph.data import versions
from auditor.graph.operation import operations
from auditor.graph.part import Part
from auditor.graph.parts.archetypes import SURE


class Operation(Part):
    """What of one component serves, what watches it, and what trains it again."""

    def serving(self) -> list[operations.Serving]:
        """Services that answer with a model, and scheduled scoring."""
        return operations.serving(self._world, self.owns)

    @property
    def deployed(self) -> bool:
        """Whether it is evident that the model operates: scoring on a schedule, or a service that is sure to be one."""
        return self.confidence("S") >= SURE or any(place.kind == "schedule" for place in self.serving())

    def doubt(self) -> str | None:
        """Why the absence of a practice cannot be claimed: it may live elsewhere, be unread, or not be owed; None if it can."""
        if platforms := self.elsewhere():
            return f"none in the repository; it points to {', '.join(platforms)}, where it may live"
        if self.unreadable:
            return f"none in what could be read; {self.unreadable[0]} could not"
        return None if self.deployed else f"{self.serving()[0].says}, but nothing shows that it is deployed"

    def drift_evidence(self) -> list[operations.Evidence]:
        """Whatever in the repository watches a model's inputs."""
        return operations.drift_evidence(self._world)

    def starts(self) -> tuple[list[operations.Start], list[versions.Training]]:
        """Triggers that lead to training, and the training programs."""
        return operations.starts(self._world, self.owns)

    def elsewhere(self) -> list[str]:
        """Platforms outside the repository that it points to."""
        return operations.elsewhere(self._world)

    def searched_for_drift(self) -> tuple[str, ...]:
        """What a search for drift monitoring looked for."""
        libraries = sorted(
            library.name for library in self._world.resolved.knowledge.libraries() if library.domain == "monitoring"
        )
        return (f"{len(libraries)} monitoring libraries ({', '.join(libraries)})", *operations.SEARCHED_MANAGED)
