"""The questions of a component about entanglement and glue."""

from __future__ import annotations

from functools import cached_property

from auditor.graph.coupling import (
    answered,
    clones,
    cochange,
    consumers,
    entangled,
    entanglement,
    fanout,
    glue,
    hub_config,
    plain_dicts,
    predicted,
    requested,
    shipped,
    sides,
    skew,
    vendors,
)
from auditor.graph.part import Part


class Coupling(Part):
    """What hangs together in one component, and what only carries."""

    # --- entanglement ---

    @cached_property
    def _propagation(self) -> entangled.Propagation | None:
        return entangled.propagation(self._world, self.owns)

    def propagation(self) -> entangled.Propagation | None:
        """How far a change of the average artefact travels."""
        return self._propagation

    def radii(self, most: int = 10) -> list[entangled.Radius]:
        """If you change X, these change."""
        return entangled.radii(self._world, self.owns, most)

    def hubs(self) -> tuple[list[entangled.Hub], int]:
        """Modules with the concerns they mix, and how many modules there are."""
        return entangled.hubs(self._world, self.owns)

    def cycles(self) -> list[entangled.Cycle]:
        """Dependency cycles through files and imports."""
        return entangled.cycles(self._world, self.owns)

    @cached_property
    def _co_changes(self) -> cochange.CoChange:
        return cochange.cochange(self._world, self.owns)

    def co_changes(self) -> cochange.CoChange:
        """Files that repeatedly change in the same commits, and whether anything ties them."""
        return self._co_changes

    def hub_configs(self) -> tuple[list[hub_config.HubConfig], int]:
        """Files of settings with the steps that load them, and how many steps there are."""
        return hub_config.hub_configs(self._world, self.owns)

    @cached_property
    def _shared_features(self) -> list[fanout.Shared]:
        return fanout.shared_features(self._world, self.owns)

    def shared_features(self) -> list[fanout.Shared]:
        """Feature tables and feature functions with the models they feed."""
        return self._shared_features

    @cached_property
    def _consumers(self) -> list[consumers.Consumer]:
        return consumers.consumers(self._world, self.owns, self._roots)

    def consumers(self) -> list[consumers.Consumer]:
        """What is written here that another component reads."""
        return self._consumers

    @property
    def alone(self) -> bool:
        """Whether it is the only component of the repository."""
        return len(self._roots) == 1

    def skew(self) -> skew.Skew:
        """Features that are computed once for training and again for serving."""
        return skew.skew(self._world, self.owns)

    def shipping(self) -> shipped.Shipping:
        """The fitted steps before models, and whether they are saved or fitted anew in serving."""
        return shipped.shipping(self._world, self.owns)

    def misfits(self) -> list[requested.Misfit]:
        """Questions to models that do not hold the columns which these were trained on."""
        return requested.misfits(self._world, self.owns)

    @property
    def predicts(self) -> bool:
        """Whether any code of the component predicts with a model."""
        return any(self.owns(path) for path, _ in sides.predicting_sites(self._world))

    def cascades(self) -> list[predicted.Carried]:
        """Models trained on what another model predicted."""
        return predicted.cascades(self._world, self.owns)

    def loops(self) -> list[predicted.Carried]:
        """Predictions that come back into the training of the model that made them."""
        return predicted.loops(self._world, self.owns)

    @cached_property
    def entanglement(self) -> entanglement.Index:
        """The entanglement index with its five terms."""
        measured, features = self.propagation(), self.shared_features()
        loose = [shared for shared in features if len(shared.models) > 1 and shared.contract is None]
        keys = hub_config.shared_keys(self._world, self.owns)
        taken = {one.artefact for one in self.consumers() if one.agreed is None}
        handed = {one.artefact for one in self.consumers()}
        pairs = self.co_changes().pairs
        share = entanglement.share_term
        return entanglement.index(
            (
                entanglement.propagation_term(*((measured.cost, measured.artefacts) if measured else (None, 0))),
                share(
                    "features", 0.25, len(loose), len(features), "features feed two and more models without a contract"
                ),
                share("settings", 0.20, *keys, "settings are read by code of two and more concerns"),
                share("data", 0.15, len(taken), len(handed), "hand-overs between components are undeclared"),
                share(
                    "co_change",
                    0.10,
                    sum(not p.tied for p in pairs),
                    len(pairs),
                    "pairs that change together are untied",
                ),
            )
        )

    # --- glue ---

    @cached_property
    def _model_scopes(self) -> list[glue.ModelScope]:
        return glue.model_scopes(self._world, self.owns)

    def may_answer(self, training: str) -> bool:
        """Whether the model that a training program leaves may be one that answers."""
        return answered.may_answer(self._world, training)

    def model_scopes(self) -> list[glue.ModelScope]:
        """Functions and module bodies that fit or predict, with the plumbing they do besides."""
        return self._model_scopes

    def drivers(self) -> list[glue.Driver]:
        """Programs that start other programs of the repository."""
        return glue.drivers(self._world, self.owns)

    @cached_property
    def _clones(self) -> clones.Clones:
        return clones.clones(self._world, self.owns)

    def clones(self) -> clones.Clones:
        """Runs of statements that repeat others."""
        return self._clones

    def vendors(self) -> list[vendors.Spread]:
        """Outside suppliers, and the modules that call their clients."""
        return vendors.spreads(self._world, self.owns)

    def call_mix(self) -> glue.Mix:
        """What the library calls are for: carrying data in and out, or modelling."""
        return glue.mix(self._world, self.owns)

    def plain_dicts(self) -> list[plain_dicts.PlainDict]:
        """Functions that read many keys off a dict which another module hands them."""
        return plain_dicts.plain_dicts(self._world, self.owns)
