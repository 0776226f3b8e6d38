"""Bytes of unknown origin into text."""

from __future__ import annotations

import codecs

from auditor.model.facts import Trouble

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MARKED = frozenset(mark[:1] for mark, _ in _BOMS)
_HEAD = 4096  # bytes looked at for telling binary content


def read_text(data: bytes) -> tuple[str, tuple[Trouble, ...]]:
    """The text of a file with `\\n` line ends; byte order marks are obeyed, Latin-1 is the last resort."""
    text, troubles = _decode(data)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text, troubles


def count_lines(text: str) -> int:
    """Lines of a text; a missing final newline does not lose the last one."""
    return text.count("\n") + (1 if text and not text.endswith("\n") else 0)


def _decode(data: bytes) -> tuple[str, tuple[Trouble, ...]]:
    if data[:1] in _MARKED:
        for mark, encoding in _BOMS:
            if data.startswith(mark):
                return _strictly(data, encoding)
    if data.find(0, 0, _HEAD) >= 0:
        return _without_mark(data)
    return _strictly(data, "utf-8")


def _strictly(data: bytes, encoding: str) -> tuple[str, tuple[Trouble, ...]]:
    try:
        return data.decode(encoding), ()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        trouble = Trouble(line, f"not valid {encoding}: {error.reason} at byte {error.start}", "encoding")
    fallback = "latin-1" if encoding.startswith("utf-8") else encoding
    return data.decode(fallback, errors="replace"), (trouble,)


def _without_mark(data: bytes) -> tuple[str, tuple[Trouble, ...]]:
    # Windows shells write UTF-16 without a mark: then every second byte of ASCII text is zero
    head = data[:_HEAD]
    if len(head) >= 4 and head[1::2].count(0) >= 0.9 * len(head[1::2]) and head[::2].count(0) == 0:
        return _strictly(data, "utf-16-le")
    return "", (Trouble(None, "binary content", "binary"),)
