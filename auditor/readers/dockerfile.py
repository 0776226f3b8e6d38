"""Dockerfiles: what an image is built from, what it installs and what it starts."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from typing import TypeAlias

import msgspec

from auditor.language.credentials import mask, mask_value
from auditor.language.paths import kind_of_path
from auditor.language.shell import read_shell
from auditor.model.facts import Command, Facts, Leaf, Ref, Step, Trouble
from auditor.model.regex import regex
from auditor.readers.contract import Reader, over_text, pairs

MAX_LINES = 10_000

_INSTRUCTION = regex(r"\s*([A-Za-z]+)\s+(.*)", re.DOTALL)
_HEREDOC = regex(r"<<-?\s*(['\"]?)(\w+)\1")
_FLAG = regex(r"--([a-z-]+)(?:=(\S+))?\s+")
_FROM = regex(r"(\S+)(?:\s+AS\s+(\S+))?", re.IGNORECASE)
_VARIABLE = regex(r"\\?\$(?:\{(\w+)(?::?[-+]([^}]*))?\}|(\w+))")
_PAIR = regex(r"""([\w.]+)=("(?:[^"\\]|\\.)*"|'[^']*'|\S*)""")
_ESCAPE = regex(r"#\s*escape\s*=\s*(\S)", re.IGNORECASE)
_KNOWN = frozenset({
    "FROM", "RUN", "CMD", "LABEL", "MAINTAINER", "EXPOSE", "ENV", "ADD", "COPY", "ENTRYPOINT", "VOLUME", "USER",
    "WORKDIR", "ARG", "ONBUILD", "STOPSIGNAL", "HEALTHCHECK", "SHELL",
})  # fmt: skip


class _Instruction(msgspec.Struct):
    word: str
    text: str
    line: int
    end_line: int
    bodies: list[tuple[str, int]] = []  # here-documents with their first lines


class _Settings(msgspec.Struct, frozen=True):
    """What a build stage hands on to a stage that builds on it."""

    folder: str = ""
    starts: Mapping[str, tuple[_Instruction, str]] = {}
    user: str = ""
    environment: Mapping[str, str] = {}


class _Image(msgspec.Struct):
    """What the instructions say together; each build stage begins anew."""

    variables: dict[str, str] = {}
    environment: dict[str, str] = {}  # those of ENV: what the image starts finds them
    folder: str = ""
    stage: str = ""
    stages: list[str] = []
    images: list[tuple[str, int]] = []
    commands: list[Command] = []
    reads: list[Ref] = []
    inner: list[Ref] = []  # what one build stage takes from another
    leaves: list[Leaf] = []
    ports: list[str] = []
    starts: dict[str, tuple[_Instruction, str]] = {}  # of the last stage only
    user: str = ""
    begun: int = 0  # the line of the last FROM
    done: dict[str, _Settings] = {}  # by build stage, for those that build on it
    healthcheck: bool = False


def read(text: str) -> Facts:
    """One step `build` with the RUN commands and copied files, one step `cmd` with what the image starts."""
    instructions = list(_instructions(text))
    image = _Image()
    for instruction in instructions:
        _apply(instruction, image)
    unknown = [found for found in instructions if found.word not in _KNOWN]
    troubles = tuple(Trouble(found.line, f"no instruction: {found.word}", "invalid") for found in unknown[:5])
    if instructions and not image.images and not troubles:
        troubles = (Trouble(1, "no FROM", "invalid"),)
    return Facts(
        kind="dockerfile",
        steps=(*_build(instructions, image), *_start(image)),
        references=tuple(image.inner),
        leaves=tuple(image.leaves),
        attrs=_attrs(image),
        troubles=troubles,
    )


def _attrs(image: _Image) -> tuple[tuple[str, str], ...]:
    python = [
        found.group(1) for name, _ in image.images if (found := re.search(r"(?:^|/)python:(\d+(?:\.\d+)*)", name))
    ]
    return pairs(
        [
            *(("base-image", name) for name, _ in image.images),
            *(("expose", port) for port in image.ports),
            ("python", python[-1] if python else ""),
            ("user", image.user),
            ("healthcheck", "true" if image.healthcheck else ""),
            ("stages", len(image.stages)),
            ("last-stage", image.stage),
            ("workdir", image.folder),
        ]
    )


def _build(instructions: list[_Instruction], image: _Image) -> Iterator[Step]:
    if image.images:
        yield Step(
            "build", "docker", instructions[0].line, instructions[-1].end_line, tuple(image.commands), tuple(image.reads),
            uses=tuple(name for name, _ in image.images),
        )  # fmt: skip


