"""Questions about data versions: what training starts from and how it is pinned; data kept in git."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

import msgspec

from auditor.graph import places
from auditor.graph.artefacts.identity import PathIndex, above
from auditor.graph.data.checkouts import inside
from auditor.graph.data.competitions import is_competitions
from auditor.graph.data.measured import only_measures
from auditor.graph.data.sharing import is_supplied
from auditor.graph.data.versioning import is_one_machine
from auditor.graph.observed.lineage import Touch
from auditor.graph.world import World
from auditor.model.artefact import NodeKind, Role
from auditor.model.place import Place
from auditor.model.regex import regex

IMMUTABLE = regex(
    r"(?:versionId=|@)[\w.-]{6,}|/[0-9a-f]{40}(/|$)|(?<![0-9A-Za-z])(19|20)\d{2}[-_/]?(0[1-9]|1[0-2])[-_/]?([0-2]\d|3[01])(?![0-9A-Za-z])|/v\d+(\.\d+)+/|zenodo\.org/records?/\d+|doi\.org/"
)
_MONTH = regex(r"(?<!\d)(19|20)\d{2}[-_](0[1-9]|1[0-2])(?![\d])")
_EDITION = regex(r"(?<!\d)(19|20)\d\d(?!\d)|(^|[\W_])v\d+([._]\d+)*([\W_]|$)", re.I)
FINISHED = regex(
    r"archive\.ics\.uci\.edu|(^|[/.])openml\.org|yann\.lecun\.com|(^|[/.])((physionet|zenodo|openslr)\.org|figshare\.(com|org)|dataverse\.[\w-]+\.[\w.]+)|data\.mendeley\.com",
    re.I,
)
"""Archives of data sets that were published once: what an address there holds does not change of itself."""
_PREPARING = ("zero_grad", "train", "compile")
_BUILDERS = frozenset(
    {"csv", "json", "parquet", "text", "arrow", "pandas", "imagefolder", "audiofolder", "webdataset", "xml", "sql"}
)
_OF_HUBS = ("name:", "uri:hf://")
_HOLDS_FILE = regex(
    r"\.(?:csv|tsv|jsonl?|ndjson|geojson|parquet|feather|arrow|avro|orc|xlsx?|ods|npz|npy|h5|hdf5|nc|mat|rds|arff|libsvm|data|txt|dat|xml"
    r"|zip|gz|tgz|bz2|xz|7z|tar|zst|pkl|pickle|db|sqlite3?)(?![A-Za-z0-9])",
    re.I,
)
"""What in an address says that a file of data lies there."""
_SERVICE = frozenset({"requests", "httpx", "aiohttp", "urllib"})
"""Libraries whose calls ask any address."""
TABULAR = frozenset({Role.READ, Role.DOWNLOAD})
"""What calls do that bring data."""


class Pins(msgspec.Struct, frozen=True):
    """What pins a path, and an index over the pinned paths."""

    by_path: Mapping[str, str]
    paths: PathIndex


class Root(msgspec.Struct, frozen=True):
    """A data node without producer that training starts from. `state`: `pinned`, `unpinned`, `supplied`, `unresolved`,
    `asked` of an address that answers a question and names no file of data.

    `documented`: a document names it, so that it can at least be found again; `offered`: it even links to it, or the name
    carries an edition, or an archive keeps a set of that name; `touch` is the read, if it could be named; `tried`: only a
    notebook trains on it, where programs train too, or a program that nothing starts, where others are started; `guessed`:
    some program on the way to training did not show what it made a file of, so this is only among what it reads; `kept`:
    the tree pins a file at the end of that absolute path, of which this may be a copy; `own`: that path lies in somebody's
    checkout of this repository.
    """

    artefact: str
    state: str
    pin: str
    place: Place
    training: str
    trained: Place
    confidence: float
    documented: bool = False
    touch: Touch | None = None
    offered: bool = False
    tried: bool = False
    guessed: bool = False
    kept: bool = False
    own: bool = False

    @property
    def findable(self) -> int:
        """How well it can be found again, though not surely the same: 2 where a document tells which data these are, 3 where it links to them."""
        return 3 if self.offered else 2 if self.documented else 0

    @property
    def folder(self) -> str | None:
        """The folder or address that the file lies in; None where it is no file."""
        return self.artefact.rpartition("/")[0] if places.suffix(self.artefact) and not self.named else None

    @property
    def causes(self) -> tuple[object, ...]:
        """What makes it one finding with others: the call; or its folder, with the file that reads it and with what trains on it."""
        if self.folder is None:
            return (self.place,)
        read = ("read", self.place.path, self.folder)
        return (read, ("trained", self.training, self.folder)) if self.folder else (read,)

    @property
    def named(self) -> bool:
        """Whether it is a data set of a hub or library, called by its name there."""
        return self.touch is not None and self.touch.artefact.id.startswith(_OF_HUBS)

    @property
    def revised(self) -> bool:
        """Whether it is a data set of a hub that keeps revisions: which one is meant is asked for by itself (REP009)."""
        if self.touch is None:
            return False
        pin = self.touch.effect.entry.pin
        return self.touch.artefact.id.startswith("uri:hf://") or (
            self.named and pin is not None and pin.arg == "revision"
        )


class Training(msgspec.Struct, frozen=True):
    """A program that fits a model, and where."""

    program: str
    place: Place
    name: str


def trainings(world: World, owned: Callable[[str], bool]) -> list[Training]:
    """Programs of the component from which a model fit is reached, each with the first such call."""
    return [training for training in world.once(_trainings) if owned(training.program)]


def _trainings(world: World) -> tuple[Training, ...]:
    found = []
    for program in filter(places.is_product, world.lineage.entries):
        fits = [
            e
            for e in world.lineage.effects_of_program(program, Role.FIT)
            if world.trains(e) and not places.is_test(e.site[0])
        ]
        if fits and not only_measures(world, program, fits):
            # The call that updates the model shows the training better than one that only prepares it.
            shown = next((e for e in fits if not e.name.endswith(_PREPARING)), fits[0])
            place = world.resolved.code.place(shown.site[0], shown.line, shown.end_line)
            found.append(Training(program, place, shown.name))
    return tuple(found)


def copied(world: World, found: Iterable[Training]) -> frozenset[str]:
    """The training programs that are copies, byte by byte, of one that lies nearer to the root of the tree."""
    blobs = {entry.path: entry.blob for entry in world.listing.entries}
    nearest: dict[str, str] = {}
    nearer = sorted((each.program for each in found), key=lambda path: (path.count("/"), path))
    return frozenset(path for path in nearer if blobs.get(path) and nearest.setdefault(blobs[path], path) != path)


def coverage(roots: Iterable[Root]) -> float | None:
    """Share of what training starts from that is pinned; what could not be named counts half. None without any (RULES §5.6)."""
    weights = {"pinned": 1.0, "unpinned": 1.0, "unresolved": 0.5}
    counted = [root for root in roots if root.state in weights]
    whole = sum(weights[root.state] for root in counted)
    return round(sum(root.state == "pinned" for root in counted) / whole, 4) if whole else None


NOT_DATA = frozenset({
    "yaml", "yml", "toml", "ini", "cfg", "env", "md", "html", "py", "sh", "ipynb", "png", "jpg", "jpeg", "gif",
    "mp4", "avi", "pdf", "log", "tmpl", "jinja", "j2", "sql", "css", "js", "ttf",
})  # fmt: skip


_NO_DATA = ("listing", "resource", "prompt")
"""Marks of calls that fetch what a library works with, not what a model learns from: names, word lists, prompts."""


_OF_TOKENIZERS = regex(
    r"(^|[-_.])(vocab|merges|tokenizer|tokenizer_config|special_tokens_map|spiece|sentencepiece)\.\w+$"
)
"""Files that belong to a pretrained model: its vocabulary is no data that training learns from."""


SETTINGS = regex(r"(param|config|setting|hyper|schema)[\w-]*\.(json|ya?ml|toml|ini)$", re.I)
"""Settings that are read as data are."""


_OF_RELEASES = regex(r"//api\.github\.com/repos/[^/]+/[^/]+/(releases|tags)\b|//[^/]+/api/v4/projects/[^/]+/releases\b")


def lists_releases(address: str) -> bool:
    """Whether an address answers which releases of some software there are: nothing learns from that."""
    return bool(_OF_RELEASES.search(address))


def is_data(touch: Touch) -> bool:
    """Whether a touch may carry training data: no model, setting, document, and with bare `open` only plain data files."""
    attrs = touch.effect.entry.attrs
    if attrs.get("tagged"):
        return False  # a network of a hub of code: REP009 asks for its revision
    if touch.effect.dead or touch.kind is NodeKind.MODEL or any(attrs.get(name) for name in _NO_DATA):
        return False
    path = (touch.artefact.path or touch.artefact.id).partition("?")[0]
    name = path.rpartition("/")[2]
    if _OF_TOKENIZERS.search(name) or SETTINGS.search(name) or lists_releases(path):
        return False
    if touch.effect.name.endswith(".open") and touch.effect.entry.library != "dvc":
        return places.suffix(path) in (
            "csv",
            "tsv",
            "jsonl",
            "parquet",
            "npz",
            "npy",
            "h5",
            "data",
            "txt",
            "json",
        ) and not path.endswith(("config.json", "requirements.txt"))
    return places.suffix(path) not in NOT_DATA


def root_of(world: World, touch: Touch, training: Training, pins: Pins) -> Root:
    """What a training starts from by one read, and how that is pinned."""
    state, pin = _pin(world, touch, pins)
    path, found = touch.artefact.path, touch.artefact.id
    if found.startswith("host:"):
        path = found.removeprefix("host:").replace("\\", "/")
    return Root(
        _label(touch),
        state,
        pin,
        _where_read(world, touch),
        training.program,
        training.place,
        _certainty(world, touch),
        _is_told(world, touch),
        touch,
        (path is not None and (is_offered(world, path) or is_competitions(world, path)))
        or bool(FINISHED.search(found)),
        kept=bool(_kept(world, touch, pins)),
        own=inside(world, found) is not None,
    )


def _certainty(world: World, touch: Touch) -> float:
    """How sure it is that what is read is not in git: where no file of that name is, it does not matter which folder was meant."""
    name = (touch.artefact.path or "").rpartition("/")[2]
    if not touch.artefact.guessed or name in world.once(_file_names):
        return touch.confidence
    told = min((value.confidence for value in touch.effect.targets), default=0.0)
    return max(touch.confidence, min(told, touch.effect.certainty))


def _file_names(world: World) -> frozenset[str]:
    return frozenset(path.rpartition("/")[2] for path in world.identities.tree)


def is_offered(world: World, path: str) -> bool:
    """Whether a document links to a file, points to a published set of its name, or tells of it where its name says which
    edition it is."""
    named = bool(_EDITION.search(path.rpartition("/")[2]))
    documents = world.documents
    return documents.offers(path) or documents.archives(path) or (named and documents.tells_of(path))


def _is_told(world: World, touch: Touch) -> bool:
    """Whether a document tells of what is read; of a path of one machine by its name."""
    path = touch.artefact.path
    if path is None and touch.artefact.id.startswith("host:"):
        name = touch.artefact.id.rpartition("/")[2]
        return world.documents.tells_of(name) or world.documents.names(name.partition(".")[0])
    return path is not None and world.documents.tells_of(path)


def _where_read(world: World, touch: Touch) -> Place:
    """Where the read itself stands, though a caller far from it says what is read."""
    if touch.effect.origin is None:
        return world.lineage.place(touch)
    (path, _), line = touch.effect.origin
    return world.resolved.code.place(path, line)


def _label(touch: Touch) -> str:
    """What people call it: its path, its address, or its name in a hub."""
    kind, _, rest = touch.artefact.id.partition(":")
    if kind == "name":
        library, _, name = rest.partition(":")
        return f"{name} (by {library})"
    if kind == "unknown":  # its id begins with the program, as such a text may mean another thing elsewhere
        return rest.removeprefix(f"{touch.site[0]}:")
    return touch.artefact.path or rest


def _pin(world: World, touch: Touch, pins: Pins) -> tuple[str, str]:
    """The best pin of what a touch reads (RULES §5.6)."""
    attrs, path = touch.effect.entry.attrs, touch.artefact.path
    if attrs.get("toy") or attrs.get("synthetic") or attrs.get("checksummed"):
        return "pinned", "shipped or checked by the library"
    kind, _, named = touch.artefact.id.partition(":")
    if kind == "name" and "/" in named and (kept := pins.paths.matching(named.partition(":")[2])):
        return "pinned", pins.by_path[kept[0]]  # fetched into a folder that is pinned as a whole
    if path is not None:
        held = pins.paths.matching(path)
        if held:
            return "pinned", pins.by_path[held[0]]
        if path in world.identities.tree or path in world.identities.folders:
            return "pinned", "tracked by git"
        if archive := _archive(world, path):
            return "pinned", f"{archive} is tracked by git"
        if pins.paths.matching(path, loosely=True):
            return "unresolved", ""  # a file of that name is pinned in another folder: perhaps this one
        if "." not in path.rpartition("/")[2] and _is_word(touch):
            return "unresolved", ""  # a bare word may be anything: a step, a table, a name in a catalogue
    if is_one_machine(touch.artefact.id.partition(":")[2]) and (pin := _kept(world, touch, pins)):
        return "pinned", pin  # the checkout of one machine
    if path is None and (IMMUTABLE.search(touch.artefact.id) or _is_of_a_month(touch)):
        return "pinned", "an immutable or dated address"
    if touch.effect.entry.pin is not None and any(
        name == touch.effect.entry.pin.arg for name, _ in touch.effect.call.keywords
    ):
        return "pinned", f"{touch.effect.entry.pin.arg}= is given"
    if is_supplied(world, touch):
        return "supplied", ""
    if path is None and touch.artefact.id.startswith("name:") and touch.artefact.id.rpartition(":")[2] in _BUILDERS:
        return "unresolved", ""
    if touch.artefact.id.startswith("name:") and touch.effect.domain in ("orchestration", "tracking"):
        return "unresolved", ""
    if touch.artefact.id.startswith("table:"):
        return "unresolved", ""
    if touch.artefact.id.startswith(("host:/tmp/", "host:/content/")):
        return "unresolved", ""
    if is_asked(touch):
        return "asked", ""
    if touch.artefact.templated or (
        touch.artefact.id.startswith("host:")
        and touch.artefact.id.startswith(("host:/kaggle/", "host:/opt/ml/", "host:/dbfs/"))
    ):
        return "unresolved", ""
    return "unpinned", ""


_PACKED = (".gz", ".zip", ".bz2", ".xz", ".zst", ".7z", ".tar.gz", ".tgz")


def _archive(world: World, path: str) -> str:
    """The file of the tree that holds a file packed, by its name or by its name without the suffix; "" where there is none."""
    stem = path.removesuffix(f".{places.suffix(path)}") if places.suffix(path) else path
    packed = (f"{name}{suffix}" for name in dict.fromkeys((path, stem)) for suffix in _PACKED)
    return next((each for each in packed if each in world.identities.tree), "")


def is_asked(touch: Touch) -> bool:
    """Whether an address is asked a question, as no file of data is named in it: what it answers is no data set that lies there."""
    asks = touch.effect.name.partition(".")[0] in _SERVICE and touch.effect.entry.dest is None
    host, _, file = touch.artefact.id.removeprefix("url:").partition("://")[2].partition("/")
    return asks and bool(host) and not _HOLDS_FILE.search(file)


def _is_of_a_month(touch: Touch) -> bool:
    """Whether an address names a file by its month: it is published once, when the month is over."""
    return touch.artefact.id.startswith("url:") and bool(_MONTH.search(touch.artefact.id.rpartition("/")[2]))


def _kept(world: World, touch: Touch, pins: Pins) -> str:
    """What pins the file of the tree, with its folder at least, by which an absolute path ends; "" where there is none."""
    if not touch.artefact.id.startswith("host:"):
        return ""
    parts = touch.artefact.id.partition(":")[2].strip("/").split("/")
    for start in range(1, len(parts) - 1):
        tail = "/".join(parts[start:])
        if tail in world.identities.tree:
            return "tracked by git"
        held = next((each for each in (tail, *above(tail)) if each in pins.by_path), None)
        if held is not None:
            return pins.by_path[held]
    return ""


def _is_word(touch: Touch) -> bool:
    """Whether some value of the call is the bare last part of the path."""
    last = (touch.artefact.path or "").rpartition("/")[2]
    return any(value.text() == last for value in touch.effect.targets)
