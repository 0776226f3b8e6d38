"""Folders of what was before: programs that are kept to be looked at, and that nothing runs."""

from __future__ import annotations

import re
from posixpath import dirname

from auditor.graph import places
from auditor.graph.artefacts.identity import within
from auditor.graph.data.versions import trainings
from auditor.graph.reproduction.idle_modules import ends_written, own_ends
from auditor.graph.started import Started
from auditor.graph.world import World
from auditor.model.regex import regex

_NOT_RUN = regex(
    r"\b(?:not|no longer|never) (?:be )?(?:run|executed|used|maintained|part of|in use|supported)\b|\bdo not (?:run|use|edit)\b"
    r"|\b(?:for|as) (?:historical |future )?(?:reference|comparison)\b|\b(?:superseded|replaced|obsoleted?) by\b|\bun(?:touched|maintained)\b"
    r"|\bn[ãa]o (?:s[ãa]o |[ée] )?(?:mais )?(?:execut\w+|usad\w+|rodad\w+)|\bpara refer[êe]ncia\b|\bintocad[oa]s?\b"
    r"|\b(?:ya )?no se (?:ejecut\w+|us\w+)|\bpara referencia\b|\bcomo referencia\b|\bn['’](?:est|sont) (?:plus|pas) (?:utilis|ex[ée]cut)\w+"
    r"|\bpour (?:r[ée]f[ée]rence|m[ée]moire)\b|\bnicht (?:mehr )?(?:verwendet|ausgef[üu]hrt|benutzt|genutzt)\b|\bnon (?:pi[ùu] )?(?:usat|eseguit)\w+"
    r"|仅供参考|不再(?:使用|维护)|已(?:废弃|弃用)|参考用|使用(?:しない|されていない)|참고용|사용하지 않|не использу\w+|для справки",
    re.I,
)
"""Words of a document by which what lies beside it is there to be read."""


class Museum:
    """Which folders only keep what was before. Made once, by `World.once(Museum)`."""

    def __init__(self, world: World) -> None:
        self._world = world
        folders = {places.museum_of(path) for path in world.resolved.code.paths} - {""}
        self.folders = tuple(sorted(folder for folder in folders if self._is_kept(folder)))
        """The folders, with all that lies below."""

    def holds(self, path: str) -> bool:
        """Whether a file lies in such a folder."""
        return any(within(path, folder) for folder in self.folders)

    def _is_kept(self, folder: str) -> bool:
        """Whether its own document says that a folder is not run, or something else trains; and nothing outside runs or names
        what lies in it."""
        return (self._is_said(folder) or self._has_heir(folder)) and not self._is_in_use(folder)

    def _is_said(self, folder: str) -> bool:
        sections = self._world.documents.sections
        return any(
            dirname(path) == folder and _NOT_RUN.search(f"{section.title}. {section.text}")
            for path, section in sections
        )

    def _has_heir(self, folder: str) -> bool:
        """Whether a program outside trains and is started, where the folder is no package that others may import and no document
        tells which program of it to look at."""
        started, told = self._world.once(Started), self._world.documents.text
        if any(own_ends(path)[1] in told for path in self._world.resolved.code.paths if within(path, folder)):
            return False
        programs = (training.program for training in trainings(self._world, lambda path: not within(path, folder)))
        return f"{folder}/__init__.py" not in self._world.resolved.tree and any(map(started.needs, programs))

    def _is_in_use(self, folder: str) -> bool:
        """Whether a step, a command, a program or a setting outside, tests aside, starts, imports or names a file of a folder."""
        world, code = self._world, self._world.resolved.code
        held = [path for path in code.paths if within(path, folder)]
        outside = [path for path in world.files if not within(path, folder) and not places.is_test(path)]
        if any(
            not within(importer, folder) and not places.is_test(importer)
            for path in held
            for importer in code.importers(path)
        ):
            return True
        steps = (step for step in world.steps.all if not within(step.path, folder))
        started = {program for step in steps for program in world.steps.programs(step)}
        started |= {launch.run.target for path in outside for launch in world.launched.get(path, ())}
        told = (path for path in outside if not world.files[path].sections)  # a document's commands are steps
        written = frozenset().union(*(ends_written(world, path) for path in told))
        return not started.isdisjoint(held) or any(not written.isdisjoint(own_ends(path)) for path in held)