def _start(image: _Image) -> Iterator[Step]:
    """ENTRYPOINT and CMD together, as the image would run them."""
    if not image.starts:
        return
    entry, command = image.starts.get("ENTRYPOINT"), image.starts.get("CMD")
    found = [part for part in (entry, command) if part is not None]
    lists = [_json_words(text) for _, text in found]
    first, environment = found[0][0], _pairs(image.environment)
    if entry is not None and command is not None and all(words is not None for words in lists):
        commands = _exec([word for words in lists if words for word in words], first.line, environment)
    else:
        commands = tuple(
            made
            for (instruction, text), words in zip(found, lists, strict=True)
            for made in _started(words, text, instruction.line, environment)
        )
    yield Step("cmd", "docker", min(part[0].line for part in found), max(part[0].end_line for part in found), commands, folder=image.folder,
               attrs=pairs([("how", "+".join(part[0].word for part in found)), ("form", "exec" if lists[0] is not None else "shell")]))  # fmt: skip


Environment: TypeAlias = tuple[tuple[str, str], ...]


def _pairs(table: dict[str, str]) -> Environment:
    return tuple((name, mask_value(name, value)) for name, value in table.items())


def _started(words: list[str] | None, text: str, line: int, environment: Environment) -> tuple[Command, ...]:
    return (
        _exec(words, line, environment) if words is not None else read_shell(text, line=line, environment=environment)
    )


def _exec(words: list[str], line: int, environment: Environment) -> tuple[Command, ...]:
    """The exec form has no shell, so quoting it again is safe; that way `sh -c …` is looked into."""
    return read_shell(shlex.join(words), line=line, environment=environment)


def _apply(instruction: _Instruction, image: _Image) -> None:
    handler = _HANDLERS.get(instruction.word)
    if handler is not None:
        handler(instruction, image)


def _from(instruction: _Instruction, image: _Image) -> None:
    _, text = _flags(instruction.text)
    found = _FROM.match(_filled(text, image.variables))
    if found is None:
        return
    name, alias = found.group(1), found.group(2) or str(len(image.stages))
    if name in image.stages:
        attrs = (("to", "/"), ("stage", alias), ("from", name))
        image.inner.append(Ref("/", "dataset", "FROM", instruction.line, attrs=attrs))
    elif name.lower() != "scratch":
        image.images.append((mask(name), instruction.line))
    if image.stage:
        image.done[image.stage] = _Settings(image.folder, image.starts, image.user, image.environment)
    settings = image.done.get(name, _Settings())
    image.stages.append(alias)
    image.stage, image.begun, image.folder, image.user = alias, instruction.line, settings.folder, settings.user
    image.starts, image.environment = dict(settings.starts), dict(settings.environment)


def _run(instruction: _Instruction, image: _Image) -> None:
    _, text = _flags(instruction.text)
    environment = _pairs(image.variables)
    if instruction.bodies and _HEREDOC.fullmatch(text.strip()):
        body, line = instruction.bodies[0]
        commands = read_shell(body, line=line, environment=environment)
    else:
        text = "\n".join([text, *(f"{body}\n{_tag(text)}" for body, _ in instruction.bodies)])
        words = _json_words(text)
        commands = _started(words, text, instruction.line, environment)
    image.commands += [_moved(command, image.folder) for command in commands]


def _tag(text: str) -> str:
    found = _HEREDOC.search(text)
    return found.group(2) if found else ""


def _moved(command: Command, folder: str) -> Command:
    if not folder or command.cwd is None or command.cwd.startswith(("/", "~", "{")):
        return command
    return msgspec.structs.replace(command, cwd=f"{folder.rstrip('/')}/{command.cwd}".rstrip("/"))


def _copy(instruction: _Instruction, image: _Image) -> None:
    flags, text = _flags(instruction.text)
    words = _json_words(text)
    if words is None:
        words = text.split()
    *sources, target = [_filled(word.strip("\"'"), image.variables) for word in words] or [""]
    for source in sources:
        if not source.startswith("<<"):
            target_path = (
                f"{image.folder.rstrip('/')}/{target}" if image.folder and not target.startswith("/") else target
            )
            ref = Ref(
                mask(source),
                kind_of_path(source),
                instruction.word,
                instruction.line,
                "$" in source,
                pairs([("to", target_path), ("stage", image.stage), ("from", flags.get("from"))]),
            )
            (image.inner if "from" in flags else image.reads).append(ref)


def _env(instruction: _Instruction, image: _Image) -> None:
    found = _PAIR.findall(instruction.text)
    if not found:
        name, _, value = instruction.text.partition(" ")
        found = [(name, value.strip())]
    for name, value in found:
        plain = _filled(value.strip("\"'"), image.variables)
        image.variables[name] = image.environment[name] = plain
        image.leaves.append(Leaf(f"{instruction.word}.{name}", mask_value(name, plain)[:500], "str", instruction.line))


