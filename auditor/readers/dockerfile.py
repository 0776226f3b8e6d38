"""Dockerfiles: what an image is built from, what it installs and what it starts."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from typing import TypeAlias

import msgspec

from auditor.language.credentials import mask, mask_value
from auditor.language.dockerfile import Document, Instruction, flags_of, instructions_of, is_document, json_words
from auditor.language.paths import kind_of_path
from auditor.language.prefixes import is_python
from auditor.language.shell import read_shell
from auditor.model.facts import Command, Facts, Leaf, Ref, Step, Trouble
from auditor.model.regex import regex
from auditor.readers.contract import Reader, having, over_text, pairs
from auditor.readers.image_files import MOST, Files, Written, interpreter, place, python_program, with_files

_FROM = regex(r"(\S+)(?:\s+AS\s+(\S+))?", re.IGNORECASE)
_VARIABLE = regex(r"\\?\$(?:\{(\w+)(?::?[-+]([^}]*))?\}|(\w+))")
_PAIR = regex(r"""([\w.]+)=("(?:[^"\\]|\\.)*"|'[^']*'|\S*)""")
_KNOWN = frozenset({
    "FROM", "RUN", "CMD", "LABEL", "MAINTAINER", "EXPOSE", "ENV", "ADD", "COPY", "ENTRYPOINT", "VOLUME", "USER",
    "WORKDIR", "ARG", "ONBUILD", "STOPSIGNAL", "HEALTHCHECK", "SHELL",
})  # fmt: skip


class _Settings(msgspec.Struct, frozen=True):
    """What a build stage hands on to a stage that builds on it."""

    folder: str = ""
    starts: Mapping[str, tuple[Instruction, str]] = {}
    user: str = ""
    environment: Mapping[str, str] = {}
    written: Files = {}


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
    starts: dict[str, tuple[Instruction, str]] = {}  # of the last stage only
    user: str = ""
    begun: int = 0  # the line of the last FROM
    written: dict[str, Written] = {}  # files of this stage that are spelled out here
    done: dict[str, _Settings] = {}  # by build stage, for those that build on it
    healthcheck: bool = False


def read(text: str) -> Facts:
    """One step `build` with the RUN commands and copied files, one step `cmd` with what the image starts."""
    instructions = list(instructions_of(text))
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
            *(("writes", path) for path in image.written),
        ]
    )


def _build(instructions: list[Instruction], image: _Image) -> Iterator[Step]:
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
    lists = [json_words(text) for _, text in found]
    first, environment = found[0][0], _pairs(image.environment)
    if entry is not None and command is not None and all(words is not None for words in lists):
        commands = _exec([word for words in lists if words for word in words], first.line, environment)
    else:
        commands = tuple(
            made
            for (instruction, text), words in zip(found, lists, strict=True)
            for made in _started(words, text, instruction.line, environment)
        )
    commands = tuple(with_files(commands, image.written, image.folder, environment))
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


def _apply(instruction: Instruction, image: _Image) -> None:
    handler = _HANDLERS.get(instruction.word)
    if handler is not None:
        handler(instruction, image)


def _from(instruction: Instruction, image: _Image) -> None:
    _, text = flags_of(instruction.text)
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
        image.done[image.stage] = _Settings(image.folder, image.starts, image.user, image.environment, image.written)
    settings = image.done.get(name, _Settings())
    image.stages.append(alias)
    image.stage, image.begun, image.folder, image.user = alias, instruction.line, settings.folder, settings.user
    image.starts, image.environment = dict(settings.starts), dict(settings.environment)
    image.written = dict(settings.written)


def _run(instruction: Instruction, image: _Image) -> None:
    _, text = flags_of(instruction.text)
    environment = _pairs(image.variables)
    if instruction.documents and is_document(text):
        commands = _script(instruction.documents[0], environment)
    else:
        text = "\n".join([text, *(f"{document.text}\n{document.name}" for document in instruction.documents)])
        words = json_words(text)
        commands = _started(words, text, instruction.line, environment)
    ran = with_files(commands, image.written, image.folder, environment)
    image.commands += [_moved(command, image.folder) for command in ran]


