"""The command of a container as manifests write it: a list of words, some of them whole scripts."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice, pairwise

from msgspec.structs import replace

from auditor.language.credentials import mask
from auditor.language.node import Node
from auditor.language.shell import read_shell
from auditor.model.facts import Command, Word
from auditor.model.regex import regex

MAX_PARTS = 500

_PYTHON = regex(r"^(?:.*/)?python[\d.]*$")
_SHELL = regex(r"^(?:.*/)?(?:ba|da|z|k)?sh$")
_CODE = regex(r"^\s*(?:import|from)\s+\w|^\s*(?:async\s+)?def\s+\w+\(|^\s*@\w", re.MULTILINE)
_RUNS_SCRIPT = regex(r"^-\w*c$")


def _same(text: str) -> str:
    return text


def container_commands(
    command: Node, args: Node, fill: Callable[[str], str] = _same, *, braces: bool = False
) -> tuple[Command, ...]:
    """The commands of a container's `command` and `args`; `fill` replaces templates of the format in each text.

    A script behind `sh -c` is read as shell, Python text handed to an interpreter becomes the body of its command.
    """
    parts = list(islice(chain(command.texts(), args.texts()), MAX_PARTS))
    texts = [fill(part.raw) for part in parts]
    found: list[Command] = []
    plain: list[str] = []
    line = parts[0].line if parts else 0
    for (before, _), (text, part) in pairwise([("", None), *zip(texts, parts, strict=True)]):
        if part is None:
            continue
        if "\n" in text and _CODE.search(text) and not _SHELL.match(before):
            found += [*_shell(shlex.join(plain), line, braces), _embedded(text, part.text_line)]
            plain = []
        elif _RUNS_SCRIPT.match(before) and plain and _SHELL.match(plain[0]):
            found += _shell(text, part.text_line, braces)
            plain = []
        else:
            line = line if plain else part.line
            plain.append(text)
    return (*found, *_shell(_joined(plain, bool(found)), line, braces))


def script_commands(
    interpreter: Iterable[str], source: Node, fill: Callable[[str], str] = _same
) -> tuple[Command, ...]:
    """The commands of a script text that an interpreter gets: shell, or Python as a body."""
    name = next(iter(interpreter), "sh")
    text = fill(source.raw)
    if _PYTHON.match(name):
        return (replace(_embedded(text, source.text_line), program=0),)
    return read_shell(text, line=source.text_line) if _SHELL.match(name) or not name else ()


def _joined(words: list[str], after_script: bool) -> str:
    """What is left over behind a script are the arguments of that script, no command."""
    if after_script or not any(words):
        return ""
    return words[0] if len(words) == 1 and " " in words[0].strip() else shlex.join(words)


def _shell(text: str, line: int, braces: bool) -> Iterator[Command]:
    if text.strip() and not all(_SHELL.match(word) or word.startswith("-") for word in text.split()):
        yield from read_shell(text, line=line, braces=braces)


def _embedded(text: str, line: int) -> Command:
    return Command((Word("python"), Word("-")), line, body=mask(text))
