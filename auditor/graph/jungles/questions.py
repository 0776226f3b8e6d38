"""The questions of a component about its pipelines."""

from __future__ import annotations

from functools import cached_property

from auditor.graph.data import locks, provided
from auditor.graph.jungles import (
    agreement,
    failures,
    file_edges,
    jungle,
    monoliths,
    notebook_steps,
    order,
    outputs,
    references,
    step_graph,
    work,
)
from auditor.graph.part import Part


class Pipelines(Part):
    """How the programs of one component hang together, and what of it is declared."""

    @cached_property
    def _edges(self) -> list[file_edges.FileEdge]:
        return file_edges.file_edges(self._world, self.owns)

    def file_edges(self) -> list[file_edges.FileEdge]:
        """Files that one program writes and another reads."""
        return self._edges

    @cached_property
    def _shared(self) -> list[outputs.Shared]:
        return outputs.shared_outputs(self._world, self.owns, self._edges)

    def shared_outputs(self) -> list[outputs.Shared]:
        """Files that several programs of one chain write."""
        return self._shared

    def written_files(self) -> int:
        """How many data files are surely written."""
        return len(outputs.written_files(self._world, self.owns))

    @cached_property
    def _orphans(self) -> tuple[list[outputs.Orphan], int]:
        return outputs.orphans(self._world, self.owns, self._edges)

    def orphans(self) -> tuple[list[outputs.Orphan], int]:
        """Files written in the middle of a chain that nothing takes, and how many files are written."""
        return self._orphans

    @cached_property
    def _order(self) -> order.Chain | None:
        return order.manual_order(self._world, self._edges)

    def manual_order(self) -> order.Chain | None:
        """A chain of programs whose order only names, prose or notebooks tell."""
        return self._order

    def monoliths(self) -> tuple[list[monoliths.Monolith], int]:
        """Bodies with the parts of a pipeline that they do themselves, and how many train."""
        return monoliths.monoliths(self._world, self.owns, self._edges)

    def notebook_steps(self) -> list[notebook_steps.NotebookStep]:
        """Notebooks that run as steps."""
        return notebook_steps.notebook_steps(self._world, self.owns)

    @cached_property
    def _jungle(self) -> jungle.Jungle:
        steps = step_graph.step_graph(self._world, self.owns, self._edges)
        agreed, (phantoms, inputs), (orphans, written) = self.agreement(), self.phantom_inputs(), self.orphans()
        seen = jungle.Observed(
            steps=len(steps.steps),
            edges=tuple(sorted(steps.edges)),
            undeclared=len(steps.path_only),
            disagreements=len(agreed.mismatches),
            declarations=agreed.confirmed + len(agreed.mismatches),
            orphans=len(orphans),
            outputs=written,
            phantoms=sum(1 for phantom in phantoms if not phantom.exploratory),
            inputs=inputs,
            shared=len(self.shared_outputs()),
            intermediates=len(steps.handed),
            manual=self.manual_order() is not None,
            resolved=self.resolution.resolved,
        )
        return jungle.jungle(seen)

    def jungle(self) -> jungle.Jungle:
        """The jungle index of the step graph with its terms."""
        return self._jungle

    def phantom_inputs(self) -> tuple[list[provided.Phantom], int]:
        """Reads that nothing provides, and how many reads were looked at."""
        return self._world.once_in(provided.phantom_inputs, self.owns)

    def references(self) -> references.References:
        """What steps run, use and copy, and what of it is not there."""
        return references.references(self._world, self.owns)

    def hidden_failures(self) -> list[work.Hidden]:
        """Where a step reports success although its work failed."""
        return failures.hidden_failures(self._world, self.owns)

    def agreement(self) -> agreement.Agreement:
        """Declared inputs and outputs held against the code."""
        return self._world.once_in(agreement.agreement, self.owns)

    @cached_property
    def _locks(self) -> locks.Locks:
        return locks.locks(self._world, self.owns)

    def locks(self) -> locks.Locks:
        """Declared stages beside the record of their last run."""
        return self._locks
