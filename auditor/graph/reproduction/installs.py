"""Questions about commands that install packages, in notebooks, images and jobs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from posixpath import dirname, join

import msgspec

from auditor.graph import places
from auditor.graph.declared.environments import ENVIRONMENTS
from auditor.graph.world import World
from auditor.language.requirement import read_requirement
from auditor.model.facts import Command, Facts, Requirement
from auditor.model.place import Place
from auditor.model.regex import regex
from auditor.program.symbolic.values import normal

TOOLS = frozenset({
    "pip", "setuptools", "wheel", "python", "cython", "pytest", "pytest-cov", "black", "ruff", "flake8", "isort", "mypy",
    "pre-commit", "tox", "nox", "coverage", "pylint", "twine", "build", "sphinx", "ipykernel", "jupyter", "jupyterlab",
    "notebook", "nbconvert", "poetry", "uv", "pip-tools", "virtualenv", "hatchling", "ipython", "jupyter-client", "pytest-mock",
    "nbstripout", "pytest-xdist", "hypothesis", "sphinx-rtd-theme", "mkdocs", "mkdocs-material", "ipdb", "bandit", "autopep8",
})  # fmt: skip
"""What is installed to work on a program and is not imported by it."""
_WITH_VALUE = frozenset({
    "-i", "--index-url", "--extra-index-url", "-f", "--find-links", "-t", "--target", "--root", "--prefix", "--trusted-host",
    "--timeout", "--retries", "--proxy", "--platform", "--python-version", "--progress-bar", "--cache-dir", "--python", "-p",
    "--src", "--log", "--report", "-e", "--editable", "--build-option", "--global-option", "--config-settings", "-w", "--wheel-dir",
})  # fmt: skip
_FILES = frozenset({"-r", "--requirement", "--requirements", "-c", "--constraint"})

_LISTED = regex(
    r"(^|/)(requirements?[\w.-]*\.(txt|in)|environment[\w.-]*\.ya?ml|conda\.ya?ml|pyproject\.toml|setup\.(py|cfg)|Pipfile(\.lock)?|pixi\.toml)$"
)


class Installed(msgspec.Struct, frozen=True):
    """A package that a command of a notebook, an image or a job installs; `lost` is the first bound in the command that
    its shell takes for a file."""

    requirement: Requirement
    place: Place
    lost: str = ""


def constrained(world: World) -> frozenset[str]:
    """The names of files that some command installs from under constraints, which choose the versions."""
    found: set[str] = set()
    for facts in world.files.values():
        for step in facts.steps:
            named = {name for command in step.commands for name in _under_constraints(command)}
            # An image may copy the file under another name before it installs from it.
            copied = {ref.path for ref in step.reads if dict(ref.attrs).get("to", "").rpartition("/")[2] in named}
            found |= named | {path.rpartition("/")[2] for path in copied}
    return frozenset(found - {""})


def _under_constraints(command: Command) -> Iterator[str]:
    words = [word.text for word in command.words]
    if "install" in words and any(word in ("-c", "--constraint") or word.startswith("--constraint=") for word in words):
        for option, value in pairwise(words):
            if option in ("-r", "--requirement"):
                yield value.rpartition("/")[2]


def unread_lists(world: World) -> frozenset[str]:
    """The folders of commands that install from a list which is here under a name that no reader of lists knows, and of such lists;
    and those of lists whose content is kept elsewhere, which this clone does not have.

    What that list holds is not known, so of the programs of the folder it is not known what they lack.
    """
    found = {dirname(path) for path, facts in world.files.items() if facts.kind == "pointer" and _LISTED.search(path)}
    for path in world.files:
        for each in world.resolved.code.alone(path, _lists, tuple[str, ...]):
            if _is_unread(world, path, each):
                found |= {dirname(path), *(dirname(name) for name in _spelled(path, each) & world.sizes.keys())}
    return frozenset(found)


def _spelled(path: str, listed: str) -> set[str]:
    """The files that a command of a file may mean by a list."""
    return {normal(join(dirname(path), listed)), normal(listed)}


def _lists(facts: Facts) -> tuple[str, ...]:
    """The lists that the commands of a file install from."""
    commands = [[word.text for word in command.words] for step in facts.steps for command in step.commands]
    if facts.program is not None:
        commands += [_words(escape.kind, escape.name, escape.text) for escape in facts.program.escapes]
    return tuple(
        value
        for words in commands
        if "install" in words
        for option, value in pairwise(words)
        if option in ("-r", "--requirement")
    )


def _is_unread(world: World, path: str, listed: str) -> bool:
    """Whether a list is here and no reader knows it, or a list that it includes; lists may include one another."""
    todo, seen = [(path, listed)], set[str]()
    while todo:
        here, said = todo.pop()
        names = _spelled(here, said) & world.sizes.keys()
        known = {name for name in names if name in world.files and _is_list(world.files[name])}
        if names and not known:
            return True
        parts = [(name, ref) for name in known - seen for ref in world.files[name].references]
        todo += [(name, ref.path) for name, ref in parts if ref.how == "requirement"]
        seen |= known
    return False


def _is_list(facts: Facts) -> bool:
    """Whether a file was read as one that asks for packages, be it by including others."""
    return facts.kind in ENVIRONMENTS or bool(facts.requirements)


def installed(world: World, owned: Callable[[str], bool]) -> list[Installed]:
    """What commands of notebooks, images and jobs install by name."""
    found = []
    for path in sorted(world.files):
        if not owned(path) or not places.is_product(path):
            continue
        code = world.resolved.code
        for requirement, line, in_program, lost in code.alone(path, _installing):
            found.append(Installed(requirement, code.place(path, line) if in_program else Place(path, line), lost))
    return found


def _installing(facts: Facts) -> tuple[tuple[Requirement, int, bool, str], ...]:
    """What the commands of a file install by name, each with its line, whether that is one of a program, and a bound that is lost."""
    found = []
    for escape in facts.program.escapes if facts.program is not None else ():
        asked = _of_words(_words(escape.kind, escape.name, escape.text), escape.line)
        found += [(requirement, escape.line, True, "") for requirement in asked]
    for step in facts.steps:
        for command in step.commands:
            words = [word.text for word in command.words]
            lost = next((f">{word.text}" for word in command.writes if _BOUND.fullmatch(word.text)), "")
            found += [(requirement, command.line, False, lost) for requirement in _of_words(words, command.line)]
    return tuple(found)


_BOUND = regex(r"=?\d+(\.\d+)*")
"""What a shell takes for a file to write to, in `pandas>=2.1` without quotes."""


def _words(kind: str, name: str, text: str) -> list[str]:
    if kind == "magic" and name in ("pip", "conda"):
        return [name, *text.split()]
    return text.split() if kind == "shell" and "\n" not in text else []


def _of_words(words: list[str], line: int) -> Iterator[Requirement]:
    """The packages that `pip install` of some form is asked for by name."""
    while words and words[0] in ("sudo", "python", "python3", "-m", "uv", "{sys.executable}"):
        words = words[1:]
    if len(words) < 3 or words[0] not in ("pip", "pip3") or words[1] != "install":
        return
    skip = False
    for word in words[2:]:
        if word in ("&&", ";", "|", "||", "#") or word.startswith((">", "2>")):
            return
        if skip or word.startswith("-"):
            skip = not skip and (word in _WITH_VALUE or word in _FILES)
            continue
        plain = word.strip("\"'")
        made = (
            read_requirement(plain, line)
            if re.match(r"[A-Za-z]", plain) and "/" not in plain and "{" not in plain
            else None
        )
        if made is not None and made.source == "pypi" and made.name not in TOOLS:
            yield made
