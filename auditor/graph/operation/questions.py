"""The questions of a component about models in operation."""

from __future__ import annotations

from functools import cached_property

from auditor.graph.data import trail, versions
from auditor.graph.operation import (
    acting,
    ageing,
    cards,
    elsewhere,
    encoding,
    environments,
    evidence,
    frozen,
    handling,
    inputs,
    integrating,
    invented,
    limits,
    releasing,
    rollout,
    served,
    serving,
    starting,
    upstream,
)
from auditor.graph.operation.serving import Deployment
from auditor.graph.part import Part
from auditor.graph.parts.archetypes import SHOWN, SURE
from auditor.model.artefact import Role
from auditor.model.place import Place

STUDY = 0.5
"""Confidence in research code from which an application without a pipeline or a service may be a study."""


class Operation(Part):
    """What of one component serves, what watches it, and what trains it again."""

    @cached_property
    def _serving(self) -> list[serving.Serving]:
        return serving.serving(self._world, self.owns)

    def predicting(self) -> list[serving.Serving]:
        """`serving` without servers of language models."""
        return [each for each in self._serving if not each.generates]

    def only_encodes(self) -> bool:
        """Whether all that answers here are ready-made encoders that nothing here trains, and the answers are vectors."""
        return encoding.only_encodes(self._world, self.predicting())

    def serving(self) -> list[serving.Serving]:
        """Services that answer with a model, model servers, and scheduled scoring."""
        return self._serving

    def raw_input(self) -> str:
        """`sound`, `text` or `pictures` where that is what the models here are asked about; "" for tables, or if nothing tells."""
        return inputs.raw_input(self._world, self.owns)

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
        if self.coursework:
            return f"none in the repository; it speaks of “{self.coursework}”, and such work may never be operated"
        if self.adopted:
            return f"none in the repository; its README says “{self.adopted}”: it is a template, and what it becomes is operated elsewhere"
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

    def actions(self) -> list[limits.Action]:
        """Where code of the component acts on predictions, and what bounds it."""
        return limits.actions(self._world, self.owns)

    def health(self) -> evidence.Evidence | None:
        """A route, probe or check that tells whether a service of the component is well."""
        return evidence.health(self._world, self.owns)

    def managed(self) -> str:
        """A deployment to a platform that measures what it runs; "" without one."""
        return serving.managed(self._world)

    def scheduled(self) -> list[upstream.Scheduled]:
        """Runs on a schedule that take data in, with whatever in them could refuse stale or broken data."""
        return upstream.scheduled(self._world, self.owns)

    def learns_without_labels(self) -> bool:
        """Whether every model that is trained here groups or describes rows: there is nothing that could come true."""
        return evidence.unlabelled(self._world, self.owns)

    def only_groups(self) -> bool:
        """Whether every model that is fitted here groups, describes or looks up rows."""
        return evidence.only_groups(self._world, self.owns)

    def starts(self) -> tuple[list[starting.Start], list[versions.Training]]:
        """Triggers that lead to training, and the training programs."""
        return self._starts

    @cached_property
    def _starts(self) -> tuple[list[starting.Start], list[versions.Training]]:
        return starting.starts(self._world, self.owns)

    def training_of_served(self) -> versions.Training | None:
        """The training whose model is served; None where several may be it."""
        return starting.training_of_served(self._world, self.owns)

    def draws_its_rows(self, training: versions.Training) -> bool:
        """Whether a training takes in no data and learns from rows that it draws itself."""
        return starting.draws_its_rows(self._world, training.program)

    def training_hint(self) -> tuple[Place, str] | None:
        """What may train by itself though it cannot be followed."""
        return starting.hint(self._world, self.owns)

    def retraining_told(self) -> str:
        """What a document says of training that is done elsewhere, by hand or by others; "" where none does."""
        return elsewhere.retraining_told(self._world)

    def steps_that_may_train(self) -> list[Place]:
        """Declared steps that train by their name, whether or not what they run could be followed."""
        return starting.declared_trainings(self._world, self.owns)

    def evaluates(self, program: str) -> bool:
        """Whether running a program computes a score of a model."""
        return any(self._world.lineage.effects_of_program(program, Role.EVALUATE))

    def elsewhere(self) -> list[str]:
        """Platforms outside the repository that it points to."""
        return elsewhere.elsewhere(self._world)

    def told_of_monitoring(self) -> str:
        """The system by which the documents say that what runs is measured; "" where they name none."""
        return evidence.told_of_monitoring(self._world)

    def fetched_model(self) -> str:
        """The store or registry from which a service of the component takes its model while it runs; "" without one."""
        loaded = served.loads(self._world, self.owns)
        return next((t.artefact.id.partition(":")[2] for _, t in loaded if t.artefact.path is None), "")

    def integrates_elsewhere(self) -> str:
        """The system of integration that documents or the repository's name speak of; "" where they name none."""
        return elsewhere.integrates(self._world)

    def searched_for(self, *kinds: str) -> tuple[str, ...]:
        """What a search for monitors of these kinds (`data`, `target`, `performance`, `operational`) looked for."""
        names = [library.name for library in evidence.libraries(self._world, kinds)]
        return (f"{len(names)} monitoring libraries ({', '.join(names)})", *evidence.SEARCHED_MANAGED)

    # --- endpoints ---

    def handlers(self) -> list[handling.Handler]:
        """Endpoints that answer what they are sent with a prediction."""
        return [each for each in handling.handlers(self._world, self.owns) if handling.takes(self._world, each)]

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

    def invented(self) -> tuple[invented.Invented, ...]:
        """Where a service may answer by a number that is drawn by chance."""
        return invented.invented(self._world, self.owns)

    def overwritten(self) -> tuple[list[served.Overwritten], int]:
        """Models in operation of which no earlier one is kept, and how many have earlier ones."""
        return served.overwritten(self._world, self.owns)

    def image_tags(self) -> served.Tags:
        """Where images are pushed under tags of their own, where always under the same, and where that is not known."""
        return served.image_tags(self._world)

    # --- integration, documents, history ---

    @property
    def stands_for_the_repository(self) -> bool:
        """Whether questions about the whole repository are asked of this component: of the first."""
        return self.root == self._roots[0]

    @property
    def owes_integration(self) -> bool:
        """Whether it is sure that the component is operated, and neither more of a library nor perhaps there to be read."""
        operated = self.confidence("PSA")
        read = self.confidence("NR") >= SURE or self.confidence("T") >= SHOWN
        # What asks language models from a program may as well be a study.
        read = read or (self.confidence("PS") < SURE and self.confidence("R") >= STUDY)
        return operated >= SURE and operated >= self.confidence("L") and not read

    def integration(self) -> integrating.Integration:
        """What runs by itself when the code changes."""
        return integrating.integration(self._world)

    @property
    def mirrored(self) -> bool:
        """Whether the repository is a copy of what is worked on elsewhere, as its commits say."""
        return integrating.mirrored(self._world)

    def exercised(self) -> integrating.Exercised:
        """Whether integration exercises the machine-learning code."""
        return integrating.exercised(self._world, self.owns)

    def model_card(self) -> cards.Card:
        """Which fields of a model card the documents fill."""
        return cards.card(self._world)

    def ages(self) -> ageing.Ages:
        """Models in git beside the history of what they are made of."""
        return ageing.ages(self._world, self.owns)

    def silo(self) -> ageing.Silo:
        """Whether one person alone knows the files that train."""
        return ageing.silo(self._world, self.owns)

    @property
    def has_owners(self) -> bool:
        """Whether a CODEOWNERS file names people."""
        return any(facts.kind == "codeowners" and facts.patterns for facts in self._world.files.values())

    def staged(self) -> evidence.Evidence | None:
        """The first sign that a new model gets a part of the traffic first."""
        return rollout.staged(self._world)

    def deployed_to_platform(self) -> Deployment | None:
        """A deployment to a platform that could split traffic."""
        return rollout.platform(self._world, self.owns)

    def frozen_trainings(self) -> tuple[list[frozen.Frozen], int]:
        """Trainings that are started again on the same data, and how many are started by time or events."""
        starts, _ = self.starts()
        by_time = [start for start in starts if start.kind in frozen.BY_TIME]
        roots = trail.training_roots(self._world, self.owns) if by_time else []
        return frozen.frozen(self.owns, by_time, roots), len({start.training for start in by_time})

    def shared_stores(self) -> tuple[list[environments.Shared], int]:
        """Stores that production shares with another environment, and how many settings tell environments apart."""
        return environments.shared_stores(self._world, self.owns)
