"""What commands and declarations need from the tree, by kind and name: programs, modules, tests, targets, Dockerfiles."""

from __future__ import annotations

import re
from collections.abc import Iterator
from posixpath import join

from auditor.graph.declared.steps import DeclaredStep
from auditor.language.containers import compose_files, read_container
from auditor.language.prefixes import find_start
from auditor.model.facts import Command, Word
from auditor.model.regex import regex
from auditor.program.running.command_forms import is_server, server_program
from auditor.program.running.commands import Run
from auditor.program.symbolic.values import is_absolute, is_uri, normal

_MODULE = regex(r"python -m (\w+(?:\.\w+)+)")
_PATH = regex(r"[\w.-][\w./ -]*")


def wanted(run: Run, command: Command, *, image: bool) -> Iterator[tuple[str, str]]:
    """The files, modules and targets that a command needs; `image`: it runs in one, where a program may be on the path."""
    if _is_program(run, image=image):
        yield "program", run.target
    elif run.kind == "tool" and (module := _MODULE.fullmatch(run.target)) is not None and not image:
        yield "module", module[1]
    elif run.kind == "test":
        yield from tests_of(run)
    elif (
        run.kind == "pipeline"
        and run.target.startswith("make:")
        and not any(word.text.startswith(("-C", "-f", "--directory", "--file")) for word in run.args)
    ):
        for goal in run.target.removeprefix("make:").split():
            yield "target", goal
    elif run.kind == "tool" and is_server(run.launcher):
        named = server_program(run.launcher, run.args, run.environment)
        if named is not None and named.form == "module" and named.word.exact and not named.folder:
            yield "served", f"{named.word.text.replace('.', '/')}.py"
    elif not image:
        yield from _contained(command)


def _is_program(run: Run, *, image: bool) -> bool:
    """Whether a run is that of a program file which is not there."""
    if run.kind == "missing":
        return True
    plain = run.kind == "tool" and not is_absolute(run.target) and not is_uri(run.target) and "{" not in run.target
    if plain and image:
        return run.target.endswith((".py", ".sh"))
    return plain and run.target.endswith(".ipynb") and "*" not in run.target


def tests_of(run: Run) -> Iterator[tuple[str, str]]:
    """The files and folders that a run of a tool for tests names."""
    for word in run.args:
        if run.target == "unittest":
            if re.fullmatch(r"\w+(\.\w+)+", word.text) and word.exact:
                yield "tests", f"{word.text.replace('.', '/')}.py"
        elif run.target in ("pytest", "py.test") and word.exact and re.fullmatch(r"[\w.][\w./-]*(\.py|/)", word.text):
            yield "tests", word.text.rstrip("/")


def _contained(command: Command) -> Iterator[tuple[str, str]]:
    """The Dockerfile that an image is built from, and the files of services that are started."""
    words = command.words[find_start([word.text for word in command.words]).at :]
    for file in compose_files(words):
        if _is_plain(file):
            yield "services", file.text
    contained = read_container(words)
    if contained is None or contained.action != "build" or contained.composed:
        return
    if contained.files:
        if _is_plain(contained.files[0]):
            yield "dockerfile", contained.files[0].text
    elif contained.context is not None and _is_plain(contained.context):
        yield "dockerfile", normal(join(contained.context.text, "Dockerfile"))


def _is_plain(word: Word) -> bool:
    """Whether a word is a path below the working folder."""
    return word.exact and _PATH.fullmatch(word.text) is not None and word.text != "-" and not is_uri(word.text)


def lacks_module(dotted: str, folder: str, paths: frozenset[str]) -> bool:
    """Whether a package that lies in a folder of these paths has no module of that name.

    Packages without `__init__.py` may be those of a library that is installed.
    """
    first, _, _ = dotted.partition(".")
    base = f"{folder}/".lstrip("/")
    if f"{base}{first}/__init__.py" not in paths:
        return False
    place = f"{base}{dotted.replace('.', '/')}"
    return not any(path.startswith((f"{place}.", f"{place}/")) for path in paths)


def own_dockerfile(step: DeclaredStep) -> tuple[str, str]:
    """The folder that a service of compose is built from and the Dockerfile in it; "" for both where it has none or says it itself."""
    attrs = dict(step.step.attrs)
    context = attrs.get("build", "")
    if not context or re.search(r"[$:{]|^[/~]", f"{context}{attrs.get('dockerfile', '')}"):
        return "", ""
    return context, "" if attrs.get("dockerfile-inline") else attrs.get("dockerfile") or "Dockerfile"
