"""Names of tables: their keys, and which of them mean one table (GRAPH §6.4).

A key is (platform, catalog, schema, name) in lower case, `*` for what is not said. The platform is sqlglot's name of the dialect.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from auditor.model.regex import regex
from auditor.program.symbolic.values import pattern

UNSAID = "*"
DBT = "dbt"
MOST_ALIKE = 300  # tables of one name: more are told apart by nothing

_PARTS = regex(r"\.(?![^{}]*\})")

Key = tuple[str, str, str, str]


def unified(keys: Iterable[Key]) -> dict[Key, Key]:
    """For each table that is said with less, the one table that it must be; keys without one are left out."""
    alike: dict[str, set[Key]] = defaultdict(set)
    for key in keys:
        alike[comparable(key)[3]].add(comparable(key))
    found: dict[Key, Key] = {}
    for group in alike.values():
        if 1 < len(group) <= MOST_ALIKE:
            fuller = {key: _fullest(key, group) for key in group}
            for key, full in fuller.items():
                platforms = {k[0] for k, f in fuller.items() if f[1:] == full[1:]} - {UNSAID}
                found[key] = (platforms.pop() if len(platforms) == 1 else full[0], *full[1:])
    return {key: full for key, full in found.items() if key != full}


def _fullest(key: Key, group: set[Key]) -> Key:
    """The table of a group whose qualified name ends in that of the key, if there is just one; else the key itself."""
    longer = {other for other in group if UNSAID in (key[0], other[0]) or key[0] == other[0]}
    names = {other[1:] for other in longer if other[1:] != key[1:] and _covers(key[1:], other[1:])}
    last = [one for one in names if not any(one != two and _covers(one, two) for two in names)]
    return (key[0], *last[0]) if len(last) == 1 else key


def _covers(general: tuple[str, ...], other: tuple[str, ...]) -> bool:
    return all(one in (UNSAID, two) for one, two in zip(general, other, strict=True))


def comparable(key: Key) -> Key:
    """The key with its holes anonymous: a part that is a hole alone is not said."""
    platform, catalog, schema, name = (pattern(part) if "{" in part else part for part in key)
    return (platform, *(UNSAID if part == "{}" else part for part in (catalog, schema)), name)  # type: ignore[return-value]  # four parts


def key_of(parts: Iterable[str], platform: str, schema: str = "") -> Key | None:
    """The key of a table by its written parts; None where the name itself is a hole."""
    said = [part.strip('`"[] ').lower().replace("*", "{}") for part in parts][-3:]
    if len(said) == 1 and schema:
        said = [schema.lower(), *said]
    if not said or not pattern(said[-1]).replace("{}", "").strip("_-. "):
        return None
    catalog, named, name = ([UNSAID] * (3 - len(said)) + [part or UNSAID for part in said])[:3]
    return platform or UNSAID, catalog, named, name


def model_key(project: str, name: str) -> Key:
    """The key of a dbt model: its schema is only known to a profile, its project is."""
    return DBT, UNSAID, project.lower() or UNSAID, name.lower()


def parts_of(text: str) -> list[str]:
    """The parts of a table's name as it is written; a dot inside a hole parts nothing."""
    return _PARTS.split(text.strip())


def bare(key: Key) -> str:
    """The name of a table that is said by nothing else; "" for any other."""
    return key[3] if key[1:3] == (UNSAID, UNSAID) else ""


def id_of(key: Key) -> str:
    """The node id of a table, or of a dbt model."""
    return f"dbt:{key[2]}.{key[3]}" if key[0] == DBT else "table:" + ".".join(key)
