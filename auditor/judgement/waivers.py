"""Waivers: what people decided about findings, read from `.auditor/waivers.toml` (LIFECYCLE §4)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from typing import Any

import msgspec

from auditor.model.audit import Problem, Waiver
from auditor.model.misspelt import or_meant
from auditor.tree.ignore import unusable

PATH = ".auditor/waivers.toml"
INVALID = "waiver-invalid"

LEAVES, STAYS, CONFIRMS = "leaves", "stays", "confirms"


class Kind(msgspec.Struct, frozen=True):
    """What a kind of waiver does to the headline score, and how long it may last (days; 0: as long as one likes)."""

    effect: str
    days: int = 0
    most: int = 0


KINDS: Mapping[str, Kind] = {
    "false_positive": Kind(LEAVES),
    "not_applicable": Kind(LEAVES),
    "confirmed": Kind(CONFIRMS),
    "accepted_risk": Kind(STAYS, 90, 365),
    "deferred": Kind(STAYS, 90, 365),
    "compensating_control": Kind(STAYS, 180, 365),
}

_TEXTS = ("id", "rule", "kind", "reason", "owner", "entity", "fingerprint", "approved_by", "ticket", "pin")
_KEYS = frozenset({*_TEXTS, "paths", "created", "expires"})
LONGEST = 2_000
"""Characters of a text that are kept."""


def read_waivers(data: bytes | None) -> tuple[tuple[Waiver, ...], tuple[Problem, ...]]:
    """The valid waivers of a file, in its order, and what is wrong with the rest of it. Never raises."""
    if data is None:
        return (), ()
    import tomllib  # few trees hold waivers

    try:
        text = data.decode("utf-8-sig")
        table: Any = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        return (), (_problem(None, f"not valid TOML, no waiver in it counts: {error}"),)
    problems = [
        _problem(None, f"`{key}` means nothing here; a waiver is a `[[waiver]]` table")
        for key in sorted(table.keys() - {"waiver"})
    ]
    rows = table.get("waiver", [])
    if not isinstance(rows, list):
        return (), (*problems, _problem(None, "`waiver` is not a list of tables; write `[[waiver]]`"))
    starts = [number for number, line in enumerate(text.splitlines(), 1) if line.strip() == "[[waiver]]"]
    waivers: list[Waiver] = []
    for index, row in enumerate(rows):
        line = starts[index] if len(starts) == len(rows) else None
        wrong = list(_wrong(row, {waiver.id for waiver in waivers}))
        problems += [_problem(line, f"waiver {_name(row, index)} does not count: {what}") for what in wrong]
        if not wrong:
            waivers.append(_waiver(row, index, line))
    return tuple(waivers), tuple(problems)


def _name(row: Any, index: int) -> str:
    return str(row["id"])[:40] if isinstance(row, dict) and row.get("id") else f"number {index + 1}"


def _wrong(row: Any, taken: Collection[str | None]) -> Iterable[str]:
    """Everything that keeps a table from being a waiver."""
    if not isinstance(row, dict):
        yield "it is no table"
        return
    for key in sorted(row.keys() - _KEYS):
        yield f"unknown key `{key[:40]}`{or_meant(key, _KEYS)}"
    for key in _TEXTS:
        if key in row and not isinstance(row[key], str):
            yield f"`{key}` is no text"
    paths = row.get("paths", [])
    if not isinstance(paths, list) or not all(isinstance(path, str) and path for path in paths):
        yield "`paths` is no list of globs"
    elif costly := unusable(paths):
        yield f"`paths` holds {costly[0][:80]!r}, which is no pattern or too costly a one"
    for key in ("rule", "reason", "owner"):
        if not str(row.get(key, "")).strip():
            yield f"`{key}` is missing"
    if not paths and not row.get("fingerprint"):
        yield "it names neither `paths` nor `fingerprint`; a waiver of everything is none"
    if row.get("id") in taken:
        yield "its `id` is used by another one"
    yield from _wrong_time(row)


def _wrong_time(row: Mapping[str, Any]) -> Iterable[str]:
    kind = KINDS.get(str(row.get("kind", "")))
    if kind is None:
        yield f"`kind` is none of {', '.join(KINDS)}"
        return
    created, expires = _day(row.get("created")), _day(row.get("expires"))
    for key, day in (("created", created), ("expires", expires)):
        if key in row and day is None:
            yield f"`{key}` is no date; write 2027-01-31"
    if kind.most and "expires" not in row and created is None:
        yield f"{row['kind']} needs `expires`, or `created` to count {kind.days} days from"
    if kind.most and created and expires and (expires - created).days > kind.most:
        yield f"{row['kind']} lasts at most {kind.most} days, not {(expires - created).days}"
    if kind.most and expires and created is None:
        yield f"{row['kind']} needs `created`: it lasts at most {kind.most} days"


def _day(value: Any) -> dt.date | None:
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    if isinstance(value, str):
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            return None  # the caller says so
    return None


def _waiver(row: Mapping[str, Any], index: int, line: int | None) -> Waiver:
    kind, created, expires = KINDS[row["kind"]], _day(row.get("created")), _day(row.get("expires"))
    if expires is None and kind.days and created is not None:
        expires = created + dt.timedelta(days=kind.days)
    texts = {key: str(row.get(key, ""))[:LONGEST] for key in _TEXTS}
    texts["id"] = texts["id"] or f"#{index + 1}"
    return Waiver(
        **texts,
        paths=tuple(row.get("paths", ())),
        created=created.isoformat() if created else "",
        expires=expires.isoformat() if expires else "",
        line=line,
    )


def _problem(line: int | None, message: str) -> Problem:
    return Problem(path=PATH, line=line, message=message, code=INVALID)
