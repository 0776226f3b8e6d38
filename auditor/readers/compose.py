"""docker-compose files: a step per service."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from auditor.language.credentials import mask, mask_value
from auditor.language.node import ABSENT, Node
from auditor.language.paths import kind_of_path
from auditor.language.shell import read_shell
from auditor.language.yaml import read_yaml
from auditor.model.facts import Command, Facts, Ref, Step
from auditor.model.regex import regex
from auditor.readers.contract import Reader, having, over_text, pairs

_VOLUME = regex(r"(?P<host>(?:\$\{[^}]*\}|[A-Za-z]:\\|[^:$])+):(?P<inside>[^:]+)(?::(?P<mode>[\w,]+))?")


def read(text: str) -> Facts:
    """Images, commands, mounted folders and environment of each service."""
    documents, duplicates, troubles = read_yaml(text)
    root = documents[0] if documents else ABSENT
    services = root.get("services")
    return Facts(
        kind="compose",
        steps=tuple(
            _service(name, service, services.line_of(name))
            for name, service in services.items()
            if service.kind == "map"
        ),
        references=tuple(
            Ref(node.raw or node.get("path").raw, "config", "include", node.line) for node in root.get("include").parts
        ),
        duplicates=duplicates,
        attrs=(("tool", "compose"),),
        troubles=troubles,
    )


def _service(name: str, service: Node, line: int) -> Step:
    image = service.get("image").raw
    mounts = list(_mounts(service))
    return Step(
        name=name,
        tool="compose",
        line=line,
        end_line=max(line, service.end_line),
        commands=tuple(_commands(service)),
        reads=(*mounts, *_env_files(service)),
        after=tuple(_after(service.get("depends_on"))),
        folder=service.get("working_dir").raw,
        uses=(mask(image),) if image else (),
        attrs=pairs(
            [
                *_build(service.get("build")),
                *_ports(service),
                *_environment(service),
                ("healthcheck", bool(service.get("healthcheck")) or ""),
            ]
        ),
    )


def _commands(service: Node) -> Iterator[Command]:
    environment = tuple(
        (name.removeprefix("env:"), str(value)) for name, value in _environment(service) if name != "env-file"
    )
    parts = [node for node in (service.get("entrypoint"), service.get("command")) if node]
    words = [part for node in parts for part in _words(node)]
    if len(parts) == 2 or (parts and parts[0].kind == "list"):  # the command is what the entry point is given
        yield from read_shell(shlex.join(words), line=parts[0].line, environment=environment)
    elif parts:
        yield from read_shell(parts[0].raw.replace("$$", "$"), line=parts[0].text_line, environment=environment)


def _words(node: Node) -> list[str]:
    """The words of an entry point or command; a text falls into words as a shell would split it."""
    if node.kind == "list":
        return [part.raw.replace("$$", "$") for part in node.texts()]
    try:
        return shlex.split(node.raw.replace("$$", "$"))
    except ValueError:  # an open quote
        return node.raw.split()


def _after(node: Node) -> Iterator[str]:
    yield from (part.raw for part in node.texts())
    yield from (name for name, _ in node.items())


def _build(build: Node) -> Iterator[tuple[str, object]]:
    if build.is_scalar:
        yield "build", build.raw
    elif build.kind == "map":
        yield "build", build.get("context").raw or "."
        yield "dockerfile", build.get("dockerfile").raw
        yield "dockerfile-inline", bool(build.get("dockerfile_inline")) or ""


def _ports(service: Node) -> Iterator[tuple[str, object]]:
    for part in service.get("ports").parts:
        published = part.raw if part.is_scalar else f"{part.get('published').raw}:{part.get('target').raw}"
        yield "port", published


def _mounts(service: Node) -> Iterator[Ref]:
    """Folders of the host; named volumes are none of the repository's."""
    for part in service.get("volumes").parts:
        found = _VOLUME.fullmatch(part.raw) if part.is_scalar else None
        host = found.group("host") if found else part.get("source").raw
        inside = found.group("inside") if found else part.get("target").raw
        if host.startswith((".", "/", "~", "$")) or "/" in host:
            mode = found.group("mode") if found else "ro" if part.get("read_only").value is True else ""
            yield Ref(
                mask(host),
                kind_of_path(host),
                "volumes",
                part.line,
                "$" in host,
                pairs([("to", inside), ("mode", mode)]),
            )


def _env_files(service: Node) -> Iterator[Ref]:
    """Files of variables, as a path, a list of them, or with what is said of each."""
    listed = service.get("env_file")
    for node in (*listed.texts(), *(part.get("path") for part in listed.maps())):
        if node.is_scalar:
            yield Ref(mask(node.raw), "config", "env_file", node.line, "$" in node.raw)


def _environment(service: Node) -> Iterator[tuple[str, object]]:
    environment = service.get("environment")
    entries = [(name, value.raw) for name, value in environment.items()]
    for part in environment.parts:
        name, sign, value = part.raw.partition("=") if part.is_scalar else ("", "", "")
        entries += (
            [(name, value if sign else f"${{{name}}}")] if name else []
        )  # alone: as it is where compose is started
    yield from ((f"env:{name}", mask_value(name, value)[:300]) for name, value in entries)
    yield from (("env-file", ref.path) for ref in _env_files(service))


READER = Reader(
    name="compose",
    names=(
        "docker-compose*.yml",
        "docker-compose*.yaml",
        "compose*.yml",
        "compose*.yaml",
        "*docker-compose*.yml",
        "*docker-compose*.yaml",
    ),
    read=over_text(read),
    sniff=having(rb"^(?:services|include):"),
)
