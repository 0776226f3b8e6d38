"""Commands of a README that cannot be run as they stand there."""

from __future__ import annotations

import re

from auditor.graph.declared.steps import DeclaredStep
from auditor.graph.jungles.broken import BrokenReference
from auditor.graph.jungles.holdings import Holdings
from auditor.graph.world import World
from auditor.model.regex import regex

_ANYTHING = regex(r"(^|[/_.-])(your|my|some|foo|bar|new|name|xxx+|path|example)([/_.-]|$)", re.I)
"""Names that stand for what whoever reads it puts there."""
_TOLD = frozenset({"program", "module", "services", "dockerfile", "option", "target"})


def is_manual(world: World, step: DeclaredStep) -> bool:
    """Whether the commands of a document are those that tell how its folder is used, and of no other repository."""
    if step.tool != "readme" or not step.path.rpartition("/")[2].lower().startswith("readme"):
        return False
    words = ([word.text for word in command.words] for command in step.step.commands)
    cloned = {_called(texts[-1]) for texts in words if texts[:2] == ["git", "clone"]}
    return cloned <= world.resolved.commands.names


def _called(address: str) -> str:
    """What a clone of an address is called."""
    return address.rstrip("/").rpartition("/")[2].removesuffix(".git")


def is_surely_told(broken: BrokenReference, step: DeclaredStep, known: Holdings) -> bool:
    """Whether a document means a file of its repository: it names the folder, which is there, or goes to it first."""
    if broken.kind not in _TOLD or _ANYTHING.search(broken.name):
        return False
    if broken.kind in ("option", "target"):
        return True
    name = broken.name.replace(".", "/") if broken.kind == "module" else broken.name
    command = next((each for each in step.step.commands if each.line == broken.place.line), None)
    return not known.is_foreign(name) if "/" in name else command is not None and bool(command.cwd)
