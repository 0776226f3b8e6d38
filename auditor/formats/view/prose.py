"""A small Markdown, as rule pages use it, to blocks and spans; no HTML passes through."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.formats.text import code_lines, plain
from auditor.formats.view.pieces import Block, Inline, Span
from auditor.model.regex import regex

_INLINE = regex(
    r"(?P<ticks>`+)(?P<code>.+?)(?P=ticks)(?!`)"
    r"|\*\*(?P<strong>[^*\s](?:[^*]*[^*\s])?)\*\*"
    r"|(?<![*\w])\*(?P<em>[^*\s](?:[^*]*[^*\s])?)\*(?![*\w])"
    r"|\[(?P<label>[^\[\]]+)\]\((?P<address>https://[^\s()<>\"]+)\)"
    r"|<(?P<bare>https://[^\s<>\"]+)>"
)
_CODE = regex(r"(?P<ticks>`+)(?P<code>.+?)(?P=ticks)(?!`)")
_BULLET = regex(r"\s*[-*+]\s+(?P<text>.*)")
_NUMBER = regex(r"\s*\d{1,3}[.)]\s+(?P<text>.*)")
_FENCE = regex(r"\s*(```+|~~~+)")


def blocks(markdown: str) -> tuple[Block, ...]:
    """The blocks of a section of a rule's page."""
    return tuple(_blocks(markdown.splitlines()))


def inline(markdown: str) -> Inline:
    """One line of a rule's page."""
    return tuple(_spans(_INLINE, plain(markdown)))


def message(said: str, limit: int = 600) -> Inline:
    """A message about the target: only its code marks are honoured, never a link or an emphasis."""
    return tuple(_spans(_CODE, plain(said, limit)))


def _spans(pattern: re.Pattern[str], line: str) -> Iterator[Span]:
    at = 0
    for match in pattern.finditer(line):
        if match.start() > at:
            yield Span("text", line[at : match.start()])
        yield _span(match)
        at = match.end()
    if at < len(line):
        yield Span("text", line[at:])


def _span(match: re.Match[str]) -> Span:
    found = match.groupdict()
    if found["code"]:
        return Span("code", found["code"].strip() or found["code"])
    if found["label"]:
        return Span("link", found["label"], found["address"])
    if found["bare"]:
        return Span("link", found["bare"], found["bare"])
    return Span("strong", found["strong"]) if found["strong"] else Span("em", found["em"])


def _blocks(lines: list[str]) -> Iterator[Block]:
    at = 0
    while at < len(lines):
        if fence := _FENCE.match(lines[at]):
            end = next((n for n in range(at + 1, len(lines)) if lines[n].strip() == fence.group(1)), len(lines))
            yield Block("code", lines=code_lines("\n".join(lines[at + 1 : end]), lines=40))
            at = end + 1
            continue
        kind = _kind(lines[at])
        end = at + 1
        while end < len(lines) and _continues(kind, lines[end]):
            end += 1
        if kind:
            yield Block(kind, items=tuple(inline(item) for item in _items(kind, lines[at:end])))
        at = end


def _kind(line: str) -> str:
    """What a line begins; "" for an empty one."""
    return "" if not line.strip() else "ul" if _BULLET.match(line) else "ol" if _NUMBER.match(line) else "p"


def _continues(kind: str, line: str) -> bool:
    began = _kind(line)
    return bool(kind and began and not _FENCE.match(line) and (began == kind or (kind != "p" and line.startswith(" "))))


def _items(kind: str, lines: list[str]) -> list[str]:
    """The paragraphs of a block: one, or one for each bullet with its continuation lines."""
    items: list[str] = []
    for line in lines:
        start = (_BULLET if kind == "ul" else _NUMBER).match(line) if kind != "p" else None
        if start:
            items.append(start["text"])
        elif items:
            items[-1] += " " + line.strip()
        else:
            items.append(line.strip().lstrip("#").strip() if kind == "p" else line.strip())
    return items
