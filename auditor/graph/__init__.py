"""The artefact graph: everything known of a tree in one place, and the questions that rules ask of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property

from auditor.graph import places
from auditor.graph.configuration.questions import Configuration
from auditor.graph.coupling.questions import Coupling
from auditor.graph.data.questions import Data
from auditor.graph.jungles.questions import Pipelines
from auditor.graph.leakage.judging import Judging
from auditor.graph.leakage.questions import Evaluation
from auditor.graph.llm.questions import LanguageModels
from auditor.graph.looks import LOOKS
from auditor.graph.museum import Museum
from auditor.graph.operation.questions import Operation
from auditor.graph.parts.archetypes import SHOWN, SURE, archetypes
from auditor.graph.parts.components import component_roots
from auditor.graph.parts.portrait import Portrait
from auditor.graph.parts.teaching import adopted, assigned, coursework, marked, noted
from auditor.graph.reproduction.questions import Reproduction
from auditor.graph.smells.questions import Smells
from auditor.graph.testing.questions import Testing
from auditor.graph.views import resolution
from auditor.graph.world import World
from auditor.model.artefact import Edge, Node, NodeKind
from auditor.model.audit import ArchetypeScore
from auditor.model.changes import History
from auditor.model.export import Resolution
from auditor.model.facts import NOT_READ
from auditor.model.listing import Content, Listing
from auditor.model.place import Place
from auditor.model.settings import Settings
from auditor.program import Resolved

__all__ = ["ArtefactGraph", "Graphs", "World"]


class ArtefactGraph(
    Pipelines,
    Data,
    Coupling,
    Configuration,
    Testing,
    Evaluation,
    Judging,
    Operation,
    Reproduction,
    Smells,
    LanguageModels,
):
    """One component of a repository, as rules see it. Evidence may be searched in the whole repository."""

    def at_home(self, place: Place) -> Place:
        """The place in the file of the command where it stands in a program that a command holds; any other as it is."""
        return self._world.resolved.code.at_home(place)

    def said_at_home(self, text: str) -> str:
        """A text with each program that a command holds called by its file and line, as people know it."""
        return self._world.resolved.code.said_at_home(text)

    @cached_property
    def archetypes(self) -> tuple[ArchetypeScore, ...]:
        """What kind of thing the component is, the strongest first."""
        override = self.settings.components.get(self.root) or self.settings.components.get(self.id) or ""
        return archetypes(self._portrait, override)

    @cached_property
    def _portrait(self) -> Portrait:
        world = self._world
        return Portrait(self.root, self.owns, world.resolved, world.lineage, world.steps, world.listing.target.name)

    @cached_property
    def coursework(self) -> str:
        """The words by which documents, setup.py, programs or a folder call this the work of a course; "" where they do not."""
        described = coursework(self._portrait.readme) or coursework(self._portrait.described) or marked(self._portrait)
        return described or noted(self._portrait) or assigned(entry.path for entry in self._world.listing.entries)

    @property
    def adopted(self) -> str:
        """The words by which the README calls this a template that others make theirs; "" where it does not."""
        return adopted(self._portrait.readme)

    @property
    def taught(self) -> bool:
        """Whether it is the work of a course, or may be there to be read."""
        return bool(self.coursework) or self.confidence("T") >= SHOWN

    def confidence(self, letters: str) -> float:
        """The highest confidence among some archetypes."""
        return max((a.confidence for a in self.archetypes if a.letter in letters), default=0.0)

    def looks_like(self, letters: str) -> bool:
        """Whether any of some archetypes is sure of it; where none is sure, whether any is a candidate."""
        sure = [a for a in self.archetypes if a.confidence >= SURE]
        return any(a.letter in letters for a in sure or self.archetypes)

    def museum_of(self, path: str) -> str:
        """The folder of what was before that a file lies in, where nothing runs what that folder keeps; "" for none."""
        return places.museum_of(path) if self._world.once(Museum).holds(path) else ""

    @property
    def museums(self) -> tuple[str, ...]:
        """The folders of the component that only keep what was before, and of which nothing runs anything."""
        return tuple(folder for folder in self._world.once(Museum).folders if self.owns(f"{folder}/"))

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
        """Programs and pipeline files of the component that could not be read whole, or are not in this clone."""
        broken = [
            path
            for path, facts in self._world.files.items()
            if self.owns(path) and places.is_product(path) and any(t.code in NOT_READ for t in facts.troubles)
        ]
        return tuple(sorted((*broken, *self._absent)))

    @cached_property
    def _absent(self) -> tuple[str, ...]:
        """Programs, notebooks and settings that this clone lacks."""
        return tuple(
            entry.path
            for entry in self._world.listing.entries
            if entry.content is Content.ABSENT
            and places.suffix(entry.path) in places.READ
            and self.owns(entry.path)
            and places.is_product(entry.path)
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
            for path in (*self._world.files, *self._absent)
            if path.endswith((".py", ".ipynb")) and self.owns(path) and places.is_product(path)
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
        self.world = World(resolved, listing, history, detailed=detailed, looks=LOOKS)
        self.settings = settings
        roots = component_roots(resolved.files, settings.components)
        self.components = tuple(ArtefactGraph(self.world, root, roots, settings) for root in roots)

    def close(self) -> None:
        """Let go of all that was found, the program with it: its parts hold each other, so that only the collector would
        find that nobody needs them."""
        world = self.world
        for part in (*self.components, world.lineage, world.transport, world.steps):
            vars(part).clear()
        world.resolved.close()
        vars(world).clear()

    @property
    def nodes(self) -> Mapping[str, Node]:
        """All nodes by id."""
        return self.world.nodes

    @property
    def edges(self) -> tuple[Edge, ...]:
        """All edges in stable order."""
        return self.world.edges
