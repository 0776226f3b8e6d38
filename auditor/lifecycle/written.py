"""Judgements of people written into their TOML files: a table is added at the end, all that stands there is kept."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from auditor.model.errors import UsageError

Value = str | date | bool | tuple[str, ...] | list[str]


def append_table(path: Path, name: str, row: Mapping[str, Value]) -> Path:
    """Add a `[[name]]` table to a file, which is made if it is missing. Empty values are left out.

    Raises UsageError where the file is no valid TOML before or would be none after, or cannot be written. A symbolic link is
    not followed: the audited folder may point anywhere.
    """
    if path.is_symlink() or path.parent.is_symlink():
        raise UsageError(f"{path} is a symbolic link, which is not followed; write the file itself")
    try:
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        _parsed(before, path)
        gap = "" if not before or before.endswith("\n\n") else "\n" if before.endswith("\n") else "\n\n"
        after = before + gap + table(name, row)
        _parsed(after, path)
        path.parent.mkdir(exist_ok=True)
        path.write_text(after, encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot write {path}: {error}") from error
    return path


def table(name: str, row: Mapping[str, Value]) -> str:
    """One `[[name]]` table as TOML."""
    lines = [f"{key} = {_value(value)}" for key, value in row.items() if value not in ("", (), [])]
    return "\n".join([f"[[{name}]]", *lines]) + "\n"


def _value(value: Value) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        # JSON's escapes are TOML's too, but for DEL, which TOML does not take as it is.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return "[" + ", ".join(_value(item) for item in value) + "]"


def _parsed(text: str, path: Path) -> None:
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path} is not valid TOML ({error}); mend it first") from error
