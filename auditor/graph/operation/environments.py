"""Settings of several environments that send production and development to one store."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache

import msgspec

from auditor.graph import places
from auditor.graph.world import World
from auditor.model.facts import Facts, Leaf
from auditor.model.place import Place
from auditor.model.regex import regex

_LIVE = frozenset({"prod", "production", "prd", "live"})
_TRIAL = frozenset(
    {"dev", "development", "test", "testing", "staging", "stage", "stg", "qa", "uat", "preprod", "sandbox", "local"}
)
_STAGES = _LIVE | _TRIAL
_WORDS = regex(r"[^A-Za-z0-9]+")
_WRITTEN = regex(
    r"model|artifact|output|prediction|feature|registry|checkpoint|target|sink|store|bucket|warehouse|destination|export",
    re.I,
)
_READ = regex(
    r"raw|source|input|image|repo|schema|auth|docs?|landing|reference|base_?model|pretrained|package|docker|log|backend|lock|state",
    re.I,
)
_STORE = regex(
    r"^(?:s3a?|gs|abfss?|wasbs?|adl|dbfs|hdfs|az|oss)://[^\s]+$|^/(?:mnt|dbfs|volumes|data|nfs|shared)/\S+$", re.I
)


class Shared(msgspec.Struct, frozen=True):
    """A setting that names one store in production and in another environment."""

    key: str
    value: str
    live: Place
    trial: Place
    environments: tuple[str, str]


def shared_stores(world: World, owned: Callable[[str], bool]) -> tuple[list[Shared], int]:
    """Locations that are written and the same in two environments, and how many settings tell environments apart."""
    groups: dict[tuple[str, ...], dict[str, tuple[str, Place, str]]] = {}
    apart = 0
    for path, leaf in _leaves(world, owned):
        where, stage = _place(path, leaf.key)
        if stage:
            groups.setdefault(where, {}).setdefault(stage, (str(leaf.value), Place(path, leaf.line), leaf.key))
    found = []
    for _, stages in sorted(groups.items()):
        live = next(((stage, told) for stage, told in sorted(stages.items()) if stage in _LIVE), None)
        for stage, told in sorted(stages.items()) if live is not None else ():
            if live is None or stage in _LIVE:
                continue
            apart += told[0] != live[1][0]
            if told[0] == live[1][0] and _is_written_store(told[2], told[0]):
                found.append(Shared(told[2], told[0], live[1][1], told[1], (live[0], stage)))
                break
    return (found if apart else []), apart


def _leaves(world: World, owned: Callable[[str], bool]) -> Iterator[tuple[str, Leaf]]:
    for path, facts in sorted(world.files.items()):
        if (
            owned(path)
            and places.is_product(path)
            and facts.program is None
            and facts.kind not in ("table", "json-lines")
            and _may_tell_apart(path, facts)
        ):
            yield from ((path, leaf) for leaf in facts.leaves if leaf.value is not None)


def _may_tell_apart(path: str, facts: Facts) -> bool:
    """Whether the path or any key of a file holds the word for an environment: hardly a file does."""
    said = "\n".join([path, *(leaf.key for leaf in facts.leaves)]).lower()
    return any(word in said for word in _STAGES)


def _place(path: str, key: str) -> tuple[tuple[str, ...], str]:
    """Where a setting stands without the word for its environment, and that word; "" where none or several stand there."""
    words = [*_words_of(path), "#", *_words_of(key)]
    stages = [word.lower() for word in words if word.lower() in _STAGES]
    if len(set(stages)) != 1:
        return (), ""
    return tuple("*" if word.lower() in _STAGES else word for word in words), stages[0]


@lru_cache(maxsize=50_000)
def _words_of(name: str) -> tuple[str, ...]:
    return tuple(word for word in _WORDS.split(name) if word)


def _is_written_store(key: str, value: str) -> bool:
    named = key.rpartition(".")[2]
    return bool(_STORE.match(value)) and "{" not in value and bool(_WRITTEN.search(named)) and not _READ.search(named)
