"""Sign-offs: what people answered for the items of the checklist, read from `.auditor/signoff.toml` (LIFECYCLE §7)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from auditor.model.audit import Problem, Signoff

PATH = ".auditor/signoff.toml"
INVALID = "sign-off-invalid"
ANSWERS = ("pass", "partial", "fail", "n/a")

_TEXTS = ("item", "answer", "by", "release", "revision", "note", "evidence")
_NEEDED = ("item", "answer", "by", "on", "evidence")


def read_signoffs(data: bytes | None) -> tuple[tuple[Signoff, ...], tuple[Problem, ...]]:
    """The valid sign-offs of a file, in its order, and what is wrong with the rest of it. Never raises."""
    if data is None:
        return (), ()
    import tomllib  # few trees hold sign-offs

    try:
        table: Any = tomllib.loads(data.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        return (), (_problem(f"not valid TOML, no sign-off in it counts: {error}"),)
    rows = table.get("signoff", [])
    if not isinstance(rows, list):
        return (), (_problem("`signoff` is not a list of tables; write `[[signoff]]`"),)
    signoffs: list[Signoff] = []
    problems: list[Problem] = []
    for index, row in enumerate(rows):
        wrong = list(_wrong(row))
        name = f"{row.get('item', '')}" if isinstance(row, dict) else ""
        problems += [_problem(f"sign-off number {index + 1} {name[:20]} does not count: {what}") for what in wrong]
        if not wrong:
            signoffs.append(_signoff(row))
    return tuple(signoffs), tuple(problems)


def _wrong(row: Any) -> Iterable[str]:
    if not isinstance(row, dict):
        yield "it is no table"
        return
    for key in _NEEDED:
        if not str(row.get(key, "")).strip():
            yield f"`{key}` is missing"
    for key in sorted(row.keys() - {*_TEXTS, "on"}):
        yield f"unknown key `{key[:40]}`"
    if row.get("answer") not in ANSWERS:
        yield f"`answer` is none of {', '.join(ANSWERS)}"
    if not isinstance(row.get("on"), dt.date):
        yield "`on` is no date; write on = 2026-11-20"


def _signoff(row: Mapping[str, Any]) -> Signoff:
    day: dt.date = row["on"]
    texts = {key: str(row.get(key, ""))[:2_000] for key in _TEXTS}
    return Signoff(**texts, on=(day.date() if isinstance(day, dt.datetime) else day).isoformat())


def _problem(message: str) -> Problem:
    return Problem(path=PATH, line=None, message=message, code=INVALID)
