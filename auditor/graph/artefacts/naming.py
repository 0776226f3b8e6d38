"""Which artefact a person means: a path, a step, a function, a key, an address, an id."""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from posixpath import dirname

import msgspec

from auditor.graph.artefacts.identity import matches, within
from auditor.model.artefact import Node, NodeKind
from auditor.model.errors import UsageError
from auditor.model.regex import regex
from auditor.program.symbolic.values import is_uri, normal, uri

_MOST_NAMED = 5
_INSIDE = regex(r"^(?P<path>[^#]+?)(::|#)(?P<name>.+)$")
_KEY = regex(r"^(?P<path>[^:#]+\.[^:#/.]+):(?P<name>[^:/].*)$")
_DEFINED = frozenset({NodeKind.PARAM, NodeKind.CI_JOB, NodeKind.SERVICE})
"""Kinds that are defined in a file and need have no tie to it: a change of the file is a change of them."""
_INNER = frozenset({NodeKind.PARAM, NodeKind.FUNCTION})
_DATA = frozenset({NodeKind.DATASET, NodeKind.MODEL, NodeKind.METRIC, NodeKind.REPORT, NodeKind.EXTERNAL_DATASET})


class Meant(msgspec.Struct, frozen=True):
    """The nodes a name stands for: one, or all in a folder; `note` tells where that is not what was written."""

    nodes: tuple[str, ...]
    note: str = ""


def meant(asked: str, nodes: Mapping[str, Node], tree: Iterable[str] = ()) -> Meant:
    """The artefact of that name. `tree` holds the paths of the repository, read or not.

    Raises UsageError for a name that means nothing, or several things, with those that are near.
    """
    names = _Names(nodes, frozenset(tree))
    for attempt in (
        names.exactly,
        names.held,
        names.inside,
        names.labelled,
        names.below,
        names.called,
        names.ending,
        names.general,
    ):
        found = attempt(asked)
        if len(found.nodes) == 1 or found.note:
            return found
        if found.nodes:
            raise UsageError(f"'{asked}' may mean {_listed(found.nodes)}; name one of them by its id")
    raise UsageError(_unknown(asked, names))


