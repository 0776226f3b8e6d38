"""The brand of a report, from the auditor's own configuration: never from the audited repository."""

from __future__ import annotations

import base64
import re
import tomllib
from pathlib import Path
from typing import Any

from auditor.formats.setting import Brand, Setting, Words
from auditor.model.errors import UsageError

MOST_LOGO = 200_000
LEAST_CONTRAST = 4.5
"""Of the accent on paper, as WCAG 2.2 AA asks of text."""
_TEXTS = ("product", "client", "auditor", "confidentiality")
_KEYS = (*_TEXTS, "logo", "accent", "templates", "language", "words")
_KINDS = {
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
}
_LIGHT, _DARK = ("#ffffff", "#f5f7f9"), ("#0f1419", "#171d24")
_STYLE = "--accent: {accent}; --on-accent: {on}; --wash: {wash};"


def read_setting(path: Path) -> Setting:
    """Brand, language and templates from the table `[branding]` of a TOML file. Raises UsageError for what does not hold."""
    try:
        table = tomllib.loads(path.read_text("utf-8")).get("branding", {})
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{path} cannot be read as a brand: {error}") from error
    if not isinstance(table, dict) or (unknown := sorted(table.keys() - set(_KEYS))):
        named = f"unknown keys: {', '.join(unknown)}" if isinstance(table, dict) else "`branding` is no table"
        raise UsageError(f"{path}: {named}; known are {', '.join(_KEYS)}")
    said = {key: _said(path, table, key) for key in _KEYS if key in table}
    brand = Brand(
        **{key: said[key] for key in _TEXTS if said.get(key)},
        logo=_logo(path.parent / said["logo"]) if said.get("logo") else "",
        accent=_accent(said.get("accent", "")),
    )
    words = read_words(path.parent / said["words"], said.get("language", "")) if said.get("words") else Words()
    folder = path.parent / said["templates"] if said.get("templates") else None
    if folder is not None and not folder.is_dir():
        raise UsageError(f"{path}: templates names {folder}, which is no folder")
    return Setting(brand=brand, words=words, templates=folder)


def read_words(path: Path, language: str = "") -> Words:
    """A language file: `language = "de"`, and a table `[words]` from each English text to the other language."""
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{path} cannot be read as a language: {error}") from error
    table, code = data.get("words", {}), language or data.get("language", "")
    if not isinstance(table, dict) or not all(isinstance(value, str) for value in table.values()):
        raise UsageError(f"{path}: [words] must name a text for each English text")
    if not isinstance(code, str) or not re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", code):
        raise UsageError(f'{path}: name the language, as in language = "de"')
    return Words(code, table)


def _said(path: Path, table: dict[str, Any], key: str) -> str:
    value = table[key]
    if not isinstance(value, str) or len(value) > 300:
        raise UsageError(f"{path}: {key} must be a text of at most 300 characters")
    return value


def _logo(path: Path) -> str:
    """The picture as an address that holds it whole: shown as an image it runs nothing and loads nothing."""
    kind = _KINDS.get(path.suffix.lower())
    if kind is None:
        raise UsageError(f"the logo {path} must be one of {', '.join(sorted(_KINDS))}")
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"cannot read the logo {path}: {error.strerror or error}") from error
    if len(data) > MOST_LOGO:
        raise UsageError(f"the logo {path} is larger than {MOST_LOGO // 1000} kB")
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"


# --- colours ---


def _accent(colour: str) -> str:
    if not colour:
        return ""
    if not re.fullmatch(r"#[0-9A-Fa-f]{6}", colour):
        raise UsageError(f"the accent {colour!r} is no colour; write it as #0b5fff")
    worst = min(contrast(colour, ground) for ground in (*_LIGHT, _mixed(colour, "#ffffff", 0.9)))
    if worst < LEAST_CONTRAST:
        raise UsageError(
            f"the accent {colour} has a contrast of {worst:.1f} on paper; readable is {LEAST_CONTRAST} and above"
        )
    return colour.lower()


def brand_style(brand: Brand) -> str:
    """The style of a brand's accent, lightened on dark paper until it can be read; "" where it has none."""
    if not brand.accent:
        return ""
    light = _STYLE.format(accent=brand.accent, on="#ffffff", wash=_mixed(brand.accent, "#ffffff", 0.9))
    bright = next(
        mixed
        for share in range(0, 101, 5)
        if min(contrast(mixed := _mixed(brand.accent, "#ffffff", share / 100), ground) for ground in _DARK)
        >= 1.4 * LEAST_CONTRAST
    )
    dark = _STYLE.format(accent=bright, on="#0b1620", wash=_mixed(brand.accent, "#0f1419", 0.75))
    return f":root {{ {light} }}\n@media (prefers-color-scheme: dark) {{ :root {{ {dark} }} }}\n@media print {{ :root {{ {light} }} }}"


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, 1 to 21 (WCAG 2.2)."""
    bright, dim = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _mixed(colour: str, other: str, share: float) -> str:
    """The colour with so much of another in it."""
    parts = [
        round((1 - share) * int(colour[at : at + 2], 16) + share * int(other[at : at + 2], 16)) for at in (1, 3, 5)
    ]
    return "#" + "".join(f"{part:02x}" for part in parts)
