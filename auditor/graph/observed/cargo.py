"""Whether what a command moves is data: by its suffix, by where it is kept, or because it is known as data elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from posixpath import join

from auditor.graph import places
from auditor.graph.artefacts.identity import Identity
from auditor.graph.declared.steps import Steps
from auditor.graph.observed.lineage import Lineage
from auditor.model.artefact import NodeKind
from auditor.model.regex import regex
from auditor.program import Resolved
from auditor.program.running.flows import Flow

LEAST = 0.5
"""Confidence from which a touch of a program tells that a file is data."""

# suffixes that say little: configuration, messages and programs are kept in them too
_VAGUE = frozenset(
    ["json", "txt", "xml", "zip", "tar", "gz", "tgz", "bz2", "xz", "zst", "7z", "rar", "db", "sqlite", "sqlite3", "bin", "params",
     "model", "pb", "mar", "tif", "wav", "mp3", "mp4", "avi", "flac", "weights", ""]
)  # fmt: skip
_PACKED = frozenset({"gz", "bz2", "xz", "zst", "zip"})
_KINDS = r"(?:data|datasets?|corpus|corpora|checkpoints?|ckpts?|models?|weights|embeddings?|features?)"
_DATA_FOLDER = regex(
    rf"(?:.*[_.-])?{_KINDS}|raw|interim|processed|pretrained\w*|images|labels|annotations|competitions", re.IGNORECASE
)
_DATA_NAME = regex(rf"{_DATA_FOLDER.pattern}|(?:data|datasets?|models?)[_.].*", re.IGNORECASE)
_DATA_ROOT = regex(r"data|datasets?|raw|interim|processed|corpus|corpora", re.IGNORECASE)
_SYSTEM = regex(r"/(?:proc|sys|dev|etc|usr|bin|sbin|lib|run|var/log)/")
_NO_DATA = frozenset({"py", "ipynb", "sh", "md", "rst", "yaml", "yml", "toml", "cfg", "ini", "env", "conf", "lock", "html", "js", "css", "whl", "jar", "deb", "rpm", "exe", "so", "service", "tf", "tmpl", "j2", "go", "c", "h", "cpp", "java", "ts", "rb", "pem", "crt", "key", "asc", "gpg", "log", "proto", "mod", "sum", "patch", "iso", "dmg", "msi", "run", "repo", "list"})  # fmt: skip
_COLLECTIONS = (
    "url:https://www.kaggle.com/",
    "url:https://drive.google.com/",
    "uri:hf://",
    "url:https://huggingface.co/datasets/",
)


class Cargo:
    """Tells data from code, settings and messages. `known` are paths and addresses that the repository treats as data."""

    def __init__(self, resolved: Resolved, steps: Steps, lineage: Lineage) -> None:
        self.code_folders = resolved.code.modules.folders
        self.known = frozenset(_known(steps, lineage, resolved))
        self.above = frozenset(folder for path in self.known for folder in _folders(path))

    def is_data(self, found: Identity, flow: Flow) -> bool:
        """Whether an artefact is data for sure: by its suffix, or because it is known or kept as data elsewhere."""
        path = found.path if found.path is not None else found.id.partition(":")[2]
        suffix = _suffix(path)
        if suffix in _NO_DATA or (found.path is not None and places.is_byproduct(path)) or _SYSTEM.match(path):
            return False
        if path in self.known or found.id.startswith(_COLLECTIONS):
            return True
        if suffix not in _VAGUE:
            inside = found.path is not None and any(_DATA_ROOT.fullmatch(part) for part in path.split("/")[:-1])
            return places.is_data(f"x.{suffix}") or places.is_model(f"model.{suffix}") or inside
        if found.path is not None and found.path in self.code_folders:
            return _DATA_FOLDER.fullmatch(path.rpartition("/")[2]) is not None
        return (found.path is not None and path in self.above) or (flow.sure and _kept_as_data(found, path, suffix))

    def is_no_data(self, found: Identity, way: str) -> bool:
        """Whether an artefact is surely none, though it is moved together with data."""
        path = found.path if found.path is not None else found.id
        return _suffix(path) in _NO_DATA or (way == "write" and found.path is not None and places.is_byproduct(path))

    @staticmethod
    def kind(flow: Flow, found: Identity, way: str) -> NodeKind:
        """The kind of node that an artefact is."""
        if flow.kind != "data":
            return {"report": NodeKind.REPORT, "script": NodeKind.SCRIPT, "config": NodeKind.CONFIG}[flow.kind]
        path = found.path if found.path is not None else found.id
        if places.is_model(path):
            return NodeKind.MODEL
        return NodeKind.EXTERNAL_DATASET if found.path is None and way == "read" else NodeKind.DATASET


def _kept_as_data(found: Identity, path: str, suffix: str) -> bool:
    """Whether the folder that a file lies in, or that above, says data; the name of what has no suffix says it too."""
    scheme, _, rest = path.partition("://") if found.path is None and "://" in path else ("", "", path)
    parts = [part for part in rest.split("/") if part]
    if scheme in ("http", "https", "ftp", "ssh"):
        parts = parts[1:]  # a host says nothing
    folders = parts[:-1] if suffix or found.path is None else parts
    near = folders if scheme else folders[-2 if found.path is not None else -1 :]
    return any(_DATA_FOLDER.fullmatch(part) for part in near) or bool(
        parts and not suffix and _DATA_NAME.fullmatch(parts[-1])
    )


def _suffix(path: str) -> str:
    """The suffix that says what a file holds: that of what is packed, where something is."""
    name = path.rpartition("/")[2]
    suffix = places.suffix(name)
    inner = places.suffix(name[: -len(suffix) - 1]) if suffix in _PACKED else ""
    return inner if inner and inner not in _VAGUE and inner != "tar" and len(inner) <= 8 else suffix


def _known(steps: Steps, lineage: Lineage, resolved: Resolved) -> Iterator[str]:
    """Paths and addresses that programs, declarations or pins treat as data."""
    data = (NodeKind.DATASET, NodeKind.MODEL, NodeKind.EXTERNAL_DATASET)
    for touches in lineage.touches.values():
        for touch in touches:
            path = touch.artefact.path or touch.artefact.id.partition(":")[2]
            told = (
                places.suffix(path) not in _NO_DATA and "." in path.rpartition("/")[2] and not places.is_byproduct(path)
            )
            if touch.kind in data and told and touch.confidence >= LEAST and not touch.artefact.templated:
                yield path
    for step in steps.all:
        if step.tool == "dvc":
            yield from (d.path for d in (*step.reads, *step.writes) if d.path and places.suffix(d.path) not in _NO_DATA)
    for path, facts in resolved.files.items():
        folder = path.rpartition("/")[0]
        yield from (join(folder, pin.path) for pin in facts.pins if pin.path and not pin.path.endswith(".py"))


def _folders(path: str) -> Iterable[str]:
    folder = path.rpartition("/")[0]
    while folder and "://" not in folder:
        yield folder
        folder = folder.rpartition("/")[0]
