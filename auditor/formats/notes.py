"""The auditor's own words, from a Markdown file whose headings name what they are about."""

from __future__ import annotations

import re

from auditor.formats.setting import Note
from auditor.model.errors import UsageError
from auditor.model.regex import regex

_HEADING = regex(r"^# +(?:(?P<executive>executive)|(?P<kind>page|finding|component):(?P<key>.+?))\s*$", re.I)
_CONFIRMED = regex(r"^confirmed: *(yes|no|open)\s*$", re.I)
LEAST_PREFIX = 6
"""Letters of a fingerprint that name a finding."""


def read_notes(text: str, source: str = "the notes") -> tuple[Note, ...]:
    """The notes of a file, in its order. Raises UsageError for a heading that names nothing."""
    found: list[Note] = []
    kind = key = ""
    lines: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.startswith("# "):
            lines.append(line)
            continue
        found += _note(kind, key, lines)
        match = _HEADING.match(line)
        if match is None:
            raise UsageError(
                f"{source}:{number}: {line.strip()!r} names nothing; write # executive, # page:NAME, # finding:FINGERPRINT or # component:NAME"
            )
        kind, key = (match["kind"] or "executive").lower(), match["key"] or ""
        if kind == "finding" and not re.fullmatch(rf"[0-9a-f]{{{LEAST_PREFIX},}}", key):
            raise UsageError(
                f"{source}:{number}: give at least {LEAST_PREFIX} letters of the fingerprint, as the report shows them"
            )
        lines = []
    return (*found, *_note(kind, key, lines))


def _note(kind: str, key: str, lines: list[str]) -> list[Note]:
    if not kind:
        return []
    said = [match[1].lower() for line in lines if (match := _CONFIRMED.match(line))]
    body = "\n".join(line for line in lines if not _CONFIRMED.match(line)).strip()
    return [Note(kind, key, body, said[0] if said and said[0] != "open" else "")] if body or said else []
