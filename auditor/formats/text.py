"""Numbers and hostile strings as text for readers. Every format for humans goes through here."""

from __future__ import annotations

import math
import re
import unicodedata

from auditor.model.regex import regex

NONE = "–"
_ELLIPSIS = "…"
# Controls, line and paragraph separators, directional overrides, lone surrogates: all that could forge or hide text.
_UNSAFE = regex(
    "[\\x00-\\x1f\\x7f-\\x9f\\u00ad\\u061c\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u2069\\ufeff\\ufff9-\\ufffb\\ud800-\\udfff]"
)
_BLANKS = regex(r"[ \t\r\n]+")


def plain(text: str, limit: int = 0) -> str:
    """The text on one line with nothing invisible left in it, cut to `limit` characters (0: uncut)."""
    shown = _UNSAFE.sub(_spelled, _BLANKS.sub(" ", text))
    return clip(shown, limit) if limit else shown


def code_lines(text: str, lines: int = 12, columns: int = 160) -> tuple[str, ...]:
    """A snippet made safe, line by line, with a note where lines were left out."""
    found = text.expandtabs(4).splitlines()
    shown = [clip(_UNSAFE.sub(_spelled, line), columns) for line in found[:lines]]
    if len(found) > lines:
        shown.append(f"({len(found) - lines} more lines)")
    return tuple(shown)


def clip(text: str, limit: int) -> str:
    """The text, or its beginning and an ellipsis."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + _ELLIPSIS


def clip_path(path: str, limit: int) -> str:
    """The path, or an ellipsis and as many of its last segments as fit; a long name loses its beginning."""
    if len(path) <= limit:
        return path
    end = path[len(path) - limit + 1 :]
    return _ELLIPSIS + (end[end.index("/") :] if "/" in end[:-1] else end)


def width(text: str) -> int:
    """Columns that the text takes on a terminal."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text
    )


def finite(value: float | None) -> bool:
    """Whether there is a number to print."""
    return value is not None and math.isfinite(value)


def decimal(value: float | None, places: int = 1) -> str:
    """A number with a fixed count of decimals and thousands separated."""
    if value is None or not math.isfinite(value):
        return NONE
    shown = f"{value:,.{places}f}"
    return shown[1:] if float(shown.replace(",", "")) == 0 and shown.startswith("-") else shown


def short(value: float | None) -> str:
    """A number with as many decimals as it needs, at most two: 3, 2.5, 0.75."""
    shown = decimal(value, 2)
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


def span(low: float, high: float) -> str:
    """A range of debt; one number where both ends print alike."""
    if not (finite(low) and finite(high)):
        return NONE
    first, last = decimal(low), decimal(high)
    return first if first == last else f"{first}–{last}"


def percent(share: float | None) -> str:
    """A share in [0, 1] as percent that says 0 and 100 only when it means them."""
    if share is None or not math.isfinite(share):
        return NONE
    rounded = round(100 * share)
    if rounded == 100 and share < 1:
        return "> 99 %"
    if rounded == 0 and share > 0:
        return "< 1 %"
    return f"{rounded:,} %"


def hours(value: float | None) -> str:
    """Working hours, with a decimal where there are few."""
    if value is None or not math.isfinite(value):
        return NONE
    return f"{decimal(value, 0) if value >= 10 or value == int(value) else decimal(value)} h"


def plural(number: int, one: str, many: str = "") -> str:
    """`1 file`, `3 files`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def joined(words: list[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " and " + words[-1] if words else ""


def day(moment: str | None) -> str:
    """The date of an ISO 8601 moment, or the text itself where it is none."""
    if not moment:
        return NONE
    return moment[:10] if re.match(r"\d{4}-\d\d-\d\d", moment) else plain(moment, 40)


def _spelled(match: re.Match[str]) -> str:
    code = ord(match.group())
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"
