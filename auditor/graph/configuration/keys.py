"""Questions about keys: settings that nothing reads, and settings that code reads and nothing defines.

A key is dead only where its document is read key by key, no part around it is handed on, and no program, command or other
setting says its name. What flows whole into something that is not seen may read every key: then nothing is claimed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import PurePath

import msgspec

from auditor.graph import places
from auditor.graph.world import World
from auditor.model.artefact import Role
from auditor.model.ir import Handler, If, Op, Record, Try
from auditor.model.ordered import Ordered
from auditor.model.place import Place
from auditor.model.regex import regex
from auditor.program.configuration.mentions import mentions, stored, words_of
from auditor.program.configuration.readings import Reading
from auditor.program.naming.code import Frame
from auditor.program.symbolic.paths import locate

FEWEST_READ = 3
"""Keys of a document that code reads by name, from which its readers are known."""

MOST_DEAD = 0.5
"""Share of unread keys above which the document has readers that are not seen."""

_FOREIGN = frozenset({"r", "rmd", "jl", "scala", "java", "kt", "js", "ts", "tsx", "go", "rs", "cpp", "cc", "c", "cs", "rb", "php", "j2", "jinja", "jinja2", "tmpl"})  # fmt: skip
"""Code and templates that are not read here, and may read a document."""

_LIST = regex(r"\.\d+(\.|$)")
_METHODS = frozenset(name for kind in (str, dict, list, float, PurePath) for name in dir(kind)) | {
    "mkdir",
    "exists",
    "open",
}
"""What follows a value that is used, and is no key of it."""

_ERRORS = ("KeyError", "AttributeError", "Exception")


class Key(Ordered, frozen=True):
    """A key with the place that defines or reads it."""

    name: str
    place: Place


class Document(msgspec.Struct, frozen=True):
    """A document of settings: how many keys it has and how many are read by name, which are dead, and which are read but
    not defined. `open` tells why every key may be read; then nothing is dead. `unread` are those that no reading covers, though
    something says their name."""

    path: str
    defined: int
    read: int
    dead: tuple[Key, ...]
    undefined: tuple[Key, ...]
    open: str
    unread: tuple[Key, ...] = ()


def documents(world: World, owned: Callable[[str], bool]) -> list[Document]:
    """The documents of a component that its code reads, key by key or whole."""
    by_document: dict[str, list[Reading]] = defaultdict(list)
    for reading in world.resolved.readings.all():
        by_document[reading.document].append(reading)
    return [
        _document(world, path, readings)
        for path, readings in sorted(by_document.items())
        if owned(path) and places.is_product(path) and _is_own(world, path)
    ]


def _is_own(world: World, path: str) -> bool:
    """Whether a document is a file of settings read whole, and no file of a tool, no data, no template, no record of a run."""
    facts = world.files.get(path)
    if facts is None or facts.kind != "config" or facts.troubles or facts.attr("tool") is not None:
        return False
    return not places.is_record(world.resolved.code.leaves(path))


def _document(world: World, path: str, readings: list[Reading]) -> Document:
    defined = _defined(world, path)
    named = {reading.key for reading in readings if not reading.whole}
    parts = {reading.key for reading in readings if reading.whole}
    read = [key for key in defined if key in named or any(key.startswith(f"{name}.") for name in named)]
    told = _open(world, path, readings)
    undefined = () if told else tuple(_undefined(world, path, readings))
    covered = {part.partition("{")[0].rstrip(".") for part in parts | {key for key in named if "{" in key}}
    dead = [
        Key(key, Place(path, line))
        for key, line in defined.items()
        if key not in read and not any(not part or key == part or key.startswith(f"{part}.") for part in covered)
    ]
    unread, dead = dead, [key for key in dead if not _is_said(world, key.name)]
    if not told and (len(read) < FEWEST_READ or len(dead) > MOST_DEAD * len(defined)):
        told = f"only {len(read)} of {len(defined)} keys are seen to be read"
    if told:
        return Document(path, len(defined), len(read), (), undefined, told)
    left = tuple(key for key in unread if key not in dead)
    return Document(path, len(defined), len(read), tuple(dead), undefined, "", left)


def _defined(world: World, path: str) -> dict[str, int]:
    """The keys of a document with their lines; a list is one key."""
    found: dict[str, int] = {}
    for key, (_, line) in world.resolved.code.leaves(path).items():
        name = _LIST.split(key)[0]
        if not name.startswith(("#", "_", "x-", "defaults", "hydra")) and not name.isdigit():
            found.setdefault(name, line)
    return found


# --- why every key may be read ---


def _open(world: World, path: str, readings: list[Reading]) -> str:
    whole = next((r for r in readings if r.whole and not r.key), None)
    if whole is not None:
        return f"all of it is handed on at {world.resolved.code.place(whole.site[0], whole.line)}"
    foreign = next(
        (e.path for e in world.listing.entries if places.suffix(e.path) in _FOREIGN and places.is_product(e.path)), None
    )
    if foreign is not None:
        return f"{foreign} may read it"
    passed = next(_passed_on(world, path, {r.site[0] for r in readings}), None)
    return f"its path is handed on at {passed}" if passed is not None else ""


def _passed_on(world: World, path: str, programs: set[str]) -> Iterator[Place]:
    """Calls that take the path of a document and are not known to read it key by key."""
    code, evaluator = world.resolved.code, world.resolved.evaluator
    name = path.rpartition("/")[2]
    for program in sorted(programs | {p for p in code.paths if name in code.texts(p) or path in code.texts(p)}):
        for number in code.scopes(program):
            known = {
                id(e.call)
                for e in world.resolved.effects.own.get((program, number), ())
                if e.role in (Role.CONFIG_READ, Role.READ, Role.PATH, Role.CLI_PARAM)
            }
            local = {id(edge.call) for edge in world.resolved.effects.calls.get((program, number), ())}
            for site in code.index(program, number).calls:
                if id(site.call) in known or id(site.call) in local or _last(site.call.func) in _HARMLESS:
                    continue
                frame = Frame(program, number, block=site.block)
                for keyword, value in (*(("", arg) for arg in site.call.args), *site.call.keywords):
                    if keyword == "default" or type(value).__name__ not in ("Name", "Attr"):
                        continue
                    if any(v.exact and locate(v, program, code.files) == path for v in evaluator.values(value, frame)):
                        yield code.place(program, site.call.line)


_HARMLESS = frozenset(
    {
        "open", "Path", "exists", "isfile", "is_file", "abspath", "join", "dirname", "basename", "print", "info", "debug", "warning", "error",
        "str", "resolve", "format", "add_argument", "option", "read_text", "log_artifact", "getenv", "get", "isinstance", "FileNotFoundError",
    }
)  # fmt: skip
"""Calls that take a path and read no key of what lies there."""


def _last(func: object) -> str:
    return str(getattr(func, "name", getattr(func, "id", "")))


# --- dead ---


def _is_said(world: World, key: str) -> bool:
    """Whether any code, command or setting says the name of a key."""
    return key.rpartition(".")[2].replace("-", "_").lower() in world.once(_all_said)


def _all_said(world: World) -> frozenset[str]:
    return mentions(world.resolved.code) | words_of("\n".join(_declared_texts(world)))


def _declared_texts(world: World) -> Iterator[str]:
    """What commands and steps say, and the settings that may point to others."""
    for step in world.steps.all:
        for command in step.step.commands:
            yield from (word.text for word in command.words)
            yield command.body
        for ref in (*step.step.params, *step.step.reads, *step.step.writes):
            yield ref.path
            yield from (value for _, value in ref.attrs)
        yield from (text.text for text in step.step.texts)
    for facts in world.files.values():
        for leaf in facts.leaves:
            if isinstance(leaf.value, str) and ("{" in leaf.value or "." in leaf.value):
                yield leaf.value


# --- undefined ---


def _undefined(world: World, path: str, readings: list[Reading]) -> Iterator[Key]:
    """Keys that code takes without a fallback, and that neither this document nor any other, nor code, defines."""
    defined = world.resolved.code.leaves(path)
    spared = {reading.key for reading in readings if reading.optional}  # a name for what `get` gave is read as the key
    told: set[str] = set()
    for reading in readings:
        key = reading.key
        if reading.whole or key in spared or not key or "{" in key or key in told or key in defined:
            continue
        if any(name.startswith(f"{key}.") for name in defined) or _holds_scalar(defined, key):
            continue
        last = key.rpartition(".")[2]
        site = reading.site
        if last in _METHODS:
            continue
        if not places.is_product(site[0]) or places.is_exploratory(site[0]) or last.lower() in world.once(_all_set):
            continue
        if _is_written(world, path) or _is_guarded(world, site, reading.line, last):
            continue
        told.add(key)
        yield Key(key, world.resolved.code.place(site[0], reading.line))


def _holds_scalar(defined: object, key: str) -> bool:
    """Whether a part above the key is a value: what follows is an attribute or an element of that value."""
    above = key.rpartition(".")[0]
    while above:
        if above in defined:  # type: ignore[operator]  # a mapping
            return True
        above = above.rpartition(".")[0]
    return False


def _all_set(world: World) -> frozenset[str]:
    """Every name that some document defines, code stores or a command sets."""
    found = set(stored(world.resolved.code.programs.values()))
    for facts in world.files.values():
        for leaf in facts.leaves:
            found.update(part.lower() for part in leaf.key.split("."))
    for step in world.steps.all:
        for command in step.step.commands:
            for word in command.words:
                if "=" in word.text:
                    found.update(words_of(word.text.partition("=")[0].replace(".", " ")))
    return frozenset(found)


def _is_written(world: World, path: str) -> bool:
    """Whether some code or step writes the document: then it is not what it will be."""
    made = any(d.path == path for step in world.steps.all for d in step.writes)
    return made or any(
        t.way == "write" and t.artefact.path == path for ts in world.lineage.touches.values() for t in ts
    )


def _is_guarded(world: World, site: tuple[str, int], line: int, name: str) -> bool:
    """Whether a line stands in a `try` that catches a missing key, or the scope asks for the key first."""
    for node in _nodes(world.resolved.code.scope(*site).body):
        if type(node) is Try and any(map(_catches, node.handlers)) and node.line <= line <= node.end_line:
            return True
        if type(node) is If and type(node.test) is Op and name in repr(node.test):
            return True
        if type(node) is Op and node.op in ("in", "not-in") and name in repr(node.operands[0]):
            return True
    return False


def _catches(handler: Handler) -> bool:
    return handler.types is None or any(error in repr(handler.types) for error in _ERRORS)


def _nodes(parts: object) -> Iterator[Record]:
    todo = [parts]
    while todo:
        node = todo.pop()
        if isinstance(node, tuple):
            todo.extend(node)
        elif isinstance(node, Record):
            yield node
            todo.extend(getattr(node, field) for field in node.__struct_fields__)
