"""The questions of a component about models in operation."""

from __future__ import annotations

from functools import cached_property

from auditor.graph.data import versions
from auditor.graph.operation import (
    acting,
    elsewhere,
    evidence,
    handling,
    releasing,
    served,
    serving,
    starting,
    upstream,
)
from auditor.graph.part import Part
from auditor.graph.parts.archetypes import SURE
from auditor.model.artefact import Role
from auditor.model.place import Place


class Operation(Part):
    """What of one component serves, what watches it, and what trains it again."""

    @cached_property
    def _serving(self) -> list[serving.Serving]:
        return serving.serving(self._world, self.owns)

    def serving(self) -> list[serving.Serving]:
        """Services that answer with a model, model servers, and scheduled scoring."""
        return self._serving

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

    def drift_evidence(self) -> list[evidence.Evidence]:
        """Whatever in the repository watches a model's inputs."""
        return evidence.drift_evidence(self._world)

    def quality_evidence(self) -> list[evidence.Evidence]:
        """Whatever in the repository compares predictions with what came true, or stands in for it."""
        return evidence.quality_evidence(self._world)

    def operational_evidence(self) -> list[evidence.Evidence]:
        """Whatever in the repository tells how a service fares."""
        return evidence.operational_evidence(self._world)

    def monitors(self) -> list[acting.Watched]:
        """The monitors of the component, with what follows from what they find."""
        return acting.monitors(self._world, self.owns)

    def alerts(self) -> str:
        """The first alert that the repository declares or sends; "" without one."""
        return acting.alerts(self._world)

    def health(self) -> evidence.Evidence | None:
        """A route, probe or check that tells whether a service of the component is well."""
        return evidence.health(self._world, self.owns)

    def scheduled(self) -> list[upstream.Scheduled]:
        """Runs on a schedule that take data in, with whatever in them could refuse stale or broken data."""
        return upstream.scheduled(self._world, self.owns)

    def learns_without_labels(self) -> bool:
        """Whether every model that is trained here groups or describes rows: there is nothing that could come true."""
        return evidence.unlabelled(self._world, self.owns)

    def starts(self) -> tuple[list[starting.Start], list[versions.Training]]:
        """Triggers that lead to training, and the training programs."""
        return starting.starts(self._world, self.owns)

    def training_hint(self) -> tuple[Place, str] | None:
        """What may train by itself though it cannot be followed."""
        return starting.hint(self._world, self.owns)

    def evaluates(self, program: str) -> bool:
        """Whether running a program computes a score of a model."""
        return any(effect.role is Role.EVALUATE for effect in self._world.lineage.effects_of_program(program))

    def elsewhere(self) -> list[str]:
        """Platforms outside the repository that it points to."""
        return elsewhere.elsewhere(self._world)

    def searched_for(self, *kinds: str) -> tuple[str, ...]:
        """What a search for monitors of these kinds (`data`, `target`, `performance`, `operational`) looked for."""
        names = [library.name for library in evidence.libraries(self._world, kinds)]
        return (f"{len(names)} monitoring libraries ({', '.join(names)})", *evidence.SEARCHED_MANAGED)

    # --- endpoints ---

    def handlers(self) -> list[handling.Handler]:
        """Endpoints that answer with a prediction."""
        return handling.handlers(self._world, self.owns)

    def unchecked(self, handler: handling.Handler) -> bool:
        """Whether an endpoint hands what it takes in to the model unchecked."""
        return handling.unchecked(self._world, handler)

    def kept_answers(self) -> list[handling.Answers]:
        """Services, with what becomes of their predictions."""
        return handling.answers(self._world, self.owns)

    def captures(self) -> evidence.Evidence | None:
        """A platform that keeps requests and answers by itself."""
        return evidence.captures(self._world)

    # --- release ---

    def releases(self) -> list[releasing.Release]:
        """Ways from training to operation, and what on them looks at the figures."""
        return releasing.releases(self._world, self.owns)

    def unserved(self) -> tuple[list[served.Mismatch], int]:
        """Services that do not load what is promoted, and how many loads agree."""
        return served.mismatches(self._world, self.owns)

    def overwritten(self) -> tuple[list[served.Overwritten], int]:
        """Models in operation of which no earlier one is kept, and how many have earlier ones."""
        return served.overwritten(self._world, self.owns)

    def image_tags(self) -> tuple[list[Place], list[Place]]:
        """Where images are pushed under tags of their own, and where always under the same."""
        return served.image_tags(self._world)
