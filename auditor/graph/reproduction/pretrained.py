"""Questions about pretrained assets: models and data sets of a hub, by whether the revision is named."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from posixpath import dirname

import msgspec

from auditor.graph import places
from auditor.graph.observed.lineage import Touch, library_call
from auditor.graph.reproduction.idle_loads import is_idle_load
from auditor.graph.world import World
from auditor.language.requirement import canonical
from auditor.language.specifier import keeps
from auditor.model.artefact import Role
from auditor.model.ir import Call, Const
from auditor.model.place import Place
from auditor.model.regex import regex
from auditor.program.naming.scopes import last_name
from auditor.program.running.invocations import argument

LEAST = 0.6
"""Below this a name is an example that a document gives."""
_LOADS = frozenset({Role.LOAD_MODEL, Role.DOWNLOAD, Role.READ})
_LOADERS = frozenset(
    {
        "csv",
        "json",
        "parquet",
        "text",
        "arrow",
        "pandas",
        "imagefolder",
        "audiofolder",
        "webdataset",
        "xml",
        "sql",
        "generator",
    }
)
"""What a data set is read by where the name means a format and not a data set."""
_SAVING = frozenset({"save_pretrained", "save_to_disk"})
_BRANCHES = frozenset({"main", "master", "refs/heads/main"})
_HUB_NAME = regex(r"[A-Za-z0-9][\w.-]*(?:/[\w.-]+)?(?::[\w./-]+)?")

_ADDRESS = regex(r"uri:hf://datasets/(?P<name>[\w.-]+/[\w.-]+)(?:@(?P<at>[\w./-]+?))?/")
"""A file of a data set of the hub, read by its address."""


class Asset(msgspec.Struct, frozen=True):
    """A model or data set of a hub that is loaded without a revision that holds still.

    `others`: what the same calls load under other names; `branch` is what is named in its place, if anything is; `trusted`: its
    own code is run, too; `idle`: nothing runs what loads it; `tried`: notebooks alone load it; `old`: the version of the library
    that is asked for takes no revision.
    """

    name: str
    what: str
    branch: str
    places: tuple[Place, ...]
    trusted: bool
    certainty: float
    idle: bool = False
    tried: bool = False
    old: bool = False
    others: tuple[str, ...] = ()


class Assets(msgspec.Struct, frozen=True):
    """Assets without a revision, and how many are loaded with one."""

    unpinned: tuple[Asset, ...]
    pinned: int


def assets(world: World, owned: Callable[[str], bool], *, packaged: bool = False) -> Assets:
    """The hub assets that product code of a component loads by name; `packaged`: modules of its packages alone."""
    loose: dict[str, list[Touch]] = {}
    held: set[str] = set()
    for name, touch in _named(world, owned):
        if packaged and f"{dirname(touch.site[0])}/__init__.py" not in world.resolved.tree:
            continue
        if _revision(world, touch):
            held.add(name)
        else:
            loose.setdefault(name, []).append(touch)
    unpinned = _by_call(_asset(world, name, loose[name]) for name in sorted(loose))
    return Assets(tuple(unpinned), len(held - set(loose)))


def _by_call(found: Iterable[Asset]) -> Iterator[Asset]:
    """One asset for all that the same calls load in the same way."""
    groups: dict[Asset, list[Asset]] = {}
    for asset in found:
        groups.setdefault(msgspec.structs.replace(asset, name="", certainty=0.0), []).append(asset)
    for same in groups.values():
        surest = max(same, key=lambda asset: asset.certainty)
        yield msgspec.structs.replace(surest, others=tuple(asset.name for asset in same if asset is not surest))


def _named(world: World, owned: Callable[[str], bool]) -> Iterator[tuple[str, Touch]]:
    """Every load of something that a hub knows by that name."""
    for site, touches in sorted(world.lineage.touches.items()):
        if not owned(site[0]) or not places.is_product(site[0]):
            continue
        for touch in touches:
            if touch.way != "read" or touch.effect.role not in _LOADS or touch.confidence < LEAST:
                continue
            if not touch.effect.dead and (address := _ADDRESS.match(touch.artefact.id)):
                yield address["name"], touch
            elif not touch.effect.dead and _of_hub(touch):
                kind, _, rest = touch.artefact.id.partition(":")
                name = rest.partition(":")[2]
                known = kind == "name" and not touch.artefact.templated and _HUB_NAME.fullmatch(name)
                own = name in _LOADERS or name in world.once(_saved) or _is_folder(touch, name)
                if known and not own:
                    yield name, touch


def _is_folder(touch: Touch, name: str) -> bool:
    """Whether a name is a path from the place of the program on, whatever lies there: no hub is asked for it."""
    return any(value.anchored and value.text() == name for value in touch.effect.targets)


def _saved(world: World) -> frozenset[str]:
    """The names under which programs save what they trained or fetched: to load one of these is to load that folder."""
    code = world.resolved.code
    paths = (path for path in code.paths if code.words(path).mentions(_SAVING))
    calls = (call for path in paths for _, call in code.calls(path) if last_name(call.func) in _SAVING)
    firsts = (argument(call, "save_directory", 0) for call in calls)
    return frozenset(
        each.value.removeprefix("./").rstrip("/")
        for each in firsts
        if type(each) is Const and isinstance(each.value, str)
    )


def _of_hub(touch: Touch) -> bool:
    """Whether a call takes its model or data set from a hub that keeps revisions."""
    pin = touch.effect.entry.pin
    return (pin is not None and pin.arg == "revision") or bool(touch.effect.entry.attrs.get("tagged"))


def _revision(world: World, touch: Touch) -> bool:
    """Whether a load names a revision that holds still; what cannot be told counts as named."""
    if address := _ADDRESS.match(touch.artefact.id):
        return address["at"] not in (None, *_BRANCHES)
    call, pin = library_call(world.resolved.effects, touch), touch.effect.entry.pin
    if sign := touch.effect.entry.attrs.get("tagged"):
        return (
            str(sign) in touch.artefact.id.partition(":")[2].partition(":")[2]
            or argument(call, "source", 2) is not None
        )
    given = argument(call, "revision", None)
    if given is None:
        return any(name == "" for name, _ in call.keywords) or (pin is not None and _by_position(call, pin.pos))
    return not (type(given) is Const and given.value is None) and not _branches(world, touch)


def _branches(world: World, touch: Touch) -> frozenset[str]:
    """The branches that a load names as its revision; none where one of them may hold still."""
    texts = _texts(world, touch, "revision")
    return texts if texts <= _BRANCHES else frozenset()


def _texts(world: World, touch: Touch, name: str) -> frozenset[str]:
    """What an argument of a load is, as far as it is known."""
    given = argument(library_call(world.resolved.effects, touch), name, None)
    values = world.resolved.evaluator.values(given, touch.effect.frame) if given is not None else ()
    return frozenset(value.text() for value in values if value.exact)


def _by_position(call: Call, pos: int | None) -> bool:
    return pos is not None and pos < len(call.args)


def _asset(world: World, name: str, touches: list[Touch]) -> Asset:
    spots = sorted({world.lineage.place(touch) for touch in touches})
    trusted = any(
        type(value) is Const and value.value is True
        for touch in touches
        for key, value in library_call(world.resolved.effects, touch).keywords
        if key == "trust_remote_code"
    )
    data = any(
        t.effect.entry.library == "datasets"
        or _ADDRESS.match(t.artefact.id)
        or "dataset" in _texts(world, t, "repo_type")
        for t in touches
    )
    named = [_branches(world, touch) for touch in touches]
    branch = min(frozenset.union(*named)) if all(named) else ""
    what, certainty = "data set" if data else "model", max(touch.confidence for touch in touches)
    idle = all(is_idle_load(world, touch.site, touch.effect) for touch in touches)
    tried = all(touch.site[0].endswith(".ipynb") for touch in touches)
    old = all(_is_before(world, touch) for touch in touches)
    return Asset(name, what, branch, tuple(spots), trusted, certainty, idle, tried, old)


def _is_before(world: World, touch: Touch) -> bool:
    """Whether all lists hold the library at versions from before it took a revision."""
    entry = touch.effect.entry
    since = entry.pin.since if entry.pin is not None else ""
    names = frozenset(map(canonical, world.resolved.knowledge.distributions(entry.library)))
    asked = (
        [each for facts in world.files.values() for each in facts.requirements if each.name in names] if since else []
    )
    return bool(asked) and all(keeps(each.specifier, below=since) for each in asked)
