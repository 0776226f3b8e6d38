"""Data sets and models of a hub that settings name, and the revision that they ask for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import msgspec

from auditor.graph import places
from auditor.model.facts import Facts, Leaf
from auditor.model.place import Place
from auditor.model.regex import regex

_NAMES = {
    "dataset": regex(r"(?:^|_)(?:dataset|data)(?:_(?:name|id|path|repo|repo_id|hub_id))?$", re.I),
    "model": regex(r"(?:^|_)(?:model|base_model|tokenizer|pretrained_model|checkpoint)(?:_(?:name|id|name_or_path|repo|repo_id|hub_id))?$", re.I),
}  # fmt: skip
_REPOSITORY = regex(r"[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}")
_PINS = ("revision", "{}_revision", "commit_hash", "{}_version_hash", "rev", "sha")
_COMMIT = regex(r"[0-9a-f]{7,40}")
_FILE = regex(
    r"\.(?:csv|tsv|json|jsonl|parquet|yaml|yml|txt|pt|pth|pkl|bin|py|zip|gz|h5|onnx|joblib|ckpt|safetensors)$", re.I
)
_LOCAL = regex(
    r"(?:data|datasets?|models?|outputs?|out|checkpoints?|ckpts?|runs?|results?|artifacts?|logs?|src|configs?|version_\d+)/",
    re.I,
)


class HubName(msgspec.Struct, frozen=True):
    """A name `owner/name` in a setting. `revision` is "" where none is given; only a commit pins it."""

    kind: str
    name: str
    revision: str
    place: Place

    @property
    def pinned(self) -> bool:
        """Whether the revision is a commit: a branch or tag may move."""
        return bool(_COMMIT.fullmatch(self.revision))


def hub_names(files: Mapping[str, Facts], tree: frozenset[str]) -> Iterator[HubName]:
    """The hub names in the settings of the product. What is a path of the tree is none."""
    folders = {path.rpartition("/")[0] for path in tree}
    for path, facts in sorted(files.items()):
        if facts.program is None and facts.leaves and facts.kind == "config" and places.is_product(path):
            for leaf in facts.leaves:
                found = _named(path, leaf, facts.leaves)
                if found is not None and found.name not in tree and found.name not in folders:
                    yield found


def _named(path: str, leaf: Leaf, leaves: tuple[Leaf, ...]) -> HubName | None:
    stem, _, key = leaf.key.rpartition(".")
    kind = next((kind for kind, form in _NAMES.items() if form.search(key)), None)
    text = leaf.value if isinstance(leaf.value, str) else ""
    if kind is None or not _REPOSITORY.fullmatch(text) or _FILE.search(text) or _LOCAL.match(text):
        return None
    wanted = {f"{stem}.{pin.format(kind)}".lstrip(".") for pin in _PINS}
    revision = next((str(other.value) for other in leaves if other.key in wanted and other.value), "")
    return HubName(kind, text, revision, Place(path, leaf.line))
