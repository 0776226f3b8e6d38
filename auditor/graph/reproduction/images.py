"""Images that lack what the program imports which they are built to start."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec

from auditor.graph import places
from auditor.graph.declared.environments import ENVIRONMENTS
from auditor.graph.declared.steps import DeclaredStep
from auditor.graph.reproduction import imported
from auditor.graph.reproduction.installs import TOOLS
from auditor.graph.reproduction.roots import guarded, roots_of
from auditor.graph.world import World
from auditor.language.requirement import canonical, read_requirement
from auditor.model.facts import Requirement
from auditor.model.place import Place
from auditor.model.regex import regex

_PLAIN = regex(r"^(docker\.io/)?(library/)?python:[\w.-]+(@sha256:\w+)?$")
"""Images that bring Python and no library."""
_HARMLESS = frozenset({
    "pip", "pip3", "apt-get", "apt", "apk", "mkdir", "rm", "echo", "chmod", "chown", "useradd", "groupadd", "adduser", "addgroup",
    "ls", "cd", "set", "export", "find", "touch", "ln", "curl", "wget", "true", "usermod", "locale-gen", "printf", "cat",
})  # fmt: skip
"""Commands of which it is known what they install for Python: nothing, or what `pip install` says."""
_LISTS = frozenset({"-r", "--requirement"})
_VALUED = frozenset({
    "-i", "--index-url", "--extra-index-url", "-f", "--find-links", "--trusted-host", "--timeout", "--default-timeout", "--retries",
    "--progress-bar", "--root-user-action",
})  # fmt: skip
_BARE = frozenset({
    "--no-cache-dir", "--no-cache", "--upgrade", "-U", "-q", "--quiet", "--no-input", "--user", "--disable-pip-version-check",
    "--prefer-binary", "--no-compile", "--ignore-installed", "--force-reinstall", "--break-system-packages", "-v", "--verbose",
})  # fmt: skip
"""Options of pip that change nothing in what is installed, with a value and without."""


_LAUNCHERS = {
    "uvicorn": "uvicorn", "gunicorn": "gunicorn", "hypercorn": "hypercorn", "daphne": "daphne", "granian": "granian",
    "waitress-serve": "waitress", "streamlit": "streamlit", "chainlit": "chainlit", "celery": "celery",
}  # fmt: skip
"""Commands that start a program, with the distributions that bring them."""


class Bare(msgspec.Struct, frozen=True):
    """An image that cannot start: the line that starts it, and what it does not install of what its program imports, or the
    command that is to start it (`launcher`; "" where it is there)."""

    path: str
    place: Place
    program: str
    lacking: tuple[tuple[str, str, Place], ...]
    """The name of each import, the distribution that brings it, and where it stands."""
    launcher: str = ""


def bare_images(world: World, owned: Callable[[str], bool]) -> Iterator[Bare]:
    """The images that cannot start: all they install is known, and their program imports what another list asks for."""
    for path, steps in sorted(world.steps.by_file.items()):
        facts = world.files.get(path)
        if facts is None or facts.kind != "dockerfile" or not owned(path) or not places.is_product(path):
            continue
        build = [step for step in steps if step.step.name == "build"]
        starts = [run for step in steps if step.step.name == "cmd" for run in step.runs]
        alone = facts.attr("stages") == "1" and len(build) == 1 and len(starts) == 1 and starts[0].kind == "script"
        if (
            not alone
            or starts[0].target not in world.resolved.code.programs
            or not all(map(_PLAIN.match, build[0].step.uses))
        ):
            continue
        asked = _installed(world, build[0])
        if asked:
            lacking = tuple(_lacking(world, starts[0].target, asked))
            launcher = _launcher(world, starts[0].launcher, asked)
            if lacking or launcher:
                yield Bare(path, Place(path, starts[0].line), starts[0].target, lacking, launcher)


def _installed(world: World, build: DeclaredStep) -> list[Requirement] | None:
    """What a build installs by `pip install` of names and lists; None where it may install more."""
    asked: list[Requirement] = []
    for command in build.step.commands:
        words = [word.text for word in command.words]
        if words[:1] and words[0] in ("python", "python3") and words[1:3] == ["-m", "pip"]:
            words = words[2:]
        if not words or words[0] not in _HARMLESS or any(word.startswith(("python3-", "py3-")) for word in words):
            return None
        if words[0] in ("pip", "pip3") and words[1:2] == ["install"]:
            found = _by_pip(world, build, words[2:], command.line)
            if found is None:
                return None
            asked += found
    return asked if all(each.source == "pypi" for each in asked) else None


def _by_pip(world: World, build: DeclaredStep, words: list[str], line: int) -> list[Requirement] | None:
    """What the words of an installation ask for, be it by lists; None where that is not known as a whole."""
    found: list[Requirement] = []
    rest = iter(words)
    for word in rest:
        option, _, value = word.partition("=")
        if option in _LISTS:
            listed = _listed(world, build, value or next(rest, ""))
            if listed is None:
                return None
            found += listed
        elif option in _VALUED:
            if not value:
                next(rest, "")
        elif word.startswith("-"):
            if option not in _BARE:
                return None
        else:
            plain = word.strip("\"'")
            made = read_requirement(plain, line) if _NAME.match(plain) else None
            if made is None:
                return None
            found.append(made)
    return found


_NAME = regex(r"[A-Za-z][^/{]*$")


def _listed(world: World, build: DeclaredStep, name: str) -> list[Requirement] | None:
    """What the lists of that name ask for which the build copies; None without one, or where one includes another."""
    last = name.rpartition("/")[2]
    copied = [each.path for each in build.reads if each.path is not None]
    todo = [
        path
        for path, facts in world.files.items()
        if facts.kind in ENVIRONMENTS
        and path.rpartition("/")[2] == last
        and any(each in ("", path) or path.startswith(f"{each}/") for each in copied)
    ]
    if not todo or any(world.files[path].references for path in todo):
        return None
    return [requirement for path in todo for requirement in world.files[path].requirements]


def _launcher(world: World, named: str, asked: list[Requirement]) -> str:
    """The distribution of the command that starts a program, where nothing that the image installs brings it."""
    distribution, knowledge = _LAUNCHERS.get(named, ""), world.resolved.knowledge
    has = imported.with_brought(world, {name for each in asked for name in imported.named(each)})
    known = all(each.name in TOOLS or knowledge.knows_distribution(each.name) for each in asked)
    if not distribution or not known or imported.covers(has, distribution):
        return ""
    told = imported.missing_for(world, distribution) and any(
        distribution in roots for roots in world.imported_roots.values()
    )
    return "" if told else distribution  # what is imported and asked for by nobody is told as such


def _lacking(world: World, program: str, asked: list[Requirement]) -> Iterator[tuple[str, str, Place]]:
    """What importing a program imports and nothing installs, though some other list of the repository asks for it."""
    knowledge = world.resolved.knowledge
    has = imported.with_brought(world, {name for each in asked for name in imported.named(each)})
    known = all(each.name in TOOLS or knowledge.knows_distribution(each.name) for each in asked)
    seen: set[str] = set()
    for path in _outright(world, program):
        for root, line in roots_of(world, path, outright=True):
            if root in seen or not imported.is_library(world, root) or imported.missing_for(world, root):
                continue
            seen.add(root)
            names = {canonical(name) for name in (*knowledge.distributions(root), root)}
            distribution = canonical(next(iter(knowledge.distributions(root)), root))
            if any(imported.covers(has, name) for name in names) or (
                not known and distribution in knowledge.often_brought
            ):
                continue
            yield root, distribution, world.resolved.code.place(path, line)


def _outright(world: World, program: str) -> list[str]:
    """A program with all modules of the repository that importing it imports."""
    code, found = world.resolved.code, [program]
    for path in found:
        skipped = guarded(code.scope(path, 0).body)
        for statement, block, dead in code.index(path, 0).imports:
            if not (block or dead or statement.line in skipped):
                found += sorted(set(code.modules_of(path, statement)) - set(found))
    return found
