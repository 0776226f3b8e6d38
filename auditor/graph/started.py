"""Which programs a repository itself says are run: by steps, commands, settings, documents and other programs."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from auditor.graph import places
from auditor.graph.world import World


class Started:
    """What starts or names the programs of a tree. Made once, by `World.once(Started)`."""

    def __init__(self, world: World) -> None:
        self._world = world
        found = {program for step in world.steps.all for program in world.steps.programs(step)}
        found |= {local.path for step in world.steps.all for local in step.implements}
        # A program that starts others and that a document names is where these are started, whatever makes up the commands.
        starters = (
            path
            for path in world.resolved.mentioned
            if path in found or path.rpartition("/")[2] in world.documents.text
        )
        found |= {named for starter in sorted(starters) for named in world.resolved.mentioned[starter]}
        # A program of the repository that starts training is where training is started.
        found |= {
            launch.run.target
            for path, launched in world.launched.items()
            for launch in launched
            if places.is_product(path) and launch.run.target != path and not launch.dead
        }
        self.programs = frozenset(found)
        """Programs that a step, a command, a program or a pipeline starts."""

    @cached_property
    def _words(self) -> frozenset[str]:
        """The last parts of all words of commands, and of texts in settings that end like a program."""
        world = self._world
        words = {
            word.text.rpartition("/")[2] for step in world.steps.all for c in step.step.commands for word in c.words
        }
        return frozenset(words).union(
            leaf.value.rpartition("/")[2]
            for facts in world.files.values()
            for leaf in facts.leaves
            if isinstance(leaf.value, str) and leaf.value.endswith((".py", ".ipynb"))
        )

    @cached_property
    def _installed(self) -> tuple[str, ...]:
        """The modules of installed commands, as ends of paths without a suffix."""
        targets = (entry.target for facts in self._world.files.values() for entry in facts.entry_points)
        return tuple({target.partition(":")[0].replace(".", "/") for target in targets})

    def names(self, path: str) -> bool:
        """Whether something starts a program, or a command, a setting or a document calls it by the name of its file."""
        name = path.rpartition("/")[2]
        return (
            path in self.programs
            or path.rpartition(".")[0].endswith(self._installed)
            or name in self._words
            or name in self._world.documents.text
        )

    def needs(self, path: str) -> bool:
        """Whether a program, or one that imports it, is started, named, or declares a pipeline."""
        return bool(self._own(path) or self._importing(path))

    def _own(self, path: str) -> int:
        return int(self.names(path) or self._world.orchestrates(path))

    @cached_property
    def _importing(self) -> Callable[[str], int]:
        code = self._world.resolved.code
        return code.importing.told({path: self._own(path) for path in code.paths})
