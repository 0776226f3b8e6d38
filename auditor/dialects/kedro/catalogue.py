"""The data catalogue and the parameters of a Kedro project: what a name in a node means."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from auditor.dialects.contract import Artefact
from auditor.dialects.naming import path_identity
from auditor.language.template import expand
from auditor.model.artefact import NodeKind
from auditor.model.facts import Facts, Leaf
from auditor.model.regex import regex

CATALOGUE = "kedro-catalog"
OVERRIDDEN = 0.8
"""Factor on what holds in an environment that a plain `kedro run` does not use."""

LONGEST_NAME, MOST_HOLES = 120, 4
"""Longer names and patterns with more placeholders are not matched: trying every split of them could take forever."""

_HOLE = regex(r"\{([^{}:!]*)[^{}]*\}")
_NESTING = 5
DEFAULTS = ("base", "local")
"""The environments of a plain `kedro run`: the second overrides the first."""
_KINDS = (
    (regex(r"metric", re.IGNORECASE), NodeKind.METRIC),
    (regex(r"plot|matplotlib|html|pillow\.Image|image\.", re.IGNORECASE), NodeKind.REPORT),
    (regex(r"model", re.IGNORECASE), NodeKind.MODEL),
)


class Entry(msgspec.Struct, frozen=True):
    """One entry of a catalogue: its name or pattern, the environment and file that hold it, and what it says."""

    name: str
    env: str
    source: str
    line: int
    attrs: Mapping[str, str]

    @property
    def in_memory(self) -> bool:
        """Whether it says that nothing is stored."""
        return self.attrs.get("type", "").rpartition(".")[2].lower() == "memorydataset"


class Meant(msgspec.Struct, frozen=True):
    """One artefact that a name means; `shared` is the file that it has in common with other names."""

    artefact: Artefact
    factor: float = 1.0
    shared: Artefact | None = None


class Parameter(msgspec.Struct, frozen=True):
    """A parameter: the file that defines it (None: none of the tree) and its key, "" for all of the file."""

    path: str | None
    key: str


class Catalogue:
    """What the names of one project mean.

    `root` is its folder, `conf` that of its configuration, `used` are the names in its nodes, which patterns may match.
    `sharing` are the names by what they are stored in; a second name makes both artefacts of their own.
    """

    def __init__(self, files: Mapping[str, Facts], root: str, conf: str, used: Iterable[str] = ()) -> None:
        self.root = root
        self._entries: list[Entry] = []
        self._values: dict[str, dict[str, object]] = defaultdict(dict)
        self._parameters: list[tuple[str, tuple[Leaf, ...]]] = []
        for env, path in of_environments(files, conf):
            self._read(env, path, files[path])
        named: dict[str, list[Entry]] = defaultdict(list)
        for entry in self._entries:
            named[base_name(entry.name)].append(entry)
        self._exact = {name: _overridden(entries) for name, entries in named.items() if not _HOLE.search(name)}
        self._patterns = sorted(
            (entry for entry in self._entries if 0 < len(_HOLE.findall(entry.name)) <= MOST_HOLES),
            key=lambda e: (-len(_HOLE.sub("", e.name)), -len(_HOLE.findall(e.name)), e.name),
        )
        unnamed = sorted({name for name in used if base_name(name) not in self._exact})
        self._matched = {name: match for name in unnamed if (match := self._matching(name)) is not None}
        self.sharing: dict[str, set[str]] = self._names_of_places()

    def _read(self, env: str, path: str, facts: Facts) -> None:
        name = path.rpartition("/")[2]
        if facts.kind == CATALOGUE:
            self._values[env].update({leaf.key: leaf.value for leaf in facts.leaves})
            self._entries += [Entry(_plain(ref.path), env, path, ref.line, dict(ref.attrs)) for ref in facts.references]
        elif name.startswith("globals"):
            for leaf in facts.leaves:
                self._values[env][f"globals:{leaf.key}"] = leaf.value
        elif "parameters" in path:
            self._parameters.append((path, facts.leaves))

    # --- datasets ---

    def meant(self, name: str) -> list[Meant]:
        """The artefacts that a dataset name means, that of a plain run first; none for one that lives in memory."""
        base = base_name(name)
        found = self._exact.get(base) or [entry for entry in (self._matched.get(name),) if entry is not None]
        return [
            msgspec.structs.replace(
                self._meant(base, entry), factor=1.0 if entry.env in DEFAULTS or not number else OVERRIDDEN
            )
            for number, entry in enumerate(found)
            if not entry.in_memory
        ]

    def all(self) -> Iterator[Artefact]:
        """Every dataset that the catalogue names outright, used or not, each once."""
        for name in self._exact:
            for meant in self.meant(name):
                yield meant.artefact
                if meant.shared is not None:
                    yield meant.shared

    def _matching(self, name: str) -> Entry | None:
        """The pattern that Kedro would choose for a name, filled in."""
        for entry in self._patterns if len(name) <= LONGEST_NAME else ():
            match = _pattern(entry.name).fullmatch(name)
            if match is not None:
                filled = {key: _fill(value, match.groupdict()) for key, value in entry.attrs.items()}
                return msgspec.structs.replace(entry, name=name, attrs=filled)
        return None

    def _meant(self, name: str, entry: Entry) -> Meant:
        """The artefact of an entry; and the file itself, where several names share it."""
        attrs = tuple((key, entry.attrs[key]) for key in ("layer", "versioned") if key in entry.attrs)
        kind = next((k for p, k in _KINDS if p.search(entry.attrs.get("type", ""))), NodeKind.DATASET)
        own = Artefact(f"name:kedro:{self.root}/{name}".replace(":/", ":"), kind, name, None, entry.source, entry.line)
        place = self._place(entry)
        if place is None:
            return Meant(msgspec.structs.replace(own, attrs=attrs))
        identity, path = place
        if len(self.sharing[identity]) < 2:
            return Meant(msgspec.structs.replace(own, id=identity, path=path, attrs=attrs))
        part = entry.attrs.get("part", "")
        one_of = msgspec.structs.replace(own, path=path, part_of=(identity,), attrs=attrs)
        if part:
            return Meant(msgspec.structs.replace(one_of, id=f"{identity}#{part}"))
        return Meant(
            one_of,
            shared=msgspec.structs.replace(own, id=identity, label=path or identity.partition(":")[2], path=path),
        )

    def _place(self, entry: Entry) -> tuple[str, str | None] | None:
        """Where an entry is stored: a file, a URI, a table; None where it only has its name."""
        text = self._interpolated(entry.attrs.get("filepath", "") or entry.attrs.get("url", ""), entry.env)
        if text:
            return path_identity(text, self.root)
        table = self._interpolated(entry.attrs.get("table", ""), entry.env)
        return (f"table:{table.lower()}", None) if table and "{" not in table else None

    def share(self, others: Mapping[str, set[str]]) -> None:
        """Take note of what another project of the tree stores in the same places."""
        for place in self.sharing.keys() & others.keys():
            self.sharing[place] = self.sharing[place] | others[place]

    def _names_of_places(self) -> dict[str, set[str]]:
        """The names of the catalogue by what they are stored in."""
        found: dict[str, set[str]] = defaultdict(set)
        for entry in (*(e for entries in self._exact.values() for e in entries), *self._matched.values()):
            place = self._place(entry)
            if place is not None:
                found[place[0]].add(base_name(entry.name))
        return found

    # --- interpolation and parameters ---

    def _interpolated(self, text: str, env: str) -> str:
        """A text with `${…}` filled from the catalogue and the globals; what is not known stays a hole."""
        for _ in range(_NESTING):
            if "${" not in text:
                break
            text, whole = expand(text, lambda key: self._value(key, env))
            if not whole:
                break
        return text

    def _value(self, key: str, env: str) -> str | int | float | bool | None:
        """What an interpolation means: `_base`, `globals:a.b`, `runtime_params:x,default`, or a key of the globals."""
        name, _, default = key.partition(",")
        for table in (self._values[env], *(self._values[other] for other in DEFAULTS)):
            for wanted in (name, f"globals:{name}"):
                found = table.get(wanted)
                if isinstance(found, (str, int, float, bool)):
                    return found
        default = default.lstrip(".")
        return default if default and name.startswith(("globals:", "runtime_params:")) else None

    def parameters(self, key: str) -> list[Parameter]:
        """The files that define a parameter; every parameter file for the key "" (all parameters)."""
        if not key:
            return [Parameter(path, "") for path, _ in self._parameters]
        found = [
            Parameter(path, key)
            for path, leaves in self._parameters
            if any(leaf.key == key or leaf.key.startswith(f"{key}.") for leaf in leaves)
        ]
        return found or [Parameter(None, key)]

    def parameter_text(self, key: str) -> str | None:
        """The text of a parameter as a plain run has it; None where it is none."""
        texts = [leaf.value for _, leaves in self._parameters for leaf in leaves if leaf.key == key]
        return texts[0] if texts and isinstance(texts[0], str) else None


def base_name(name: str) -> str:
    """A dataset name without the format it is transcoded to: `table@spark` and `table@pandas` are one dataset."""
    return name.partition("@")[0]


def _plain(name: str) -> str:
    """A name whose template holes are written as those of a pattern."""
    return name.replace("${", "{")


def _overridden(entries: list[Entry]) -> list[Entry]:
    """The entries of a name by environment, that of a plain run first; one for each environment."""
    found: dict[str, Entry] = {}
    for entry in entries:
        found.setdefault(entry.env, entry)
    if "base" in found and "local" in found:
        del found["base"]
    return sorted(found.values(), key=lambda e: (e.env not in DEFAULTS, e.env))


def of_environments(files: Mapping[str, Facts], conf: str, *, only: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    """The YAML files below a configuration folder, each with its environment, those of a plain run first."""
    prefix = f"{conf}/" if conf else ""
    found = []
    for path in files:
        if path.startswith(prefix) and path.endswith((".yml", ".yaml")):
            env, slash, _ = path[len(prefix) :].partition("/")
            if not only or env in only:
                found.append((env if slash else DEFAULTS[0], path))
    return sorted(found, key=lambda pair: (pair[0] not in DEFAULTS, *pair))


def _pattern(name: str) -> re.Pattern[str]:
    """A dataset pattern as a regular expression; a placeholder that occurs again must match the same."""
    pieces, at, seen = [], 0, set()
    for match in _HOLE.finditer(name):
        pieces.append(re.escape(name[at : match.start()]))
        hole = re.sub(r"\W", "_", match.group(1)) or "value"
        pieces.append(f"(?P={hole})" if hole in seen else f"(?P<{hole}>.+?)")
        seen.add(hole)
        at = match.end()
    return re.compile("".join(pieces) + re.escape(name[at:]))


def _fill(text: str, holes: Mapping[str, str]) -> str:
    """A text of a pattern's entry with the placeholders filled in; `${…}` is left alone."""
    return re.sub(
        r"(?<!\$)\{([^{}:!]*)[^{}]*\}|\$\{(\w+)\}",
        lambda m: holes.get(re.sub(r"\W", "_", m.group(1) or m.group(2) or "") or "value", m.group()),
        text,
    )
