"""Which artefact a text of an effect names, and as what."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence

from auditor.graph import places
from auditor.graph.artefacts.identity import Identities, Identity
from auditor.graph.observed.bases import Bases
from auditor.model.artefact import NodeKind, Role
from auditor.program import Resolved
from auditor.program.calls.effects import Effect
from auditor.program.symbolic.values import Hole, Value

ENVIRONMENT = frozenset({"os.getenv", "os.environ.get", "os.environ.setdefault", "os.environ.pop", "decouple.config"})
_SETTINGS = frozenset({"yaml", "yml", "toml", "ini", "cfg", "env"})
_NAMING = frozenset({"orchestration", "tracking", "llm"})
_OF_HUB = "revision"
"""What the argument is called by which a hub is asked for one state of what it holds."""
_FILES = frozenset({"csv", "json", "jsonl", "parquet", "txt", "pkl", "pt", "pth", "h5", "onnx", "yaml", "yml"})


class Identified:
    """Answers which artefacts the effects of a tree name."""

    def __init__(self, resolved: Resolved, identities: Identities, effects: Sequence[Effect]) -> None:
        self.resolved = resolved
        self.identities = identities
        self._bases = Bases(resolved, identities, effects)
        self._known: dict[tuple[str, int, bool, int], tuple[Value, Identity | None]] = {}

    def of(self, path: str, value: Value, *, written: bool) -> Identity | None:
        """The artefact that a value names in the working folders in which code of a file runs, as far as commands tell."""
        # More may come to be written, and nothing goes.
        asked = (path, id(value), written, len(self.identities.written))
        known = self._known.get(asked)
        if known is None:
            folders, base = self._folders(path, value), self._bases.of(path)
            found = self.identities.of(value, path, folders, base=base, written=written)
            known = self._known[asked] = value, found  # the value is kept, so that its identity stays its own
        return known[1]

    def _folders(self, path: str, value: Value) -> Iterable[str]:
        """The folders in which code of a file is known to run."""
        changed = self._bases.changed(path)
        if changed is not None:
            return (changed,)
        starts = self.resolved.evaluator.invocations.of(path)
        told = (each.folder for each in starts if not value.runs or each.number in value.runs)
        return dict.fromkeys(folder for folder in told if folder is not None)

    def around(self, path: str) -> Hashable:
        """All that what a value means hangs on in a file beside the files of the tree and what is written in it."""
        starts = self.resolved.evaluator.invocations.of(path)
        folders = tuple((each.number, each.folder) for each in starts)
        return folders, self._bases.changed(path), self._bases.of(path)

    def carried(self, value: Value) -> bool:
        """Whether the text hangs on a parameter that callers supply: it was carried to them and counts there."""
        return any(
            hole.owner is not None and any(c.direct for c in self.resolved.effects.callers.get(hole.owner, ()))
            for hole in value.holes()
        )

    def named(self, effect: Effect, value: Value, file: Identity | None) -> Identity | None:
        """A name in a hub or a tracking server, where the library takes names; a file of that path comes first."""
        text, attrs = value.text(), effect.entry.attrs
        if effect.name in ENVIRONMENT or attrs.get("variable"):
            return Identity(f"env:{text}", None, value.confidence, templated=not value.exact)
        if "://" in text or not value.known or isinstance(value.parts[0], Hole):
            return None
        if attrs.get("url"):
            return Identity(f"url:{text}", None, value.confidence, templated=not value.exact)
        said = attrs.get("named")
        if isinstance(said, str) and not text.startswith(said):
            return None
        names = said or effect.entry.pin is not None or effect.domain in _NAMING or effect.role is Role.DOWNLOAD
        if not names or text.startswith(("/", "~", ".")) or places.suffix(text) in _FILES:
            return None
        if effect.entry.pin is not None and effect.entry.pin.arg == _OF_HUB and text.count("/") > 1:
            return None  # names of a hub are `owner/name`
        if value.exact and file is not None and file.path is not None and self.identities.exists(file.path):
            return None
        return Identity(f"name:{effect.entry.library}:{text}", None, value.confidence, templated=not value.exact)


def kind_of(kind: NodeKind, identity: Identity, way: str, effect: Effect) -> NodeKind:
    """The kind of an artefact that an effect names for some use."""
    path = identity.path or identity.id
    if identity.id.startswith("env:"):
        return NodeKind.PARAM
    if kind is NodeKind.MODEL and effect.entry.attrs.get("format") == "pickle" and places.says_data(path):
        return NodeKind.DATASET  # any object can be pickled, and the name says which
    if kind is NodeKind.DATASET:
        if places.is_model(path):
            return NodeKind.MODEL
        if way == "write" and places.is_byproduct(path):
            return NodeKind.REPORT
        if places.suffix(path) in _SETTINGS:
            return NodeKind.CONFIG
        if identity.path is None and identity.id.startswith(("url:", "uri:")):
            return NodeKind.EXTERNAL_DATASET
    return kind
