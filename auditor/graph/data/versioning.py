"""Whether the data versioning that a tree has set up works for anybody but its author."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from posixpath import dirname

import msgspec
from msgspec.structs import replace

from auditor.graph import places
from auditor.graph.artefacts.identity import above, within
from auditor.graph.artefacts.pins import pinned_path
from auditor.graph.data.locks import LOCK
from auditor.graph.world import World
from auditor.model.facts import Storage
from auditor.model.listing import Content, Entry
from auditor.model.place import Place
from auditor.model.regex import regex
from auditor.tree.ignore import spec

POINTER_BYTES = 1_024
"""A pointer to large-file storage is far shorter."""

_ONE_MACHINE = regex(
    r"^(?:file://)?(?:~|/home/|/Users/|/root/|/tmp/|/var/tmp/|/private/tmp/|\.{1,2}(?:[/\\]|$)|[A-Za-z]:(?![/\\]{2}))"
    r"|^\w[\w.+-]*://(?:[^/@]*@)?(?:localhost|127\.0\.0\.1|0\.0\.0\.0)\b"
)
_ELSEWHERE = regex(r"^\w[\w.+-]+://|^\\\\|^/")
_HASH = 32
"""Letters of a hash by which a store names an object."""
_REPORTED = frozenset({"json", "txt", "xml", "db", "sqlite", "sqlite3"})
"""Forms of data in which checks and searches keep their results, too."""
_HIDING = frozenset({"*.dvc", "dvc.lock", "dvc.yaml", "*.lock"})


class Broken(msgspec.Struct, frozen=True):
    """One way in which versioning is set up and does not work.

    `kind`: `no-remote` (of `no-remote-outputs` a pipeline can make the files anew), `local-remote`, `raw-in-lfs`,
    `ignored-pointers`, `uncached`, `twice`. `cases` counts what it holds for. `eased`: a document links to the data, or only
    what practises reads them.
    """

    kind: str
    subject: str
    place: Place
    cases: int = 1
    others: tuple[Place, ...] = ()
    eased: bool = False


class Versioning(msgspec.Struct, frozen=True):
    """The versioned data of a component: how many files or folders, where their contents lie, and what is broken.

    `shown` is the place of a document that has readers set up the remote themselves.
    """

    pointers: int
    remotes: tuple[str, ...]
    broken: tuple[Broken, ...]
    shown: Place | None = None


def versioning(world: World, owned: Callable[[str], bool]) -> Versioning:
    """How the data of a component are versioned by DVC and Git LFS, each root of DVC judged with the first file that uses it."""
    broken = [*_raw_in_lfs(world, owned)]
    pointers, remotes = 0, []
    shown = None
    for root, users in sorted(_roots(world).items()):
        storages = _storages(world, root)
        if not owned(users[0][0] if users else f"{root}/.dvc/config".lstrip("/")):
            continue
        pointers += len(users)
        remotes += [storage.url for storage in storages]
        set_up, told = _set_up(world)
        shown = shown or told
        if users and not (storages or set_up or told):
            sources = [user for user in users if not user[0].endswith(LOCK)]
            kind, first = ("no-remote", sources[0]) if sources else ("no-remote-outputs", users[0])
            eased = bool(sources) and (world.documents.links_to_data or _is_practised(world, users))
            broken.append(Broken(kind, first[0], Place(*first), len(users), eased=eased))
        broken += (replace(each, eased=_is_published(world, users)) for each in _local(world, root, storages))
        broken += _hidden(world, root)
    broken += [*_uncached(world, owned), *_twice(world, owned)]
    return Versioning(pointers, tuple(remotes), tuple(broken), shown)


def _is_published(world: World, users: list[tuple[str, int]]) -> bool:
    """Whether a document links to the data that files pin, and nothing here makes or adds them anew: who fetches them holds
    them against the pins. What was made of them is nowhere but in the store."""
    sources = [path for path, _ in users if not path.endswith(LOCK)]
    pinned = {pinned_path(path, world.files[path], pin) for path in sources for pin in world.files[path].pins}
    return bool(pinned) and world.documents.links_to_data and pinned.isdisjoint(world.once(_made))


def _made(world: World) -> frozenset[str]:
    """The files that programs write, steps declare as theirs and commands add to the store, with the folders above them."""
    touches = (touch for each in world.lineage.touches.values() for touch in each if touch.way == "write")
    paths = {touch.artefact.path for touch in touches if touch.artefact.path}
    steps = [step for step in world.steps.all if step.tool != "readme"]
    paths |= {out.path for step in steps for out in step.writes if out.path}
    for words in ([word.text for word in command.words] for step in steps for command in step.step.commands):
        paths |= set(words[2:]) if words[:2] == ["dvc", "add"] else set()
    return frozenset(folder for path in paths for folder in (path, *above(path)))


def _is_practised(world: World, users: list[tuple[str, int]]) -> bool:
    """Whether all programs that read what these files pin are out of use, or there to practise."""
    pinned = {pinned_path(path, world.files[path], pin) for path, _ in users for pin in world.files[path].pins}
    readers = [
        program
        for program in world.lineage.entries
        for touch in world.lineage.of_program(program)
        if touch.way == "read" and touch.artefact.path and any(within(touch.artefact.path, each) for each in pinned)
    ]
    return bool(readers) and all(map(places.is_apart, readers))


def _roots(world: World) -> dict[str, list[tuple[str, int]]]:
    """Folders with a `.dvc` of their own, and the places that name content which only its store holds."""
    homes = {dirname(dirname(path)) for path in world.identities.tree if f"/{path}".endswith("/.dvc/config")}
    found: dict[str, list[tuple[str, int]]] = {home: [] for home in homes}
    for path, facts in sorted(world.files.items()):
        kept = [pin for pin in facts.pins if pin.hash and pin.kind == "content-hash" and pin.role != "deps"]
        if facts.kind not in ("dvc-file", "dvc-lock") or not kept or "{" in path:
            continue
        if facts.kind == "dvc-lock" and not any(_cached(world, path, pin.step, pin.path) for pin in kept):
            continue
        home = next((folder for folder in (*above(path), "") if folder in homes), "")
        found.setdefault(home, []).append((path, kept[0].line))
    return found


def _cached(world: World, lock: str, stage: str, out: str) -> bool:
    """Whether an output of a recorded stage goes to the store; what is not declared any more does not count."""
    for step in world.steps.by_file.get(f"{dirname(lock)}/dvc.yaml".lstrip("/"), ()):
        if step.step.name == stage.partition("@")[0]:
            flags = [dict(d.ref.attrs) for d in step.writes if d.ref.path == out]
            return not any(f.get("cache") == "false" or f.get("push") == "false" for f in flags)
    return False


def _storages(world: World, root: str) -> list[Storage]:
    path = f"{root}/.dvc/config".lstrip("/")
    return [storage for storage in (world.files[path].storages if path in world.files else ()) if storage.url]


def _set_up(world: World) -> tuple[bool, Place | None]:
    """Whether a command adds a remote at run time, and the place of a document that tells readers to."""
    told = None
    for step in world.steps.all:
        for command in step.step.commands:
            words = [word.text for word in command.words]
            if words[:2] == ["dvc", "remote"] and ({"add", "modify"} & set(words[2:4])):
                if step.tool != "readme":
                    return True, told
                told = told or Place(step.path, command.line)
    return False, told


def _local(world: World, root: str, storages: list[Storage]) -> Iterator[Broken]:
    """The remote that is used when none is named, if it is a folder or server of one machine."""
    default = next((s for s in storages if s.default), storages[0] if len(storages) == 1 else None)
    path = f"{root}/.dvc/config".lstrip("/")
    endpoint = _endpoint(world, path, default.name) if default is not None else ""
    if default is None or not is_one_machine(default.url, endpoint):
        return
    shared = {s.name for s in storages if s is not default and not is_one_machine(s.url, "")}
    if not shared & _named_remotes(world) and not _holds_store(world):
        where = f"{default.url} at {endpoint}" if endpoint else default.url
        yield Broken("local-remote", where, Place(path, default.line))


def _holds_store(world: World) -> bool:
    """Whether git holds the objects that records name: then the store comes with the checkout."""
    pins = (pin for facts in world.files.values() for pin in facts.pins if pin.kind == "content-hash")
    hashes = {pin.hash.rpartition(":")[2].removesuffix(".dir") for pin in pins}
    objects = {f"/{value[:2]}/{value[2:]}" for value in hashes if len(value) == _HASH}
    return bool(objects) and any(path.removesuffix(".dir")[-_HASH - 2 :] in objects for path in world.identities.tree)


def is_one_machine(url: str, endpoint: str = "") -> bool:
    """Whether an address is reached from one machine alone: a home, temporary or relative folder, a drive, localhost."""
    return bool(_ONE_MACHINE.search(url) or _ONE_MACHINE.search(endpoint)) or not _ELSEWHERE.search(url)


def _endpoint(world: World, path: str, name: str) -> str:
    keys = {f"remote {quote}{name}{quote}.endpointurl" for quote in ('"', "'", "")}
    leaves = (leaf for leaf in world.files[path].leaves if leaf.key.strip("'\"") in keys or leaf.key in keys)
    return next((str(leaf.value) for leaf in leaves), "")


def _named_remotes(world: World) -> set[str]:
    """Remotes that commands name: `dvc pull -r NAME`."""
    found: set[str] = set()
    for step in world.steps.all:
        for command in step.step.commands:
            words = [word.text for word in command.words]
            if words[:1] == ["dvc"]:
                found |= {after for flag, after in pairwise(words) if flag in ("-r", "--remote")}
    return found


def _hidden(world: World, root: str) -> Iterator[Broken]:
    """Lines that keep pointers and records out of git."""
    for path, facts in sorted(world.files.items()):
        if facts.kind != "gitignore" or (root and not within(path, root)):
            continue
        for pattern in facts.patterns:
            if pattern.pattern.strip().lstrip("/") in _HIDING - {"*.lock"}:
                yield Broken("ignored-pointers", pattern.pattern.strip(), Place(path, pattern.line))


def _raw_in_lfs(world: World, owned: Callable[[str], bool]) -> Iterator[Broken]:
    """Files that large-file storage should hold and git holds itself; told by a revision alone, since a checkout fills pointers."""
    if world.listing.target.kind != "revision":
        return
    for path, facts in sorted(world.files.items()):
        folder = dirname(path)
        lines = [p for p in facts.patterns if "filter=lfs" in p.attrs] if facts.kind == "gitattributes" else []
        matcher = spec(pattern.pattern for pattern in lines)
        if matcher is None:
            continue
        raw = [
            e
            for e in world.listing.entries
            if _is_raw(e) and owned(e.path) and matcher.match_file(_below(e.path, folder))
        ]
        if raw:
            first = max(raw, key=lambda entry: entry.size)
            yield Broken(
                "raw-in-lfs", first.path, Place(path, lines[0].line), len(raw), tuple(Place(e.path) for e in raw[:12])
            )


def _is_raw(entry: Entry) -> bool:
    return entry.size > POINTER_BYTES and entry.content in (Content.HERE, Content.TOO_LARGE, Content.ABSENT)


def _below(path: str, folder: str) -> str:
    return path[len(folder) + 1 :] if folder and within(path, folder) else "" if folder else path


def _uncached(world: World, owned: Callable[[str], bool]) -> Iterator[Broken]:
    """Data and models that stages of a file keep out of the store and that git does not have either.

    Reports and marks that a check has passed are left out: who runs the stage has them anew.
    """
    lost: dict[str, list[tuple[int, str]]] = {}
    for step in world.steps.all:
        if step.tool != "dvc" or not owned(step.path):
            continue
        for out in step.writes:
            flags = dict(out.ref.attrs)
            dropped = flags.get("cache") == "false" and out.ref.how == "outs" and out.path and "{" not in out.path
            if dropped and out.path and _is_worth_keeping(out.path) and not _is_here(world, out.path):
                lost.setdefault(step.path, []).append((out.ref.line, out.path))
    for path, outs in lost.items():
        line, first = min(outs)
        yield Broken("uncached", first, Place(path, line), len(outs))


def _is_worth_keeping(path: str) -> bool:
    return places.is_model(path) or (places.is_data(path) and places.suffix(path) not in _REPORTED)


def _is_here(world: World, path: str) -> bool:
    return world.identities.exists(path) or world.identities.is_unread(path)


def _twice(world: World, owned: Callable[[str], bool]) -> Iterator[Broken]:
    """Files that git tracks beside their own pointer: which of the two is meant, nobody can tell."""
    tracked = {entry.path for entry in world.listing.entries if entry.tracked and entry.content is not Content.LINK}
    for path, facts in sorted(world.files.items()):
        for pin in facts.pins if facts.kind == "dvc-file" and owned(path) else ():
            whole = f"{dirname(path)}/{pin.path}".lstrip("/")
            if pin.hash and pin.path and whole in tracked:
                yield Broken("twice", whole, Place(path, pin.line), 1, (Place(whole),))
