"""Settings of the target: which file holds them, and what of it is valid."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from auditor.model.misspelt import or_meant
from auditor.model.settings import Scalar, Settings

# In order of precedence, with the table that is ours. The first file that has it counts as a whole.
PLACES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("auditor.toml", ()),
    ("pyproject.toml", ("tool", "auditor")),
    (".auditor/config.toml", ()),
)
MAX_BYTES = 1_000_000
_KEYS = frozenset({"exclude", "components", "external", "static-model", "gate", "min_coverage"})


def read_settings(files: Mapping[str, bytes | None]) -> tuple[Settings, list[tuple[str, str]]]:
    """Settings from those of `PLACES` that the target has, and what is wrong with them as (path, message)."""
    problems: list[tuple[str, str]] = []
    for path, keys in PLACES:
        data = files.get(path)
        if data is None:
            continue
        table = _table(path, keys, data, problems)
        if table is not None:
            return _settings(path, table, problems), problems
    return Settings(), problems


def _table(path: str, keys: tuple[str, ...], data: bytes, problems: list[tuple[str, str]]) -> dict[str, Any] | None:
    if len(data) > MAX_BYTES:
        problems.append((path, f"too large for settings ({len(data)} bytes); the defaults apply"))
        return None
    import tomllib  # few trees hold settings

    try:
        table: Any = tomllib.loads(data.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        # A broken pyproject.toml is told here too: whether it holds our table cannot be known.
        problems.append((path, f"not valid TOML, the settings in it are not used: {error}"))
        return None
    for key in keys:
        table = table.get(key) if isinstance(table, dict) else None
    if table is not None and not isinstance(table, dict):
        problems.append((path, f"[{'.'.join(keys)}] is not a table; the defaults apply"))
        return None
    return table


def _settings(path: str, table: dict[str, Any], problems: list[tuple[str, str]]) -> Settings:
    def wrong(key: str, wanted: str) -> None:
        problems.append((path, f"`{key}` is not {wanted}; it is not used"))

    def part(key: str, read: Callable[[Any], Any], empty: Any, wanted: str) -> Any:
        if key not in table:
            return empty
        value = read(table[key])
        if value is None:
            wrong(key, wanted)
            return empty
        return value

    unknown = tuple(sorted(table.keys() - _KEYS))
    problems += [(path, f"`{key[:40]}` is no setting; it is not used{or_meant(key, _KEYS)}") for key in unknown]
    return Settings(
        source=path,
        exclude=part("exclude", _texts, (), "a list of globs"),
        components=part("components", _text_map, {}, "a table of folder = letters"),
        external=part("external", _claims, {}, "a table of tables"),
        static_model=part("static-model", _text_map, {}, "a table of path = reason"),
        gate=part("gate", _gate, {}, "a table of conditions, each a table or false"),
        min_coverage=part("min_coverage", _share, None, "a number between 0 and 1"),
        unknown=unknown,
    )


def _texts(value: Any) -> tuple[str, ...] | None:
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return tuple(value)
    return None


def _text_map(value: Any) -> dict[str, str] | None:
    if isinstance(value, dict) and all(isinstance(item, str) for item in value.values()):
        return dict(sorted(value.items()))
    return None


def _claims(value: Any) -> dict[str, dict[str, Scalar]] | None:
    if not isinstance(value, dict) or not all(isinstance(item, dict) for item in value.values()):
        return None
    return {name: {key: _plain(item) for key, item in sorted(claim.items())} for name, claim in sorted(value.items())}


def _gate(value: Any) -> dict[str, dict[str, Scalar]] | None:
    """Conditions by name; what they may be called and hold is the gate's to say."""
    if not isinstance(value, dict) or not all(item is False or isinstance(item, dict) for item in value.values()):
        return None
    return {
        name: {"off": True} if item is False else {key: _plain(part) for key, part in sorted(item.items())}
        for name, item in sorted(value.items())
    }


def _share(value: Any) -> float | None:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if number and 0 <= value <= 1 else None


def _plain(value: Any) -> Scalar:
    """Dates as ISO text, so that settings can be stored; what is nested as its text."""
    if isinstance(value, str | int | float | bool):
        return value
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return str(value)
