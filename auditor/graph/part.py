"""What every question about a component is asked of: the world, and which of its files are the component's."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection

from auditor.graph.parts.components import owner_of
from auditor.graph.world import World
from auditor.model.audit import ArchetypeScore
from auditor.model.export import Resolution
from auditor.model.settings import Settings


class Part(ABC):
    """One component. The questions of each topic are a class of their own over it; `ArtefactGraph` has them all."""

    def __init__(self, world: World, root: str, roots: tuple[str, ...], settings: Settings) -> None:
        self._world = world
        self._roots = roots
        self.root = root
        self.owns: Callable[[str], bool] = _Owned(root, roots).__getitem__
        """Whether a path belongs to this component and to no deeper one."""
        self.id = root or "."
        self.settings = settings

    @property
    @abstractmethod
    def archetypes(self) -> tuple[ArchetypeScore, ...]:
        """What kind of thing the component is, the strongest first."""

    @abstractmethod
    def confidence(self, letters: str) -> float:
        """The highest confidence among some archetypes."""

    @property
    @abstractmethod
    def coursework(self) -> str:
        """The words by which documents, programs or a folder call this the work of a course; "" where they do not."""

    @property
    @abstractmethod
    def adopted(self) -> str:
        """The words by which the README calls this a template that others make theirs; "" where it does not."""

    @property
    @abstractmethod
    def unreadable(self) -> tuple[str, ...]:
        """Programs and pipeline files of the component that could not be read whole."""

    @property
    @abstractmethod
    def resolution(self) -> Resolution:
        """How far the component's I/O calls name an artefact, and what hid the names of the rest."""


class _Owned(dict[str, bool]):
    """Which paths are a component's: every question asks it of every file, so that one that was asked for is only looked up."""

    def __init__(self, root: str, roots: Collection[str]) -> None:
        self._root = root
        self._roots = roots

    def __missing__(self, path: str) -> bool:
        found = self[path] = owner_of(path, self._roots) == self._root
        return found
