"""Lists that commands install from and folders that they go to, where the tree has neither and nothing makes them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise

from auditor.graph import places
from auditor.graph.artefacts.identity import above
from auditor.graph.declared.steps import DeclaredStep
from auditor.graph.jungles.broken import BrokenReference
from auditor.graph.jungles.holdings import Holdings
from auditor.graph.world import World
from auditor.language.prefixes import find_start
from auditor.model.facts import Command, Word
from auditor.model.place import Place
from auditor.model.regex import regex

_LISTS = frozenset({"-r", "--requirement", "-c", "--constraint"})
_LIST = regex(r"[\w.-][\w./-]*\.(txt|in)")
_FOLDER = regex(r"[A-Za-z_][\w-]*(/[\w-][\w.-]*)*")
_GOING = frozenset({
    "shell", "make", "github-actions", "gitlab-ci", "azure-pipelines", "jenkins", "travis", "circleci",
})  # fmt: skip
"""Tools whose commands start in a checkout, so that a folder they go to lies in it."""
_MADE = regex(
    r"(^|/)(dist|build|target|out|outputs?|results?|logs?|tmp|temp|bin|public|site|node_modules|artifacts?|vendor|\.?venv|env|cache|checkpoints?|runs?|workspace)(/|$)"
)
"""Folders that are made before anybody goes there."""


def absences(
    world: World, step: DeclaredStep, known: Holdings, supplied: Callable[[str], bool]
) -> Iterator[BrokenReference]:
    """What one step names that is not there. `supplied`: whether commands, programs or whoever runs it may bring a file."""
    gone: set[str] = set()
    for command in step.step.commands:
        if command.guard or command.cwd is None or command.where:
            continue
        if not gone.isdisjoint(above(f"{command.cwd}/")):
            continue
        if step.tool in _GOING and _is_missing(world, step, known, command):
            gone.add(command.cwd)
            yield BrokenReference("cwd", step.step.name, command.cwd, Place(step.path, command.line))
            continue
        if step.tool == "docker" and not known.is_plain(step):
            continue
        for name in _lists(command):
            lacking, instead = known.lacks(name)
            if lacking and not supplied(name) and not _is_named(world, step.path, name, command):
                yield BrokenReference("list", step.step.name, name, Place(step.path, command.line), instead)


def _lists(command: Command) -> Iterator[str]:
    """The lists that `pip install` is given, as far as they are written out."""
    words = command.words[find_start([word.text for word in command.words]).at :]
    texts = [word.text for word in words]
    if texts[:1] and texts[0].startswith("python") and texts[1:3] == ["-m", "pip"]:
        words, texts = words[2:], texts[2:]
    if texts[:1] == ["uv"]:
        words, texts = words[1:], texts[1:]
    if texts[:2] not in (["pip", "install"], ["pip3", "install"]):
        return
    given = [after for before, after in pairwise(words) if before.text in _LISTS]
    given += [Word(w.text.partition("=")[2], w.exact) for w in words if w.text.partition("=")[0] in _LISTS]
    for word in given:
        if word.exact and _LIST.fullmatch(word.text) is not None:
            yield word.text


def _is_missing(world: World, step: DeclaredStep, known: Holdings, command: Command) -> bool:
    """Whether a command runs in a folder that nobody has and nothing makes."""
    folder = command.cwd or ""
    if _FOLDER.fullmatch(folder) is None or _MADE.search(folder) or places.holds_data(folder):
        return False
    if not known.lacks(folder)[0] or known.is_ignored(f"{folder}/x") or known.under_submodule(folder):
        return False
    first, last = folder.partition("/")[0], folder.rpartition("/")[2]
    if any(name in known.fetched or name in known.written for name in (first, last)):
        return False
    return not _is_named(world, "", last, command) and not _is_kept(world, step.path, first)


def _is_named(world: World, path: str, name: str, command: Command) -> bool:
    """Whether another command, of a file or anywhere, names a file or folder as what it may make (`-o`, `mkdir`, `git clone`)."""
    last = name.rpartition("/")[2]
    steps = world.steps.by_file.get(path, ()) if path else world.steps.all
    for other in (each for step in steps for each in step.step.commands if each is not command):
        texts = [word.text for word in (*other.words, *other.writes)]
        if path and tuple(_lists(other)) and not other.writes:
            continue
        if any(last in text.replace("=", "/").split("/") for text in texts):
            return True
    return False


def _is_kept(world: World, path: str, folder: str) -> bool:
    """Whether a setting of the file or what a program writes says that a folder is made."""
    leaves = (leaf for leaf in world.files[path].leaves if not leaf.key.endswith("working-directory"))
    if any(isinstance(leaf.value, str) and leaf.value.strip("./").partition("/")[0] == folder for leaf in leaves):
        return True
    touched = (touch for touches in world.lineage.touches.values() for touch in touches if touch.way == "write")
    return any((touch.artefact.path or "").partition("/")[0] == folder for touch in touched)
