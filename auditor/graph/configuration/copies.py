"""Questions about settings files that are copies of each other: the same keys, a few other values, nothing inherited."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import msgspec

from auditor.graph import places
from auditor.graph.world import World
from auditor.model.regex import regex

FEWEST_KEYS = 8
"""Keys from which two files of the same keys are no coincidence."""

ALIKE, CHANGED = 0.8, 0.2
"""Share of keys that two copies have in common, and of those the share whose values may differ."""

MOST_FILES = 400

_RUN = regex(r"(^|/)(experiments?|exps?|runs?|ablations?)(/|[_-]?\d)|(^|/)(outputs?|results?)/|(?<!\d)20\d{6}[_-]\d{4,6}(?!\d)", re.I)  # fmt: skip
"""Folders of experiments and what they leave, and names that say when a program wrote the file."""
_RESULT = regex(r"(^|/)(manifest|metrics|results?|history)\.json$", re.I)
"""Names of what a run leaves beside its model."""

_SETTINGS = regex(r"(^|/)(conf|confs|config|configs|configuration|settings|params|experiments?|hparams|hyperparams?)(/|$)", re.I)  # fmt: skip
"""Folders whose files are settings, whoever reads them."""

_INHERITS = regex(r"^(defaults|_?base_?|_?parent_?|extends?|inherits?(_from)?|imports?|includes?|<<|hydra)$", re.I)
"""Keys by which a file builds upon another."""


class Copies(msgspec.Struct, frozen=True):
    """Files of settings that say nearly the same: the keys they share, and those of them whose values differ anywhere.

    `recorded`: each is the record of a run, by its path or by the model, the manifest or the figures that lie beside it.
    """

    paths: tuple[str, ...]
    shared: int
    differing: tuple[str, ...]
    recorded: bool


def copies(world: World, owned: Callable[[str], bool]) -> tuple[list[Copies], int]:
    """The groups of near-copies among a component's settings files, and how many such files there are."""
    files = dict(_settings(world, owned))
    groups: list[list[str]] = []
    for path in sorted(files):
        group = next((g for g in groups if _is_copy(files[g[0]], files[path], _kind(g[0]) == _kind(path))), None)
        if group is None:
            groups.append([path])
        else:
            group.append(path)
    kept = {path.rpartition("/")[0] for path in world.resolved.tree if places.is_model(path) or _RESULT.search(path)}
    return [_told(files, group, kept) for group in groups if len(group) > 1], len(files)


def _settings(world: World, owned: Callable[[str], bool]) -> Iterator[tuple[str, dict[str, object]]]:
    """The files of settings with their values, those that inherit from another left out."""
    read = {reading.document for reading in world.resolved.readings.all()}
    said = _named_in_commands(world)
    count = 0
    for path, facts in sorted(world.files.items()):
        plain = facts.kind == "config" and not facts.troubles and facts.attr("tool") is None
        if not plain or not owned(path) or not places.is_product(path) or count >= MOST_FILES:
            continue
        if not (path in read or path.rpartition("/")[2] in said or _SETTINGS.search(path.rpartition("/")[0])):
            continue
        values = {key: value for key, (value, _) in world.resolved.code.leaves(path).items()}
        if places.is_record(values):
            continue
        if len(values) >= FEWEST_KEYS and not any(_INHERITS.match(part) for key in values for part in key.split(".")):
            count += 1
            yield path, values


def _named_in_commands(world: World) -> frozenset[str]:
    """The names of the files that commands mention."""
    return frozenset(
        word.text.rpartition("=")[2].rpartition("/")[2]
        for step in world.steps.all
        for command in step.step.commands
        for word in command.words
        if "." in word.text
    )


def _kind(path: str) -> str:
    return {"yml": "yaml"}.get(places.suffix(path), places.suffix(path))


def _is_copy(one: dict[str, object], other: dict[str, object], same_kind: bool) -> bool:
    """Whether two files have nearly the same keys and values, and are not the same throughout (then one was kept twice)."""
    shared = one.keys() & other.keys()
    if not same_kind or len(shared) < ALIKE * len(one.keys() | other.keys()):
        return False
    changed = sum(one[key] != other[key] for key in shared)
    differs = changed or one.keys() != other.keys()
    return bool(differs) and changed <= CHANGED * len(shared)


def _told(files: dict[str, dict[str, object]], group: list[str], kept: set[str]) -> Copies:
    shared = set.intersection(*(set(files[path]) for path in group))
    differing = sorted(key for key in shared if len({repr(files[path][key]) for path in group}) > 1)
    folders = {path.rpartition("/")[0] for path in group}
    recorded = all(map(_RUN.search, group)) or (len(folders) == len(group) and folders <= kept)
    return Copies(tuple(group), len(shared), tuple(differing), recorded)
