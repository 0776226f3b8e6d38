"""Loads that run whatever the file says: pickles and their relatives, YAML that builds objects, code of a model hub.

Dangerous is what comes from outside; a program that loads what its own repository wrote is in order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec

from auditor.graph import places
from auditor.graph.sight import Look, Sight
from auditor.graph.smells.pinned import always
from auditor.graph.smells.reading import dotted, in_order, root_of, type_of
from auditor.graph.world import World
from auditor.model.artefact import Role
from auditor.model.ir import Attr, Const, Expr, Item, Name
from auditor.model.place import Place
from auditor.model.regex import regex
from auditor.program.calls.effects import Effect
from auditor.program.calls.file_effects import frames_of
from auditor.program.calls.origins import Origin
from auditor.program.naming.code import Instance, Local
from auditor.program.naming.statements import within
from auditor.program.running.invocations import argument
from auditor.program.symbolic.values import is_uri

_PICKLES = regex(
    r"^(pickle|_pickle|dill|cloudpickle|joblib|compress_pickle|pickle5|marshal)\.(load|loads|open)$"
    r"|^(pandas\.read_pickle|shelve\.open|torch\.load|numpy\.load|joblib\.numpy_pickle\.load)$"
)
_UPLOADS = ("streamlit.file_uploader", "flask.request", "fastapi.UploadFile", "starlette.datastructures.UploadFile")
_SAID = regex(r"^flask\.request\.(args|form|get_json|json|values|view_args|headers|cookies)\b")
"""What a request says in words. A load by path that is led there is told which file, not given one."""
_DECODED = regex(
    r"(^|\.)(BytesIO|a85decode|b(16|32|64|85)decode|(standard|urlsafe)_b64decode|unhexlify|fromhex|decompress)$"
)
"""What makes of words what they stand for."""
_URLS = ("requests.", "urllib.request.", "urllib3.", "httpx.", "aiohttp.", "wget.", "gdown.", "pooch.")
_STORES = (
    "boto3.", "botocore.", "s3fs.", "gcsfs.", "adlfs.", "minio.", "google.cloud.storage.", "azure.storage.", "huggingface_hub.",
)  # fmt: skip
_HUB = ("transformers.", "datasets.", "sentence_transformers.", "diffusers.", "evaluate.", "peft.", "vllm.")
_BUILDING = frozenset(
    {"yaml.Loader", "yaml.UnsafeLoader", "yaml.CLoader", "yaml.loader.UnsafeLoader", "yaml.loader.Loader"}
)
_COMMIT = regex(r"^[0-9a-f]{7,40}$")
SAFE_TORCH, STRICT_YAML = "2.6", "6.0"
"""From these versions on `torch.load` reads weights only, and `yaml.load` asks for its loader."""


class Unsafe(msgspec.Struct, frozen=True):
    """One load. `kind`: `upload`, `url`, `store`, `code`, `yaml`, `loader` or `module`; `name` is the call, `source` where it comes from."""

    kind: str
    name: str
    place: Place
    source: Place | None = None


class Loads(msgspec.Struct, frozen=True):
    """Dangerous loads, and how many loads of own artefacts were looked at."""

    unsafe: list[Unsafe]
    own: int


class Loading(msgspec.Struct, frozen=True):
    """What a program loads: what is unsafe, what is so only by an old torch, or only by a new PyYAML, and how many loads are
    of own artefacts."""

    unsafe: tuple[Unsafe, ...] = ()
    by_old_torch: tuple[Unsafe, ...] = ()
    by_new_yaml: tuple[Unsafe, ...] = ()
    own: int = 0


def loads(world: World, owned: Callable[[str], bool]) -> Loads:
    """Loads of a component that run code, by where what they load comes from. Tests are left out."""
    found: list[Unsafe] = []
    own = 0
    for path in world.resolved.code.paths:
        loading = world.seen(LOADING, path) if owned(path) else Loading()
        own += loading.own
        found += loading.unsafe
        if loading.by_old_torch and always(world, owned, "torch", below=SAFE_TORCH):
            found += loading.by_old_torch
        else:
            own += len(loading.by_old_torch)
        if loading.by_new_yaml and not always(world, owned, "pyyaml", below=STRICT_YAML):
            found += loading.by_new_yaml
    return Loads(sorted(set(found), key=lambda each: in_order(each.place)), own)


def _loading(world: Sight, path: str) -> Loading:
    code = world.resolved.code
    if places.is_test(path):
        return Loading()
    effects = [e for n in code.scopes(path) for e in world.resolved.effects.own.get((path, n), ()) if not e.dead]
    built = list(_builders(world, effects))
    found = [*_remote_code(world, path), *_modules(world, effects), *(each for each in built if each.kind != "loader")]
    by_old_torch: list[Unsafe] = []
    own = 0
    fetched = _fetched(world, effects)
    for effect in effects:
        if _is_pickle(world, effect):
            source = _source(world, effect, fetched)
            safe = _weights_only(world, effect)
            if source is None or safe:
                own += 1
            elif safe is None:
                by_old_torch.append(source)
            else:
                found.append(source)
    by_new_yaml = tuple(each for each in built if each.kind == "loader")
    return Loading(tuple(found), tuple(by_old_torch), by_new_yaml, own)


LOADING = Look("loading", _loading, Loading)
"""What a program loads, as far as it runs what it loads."""


def _place(world: Sight, effect: Effect) -> Place:
    return world.resolved.code.place(effect.site[0], effect.line, effect.end_line)


# --- pickles ---


def _is_pickle(world: Sight, effect: Effect) -> bool:
    name = world.resolved.knowledge.canonical(effect.name)
    if not _PICKLES.match(name) or effect.certainty < 0.9:
        return False
    if name != "numpy.load":
        return True
    allowed = dict(effect.call.keywords).get("allow_pickle")
    return type(allowed) is Const and allowed.value is True


def _weights_only(world: Sight, effect: Effect) -> bool | None:
    """Whether a `torch.load` reads weights only; None where the version that it runs on decides."""
    if world.resolved.knowledge.canonical(effect.name) != "torch.load":
        return False
    told = dict(effect.call.keywords).get("weights_only")
    if told is not None:
        return not (type(told) is Const and told.value is False)
    return None


def _fetched(world: Sight, effects: list[Effect]) -> dict[str, tuple[str, Effect]]:
    """Files that a program fetches from outside, by the path where it puts them."""
    found = {}
    for effect in effects:
        kind = _kind_of(world.resolved.knowledge.canonical(effect.name))
        for value in effect.dest if kind in ("url", "store") else ():
            if value.exact:
                found[value.text()] = (kind, effect)
    return found


def _source(world: Sight, effect: Effect, fetched: dict[str, tuple[str, Effect]]) -> Unsafe | None:
    """Where what a load gets comes from, if that is outside; None where it is not known to be."""
    place, name = _place(world, effect), effect.name
    for value in effect.targets:
        if value.exact and is_uri(value.text()) and value.text().startswith(("http://", "https://", "ftp://")):
            return Unsafe("url", name, place)
        if value.exact and value.text() in fetched:
            kind, fetch = fetched[value.text()]
            return Unsafe(kind, name, place, _place(world, fetch))
    first = effect.call.args[0] if effect.call.args else None
    if first is None:
        return None
    if _is_upload(world, first, effect):
        return Unsafe("upload", name, place, place)
    names = _names_behind(world, first, effect)
    by_path = not name.endswith("loads") and not any(_DECODED.search(called) for called, _ in names)
    for called, origin in names:
        kind = _kind_of(called)
        if kind == "upload" and (type(first) is Attr or (by_path and _SAID.match(called))):
            continue  # a field of a record, or a file of this machine: the request only said which one
        if kind:
            return Unsafe(kind, name, place, world.resolved.code.place(origin.frame.path, origin.call.line))
    return None


def _names_behind(world: Sight, expr: Expr, effect: Effect) -> list[tuple[str, Origin]]:
    """The calls that a value comes through, with what each calls, or what it is asked of."""
    return [
        (dotted(world, each.call.func, each.frame) or dotted(world, root_of(each.call.func), each.frame), each)
        for each in world.flows.behind(expr, effect).calls
    ]


def _is_upload(world: Sight, expr: Expr, effect: Effect) -> bool:
    """Whether an expression names what a user sent, without any call between."""
    for node in within(expr):
        if type(node) in (Name, Attr, Item):
            root = root_of(node)
            if type(node) is Name and type_of(world, node, effect.frame).endswith(".UploadFile"):
                return True
            if type(root) is Name and dotted(world, root, effect.frame) == "flask.request" and root is not node:
                return True
    return False


def _kind_of(name: str) -> str:
    for kind, prefixes in (("upload", _UPLOADS), ("url", _URLS), ("store", _STORES)):
        if name.startswith(prefixes):
            return kind
    return ""


# --- YAML, code of a hub, whole modules ---


def _builders(world: Sight, effects: list[Effect]) -> Iterator[Unsafe]:
    """YAML that may build any object, and `yaml.load` that relies on a default which is gone in later versions."""
    for effect in effects:
        name = world.resolved.knowledge.canonical(effect.name)
        if name in ("yaml.unsafe_load", "yaml.unsafe_load_all") and not _dumped(world, effect):
            yield Unsafe("yaml", effect.name, _place(world, effect))
        if name not in ("yaml.load", "yaml.load_all") or "" in dict(effect.call.keywords):
            continue
        loader = argument(effect.call, "Loader", 1)
        if loader is not None and dotted(world, loader, effect.frame) in _BUILDING:
            yield Unsafe("yaml", effect.name, _place(world, effect))
        if loader is None:
            yield Unsafe("loader", effect.name, _place(world, effect))


def _dumped(world: Sight, effect: Effect) -> bool:
    """Whether a document was written by the same program just before."""
    first = effect.call.args[0] if effect.call.args else None
    calls = world.flows.behind(first, effect).calls if first is not None else ()
    return any(dotted(world, o.call.func, o.frame).rpartition(".")[2] in ("dump", "to_yaml") for o in calls)


def _remote_code(world: Sight, path: str) -> Iterator[Unsafe]:
    """Models and data sets of a hub whose code is run, at whatever revision it has today."""
    code = world.resolved.code
    for number in code.scopes(path) if "trust_remote_code" in code.words(path).members else ():
        for each in code.index(path, number).calls:
            given = dict(each.call.keywords)
            trust = given.get("trust_remote_code")
            if type(trust) is not Const or trust.value is not True or each.dead:
                continue
            frame = frames_of(world.resolved.evaluator, (path, number), each)[0]
            if not dotted(world, each.call.func, frame).startswith(_HUB):
                continue
            values = world.resolved.evaluator.values
            named = argument(each.call, "model", 0) or given.get("pretrained_model_name_or_path") or given.get("path")
            names = [value.text() for value in values(named, frame) if value.exact] if named is not None else []
            revision = given.get("revision")
            pinned = revision is not None and all(
                not value.exact or _COMMIT.match(value.text()) for value in values(revision, frame)
            )
            if names and not pinned and all(name and not name.startswith((".", "/", "~")) for name in names):
                yield Unsafe("code", names[0], code.place(path, each.call.line, each.call.end_line))


def _modules(world: Sight, effects: list[Effect]) -> Iterator[Unsafe]:
    """Whole modules that are pickled: the file can be read only where the same classes lie at the same places."""
    denoter = world.resolved.evaluator.denoter
    for effect in effects:
        if effect.name != "torch.save" or effect.role is not Role.SAVE_MODEL or places.is_example(effect.site[0]):
            continue
        saved = argument(effect.call, "obj", 0)
        if type(saved) not in (Name, Attr):
            continue
        known = denoter.denote(saved, effect.frame)  # type: ignore[arg-type]  # narrowed by type()
        if type(known) is not Instance:
            continue
        bases = (
            denoter.ancestry(known.of)
            if type(known.of) is Local
            else world.resolved.knowledge.bases(known.of)
            if isinstance(known.of, str)
            else ()
        )
        if any(base == "torch.nn.Module" or base.startswith("torchvision.models.") for base in bases):
            yield Unsafe("module", _spelled(saved), _place(world, effect))


def _spelled(expr: Expr | None) -> str:
    return expr.id if type(expr) is Name else expr.name if type(expr) is Attr else "the model"
