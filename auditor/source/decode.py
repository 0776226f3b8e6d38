"""Bytes of a .py file into text: BOM, PEP 263 coding lines, line endings, and what to do when none of it holds."""

from __future__ import annotations

import codecs
import re

import msgspec

from auditor.model.facts import Trouble
from auditor.model.regex import regex

_CODING = regex(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
# Real text encodings only: others (`idna`, `punycode`, `unicode_escape`) are slow on large input or change the code.
_TEXT_CODEC = regex(
    r"(?:ascii|us_ascii|latin|l1$|iso|cp_?\d|windows|mac|koi8|gb|big5|shift|sjis|s_jis|euc|johab|utf|u8$)",
    re.IGNORECASE,
)


class Decoded(msgspec.Struct, frozen=True):
    """The text, with `\\n` line endings, and what was wrong. `certain` is false where the encoding is a guess."""

    text: str | None
    trouble: Trouble | None = None
    certain: bool = True


def decode(data: bytes) -> Decoded:
    """The text of a Python file: UTF-8, else what its coding line declares, else Latin-1 as a guess."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _utf16(data)
    if b"\0" in data:
        line = data.count(b"\n", 0, data.index(b"\0")) + 1
        return Decoded(None, Trouble(line, "the file holds NUL bytes: it is not Python text", "binary"))
    try:
        return Decoded(normalised(data.decode("utf-8-sig")))
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
    declared = _declared(data)
    if declared:
        try:
            return Decoded(normalised(data.decode(declared)))
        except (UnicodeError, LookupError):
            trouble = Trouble(line, f"the file declares the encoding {declared} and does not hold to it", "encoding")
            return Decoded(normalised(data.decode("latin-1")), trouble, certain=False)
    trouble = Trouble(line, "the file is not UTF-8 and declares no encoding; it was read as Latin-1", "encoding")
    return Decoded(normalised(data.decode("latin-1")), trouble, certain=False)


def normalised(text: str) -> str:
    """The text with `\\n` as its only line ending, without a BOM, and with lone surrogates replaced."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.isascii():
        text = text.removeprefix("\ufeff").encode("utf-8", "replace").decode("utf-8")
    return text


def _utf16(data: bytes) -> Decoded:
    try:
        text = data.decode("utf-16")
    except UnicodeDecodeError:
        return Decoded(None, Trouble(1, "the file begins like UTF-16 and is not", "encoding"))
    if "\0" in text:
        return Decoded(None, Trouble(1, "the file holds NUL characters: it is not Python text", "binary"))
    return Decoded(
        normalised(text), Trouble(1, "the file is UTF-16, which Python does not run; save it as UTF-8", "encoding")
    )


def _declared(data: bytes) -> str:
    for row in data.split(b"\n", 2)[:2]:
        match = _CODING.match(row.removeprefix(codecs.BOM_UTF8))
        if match:
            name = match[1].decode("ascii", "replace").replace("-", "_")
            return name if _TEXT_CODEC.match(name) and "utf_7" not in name.lower() else ""
    return ""