class _Names:
    """The nodes by everything that people call them."""

    def __init__(self, nodes: Mapping[str, Node], tree: frozenset[str]) -> None:
        self._nodes = nodes
        self.tree = tree
        self.plain: dict[str, list[str]] = defaultdict(list)
        self.labels: dict[str, list[str]] = defaultdict(list)
        for name, node in sorted(nodes.items()):
            if node.kind is not NodeKind.PARSE_ERROR:
                self.plain[name.partition(":")[2]].append(name)
                self.labels[node.label].append(name)

    def exactly(self, asked: str) -> Meant:
        """An id, a path or an address, in any spelling of it."""
        if asked in self._nodes:
            return Meant((asked,))
        found = tuple(self.plain.get(_spelled(asked), ()))
        parts = self._parts(found[0].removeprefix("file:")) if len(found) == 1 else ()
        return Meant((*found, *parts), f"with what it defines: {self._told(parts)}" if parts else "")

    def held(self, asked: str) -> Meant:
        """What a file defines that is no artefact itself, such as the jobs of a workflow."""
        parts = self._parts(_spelled(asked))
        return self._instead(parts, f"taken for what it defines: {self._told(parts)}")

    def _parts(self, path: str) -> tuple[str, ...]:
        return tuple(
            name
            for name, node in sorted(self._nodes.items())
            if node.path == path and node.kind in _DEFINED and "read" not in node.attrs  # keys that code reads are tied
        )

    def _told(self, names: Iterable[str]) -> str:
        counts = Counter(self._nodes[name].kind.value.replace("_", " ") for name in names)
        return ", ".join(f"{count} {kind}{'' if count == 1 else 's'}" for kind, count in sorted(counts.items()))

    def inside(self, asked: str) -> Meant:
        """What lies in a file: `src/x.py::f`, `src/x.py#f`, `params.yaml:train.lr`; a method also without its class."""
        match = _INSIDE.match(asked) or _KEY.match(asked)
        if match is None:
            return Meant(())
        path, name = _spelled(match["path"]), match["name"].replace("::", ".")
        found = self.plain.get(f"{path}#{name}", [])
        if found:
            return Meant(tuple(found))
        holders = [key for key in self.plain if key.startswith(f"{path}#")]
        methods = [key for key in holders if key.endswith(f".{name}")]
        if methods:
            return Meant(tuple(node for key in methods for node in self.plain[key]))
        above = [key for key in holders if name.startswith(key[len(path) + 1 :] + ".")]
        section = max(above, key=len, default="")
        return self._instead(self.plain.get(section, []), f"{asked} stands in {section}, which is declared as a whole")

    def labelled(self, asked: str) -> Meant:
        """The name of a step, a table, a package, a variable."""
        return Meant(tuple(name for name in self.labels.get(asked, ()) if self._nodes[name].kind not in _INNER))

    def called(self, asked: str) -> Meant:
        """The name of a key or a function, in whatever file."""
        return Meant(tuple(name for name in self.labels.get(asked, ()) if self._nodes[name].kind in _INNER))

    def ending(self, asked: str) -> Meant:
        """The end of a path or id."""
        tail = _spelled(asked)
        return Meant(tuple(node for key, ids in self.plain.items() if key.endswith(f"/{tail}") for node in ids))

    def general(self, asked: str) -> Meant:
        """A pattern that covers the path, or else the nearest data folder above it."""
        path = _spelled(asked)
        data = {key: ids for key, ids in self.plain.items() if any(self._nodes[name].kind in _DATA for name in ids)}
        covering = [key for key in data if matches(key, path)]
        if covering:
            return self._instead([node for key in covering for node in data[key]], f"{path} is one of {covering[0]}")
        if path not in self.tree and any(within(other, dirname(path)) for other in self.tree if dirname(path)):
            return Meant(())  # what the folder holds is known, and this is not among it
        folder = dirname(path)
        while folder and folder not in data:
            folder = dirname(folder)
        return self._instead(data.get(folder, []), f"{path} lies in {folder}, which is known as a whole")

    def below(self, asked: str) -> Meant:
        """Everything in a folder."""
        folder = _spelled(asked).rstrip("/")
        held = tuple(
            name for name, node in sorted(self._nodes.items())
            if node.path is not None and node.path != folder and within(node.path, folder) and name.startswith("file:")
        )  # fmt: skip
        return self._instead(held, f"{folder} is a folder; asked of the {len(held)} artefacts in it")

    @staticmethod
    def _instead(found: Iterable[str], note: str) -> Meant:
        nodes = tuple(found)
        return Meant(nodes, note if nodes else "")


def _spelled(asked: str) -> str:
    text = unicodedata.normalize("NFC", asked.strip())
    return uri(text) if is_uri(text) else normal(text) or text


def _unknown(asked: str, names: _Names) -> str:
    path = _spelled(asked)
    if path in names.tree:
        return (
            f"nothing in the graph reads, writes, runs or imports {path}, so its change reaches nothing that is known"
        )
    near = _near(path, names)
    hint = f"did you mean {_listed(near)}?" if near else "`auditor graph -o json` lists every artefact"
    return f"there is no artefact '{asked}' in the graph; {hint}"


def _near(asked: str, names: _Names) -> list[str]:
    """Ids whose name, or the last part of it, is spelt nearly so."""
    known: dict[str, list[str]] = defaultdict(list)
    for table in (names.plain, names.labels):
        for key, ids in table.items():
            known[key] += ids
            known[key.rpartition("/")[2]] += ids
    close = [*get_close_matches(asked, known, 3, 0.6), *get_close_matches(asked.rpartition("/")[2], known, 3, 0.75)]
    return list(dict.fromkeys(name for key in close for name in known[key]))[:_MOST_NAMED]


def _listed(found: Iterable[str]) -> str:
    ids = list(found)
    shown = ids[:_MOST_NAMED]
    rest = f" and {len(ids) - len(shown)} more" if len(ids) > len(shown) else ""
    return (", ".join(shown[:-1]) + " or " + shown[-1] if len(shown) > 1 and not rest else ", ".join(shown)) + rest
