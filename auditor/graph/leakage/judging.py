"""The questions of a component about figures and choices: what calls say of them, without following rows."""

from __future__ import annotations

from functools import cached_property

import msgspec

from auditor.graph.leakage import directions, features_of_target, figures, groups, leaks, metric_choice
from auditor.graph.leakage.evaluations import Doubt
from auditor.graph.part import Part


class Judging(Part):
    """How the models of one component are measured and chosen."""

    def aside(self, doubt: Doubt) -> Doubt:
        """The doubt, one step milder where nothing starts or names its program, while another that trains is started or named."""
        if not leaks.is_aside(self._world, self.owns, doubt.place.path, doubt.milder):
            return doubt
        return msgspec.structs.replace(doubt, milder=doubt.milder + 1, says=f"{doubt.says}{leaks.SAYS_ASIDE}")

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

    @cached_property
    def target_features(self) -> tuple[tuple[Doubt, ...], int]:
        """Features that hold the target or what comes later, and how many fits were looked at."""
        return features_of_target.target_features(self._world, self.owns)

    @cached_property
    def split_groups(self) -> tuple[tuple[Doubt, ...], int]:
        """Random splits that may part the rows of one entity, and how many splits were looked at."""
        return groups.split_groups(self._world, self.owns)

    def chosen_metrics(self) -> metric_choice.Choice:
        """The metrics that classifiers are judged by."""
        return metric_choice.choice(self._world, self.owns)

    def held_against(self) -> metric_choice.Held:
        """What figures are held against: a baseline, parts of the rows."""
        return metric_choice.held_against(self._world, self.owns)
