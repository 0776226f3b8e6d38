"""The questions of a component about leakage and evaluation."""

from __future__ import annotations

from functools import cached_property

from auditor.graph.leakage import evaluations, leaks, synthesised
from auditor.graph.part import Part


class Evaluation(Part):
    """Which rows the models of one component are fitted and judged on."""

    @property
    def rows_followed(self) -> bool:
        """Whether any question has had the rows of the component followed by now."""
        return any(map(self.owns, self._world.once(leaks.Traces).known))

    @cached_property
    def leaks(self) -> leaks.Leaks:
        """Train/test leakage by row-set provenance."""
        return leaks.leaks(self._world, self.owns)

    @cached_property
    def overlapping_evaluations(self) -> tuple[evaluations.Doubt, ...]:
        """Models judged on rows that they were trained on, as if those had been held out."""
        return evaluations.overlaps(self._world, self.owns)

    @cached_property
    def resampled_evaluations(self) -> tuple[evaluations.Doubt, ...]:
        """Models judged on rows of which the training rows hold copies or neighbours."""
        return evaluations.resampled(self._world, self.owns)

    @cached_property
    def synthesised_test_rows(self) -> tuple[evaluations.Doubt, ...]:
        """Test or validation rows, by their name, that a sampler adds rows to."""
        return synthesised.synthesised(self._world, self.owns)

    @cached_property
    def reused_test_rows(self) -> tuple[evaluations.Doubt, ...]:
        """Rows that judge several models while none are kept for the last word."""
        return evaluations.reused(self._world, self.owns)

    @cached_property
    def evaluations_on_training_rows(self) -> tuple[evaluations.Doubt, ...]:
        """Models judged on the very rows of their training."""
        return evaluations.on_training_rows(self._world, self.owns)

    @cached_property
    def unjudged_training(self) -> evaluations.Unjudged:
        """Training without an evaluation on rows that were held out."""
        return evaluations.unjudged(self._world, self.owns)

    @cached_property
    def splits_against_time(self) -> tuple[evaluations.Doubt, ...]:
        """Random splits of rows that are ordered in time."""
        return evaluations.shuffled(self._world, self.owns)

    @cached_property
    def splits_followed(self) -> int:
        """Splits of rows that were seen."""
        return sum(len(trace.splits) for trace in leaks.owned_traces(self._world, self.owns))
