"""What commands ran in the tree before: it holds as long as nothing changed that they are resolved against.

That is what defines commands and images, for all of them, and of the files of the tree those that a command looks for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

import msgspec

from auditor.model.facts import Command, Facts
from auditor.program.naming.code import Code
from auditor.program.naming.names import Modules, folders_around
from auditor.program.running.grounds import Ground
from auditor.program.running.images import Images
from auditor.program.running.looking import Looking, names_of
from auditor.program.running.runs import Run
from auditor.program.running.tasks import EntryPoints

_BUILT = frozenset({"docker", "compose", "kubernetes"})

Key: TypeAlias = tuple[str, int, Ground]
"""The file, the identity of its commands, and where they start."""


class Against(msgspec.Struct, frozen=True):
    """All that commands are resolved against: which files there are and how each runs, what packages define, and the files that
    tell of images.

    `clones` are the folders that a clone may lie in: what the tree has itself is none.
    """

    tree: frozenset[str]
    clones: frozenset[str]
    modules: Modules
    programs: frozenset[str]
    shells: frozenset[str]
    entry_points: EntryPoints
    building: tuple[tuple[str, bytes], ...]

    def defines_as(self, other: Against) -> bool:
        """Whether names of commands and images mean the same, whatever files there are."""
        same = self.clones == other.clones and self.building == other.building
        return same and self.entry_points.are_the_same(other.entry_points)

    def moved_from(self, former: Against) -> frozenset[str]:
        """The names by which may be looked for what came, went or runs in another way since another tree."""
        files = (self.tree ^ former.tree) | (self.programs ^ former.programs) | (self.shells ^ former.shells)
        if not files:
            return frozenset()
        folders = folders_around(self.tree) ^ folders_around(former.tree)
        return self.modules.moved_from(former.modules).union(names_of(files), names_of(folders)) - {""}


class _Known(msgspec.Struct, frozen=True):
    commands: tuple[Command, ...]
    images: object
    runs: tuple[Run, ...]
    names: set[str]


class _Folders(msgspec.Struct, frozen=True):
    commands: tuple[Command, ...]
    likely: tuple[str, ...]
    names: set[str]


class KnownRuns:
    """The runs of the commands of one tree, for the next one."""

    def __init__(self, looking: Looking | None = None) -> None:
        """`looking` notes what commands are resolved by; nothing has to be noted where there is no next tree."""
        self.looking = Looking() if looking is None else looking
        self._against: Against | None = None
        self._known: dict[Key, _Known] = {}
        self._used: dict[Key, _Known] = {}
        self._folders: dict[tuple[str, int], _Folders] = {}

    def begin(self, against: Against | None) -> None:
        """Another tree comes; None where it cannot be told what its commands are resolved against."""
        last, self._against = self._against, against
        self._known, self._used = self._used, {}
        if against is None or last is None or not against.defines_as(last):
            self._known, self._folders = {}, {}
        elif moved := against.moved_from(last):
            self._known = {key: known for key, known in self._known.items() if moved.isdisjoint(known.names)}
            self._folders = {key: known for key, known in self._folders.items() if moved.isdisjoint(known.names)}

    def folders(self, path: str, commands: tuple[Command, ...], find: Callable[[], tuple[str, ...]]) -> tuple[str, ...]:
        """The folders in which the commands of a file may start, which `find` looks for in the tree."""
        known = self._folders.get((path, id(commands)))
        if known is None:
            with self.looking.noted() as names:
                known = self._folders[path, id(commands)] = _Folders(commands, find(), names)
        return known.likely

    def _held(self, path: str, commands: tuple[Command, ...], ground: Ground, images: Images) -> tuple[Run, ...] | None:
        """What the commands of a file ran there, with the same known of images."""
        key = (path, id(commands), ground)
        known = self._known.get(key) or self._used.get(key)
        if known is None or known.commands is not commands or known.images != images.learnt():
            return None
        self._used[key] = known
        return known.runs

    def find(
        self,
        path: str,
        commands: tuple[Command, ...],
        ground: Ground,
        images: Images,
        find: Callable[[], tuple[Run, ...]],
    ) -> tuple[Run, ...]:
        """What commands run, from the tree before where that holds.

        It is kept where it taught nothing about images; where an image is what they start in, it is this tree's.
        """
        found = self._held(path, commands, ground, images)
        if found is not None:
            return found
        if self._against is None or ground.image is not None:
            return find()
        before = images.learnt()
        with self.looking.noted() as names:
            found = find()
        if images.learnt() == before:
            self._used[path, id(commands), ground] = _Known(commands, before, found, names)
        return found


def against(
    tree: frozenset[str],
    names: frozenset[str],
    code: Code,
    entry_points: EntryPoints,
    files: Mapping[str, Facts],
    digests: Mapping[str, bytes],
) -> Against | None:
    """What the commands of a tree are resolved against; None where one of the files that tell of images has no digest."""
    building = [path for path, facts in files.items() if _tells_of_images(facts)]
    if any(path not in digests for path in building):
        return None
    return Against(
        tree,
        names - {path.partition("/")[0] for path in tree},
        code.modules,
        frozenset(code.programs),
        frozenset(path for path, facts in files.items() if facts.kind == "shell"),
        entry_points,
        tuple((path, digests[path]) for path in sorted(building)),
    )


def _tells_of_images(facts: Facts) -> bool:
    return facts.kind == "dockerfile" or any(step.tool in _BUILT for step in facts.steps)