def _script(document: Document, environment: Environment) -> tuple[Command, ...]:
    """What a here-document runs that is the whole of an instruction: a shell reads it unless it names Python."""
    if is_python(interpreter(document.text)):
        return (python_program(Written(document.text, document.line), "", environment),)
    return read_shell(document.text, line=document.line, environment=environment)


def _moved(command: Command, folder: str) -> Command:
    if not folder or command.cwd is None or command.cwd.startswith(("/", "~", "{")):
        return command
    return msgspec.structs.replace(command, cwd=f"{folder.rstrip('/')}/{command.cwd}".rstrip("/"))


def _copy(instruction: Instruction, image: _Image) -> None:
    flags, text = flags_of(instruction.text)
    words = json_words(text)
    if words is None:
        words = text.split()
    *sources, target = [_filled(word.strip("\"'"), image.variables) for word in words] or [""]
    _write(instruction, target, image)
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


def _write(instruction: Instruction, target: str, image: _Image) -> None:
    """The files whose texts stand here."""
    for document in instruction.documents:
        if len(image.written) < MOST:
            text = document.text if document.literal else _substituted(document.text, image.variables)
            image.written[place(target, document.name, image.folder)] = Written(text, document.line)


def _env(instruction: Instruction, image: _Image) -> None:
    found = _PAIR.findall(instruction.text)
    if not found:
        name, _, value = instruction.text.partition(" ")
        found = [(name, value.strip())]
    for name, value in found:
        plain = _filled(value.strip("\"'"), image.variables)
        image.variables[name] = image.environment[name] = plain
        image.leaves.append(Leaf(f"{instruction.word}.{name}", mask_value(name, plain)[:500], "str", instruction.line))


def _arg(instruction: Instruction, image: _Image) -> None:
    for part in instruction.text.split():
        name, equals, value = part.partition("=")
        if equals:
            image.variables[name] = _filled(value.strip("\"'"), image.variables)
        kept = mask_value(name, value.strip("\"'"))[:500] if equals else None
        image.leaves.append(Leaf(f"ARG.{name}", kept, "str" if equals else "null", instruction.line))


def _workdir(instruction: Instruction, image: _Image) -> None:
    folder = _filled(instruction.text.strip().strip("\"'"), image.variables)
    image.folder = folder if folder.startswith(("/", "$")) else f"{image.folder.rstrip('/')}/{folder}"


def _launch(instruction: Instruction, image: _Image) -> None:
    if instruction.word == "ENTRYPOINT" and "CMD" in image.starts and image.starts["CMD"][0].line < image.begun:
        del image.starts["CMD"]  # that of the stage below was meant for its own entry point
    image.starts[instruction.word] = (instruction, instruction.text)


def _expose(instruction: Instruction, image: _Image) -> None:
    image.ports += [_filled(port, image.variables) for port in instruction.text.split()]


def _user(instruction: Instruction, image: _Image) -> None:
    image.user = instruction.text.strip()[:100]


def _health(instruction: Instruction, image: _Image) -> None:
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


def _filled(text: str, variables: dict[str, str]) -> str:
    """Variables that are known replaced, defaults used; others stay as written."""
    return _substituted(text, variables)[:2_000]


def _substituted(text: str, variables: dict[str, str]) -> str:
    def fill(found: re.Match[str]) -> str:
        if found.group().startswith("\\"):
            return found.group()[1:]
        value = variables.get(found.group(1) or found.group(3))
        return value if value is not None else found.group(2) or found.group()

    return _VARIABLE.sub(fill, text)


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
LIKE = Reader(
    name="dockerfile",
    names=("Dockerfile*", "dockerfile*", "DOCKERFILE*", "*Dockerfile", "*dockerfile"),
    read=over_text(read),
    sniff=having(
        rb"\A(?:[ \t]*+(?:#[^\n]*+|ARG[ \t][^\n]*+)?\r?\n)*+[ \t]*+FROM[ \t]+\S",
        rb"^[ \t]*(?:RUN|COPY|ADD|CMD|ENTRYPOINT|ENV|WORKDIR|EXPOSE|LABEL|USER)[ \t]+\S",
    ),
)
