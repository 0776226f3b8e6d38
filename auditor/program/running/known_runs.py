"""What commands ran in the tree before: it holds as long as nothing changed that commands are resolved against."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

import msgspec

from auditor.model.facts import Command, Facts
from auditor.program.naming.code import Code
from auditor.program.running.grounds import Ground
from auditor.program.running.images import Images
from auditor.program.running.runs import Run

_BUILT = frozenset({"docker", "compose", "kubernetes"})
_TASKS = ("pyproject.toml", "pixi.toml", "setup.py", "setup.cfg")

Key: TypeAlias = tuple[str, int, Ground]
"""The file, the identity of its commands, and where they start."""


class Against(msgspec.Struct, frozen=True):
    """All that commands are resolved against: which files there are and how each runs, and those that define commands and images."""

    tree: frozenset[str]
    names: frozenset[str]
    programs: frozenset[str]
    shells: frozenset[str]
    defining: tuple[tuple[str, bytes], ...]


class _Known(msgspec.Struct, frozen=True):
    commands: tuple[Command, ...]
    images: object
    runs: tuple[Run, ...]


class KnownRuns:
    """The runs of the commands of one tree, for the next one."""

    def __init__(self) -> None:
        self._against: Against | None = None
        self._known: dict[Key, _Known] = {}
        self._used: dict[Key, _Known] = {}
        self._folders: dict[tuple[str, int], tuple[tuple[Command, ...], tuple[str, ...]]] = {}

    def begin(self, against: Against | None) -> None:
        """Another tree comes; None where it cannot be told what its commands are resolved against."""
        same = against is not None and against == self._against
        self._known, self._used = (self._used if same else {}), {}
        self._folders = self._folders if same else {}
        self._against = against

    @property
    def keeps(self) -> bool:
        """Whether runs are kept at all: it is known what they are resolved against."""
        return self._against is not None

    def folders(self, path: str, commands: tuple[Command, ...], find: Callable[[], tuple[str, ...]]) -> tuple[str, ...]:
        """The folders in which the commands of a file may start, which `find` looks for in the tree."""
        known = self._folders.get((path, id(commands)))
        if known is None:
            known = self._folders[path, id(commands)] = commands, find()
        return known[1]

    def get(self, path: str, commands: tuple[Command, ...], ground: Ground, images: Images) -> tuple[Run, ...] | None:
        """What the commands of a file ran there, with the same known of images."""
        key = (path, id(commands), ground)
        known = self._known.get(key) or self._used.get(key)
        if known is None or known.commands is not commands or known.images != images.learnt():
            return None
        self._used[key] = known
        return known.runs

    def put(
        self, path: str, commands: tuple[Command, ...], ground: Ground, images: object, runs: tuple[Run, ...]
    ) -> None:
        """Keep what commands ran that taught nothing about images; where an image is what they start in, it is this tree's."""
        if self.keeps and ground.image is None:
            self._used[path, id(commands), ground] = _Known(commands, images, runs)


def against(
    tree: frozenset[str], names: frozenset[str], code: Code, files: Mapping[str, Facts], digests: Mapping[str, bytes]
) -> Against | None:
    """What the commands of a tree are resolved against; None where one of the files that define it has no digest."""
    defining = [path for path, facts in files.items() if _defines(path, facts)]
    if any(path not in digests for path in defining):
        return None
    return Against(
        tree,
        names,
        frozenset(code.programs),
        frozenset(path for path, facts in files.items() if facts.kind == "shell"),
        tuple((path, digests[path]) for path in sorted(defining)),
    )


def _defines(path: str, facts: Facts) -> bool:
    return (
        bool(facts.entry_points)
        or facts.kind in ("pyproject", "dockerfile")
        or path.endswith(_TASKS)
        or any(step.tool in _BUILT for step in facts.steps)
    )
