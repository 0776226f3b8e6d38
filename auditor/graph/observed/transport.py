"""Data that commands move: downloads, copies, archives, redirections, joined to artefacts."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from posixpath import join

import msgspec

from auditor.graph import places
from auditor.graph.artefacts.identity import Identity
from auditor.graph.declared.steps import PIPELINES, DeclaredStep, Steps
from auditor.graph.observed.cargo import Cargo
from auditor.graph.observed.lineage import Lineage
from auditor.graph.store import Store
from auditor.model.artefact import EdgeKind, Evidence, NodeKind
from auditor.model.facts import Command
from auditor.model.place import Place
from auditor.model.regex import regex
from auditor.program import Resolved
from auditor.program.running.flows import Flow
from auditor.program.running.grounds import UNKNOWN, Ground, folder_of, placed, unclone
from auditor.program.running.launches import Launch
from auditor.program.running.movement import Movement, movements, moving
from auditor.program.running.transfers import DATA_TOOLS
from auditor.program.symbolic.values import is_absolute, normal, uri

EXACT, PATTERN, LOOSE = 0.95, 0.6, 0.5
"""How sure an end of a movement is: written out, with a hole behind a known beginning, with a hole in front."""

_HOLE = regex(r"\{[^{}]*\}")
_BEGINS_UNKNOWN = regex(r"\{(?!\*)[^{}]*\}/")


class Passage(msgspec.Struct, frozen=True):
    """One end of a movement that is an artefact: a command reads it or writes it."""

    way: str  # read, write
    artefact: Identity
    kind: NodeKind
    place: Place
    snippet: str
    reader: str


class Transport:
    """What the commands of a tree move, by the node that holds the command."""

    def __init__(
        self, resolved: Resolved, steps: Steps, lineage: Lineage, launched: Mapping[str, Sequence[Launch]]
    ) -> None:
        self.resolved = resolved
        self.steps = steps
        self.lineage = lineage
        self.cargo = Cargo(resolved, steps, lineage)
        self.of: dict[str, list[Passage]] = defaultdict(list)
        for step in steps.all:
            if step.tool not in ("readme", "dvc-lock"):
                self._of_step(step)
        for path, starts in sorted(launched.items()):
            if not places.is_test(path):
                self._of_code(path, starts)

    def state(self, store: Store) -> None:
        """State every passage on the node that holds its command; a pipeline's step has those of all that it starts."""
        for owner, passages in sorted(self.of.items()):
            for passage in passages:
                _state(store, passage, owner)
        for step in self.steps.all:
            if step.tool in PIPELINES:
                reached = sorted(self.steps.closure(step) - {step.id})
                holders = [self._holder(self.steps.by_id[name]) for name in reached]
                holders += [f"file:{path}" for path in self.steps.programs(step)]
                for passage in (passage for holder in holders for passage in self.of.get(holder, ())):
                    _state(store, passage, step.id)

    @staticmethod
    def _holder(step: DeclaredStep) -> str:
        """The node that holds the commands of a step."""
        return f"file:{step.path}" if step.tool == "shell" else step.id

    def _of_step(self, step: DeclaredStep) -> None:
        made = zip(step.step.commands, self._movements(step), strict=True)
        moves = [(command, moved) for command, moved in made if moved.reads or moved.writes]
        if not moves:
            return
        ground = self.resolved.texts.ground(step.path, step.step, step.folder)
        node = self._holder(step)
        for command, moved in moves:
            folder = unclone(folder_of(command, ground.base, ground), ground)
            place = Place(step.path, command.line)
            self.of[node] += self._passages(moved, command, folder, ground, place, step.tool)

    def _movements(self, step: DeclaredStep) -> list[Movement]:
        """What the commands of a step read and write: told by the text of its file where they stand there as they are."""
        commands, code = step.step.commands, self.resolved.code
        told = code.alone(step.path, moving) if commands and step.path in code.files else {}
        found = told.get(id(commands))
        return movements(commands) if found is None else found

    def _of_code(self, path: str, starts: Sequence[Launch]) -> None:
        """Commands that code starts: their folder is known in notebooks only, elsewhere the root is as likely as any."""
        once = {(launch.line, launch.command): launch for launch in starts if not launch.dead}
        made = list(once.values())
        for launch, moved in zip(made, movements([launch.command for launch in made]), strict=True):
            place = self.resolved.code.place(path, launch.line)
            ground = Ground(launch.run.folder)
            for passage in self._passages(moved, launch.command, launch.run.folder, ground, place, "python"):
                self.of[f"file:{path}"].append(passage if path.endswith(".ipynb") else _guessed(passage))

    def _passages(
        self, moved: Movement, command: Command, folder: str, ground: Ground, place: Place, reader: str
    ) -> Iterator[Passage]:
        ends = [("read", flow) for flow in moved.reads] + [("write", flow) for flow in moved.writes]
        if moved.tool in DATA_TOOLS:  # what a variable holds may as well be an address there
            ends = [(way, flow) for way, flow in ends if not _BEGINS_UNKNOWN.match(flow.word.text)]
        named = [
            (way, flow, found) for way, flow in ends if (found := self._identity(flow, folder, ground)) is not None
        ]
        carried = any(flow.kind == "data" and self.cargo.is_data(found, flow) for _, flow, found in named)
        snippet = " ".join(word.text for word in command.words)[:120]
        for way, flow, found in named:
            if flow.kind == "code" or (flow.kind == "data" and (not carried or self.cargo.is_no_data(found, way))):
                continue
            if flow.kind == "data" and (flow.alone or not flow.sure) and not self.cargo.is_data(found, flow):
                continue
            yield Passage(way, found, self.cargo.kind(flow, found, way), place, snippet, reader)

    # --- identity ---

    def _identity(self, flow: Flow, folder: str, ground: Ground) -> Identity | None:
        """The artefact that an end names; None where the text or the folder says too little."""
        text = unicodedata.normalize("NFC", flow.word.text)
        if not _says_something(text) and not (flow.within and text in (".", "./")):
            return None
        known = placed(text, ground.base, ground.here)
        if known is not None:
            text, folder = known, ""
        templated = "{" in text or "*" in text
        confidence = LOOSE if text.startswith(("{", "*")) else PATTERN if templated else EXACT
        if "://" in text:
            if not _says_something(text.partition("://")[2]):
                return None
            scheme = "url:" if text.lower().startswith(("http://", "https://", "ftp://")) else "uri:"
            return Identity(f"{scheme}{uri(text)}", None, confidence, templated=templated)
        if _BEGINS_UNKNOWN.match(text):  # the folder that a variable holds may be anywhere
            folder = ""
        path = normal(join(folder, text)) if not text.startswith("~") else text
        if is_absolute(path):
            inside = ground.inside(path)
            if inside is None:
                return Identity(f"host:{self._entered(path, text, flow)}", None, confidence, templated=templated)
            path = inside
        path = self._entered(path, text, flow)
        if not path or path.startswith(("..", UNKNOWN)):
            return None
        return Identity(f"file:{path}", path, confidence, templated=templated)

    def _entered(self, path: str, text: str, flow: Flow) -> str:
        """The path of what is written into a folder."""
        is_folder = (
            text.endswith("/")
            or text in (".", "..")
            or path in self.lineage.identities.folders
            or path in self.cargo.above
        )
        return normal(join(path, flow.within)) if flow.within and is_folder else path


def _state(store: Store, passage: Passage, owner: str) -> None:
    artefact, where = passage.artefact, passage.place
    if artefact.id == owner:
        return
    label = artefact.path or artefact.id.partition(":")[2]
    templated = True if artefact.templated else None
    node = store.node(artefact.id, passage.kind, label, path=artefact.path, templated=templated)
    piece = Evidence(
        where.path, where.line, passage.snippet, passage.reader, "command", artefact.confidence, cell=where.cell
    )
    if passage.way == "read":
        store.edge(node, owner, EdgeKind.CONSUMES, (piece,))
    else:
        store.edge(owner, node, EdgeKind.PRODUCES, (piece,))


def _guessed(passage: Passage) -> Passage:
    """A relative path whose base is not known is less sure."""
    if passage.artefact.path is None:
        return passage
    confidence = round(passage.artefact.confidence - 0.2, 3)
    return msgspec.structs.replace(
        passage, artefact=msgspec.structs.replace(passage.artefact, confidence=confidence, guessed=True)
    )


def _says_something(text: str) -> bool:
    """Whether a path has a literal part besides its suffix."""
    return bool(re.sub(r"\.\w+$", "", _HOLE.sub("", text)).strip("/.*-_ "))
