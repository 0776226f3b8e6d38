"""Files that a Dockerfile spells out in here-documents (`COPY <<EOF /app/start.sh`), and what running one of them runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from posixpath import join, normpath
from typing import TypeAlias

import msgspec

from auditor.language.credentials import mask
from auditor.language.prefixes import SHELLS, find_start, is_python, tool_of
from auditor.language.shell import read_shell
from auditor.model.facts import Command, Word
from auditor.model.regex import regex

MOST = 100
"""Files of one Dockerfile."""
MAX_DEPTH = 3  # files that run each other

_SHEBANG = regex(r"#!.*?\b(sh|bash|dash|ash|ksh|zsh|python[\d.]*)\b")


class Written(msgspec.Struct, frozen=True):
    """The text of a file, and the line of the Dockerfile where it begins."""

    text: str
    line: int


Files: TypeAlias = Mapping[str, Written]
"""Files of an image by their absolute path."""


def place(target: str, name: str, folder: str) -> str:
    """Where a here-document of this name comes to lie: a target that ends in a slash is the folder of it."""
    return normpath(join("/", folder, target, name) if target.endswith("/") else join("/", folder, target))


def with_files(
    commands: Iterable[Command], files: Files, folder: str, environment: tuple[tuple[str, str], ...], depth: int = 0
) -> Iterator[Command]:
    """The commands, and behind each one that runs a file of the image what that file runs. `folder` is where they start."""
    for command in commands:
        yield command
        path, tool = _program(command, folder) if files and depth < MAX_DEPTH else ("", "")
        written = files.get(path)
        if written is None:
            continue
        tool = tool or interpreter(written.text)
        if is_python(tool):
            yield python_program(written, command.cwd, environment)
        elif tool in SHELLS:
            inner = read_shell(written.text, line=written.line, environment=environment)
            moved = [msgspec.structs.replace(each, cwd=_inside(command.cwd, each.cwd)) for each in inner]
            yield from with_files(moved, files, folder, environment, depth + 1)


def interpreter(text: str) -> str:
    """The shell or the Python that a file names in its first line; empty where it names neither."""
    found = _SHEBANG.match(text)
    return found[1] if found else ""


def python_program(written: Written, cwd: str | None, environment: tuple[tuple[str, str], ...]) -> Command:
    """A file as the program of a command that starts in a folder."""
    words = (Word("python"), Word("-"))
    return Command(words, written.line, cwd, body=mask(written.text), environment=environment, program=0)


def _program(command: Command, folder: str) -> tuple[str, str]:
    """The file that a command runs, as a path of the image, and the interpreter that it is given to."""
    words = [word.text for word in command.words]
    at, tool = find_start(words).at, ""
    if at < len(words) and (is_python(words[at]) or tool_of(words[at]) in SHELLS):
        tool = tool_of(words[at])
        at = next((number for number in range(at + 1, len(words)) if not words[number].startswith("-")), len(words))
        if any(option in ("-c", "-m") for option in words[:at]):
            return "", ""
    if at >= len(words) or not command.words[at].exact or ("/" not in words[at] and not tool):
        return "", ""
    where = "" if command.cwd is None else command.cwd
    return normpath(join("/", folder, where, words[at])), tool


def _inside(outer: str | None, own: str | None) -> str | None:
    if outer is None or own is None or own.startswith(("/", "~", "{")):
        return own if outer is not None else None
    return join(outer, own) if own else outer
