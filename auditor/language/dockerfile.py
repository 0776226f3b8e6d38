"""The instructions of a Dockerfile, with their here-documents beside them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import msgspec

from auditor.model.regex import regex

MAX_LINES = 10_000

_INSTRUCTION = regex(r"\s*([A-Za-z]+)\s+(.*)", re.DOTALL)
_HEREDOC = regex(r"<<(?P<tabs>-?)\s*(?P<quote>['\"]?)(?P<name>\w[\w.-]*)(?P=quote)")
_FLAG = regex(r"--([a-z-]+)(?:=(\S+))?\s+")
_ESCAPE = regex(r"#\s*escape\s*=\s*(\S)", re.IGNORECASE)


class Document(msgspec.Struct, frozen=True):
    """A here-document: its text, the line where that begins, and whether it is taken as it stands (its name is quoted)."""

    name: str
    text: str
    line: int
    literal: bool


class Instruction(msgspec.Struct):
    """One instruction with its lines."""

    word: str
    text: str
    line: int
    end_line: int
    documents: list[Document] = []


def instructions_of(text: str) -> Iterator[Instruction]:
    """Instructions with continuations joined as the shell would see them, here-documents beside them."""
    lines = text.split("\n")[:MAX_LINES]
    escape = next((found.group(1) for line in lines[:5] if (found := _ESCAPE.match(line))), "\\")
    position = 0
    while position < len(lines):
        start = position
        if not lines[position].strip() or lines[position].lstrip().startswith("#"):
            position += 1
            continue
        parts: list[str] = []
        while position < len(lines):
            line = lines[position]
            position += 1
            if parts and (line.lstrip().startswith("#") or not line.strip()):
                parts.append("\\\n")  # a comment inside a continuation is dropped, its line still counts
                continue
            if not line.rstrip().endswith(escape):
                parts.append(line)
                break
            parts.append(line.rstrip()[:-1] + "\\\n")
        found = _INSTRUCTION.match("".join(parts))
        if found is None:
            continue
        made = Instruction(found.group(1).upper(), found.group(2), start + 1, position)
        if made.word in ("RUN", "COPY", "ADD"):
            position = _documents(made, lines, position)
        made.end_line = position
        yield made


def _documents(made: Instruction, lines: list[str], position: int) -> int:
    for found in _HEREDOC.finditer(made.text):
        first = position
        while position < len(lines) and lines[position].strip() != found["name"]:
            position += 1
        if position == len(lines):
            return first  # `1 << 2` is no here-document
        body = [line.lstrip("\t") if found["tabs"] else line for line in lines[first:position]]
        made.documents.append(Document(found["name"], "\n".join(body), first + 1, bool(found["quote"])))
        position += 1
    return position


def flags_of(text: str) -> tuple[dict[str, str], str]:
    """The flags before the words of an instruction, and the words."""
    flags = {}
    text = text.lstrip().removeprefix("\\\n").lstrip()
    while found := _FLAG.match(text):
        flags[found.group(1)] = found.group(2) or ""
        text = text[found.end() :].lstrip().removeprefix("\\\n").lstrip()
    return flags, text


def is_document(text: str) -> bool:
    """Whether the words of an instruction are one here-document and nothing else."""
    return _HEREDOC.fullmatch(text.strip()) is not None


def json_words(text: str) -> list[str] | None:
    """The words of an exec form, None for a shell form."""
    if not text.lstrip().startswith("["):
        return None
    try:
        words = json.loads(text.replace("\\\n", " "))
    except (ValueError, RecursionError):
        return None
    return [str(word) for word in words] if isinstance(words, list) else None