def _arg(instruction: _Instruction, image: _Image) -> None:
    for part in instruction.text.split():
        name, equals, value = part.partition("=")
        if equals:
            image.variables[name] = _filled(value.strip("\"'"), image.variables)
        kept = mask_value(name, value.strip("\"'"))[:500] if equals else None
        image.leaves.append(Leaf(f"ARG.{name}", kept, "str" if equals else "null", instruction.line))


def _workdir(instruction: _Instruction, image: _Image) -> None:
    folder = _filled(instruction.text.strip().strip("\"'"), image.variables)
    image.folder = folder if folder.startswith(("/", "$")) else f"{image.folder.rstrip('/')}/{folder}"


def _launch(instruction: _Instruction, image: _Image) -> None:
    if instruction.word == "ENTRYPOINT" and "CMD" in image.starts and image.starts["CMD"][0].line < image.begun:
        del image.starts["CMD"]  # that of the stage below was meant for its own entry point
    image.starts[instruction.word] = (instruction, instruction.text)


def _expose(instruction: _Instruction, image: _Image) -> None:
    image.ports += [_filled(port, image.variables) for port in instruction.text.split()]


def _user(instruction: _Instruction, image: _Image) -> None:
    image.user = instruction.text.strip()[:100]


def _health(instruction: _Instruction, image: _Image) -> None:
    image.healthcheck = not instruction.text.upper().startswith("NONE")


_HANDLERS = {
    "FROM": _from,
    "RUN": _run,
    "COPY": _copy,
    "ADD": _copy,
    "ENV": _env,
    "ARG": _arg,
    "WORKDIR": _workdir,
    "CMD": _launch,
    "ENTRYPOINT": _launch,
    "EXPOSE": _expose,
    "USER": _user,
    "HEALTHCHECK": _health,
}


def _instructions(text: str) -> Iterator[_Instruction]:
    """Instructions with continuations joined as the shell would see them, here-documents beside them."""
    lines = text.split("\n")[:MAX_LINES]
    escape = next((found.group(1) for line in lines[:5] if (found := _ESCAPE.match(line))), "\\")
    position = 0
    while position < len(lines):
        start = position
        if not lines[position].strip() or lines[position].lstrip().startswith("#"):
            position += 1
            continue
        parts: list[str] = []
        while position < len(lines):
            line = lines[position]
            position += 1
            if parts and (line.lstrip().startswith("#") or not line.strip()):
                parts.append("\\\n")  # a comment inside a continuation is dropped, its line still counts
                continue
            if not line.rstrip().endswith(escape):
                parts.append(line)
                break
            parts.append(line.rstrip()[:-1] + "\\\n")
        found = _INSTRUCTION.match("".join(parts))
        if found is None:
            continue
        made = _Instruction(found.group(1).upper(), found.group(2), start + 1, position)
        if made.word in ("RUN", "COPY", "ADD"):
            position = _bodies(made, lines, position)
        made.end_line = position
        yield made


def _bodies(made: _Instruction, lines: list[str], position: int) -> int:
    for found in _HEREDOC.finditer(made.text):
        first = position
        while position < len(lines) and lines[position].strip() != found.group(2):
            position += 1
        if position == len(lines):
            return first  # `1 << 2` is no here-document
        made.bodies.append(("\n".join(lines[first:position]), first + 1))
        position += 1
    return position


def _flags(text: str) -> tuple[dict[str, str], str]:
    flags = {}
    text = text.lstrip().removeprefix("\\\n").lstrip()
    while found := _FLAG.match(text):
        flags[found.group(1)] = found.group(2) or ""
        text = text[found.end() :].lstrip().removeprefix("\\\n").lstrip()
    return flags, text


def _filled(text: str, variables: dict[str, str]) -> str:
    """Variables that are known replaced, defaults used; others stay as written."""

    def fill(found: re.Match[str]) -> str:
        if found.group().startswith("\\"):
            return found.group()[1:]
        value = variables.get(found.group(1) or found.group(3))
        return value if value is not None else found.group(2) or found.group()

    return _VARIABLE.sub(fill, text)[:2_000]


def _json_words(text: str) -> list[str] | None:
    """The words of an exec form, None for a shell form."""
    if not text.lstrip().startswith("["):
        return None
    try:
        words = json.loads(text.replace("\\\n", " "))
    except (ValueError, RecursionError):
        return None
    return [str(word) for word in words] if isinstance(words, list) else None


READER = Reader(
    name="dockerfile",
    names=(
        "Dockerfile",
        "Dockerfile.*",
        "Dockerfile-*",
        "*.Dockerfile",
        "*.dockerfile",
        "Containerfile",
        "Containerfile.*",
    ),
    read=over_text(read),
)
