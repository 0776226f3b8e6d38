"""The questions of a component about the language models it asks."""

from __future__ import annotations

from functools import cached_property

from auditor.graph.llm import asks, outputs, pins, prompts, retrieval, watched
from auditor.graph.part import Part


class LanguageModels(Part):
    """How one component asks language models, and what it does with their answers."""

    @cached_property
    def asks(self) -> list[asks.Ask]:
        """Calls that ask a language model, or make what asks it."""
        return asks.asks(self._world, self.owns)

    def moves(self, model: str) -> bool:
        """Whether the name of a model is an alias that moves."""
        return pins.moves(model)

    def prompts(self) -> prompts.Prompts:
        """Prompts in code, and which say nearly the same."""
        return prompts.prompts(self._world, self.owns, self.asks)

    def outputs(self) -> outputs.Outputs:
        """Where answers are run, sent to a database or parsed without a check."""
        return outputs.outputs(self._world, self.owns, self.asks)

    def answer_evaluation(self) -> watched.Watched:
        """What evaluates the answers."""
        return watched.evaluation(self._world, self.asks)

    def call_traces(self) -> watched.Watched:
        """What records the calls."""
        return watched.traces(self._world, self.asks)

    def retrieval(self) -> retrieval.Retrieval:
        """How vector stores are filled and asked."""
        return retrieval.retrieval(self._world, self.owns)
