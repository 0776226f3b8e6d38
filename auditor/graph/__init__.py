"""The artefact graph: everything known of a tree in one place, and the questions that rules ask of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from functools import cached_property

from auditor.graph import (
    agreement,
    datasets,
    dropped,
    failures,
    features,
    file_edges,
    jungle,
    leaks,
    locks,
    monoliths,
    notebook_steps,
    operations,
    order,
    outputs,
    personal,
    places,
    provided,
    references,
    resolution,
    sources,
    step_graph,
    tables_kept,
    versioning,
    versions,
)
from auditor.graph.archetypes import SURE, archetypes
from auditor.graph.components import component_roots, owner_of
from auditor.graph.coupling import Coupling
from auditor.graph.portrait import Portrait
from auditor.graph.world import World
from auditor.model.artefact import Edge, Node, NodeKind
from auditor.model.audit import ArchetypeScore
from auditor.model.changes import History
from auditor.model.export import Resolution
from auditor.model.listing import Listing
from auditor.model.settings import Settings
from auditor.program import Resolved

__all__ = ["ArtefactGraph", "Graphs", "World"]


class ArtefactGraph(Coupling):
    """One component of a repository, as rules see it. Evidence may be searched in the whole repository."""

    def __init__(self, world: World, root: str, roots: tuple[str, ...], settings: Settings) -> None:
        super().__init__(world, roots)
        self.root = root
        self.id = root or "."
        self.settings = settings

    def owns(self, path: str) -> bool:
        """Whether a path belongs to this component and to no deeper one."""
        return owner_of(path, self._roots) == self.root

    @cached_property
    def archetypes(self) -> tuple[ArchetypeScore, ...]:
        """What kind of thing the component is, the strongest first."""
        world = self._world
        override = self.settings.components.get(self.root) or self.settings.components.get(self.id) or ""
        return archetypes(
            Portrait(self.root, self.owns, world.resolved, world.lineage, world.steps, world.listing.target.name),
            override,
        )

    def confidence(self, letters: str) -> float:
        """The highest confidence among some archetypes."""
        return max((a.confidence for a in self.archetypes if a.letter in letters), default=0.0)

    def looks_like(self, letters: str) -> bool:
        """Whether any of some archetypes is sure of it; where none is sure, whether any is a candidate."""
        sure = [a for a in self.archetypes if a.confidence >= SURE]
        return any(a.letter in letters for a in sure or self.archetypes)

    # --- coverage ---

    @cached_property
    def programs(self) -> tuple[str, ...]:
        """Programs of the component that are neither tests nor examples."""
        return tuple(path for path in self._world.resolved.code.paths if self.owns(path) and places.is_product(path))

    @cached_property
    def empty(self) -> bool:
        """Neither a program nor a declared step nor data: nothing that rules could look at."""
        world = self._world
        held = (
            *world.resolved.code.paths,
            *(step.path for step in world.steps.all if step.tool != "readme"),
            *(
                entry.path
                for entry in world.listing.entries
                if places.is_data(entry.path) or places.is_model(entry.path)
            ),
        )
        return not any(self.owns(path) for path in held)

    @cached_property
    def unreadable(self) -> tuple[str, ...]:
        """Programs and pipeline files of the component that could not be read whole."""
        wanted = (
            "syntax",
            "python2",
            "newer-syntax",
            "encoding",
            "binary",
            "too-deep",
            "too-large",
            "invalid",
            "template",
            "internal",
        )
        return tuple(
            path
            for path, facts in sorted(self._world.files.items())
            if self.owns(path) and places.is_product(path) and any(t.code in wanted for t in facts.troubles)
        )

    @cached_property
    def logical(self) -> int:
        """Logical lines of the component's programs, tests and examples left out."""
        return sum(self._world.resolved.code.programs[path].logical for path in self.programs)

    @property
    def parsed_share(self) -> float:
        """Share of the component's program files that could be read whole, in [0, 1]."""
        wanted = [
            path
            for path in self._world.files
            if self.owns(path) and places.is_product(path) and path.endswith((".py", ".ipynb"))
        ]
        broken = set(self.unreadable)
        return 1.0 if not wanted else 1 - sum(path in broken for path in wanted) / len(wanted)

    @cached_property
    def data_artefacts(self) -> int:
        """Data sets and models of the component."""
        kinds = (NodeKind.DATASET, NodeKind.MODEL, NodeKind.EXTERNAL_DATASET)
        return sum(
            1
            for node in self._world.nodes.values()
            if node.kind in kinds and node.path is not None and self.owns(node.path)
        )

    @property
    def io_resolved(self) -> float | None:
        """Share of the component's I/O calls whose artefact could be named; None without any."""
        return self.resolution.resolved

    @cached_property
    def resolution(self) -> Resolution:
        """How far the component's I/O calls name an artefact, and what hid the names of the rest."""
        return resolution.resolution(self._world, self.id, self.owns)

    @property
    def stages(self) -> int:
        """Declared pipeline steps of the component."""
        return sum(1 for step in self._world.steps.all if step.tool in ("dvc", "make") and self.owns(step.path))

    # --- pipelines ---

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
            resolved=self.io_resolved,
        )
        return jungle.jungle(seen)

    def jungle(self) -> jungle.Jungle:
        """The jungle index of the step graph with its terms."""
        return self._jungle

    def phantom_inputs(self) -> tuple[list[provided.Phantom], int]:
        """Reads that nothing provides, and how many reads were looked at."""
        return provided.phantom_inputs(self._world, self.owns)

    def references(self) -> references.References:
        """What steps run, use and copy, and what of it is not there."""
        return references.references(self._world, self.owns)

    def hidden_failures(self) -> list[failures.Hidden]:
        """Where a step reports success although its work failed."""
        return failures.hidden_failures(self._world, self.owns)

    def agreement(self) -> agreement.Agreement:
        """Declared inputs and outputs held against the code."""
        return agreement.agreement(self._world, self.owns)

    @cached_property
    def _locks(self) -> locks.Locks:
        return locks.locks(self._world, self.owns)

    def locks(self) -> locks.Locks:
        """Declared stages beside the record of their last run."""
        return self._locks

    # --- data ---

    def described(self) -> datasets.Described:
        """The data that training starts from, by whether something describes them."""
        return datasets.described(self._world, self.owns)

    def contracts(self) -> datasets.Contracts:
        """The tables that training starts from, by whether something is expected of them."""
        return datasets.contracts(self._world, self.owns)

    def kept_tables(self) -> list[str]:
        """Committed tables whose rows were looked at."""
        return [path for path, _ in tables_kept.kept_tables(self._world, self.owns)]

    def personal_data(self) -> list[tables_kept.Personal]:
        """Columns of committed tables that are personal by name and by value."""
        return tables_kept.personal_data(self._world, self.owns)

    def data_smells(self) -> tuple[list[tables_kept.Smell], int]:
        """Odd rows in committed tables, and how many tables were looked at."""
        return tables_kept.smells(self._world, self.owns)

    def unused_columns(self) -> list[features.Unused]:
        """Columns that are made for a model which then chooses others."""
        return features.unused_columns(self._world, self.owns)

    def dropped_rows(self) -> list[dropped.Dropped]:
        """Where rows are dropped without a count."""
        return dropped.dropped_rows(self._world, self.owns)

    def sources(self) -> sources.Sources:
        """What data are fetched from elsewhere, and which of it moves."""
        return sources.sources(self._world, self.owns)

    def versioning(self) -> versioning.Versioning:
        """Where versioned data lie, and what keeps others from them."""
        return versioning.versioning(self._world, self.owns)

    def personal_paths(self) -> dict[str, list[personal.Personal]]:
        """Paths of one person's machine, by the file that names them."""
        return personal.personal_paths(self._world, self.owns)

    def is_exploratory(self, path: str) -> bool:
        """Whether a file is a notebook to look around in."""
        return places.is_exploratory(path)

    def trainings(self) -> list[versions.Training]:
        """Programs that fit a model."""
        return versions.trainings(self._world, self.owns)

    def training_roots(self) -> list[versions.Root]:
        """What training starts from, and how it is pinned."""
        return versions.training_roots(self._world, self.owns)

    def blobs(self) -> versions.Blobs:
        """Large or churning data in git, the size of all, and what this clone does not tell."""
        return versions.blobs(self._world, self.owns)

    @property
    def history(self) -> History:
        """Change sets of the whole repository."""
        return self._world.history

    @property
    def history_state(self) -> str:
        """`full`, `shallow`, `partial` or `none`, without reading it."""
        return self._world.listing.target.history

    def touches(self, days: int) -> dict[str, int] | None:
        """Commits per path in the last days before the newest commit; None where history is not known whole."""
        history = self._world.history
        if history.state not in ("full", "partial") or not history.commits:
            return None
        first = history.commits[0].time - days * 86_400
        counted = Counter(
            change.path for commit in history.commits if commit.time >= first for change in commit.changes
        )
        return dict(counted)

    # --- operation ---

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

    # --- leakage ---

    @cached_property
    def leaks(self) -> leaks.Leaks:
        """Train/test leakage by row-set provenance."""
        return leaks.leaks(self._world, self.owns)


class Graphs:
    """The graph of a repository, cut into components. `detailed` states calls between functions too."""

    def __init__(
        self,
        resolved: Resolved,
        listing: Listing,
        settings: Settings,
        history: Callable[[], History],
        *,
        detailed: bool = False,
    ) -> None:
        self.world = World(resolved, listing, history, detailed=detailed)
        roots = component_roots(resolved.files, settings.components)
        self.components = tuple(ArtefactGraph(self.world, root, roots, settings) for root in roots)

    @property
    def nodes(self) -> Mapping[str, Node]:
        """All nodes by id."""
        return self.world.nodes

    @property
    def edges(self) -> tuple[Edge, ...]:
        """All edges in stable order."""
        return self.world.edges
