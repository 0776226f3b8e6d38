"""Kedro's data catalogue (`conf/<env>/catalog*.yml`): every dataset that the nodes of its pipelines know by name."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.language.credentials import mask
from auditor.language.document import leaves
from auditor.language.node import ABSENT, Node
from auditor.language.placeholders import without_jinja
from auditor.language.yaml import read_yaml
from auditor.model.facts import Facts, Leaf, Ref
from auditor.readers.contract import Reader, having, over_text, pairs

KIND = "kedro-catalog"
_PATHS = ("filepath", "path", "data_path", "save_folder")
_PLACES = {"table": ("table_name", "table"), "sql": ("sql",), "url": ("url", "api_url"), "part": ("key", "sheet_name")}


def read(text: str) -> Facts:
    """One reference for each entry, in order, its name as written: `name`, `name@spark`, or a pattern such as `{x}_csv`.

    The attributes of a reference are `type`, the path under `filepath`, or `table`, `sql`, `url`; `part` is a sheet or a
    key in the file. Entries that begin with `_` are templates for others. Credentials are left out.
    """
    documents, duplicates, troubles = read_yaml(without_jinja(text))
    root = next((document for document in documents if document.kind == "map"), ABSENT)
    entries = ((name, entry, root.line_of(name)) for name, entry in root.items() if entry.kind == "map")
    return Facts(
        kind=KIND,
        references=tuple(
            _reference(name, entry, line)
            for name, entry, line in entries
            if not name.startswith("_") and entry.get("type")
        ),
        leaves=tuple(_open(leaves(root))) if root else (),
        duplicates=tuple(_open(duplicates)),
        attrs=(("tool", "kedro"), ("format", "yaml")),
        troubles=troubles,
    )


def _open(found: tuple[Leaf, ...]) -> Iterator[Leaf]:
    """The leaves that are no credentials."""
    for leaf in found:
        if "credentials" not in leaf.key.split("."):
            yield leaf


def _reference(name: str, entry: Node, line: int) -> Ref:
    viz = entry.get("metadata").get("kedro-viz")
    said: list[tuple[str, object]] = [("type", entry.get("type").raw), ("filepath", _path(entry))]
    said += [(key, _first(entry, names)) for key, names in _PLACES.items()]
    said += [("part", _first(entry.get("load_args"), _PLACES["part"]) if not dict(said)["part"] else "")]
    said += [
        ("versioned", entry.get("versioned").value),
        ("layer", entry.get("layer").raw or viz.get("layer").raw),
        ("inner", entry.get("dataset").get("type").raw or entry.get("dataset").raw),
    ]
    attrs = tuple((key, mask(value)) for key, value in pairs(said))
    return Ref(mask(name), "dataset", "catalog", line, "{" in name, attrs)


def _path(entry: Node) -> str:
    """The path of an entry, or that of the dataset it wraps."""
    return _first(entry, _PATHS) or _first(entry.get("dataset"), _PATHS)


def _first(entry: Node, names: tuple[str, ...]) -> str:
    return next((entry.get(name).raw for name in names if entry.get(name).is_scalar), "")


READER = Reader(
    name=KIND,
    names=("catalog*.yml", "catalog*.yaml", "*/catalog/*.yml", "*/catalog/*.yaml", "*/catalogs/*.yml"),
    read=over_text(read),
    sniff=having(rb"(?:^\s+|[{,]\s*)[\"']?type[\"']?\s*:\s*[^,}\n]*[dD]ata[sS]et"),
)
